/*
 * position: whatever order and overlap verdicts come in, each raw offset counts once.
 *
 * Held against a set of offsets: a row of flags that knows no ranges and no holes.
 */
#include "aggregator/position.h"
#include "tests/model/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { RUNS = 3000, OFFSETS = 200, STEPS = 120 };

typedef struct seen {
	bool flags[OFFSETS];
} seen_t;

static uint64_t count_new(const seen_t *seen, td_range_t range)
{
	uint64_t count = 0;
	for (uint64_t offset = range.first; offset <= range.last; offset++)
		count += seen->flags[offset] ? 0 : 1;
	return count;
}

static uint64_t next_of(const seen_t *seen)
{
	uint64_t next = 0;
	for (uint64_t offset = 0; offset < OFFSETS; offset++)
		next = seen->flags[offset] ? offset + 1 : next;
	return next;
}

/* The holes are exactly the runs of offsets below next that were not seen, in order. */
static void assert_shows(const td_position_t *position, const seen_t *seen)
{
	size_t hole = 0;
	assert_int_equal(position->next, next_of(seen));
	for (uint64_t offset = 0; offset < position->next; offset++) {
		bool begins = !seen->flags[offset] && (offset == 0 || seen->flags[offset - 1]);
		bool ends = !seen->flags[offset] && seen->flags[offset + 1];
		if (begins) {
			assert_true(hole < position->hole_count);
			assert_int_equal(position->holes[hole].first, offset);
		}
		if (ends)
			assert_int_equal(position->holes[hole++].last, offset);
	}
	assert_int_equal(position->hole_count, hole);
}

static td_take_t name_of(const seen_t *seen, td_range_t range, uint64_t counted)
{
	uint64_t next = next_of(seen);
	if (counted == 0)
		return TD_TAKE_REPEAT;
	if (range.first >= next)
		return range.first == next ? TD_TAKE_COUNTS : TD_TAKE_LEAVES_HOLE;
	return counted == range.last - range.first + 1 ? TD_TAKE_FILLS : TD_TAKE_OVERLAPS;
}

static td_range_t a_range(td_chance_t *chance)
{
	uint64_t first = td_chance_below(chance, OFFSETS - 1);
	uint64_t longest = OFFSETS - 1 - first;
	uint64_t length = td_chance_once_in(chance, 3) ? td_chance_below(chance, 12) : 0;
	return (td_range_t){first, first + (length < longest ? length : longest - 1)};
}

static void each_offset_counts_once_in_any_order_and_overlap(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(run);
		td_position_t position = {0};
		seen_t seen = {{false}};
		uint64_t total = 0, all = 0;
		for (int step = 0; step < STEPS; step++) {
			td_range_t range = a_range(&chance);
			uint64_t counted, jumped, expected = count_new(&seen, range);
			uint64_t next = position.next;
			td_take_t take = td_position_take(&position, range, &counted, &jumped);
			if (take == TD_TAKE_TOO_MANY)
				continue;
			assert_int_equal(counted, expected);
			assert_int_equal(take, name_of(&seen, range, counted));
			assert_int_equal(jumped, range.first > next ? range.first - next : 0);
			total += counted;
			for (uint64_t at = range.first; at <= range.last; at++)
				seen.flags[at] = true;
			assert_shows(&position, &seen);
		}
		for (size_t offset = 0; offset < OFFSETS; offset++)
			all += seen.flags[offset] ? 1 : 0;
		assert_int_equal(total, all);
	}
}

/* The final position is that of the set: the order in which it was taken does not show. */
static void the_order_of_arrival_leaves_no_trace(void **state)
{
	(void)state;
	enum { COUNT = 60 };
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(RUNS + run);
		td_position_t positions[2] = {{0}, {0}};
		td_range_t ranges[COUNT];
		uint32_t order[COUNT];
		bool too_many = false;
		for (size_t i = 0; i < COUNT; i++)
			ranges[i] = a_range(&chance);
		for (size_t side = 0; side < 2; side++) {
			td_chance_order(&chance, order, COUNT);
			for (size_t i = 0; i < COUNT; i++) {
				uint64_t counted, jumped;
				too_many |= td_position_take(&positions[side], ranges[order[i]],
							     &counted, &jumped) == TD_TAKE_TOO_MANY;
			}
		}
		if (too_many)
			continue;
		assert_int_equal(positions[0].next, positions[1].next);
		assert_int_equal(positions[0].hole_count, positions[1].hole_count);
		assert_memory_equal(positions[0].holes, positions[1].holes,
				    positions[0].hole_count * sizeof(td_range_t));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_offset_counts_once_in_any_order_and_overlap),
		cmocka_unit_test(the_order_of_arrival_leaves_no_trace),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
