/*
 * verdict: a function of bytes, append time, reporter and reference data alone. For every row of a
 * simulated year:
 *   memory   what was judged before changes nothing;
 *   later    what was valid once is valid at every later append time, and means the same;
 *   stages   come in order, each in a province that exists on its day.
 */
#include "common/localday.h"
#include "producers/row.h"
#include "producers/simulate.h"
#include "tests/support/tables.h"
#include "workers/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SEED = 11, COPY_MAX = 64 * 1024 };

static const int64_t YEAR_MS = INT64_C(365) * 24 * 3600 * 1000;

static td_simulate_units_t units;
static td_reference_t *reference;
static td_arena_t *row_arena, *fresh, *used;

static int set_up(void **state)
{
	(void)state;
	td_tables_units(&units);
	reference = td_tables_read(1);
	row_arena = td_arena_new(TD_VERDICT_ARENA);
	fresh = td_arena_new(TD_VERDICT_ARENA);
	used = td_arena_new(TD_VERDICT_ARENA);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(row_arena);
	td_arena_free(fresh);
	td_arena_free(used);
	td_reference_free(reference);
	return 0;
}

static td_slice_t judge(td_arena_t *arena, const char *reporter, const td_raw_t *raw)
{
	td_slice_t packed;
	td_arena_reset(arena);
	assert_true(td_verdict_judge(raw, reporter, reference, arena, &packed));
	return packed;
}

typedef void law_fn(const char *reporter, const td_raw_t *raw);

static void hold_for_rows(const td_simulate_rows_t *rows, const char *reporter, law_fn *law)
{
	const td_simulate_row_t *row;
	for (size_t i = 0; (row = td_simulate_row(rows, i)) != NULL; i++) {
		td_row_context_t context = {.reporter = reporter,
					    .source = "main",
					    .epoch = 1,
					    .reference = reference,
					    .now_ms = row->arrival_ms};
		td_row_t read;
		td_arena_reset(row_arena);
		if (!td_row_read(&context, td_simulate_line(rows, row), i + 1, row_arena, &read))
			continue;
		const td_raw_t raw = {i, row->arrival_ms, read.packed};
		law(reporter, &raw);
	}
}

static void hold(law_fn *law)
{
	static const char *const reporters[] = {"vn-13", "cluster-3", "ministry"};
	td_simulate_rows_t rows = td_simulate_rows_make();
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(reporters); i++) {
		const td_simulate_task_t task = {.seed = SEED,
						 .reporter = reporters[i],
						 .year = TD_SIMULATE_LAST_YEAR,
						 .units = &units};
		if (!td_simulate_make(&task, &rows, &err))
			fail_msg("%s", err.text);
		hold_for_rows(&rows, reporters[i], law);
	}
	td_simulate_rows_free(&rows);
}

static void is_the_same_in_used_memory(const char *reporter, const td_raw_t *raw)
{
	/* An arena of its own, and one in which all rows before were judged. */
	td_arena_t *own = td_arena_new(TD_VERDICT_ARENA);
	td_slice_t one = judge(own, reporter, raw), two = judge(used, reporter, raw);
	assert_true(td_slice_equal(one, two));
	td_arena_free(own);
}

static void what_was_judged_before_changes_nothing(void **state)
{
	(void)state;
	hold(is_the_same_in_used_memory);
}

static void means_the_same_later(const char *reporter, const td_raw_t *raw)
{
	static uint8_t before[COPY_MAX];
	td_slice_t now = judge(fresh, reporter, raw);
	const Thidua__V1__Verdict *verdict = td_verdict_read(now.data, now.size, fresh);
	assert_non_null(verdict);
	if (verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		return;
	size_t size = protobuf_c_message_pack(&verdict->enriched->base, before);
	for (int years = 1; years <= 9; years += 4) {
		const td_raw_t later = {raw->offset, raw->append_ms + years * YEAR_MS, raw->bytes};
		td_slice_t then = judge(used, reporter, &later);
		const Thidua__V1__Verdict *again = td_verdict_read(then.data, then.size, used);
		assert_non_null(again);
		assert_int_equal(again->outcome_case, THIDUA__V1__VERDICT__OUTCOME_ENRICHED);
		assert_int_equal(again->append_ms, later.append_ms);
		uint8_t *after = td_arena_take(used, COPY_MAX);
		assert_int_equal(protobuf_c_message_pack(&again->enriched->base, after), size);
		assert_memory_equal(after, before, size);
	}
}

static void what_was_valid_once_stays_so_and_means_the_same(void **state)
{
	(void)state;
	hold(means_the_same_later);
}

static void is_in_order_and_placed(const char *reporter, const td_raw_t *raw)
{
	td_slice_t packed = judge(fresh, reporter, raw);
	const Thidua__V1__Verdict *verdict = td_verdict_read(packed.data, packed.size, fresh);
	assert_non_null(verdict);
	if (verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		return;
	const Thidua__V1__Enriched *enriched = verdict->enriched;
	for (size_t i = 0; i < enriched->n_stages; i++) {
		const Thidua__V1__Stage *stage = enriched->stages[i];
		const td_province_t *province = td_reference_province(reference, stage->province);
		int32_t day;
		assert_true(i == 0 || enriched->stages[i - 1]->kind < stage->kind);
		assert_true(td_localday_of_yyyymmdd(stage->on, &day));
		assert_non_null(province);
		assert_ptr_equal(td_reference_counting(province, day), province);
	}
}

static void stages_are_in_order_and_each_in_a_province_of_its_day(void **state)
{
	(void)state;
	hold(is_in_order_and_placed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_judged_before_changes_nothing),
		cmocka_unit_test(what_was_valid_once_stays_so_and_means_the_same),
		cmocka_unit_test(stages_are_in_order_and_each_in_a_province_of_its_day),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
