/*
 * naming: whatever order and overlap verdicts come in, the first on each offset names its version.
 *
 * Held against a row of numbers, one for each offset, that knows no runs.
 */
#include "aggregator/audit/naming.h"
#include "tests/model/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { RUNS = 2000, OFFSETS = 120, STEPS = 80, VERSIONS = 3, NOBODY = UINT32_MAX };

/* What each offset's first verdict names; NOBODY: there is none. */
typedef struct row {
	uint32_t versions[OFFSETS];
} row_t;

static void clear(row_t *row)
{
	for (size_t i = 0; i < OFFSETS; i++)
		row->versions[i] = NOBODY;
}

static td_naming_run_t a_run(td_chance_t *chance)
{
	uint64_t first = td_chance_below(chance, OFFSETS), last = first;
	bool is_absent = td_chance_once_in(chance, 4);
	if (is_absent)
		last += td_chance_below(chance, OFFSETS - first);
	return (td_naming_run_t){first, last,
				 is_absent ? 0 : 1 + (uint32_t)td_chance_below(chance, VERSIONS)};
}

static void take(row_t *row, const td_naming_run_t *run)
{
	for (uint64_t offset = run->first; offset <= run->last; offset++) {
		if (row->versions[offset] == NOBODY)
			row->versions[offset] = run->version;
	}
}

/* The runs are exactly the longest stretches of one version. */
static void assert_says(const td_naming_t *naming, const row_t *row)
{
	size_t run = 0;
	uint64_t end = 0;
	for (uint64_t offset = 0; offset < OFFSETS; offset++) {
		uint32_t version = row->versions[offset];
		bool begins = offset == 0 || row->versions[offset - 1] != version;
		bool ends = offset == OFFSETS - 1 || row->versions[offset + 1] != version;
		assert_int_equal(td_naming_find(naming, offset), version == NOBODY ? 0 : version);
		if (version == NOBODY)
			continue;
		assert_true(run < td_naming_count(naming));
		assert_int_equal(td_naming_get(naming, run)->version, version);
		if (begins)
			assert_int_equal(td_naming_get(naming, run)->first, offset);
		if (ends)
			assert_int_equal(td_naming_get(naming, run++)->last, offset);
		end = offset + 1;
	}
	assert_int_equal(td_naming_count(naming), run);
	assert_int_equal(td_naming_end(naming), end);
}

static void the_first_verdict_on_each_offset_stands(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < RUNS; number++) {
		td_chance_t chance = td_chance_of(number);
		td_naming_t *naming = td_naming_new();
		td_err_t err;
		row_t row;
		assert_non_null(naming);
		clear(&row);
		for (int step = 0; step < STEPS; step++) {
			td_naming_run_t run = a_run(&chance);
			assert_true(td_naming_add(naming, &run, &err));
			take(&row, &run);
			assert_says(naming, &row);
		}
		td_naming_free(naming);
	}
}

/* The first offset of which two rows say something else; OFFSETS: there is none. */
static uint64_t first_difference(const row_t *a, const row_t *b)
{
	uint64_t offset = 0;
	while (offset < OFFSETS && a->versions[offset] == b->versions[offset])
		offset++;
	return offset;
}

static void the_first_difference_is_named(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < RUNS; number++) {
		td_chance_t chance = td_chance_of(RUNS + number);
		td_naming_t *naming[2] = {td_naming_new(), td_naming_new()};
		td_err_t err;
		row_t rows[2];
		uint64_t offset = OFFSETS;
		clear(&rows[0]);
		clear(&rows[1]);
		for (int step = 0; step < STEPS; step++) {
			td_naming_run_t run = a_run(&chance);
			size_t not_told = td_chance_once_in(&chance, STEPS)
						  ? (size_t)td_chance_below(&chance, 2)
						  : 2;
			for (size_t side = 0; side < 2; side++) {
				if (side == not_told)
					continue;
				assert_true(td_naming_add(naming[side], &run, &err));
				take(&rows[side], &run);
			}
		}
		bool equal = td_naming_equal(naming[0], naming[1], &offset);
		assert_int_equal(offset, first_difference(&rows[0], &rows[1]));
		assert_int_equal(equal, offset == OFFSETS);
		td_naming_free(naming[0]);
		td_naming_free(naming[1]);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_verdict_on_each_offset_stands),
		cmocka_unit_test(the_first_difference_is_named),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
