/* naming: what a verdict says of its version, and which version judges in a replay. */
#include "aggregator/audit/naming.h"

#include "common/arena.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ARENA = 8 * 1024 * 1024 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

static td_arena_t *arena;
static td_versions_t *versions;

/* Version 1 is in force, version 2 from NOW_MS on. */
static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	versions = td_versions_new();
	if (arena == NULL || versions == NULL)
		return -1;
	td_tables_publish(versions, 1, NOW_MS - 86400000);
	td_tables_publish(versions, 2, NOW_MS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_versions_free(versions);
	td_arena_free(arena);
	return 0;
}

static td_slice_t rejected(uint64_t raw_offset, uint32_t version)
{
	const td_raw_t raw = {raw_offset, NOW_MS, td_slice_text("no event")};
	td_slice_t verdict;
	assert_true(td_verdict_judge(&raw, "vn-06", td_versions_find(versions, version)->reference,
				     arena, &verdict));
	return verdict;
}

static td_slice_t absent(uint64_t first, uint64_t last)
{
	td_slice_t verdict;
	assert_true(td_verdict_absent(first, last,
				      THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD, "", arena,
				      &verdict));
	return verdict;
}

static void a_verdict_says_its_offsets_and_its_version(void **state)
{
	(void)state;
	const struct {
		td_slice_t verdict;
		td_naming_run_t run;
	} cases[] = {
		{rejected(0, 1), {0, 0, 1}},
		{rejected(300, 2), {300, 300, 2}},
		{absent(0, 0), {0, 0, 0}},
		{absent(7, 900), {7, 900, 0}},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_naming_run_t run;
		assert_true(td_naming_read(cases[i].verdict, &run));
		assert_int_equal(run.first, cases[i].run.first);
		assert_int_equal(run.last, cases[i].run.last);
		assert_int_equal(run.version, cases[i].run.version);
	}
}

/* Cut anywhere, it is none: what counts stands before the outcome, which comes last. */
static void what_is_no_verdict_says_nothing(void **state)
{
	(void)state;
	const td_slice_t verdict = rejected(300, 2);
	const uint8_t backwards[] = {0x08, 9, 0x32, 2, 0x08, 5};      /* absent from 9 to 5 */
	const uint8_t beyond[] = {0x08, 1,    0x18, 0xff, 0xff, 0xff, /* version 2^35 - 1 */
				  0xff, 0x7f, 0x2a, 0};
	td_naming_run_t run;
	for (size_t size = 0; size < verdict.size; size++)
		assert_false(td_naming_read((td_slice_t){verdict.data, size}, &run));
	assert_false(td_naming_read((td_slice_t){backwards, sizeof backwards}, &run));
	assert_false(td_naming_read((td_slice_t){beyond, sizeof beyond}, &run));
	assert_false(td_naming_read((td_slice_t){NULL, 0}, &run));
}

static void an_event_is_judged_as_its_verdict_names(void **state)
{
	(void)state;
	static const td_naming_run_t runs[] = {{0, 4, 1}, {5, 6, 0}, {7, 9, 2}, {10, 10, 77}};
	static const struct {
		uint64_t offset;
		int64_t append_ms;
		uint32_t version;
	} cases[] = {
		{4, -1, 1},  {4, 0, 1},  /* named: the time says nothing */
		{5, -1, 1},  {6, 0, 2},  /* absent: by the rule */
		{7, -1, 2},  {7, 0, 2},  /* named again */
		{10, -1, 1}, {10, 0, 2}, /* a version that nobody published */
		{11, -1, 1}, {11, 0, 2}, /* no verdict yet */
	};
	const td_rule_t rule = {.versions = versions};
	td_naming_t *naming = td_naming_new();
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(runs); i++)
		assert_true(td_naming_add(naming, &runs[i], &err));
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		const td_raw_t raw = {cases[i].offset, NOW_MS + cases[i].append_ms, {NULL, 0}};
		assert_int_equal(td_naming_version(naming, &rule, &raw)->number, cases[i].version);
		assert_int_equal(td_naming_version(NULL, &rule, &raw)->number,
				 cases[i].append_ms < 0 ? 1 : 2);
	}
	td_naming_free(naming);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_says_its_offsets_and_its_version),
		cmocka_unit_test(what_is_no_verdict_says_nothing),
		cmocka_unit_test(an_event_is_judged_as_its_verdict_names),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
