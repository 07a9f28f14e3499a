/* then: a figure beside what it was when its period was closed, with the year before, its target
 * and its rank; and what has gone since. */
#include "aggregator/then.h"

#include "common/localday.h"
#include "tests/support/closed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { YEAR = THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_YEAR };

#define STATE(name) THIDUA__V1__PERIOD_STATE__PERIOD_STATE_##name

static td_err_t err;
static td_arena_t *arena;

/* A figure of police year 2021 in two provinces. */
static td_query_t query_of(const char *figure, td_dimension_t by)
{
	td_query_t query = {
		.figure_count = 1,
		.provinces = {"vn-06", "vn-69"},
		.province_count = 2,
		.by_province = true,
		.by = by,
		.period_kind = (Thidua__V1__PeriodKind)YEAR,
	};
	assert_true(td_localday_of_yyyymmdd(20201215, &query.days.first));
	assert_true(td_localday_of_yyyymmdd(20211214, &query.days.last));
	assert_true(td_localday_of_yyyymmdd(20191215, &query.before.first));
	assert_true(td_localday_of_yyyymmdd(20201214, &query.before.last));
	assert_true(td_figure_find(figure, &query.figures[0], &err));
	return query;
}

static td_standing_t *closed_with(const char *totals, const char *before)
{
	td_standing_t *standing = td_standing_new("police-2021");
	td_buf_t bytes = td_buf_make(4096);
	assert_non_null(standing);
	td_closed_snapshot(totals, before, &bytes);
	assert_true(
		td_standing_close(standing, td_slice_text("vn-06"), td_buf_slice(&bytes), &err));
	td_buf_free(&bytes);
	return standing;
}

/* The live rows of cells like those of totals, and what they were. */
typedef struct beside {
	td_query_t query;
	td_standing_t *standing;
	td_answer_t *live;
	td_then_t then;
	const td_row_t *rows;
	size_t count;
	Thidua__V1__TallyRow items[8], *messages[8];
} beside_t;

static void hold(beside_t *beside, const char *field, int64_t value)
{
	const td_bucket_t bucket = {TD_SPAN_HALF, beside->query.days.first};
	td_cell_t cell;
	beside->live = td_answer_new(&beside->query);
	assert_true(td_layout_parse_field(field, &cell));
	assert_true(td_answer_add(beside->live, false, &bucket, &cell, value, &err));
	assert_true(td_then_make(beside->standing, &beside->query, &beside->then, &err));
	assert_true(td_then_mention(&beside->then, beside->live, &err));
	assert_true(td_answer_finish(beside->live, &beside->rows, &beside->count, &err));
	assert_in_range(beside->count, 1, TD_COUNT(beside->items));
	for (size_t i = 0; i < beside->count; i++) {
		thidua__v1__tally_row__init(&beside->items[i]);
		beside->messages[i] = &beside->items[i];
	}
	const td_then_rows_t of = {beside->rows, beside->count, true};
	assert_true(td_then_fill(&beside->then, &of, arena, beside->messages));
}

static void let_go(beside_t *beside)
{
	td_then_free(&beside->then);
	td_answer_free(beside->live);
	td_standing_free(beside->standing);
}

static int begin(void **state)
{
	(void)state;
	arena = td_arena_new(1 << 20);
	return arena == NULL ? -1 : 0;
}

static int end(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

static void a_figure_stands_beside_what_it_was(void **state)
{
	(void)state;
	char totals[128];
	(void)snprintf(totals, sizeof totals, "%u.0.0.vn-06 10\n%u.%u.%u.vn-06 700\n",
		       TD_METRIC_IDENTITY_RECEIVED, TD_METRIC_TARGET, TD_METRIC_IDENTITY_RECEIVED,
		       YEAR);
	char before[96], field[64];
	(void)snprintf(field, sizeof field, "%u.0.0.vn-06", TD_METRIC_IDENTITY_RECEIVED);
	(void)snprintf(before, sizeof before, "%s 8\n", field);
	beside_t beside = {.query = query_of("identity.files_received", TD_DIM_NONE),
			   .standing = closed_with(totals, before)};
	beside.query.rank = true;
	hold(&beside, field, 9);
	const Thidua__V1__TallyRow *row = beside.messages[0];
	assert_int_equal(beside.rows[0].over, 9);
	assert_int_equal(row->state, STATE(AMENDED));
	assert_int_equal(row->value_as_closed->value, 10);
	assert_int_equal(row->value_before_as_closed->value, 8);
	assert_int_equal(row->target_as_closed->value, 700);
	assert_int_equal(row->rank_as_closed, 1);
	row = beside.messages[1];
	assert_int_equal(row->state, STATE(CLOSED));
	assert_int_equal(row->value_as_closed->value, 0);
	assert_null(row->target_as_closed);
	assert_int_equal(row->rank_as_closed, 2);
	let_go(&beside);
}

static void an_older_closing_knows_no_year_before(void **state)
{
	(void)state;
	char totals[96], field[64];
	(void)snprintf(field, sizeof field, "%u.0.0.vn-06", TD_METRIC_IDENTITY_RECEIVED);
	(void)snprintf(totals, sizeof totals, "%s 9\n", field);
	beside_t beside = {.query = query_of("identity.files_received", TD_DIM_NONE),
			   .standing = closed_with(totals, NULL)};
	hold(&beside, field, 9);
	assert_int_equal(beside.messages[0]->state, STATE(CLOSED));
	assert_null(beside.messages[0]->value_before_as_closed);
	let_go(&beside);
}

static void what_has_gone_since_is_0_and_not_left_out(void **state)
{
	(void)state;
	enum { FLAG = THIDUA__V1__EMULATION_TITLE__EMULATION_TITLE_FLAG_MINISTRY };
	char totals[96], field[64];
	(void)snprintf(totals, sizeof totals, "%u.%d.1.vn-06 1\n", TD_METRIC_TITLE_AWARDED, FLAG);
	(void)snprintf(field, sizeof field, "%u.%d.1.vn-06", TD_METRIC_TITLE_AWARDED, FLAG + 1);
	beside_t beside = {.query = query_of("titles.awarded", TD_DIM_TITLE),
			   .standing = closed_with(totals, NULL)};
	hold(&beside, field, 1);
	assert_int_equal(beside.count, 2);
	assert_int_equal(beside.rows[0].dim, FLAG);
	assert_int_equal(beside.rows[0].over, 0);
	assert_int_equal(beside.messages[0]->value_as_closed->value, 1);
	assert_int_equal(beside.messages[1]->value_as_closed->value, 0);
	assert_int_equal(beside.messages[1]->state, STATE(AMENDED));
	let_go(&beside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_stands_beside_what_it_was),
		cmocka_unit_test(an_older_closing_knows_no_year_before),
		cmocka_unit_test(what_has_gone_since_is_0_and_not_left_out),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
