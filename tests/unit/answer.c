/* answer: cells in, figures out: sums, rates, the year before, targets, ranks, windows of hours. */
#include "aggregator/answer.h"

#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum {
	LESS = THIDUA__V1__SEVERITY__SEVERITY_LESS,
	VERY = THIDUA__V1__SEVERITY__SEVERITY_VERY,
	ESPECIALLY = THIDUA__V1__SEVERITY__SEVERITY_ESPECIALLY,
	ORDER = THIDUA__V1__CRIME_GROUP__CRIME_GROUP_SOCIAL_ORDER,
	YEAR = THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_YEAR,
};

static int32_t day_of(int32_t yyyymmdd)
{
	int32_t day;
	assert_true(td_localday_of_yyyymmdd(yyyymmdd, &day));
	return day;
}

/* A cell of a day's hash, and what it is worth. */
typedef struct given {
	bool before;
	int32_t on;
	td_cell_t cell;
	int64_t value;
} given_t;

static td_query_t query_of(const char *figure)
{
	td_err_t err;
	td_query_t query = {
		.figure_count = 1,
		.provinces = {"vn-06", "vn-69"},
		.province_count = 2,
		.days = {day_of(20201215), day_of(20211214)},
		.before = {day_of(20191215), day_of(20201214)},
		.period_kind = (Thidua__V1__PeriodKind)YEAR,
		.last_hour = 23,
	};
	assert_true(td_figure_find(figure, &query.figures[0], &err));
	return query;
}

static td_answer_t *ask(const td_query_t *query, const given_t *given, size_t count,
			const td_row_t **rows, size_t *row_count)
{
	td_err_t err;
	td_answer_t *answer = td_answer_new(query);
	assert_non_null(answer);
	for (size_t i = 0; i < count; i++) {
		td_bucket_t bucket = {given[i].cell.hour == TD_HOUR_NONE ? TD_SPAN_DAY
									 : TD_SPAN_HOUR,
				      day_of(given[i].on)};
		assert_true(td_answer_add(answer, given[i].before, &bucket, &given[i].cell,
					  given[i].value, &err));
	}
	assert_true(td_answer_finish(answer, rows, row_count, &err));
	return answer;
}

#define CELL(metric_, dim1_, dim2_, area_)                                                         \
	{                                                                                          \
		.metric = TD_METRIC_##metric_, .dim1 = dim1_, .dim2 = dim2_, .hour = TD_HOUR_NONE, \
		.area = area_                                                                      \
	}

static const given_t cases[] = {
	{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 10},
	{false, 20210301, CELL(CASE_OCCURRED, VERY, ORDER, "vn-06"), 4},
	{false, 20210302, CELL(CASE_OCCURRED, ESPECIALLY, ORDER, "vn-69"), 2},
	{false, 20210302, CELL(CASE_SOLVED_CURRENT, LESS, ORDER, "vn-06"), 9},
	{false, 20210303, CELL(CASE_SOLVED_CURRENT, VERY, ORDER, "vn-06"), 3},
	{false, 20210303, CELL(CASE_SOLVED_CURRENT, ESPECIALLY, ORDER, "vn-69"), 2},
	{false, 20210303, CELL(CASE_SOLVED_PRIOR, LESS, ORDER, "vn-69"), 5},
	{false, 20210303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-99"), 1000},
	{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 20},
	{true, 20200303, CELL(CASE_SOLVED_CURRENT, LESS, ORDER, "vn-06"), 10},
	{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06.136"), 7},
};

static void a_rate_is_the_quotient_of_the_sums_of_the_provinces_asked_for(void **state)
{
	(void)state;
	size_t count;
	int64_t rate;
	const td_row_t *rows;
	td_query_t query = query_of("clearance");
	td_answer_t *answer = ask(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].over, 14);
	assert_int_equal(rows[0].under, 16);
	assert_int_equal(rows[0].over_before, 10);
	assert_int_equal(rows[0].under_before, 20);
	assert_true(td_row_rate(&query, &rows[0], &rate));
	assert_int_equal(rate, 8750);
	td_answer_free(answer);
}

static void a_figure_can_be_narrowed_to_values_of_a_dimension(void **state)
{
	(void)state;
	size_t count;
	td_err_t err;
	const td_row_t *rows;
	td_query_t query = query_of("clearance");
	assert_true(td_figure_select(&query.figures[0], "severity=very,especially", &err));
	td_answer_t *answer = ask(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(rows[0].over, 5);
	assert_int_equal(rows[0].under, 6);
	td_answer_free(answer);
}

static void a_sum_of_metrics_is_no_rate(void **state)
{
	(void)state;
	size_t count;
	int64_t rate;
	const td_row_t *rows;
	td_query_t query = query_of("cases.solved");
	query.by_province = true;
	td_answer_t *answer = ask(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].over, 12);
	assert_int_equal(rows[1].over, 7);
	assert_false(td_row_rate(&query, &rows[0], &rate));
	td_answer_free(answer);
}

/* So that a merged province has a year before. */
static void what_provinces_did_counts_for_the_one_that_they_became(void **state)
{
	(void)state;
	static const given_t given[] = {
		{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-69"), 10},
		{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-53"), 5},
		{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 100},
		{false, 20210303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-53"), 7},
		{false, 20210303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-thainguyen-2025"), 1},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = query_of("cases.occurred");
	query.provinces[0] = "vn-13";
	query.provinces[1] = "vn-thainguyen-2025";
	query.former[0] = (td_former_t){"vn-69", 1};
	query.former[1] = (td_former_t){"vn-53", 1};
	query.former_count = 2;
	query.by_province = true;
	td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].over + rows[0].over_before, 0);
	assert_int_equal(rows[1].over, 7 + 1);
	assert_int_equal(rows[1].over_before, 10 + 5);
	td_answer_free(answer);
}

static void units_are_asked_for_apart_from_provinces(void **state)
{
	(void)state;
	size_t count;
	const td_row_t *rows;
	td_query_t query = query_of("cases.occurred");
	query.by_province = query.by_unit = true;
	td_answer_t *answer = ask(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].unit, "vn-06.136");
	assert_int_equal(rows[0].over, 7);
	td_answer_free(answer);
}

static void months_of_the_police_begin_on_the_15th(void **state)
{
	(void)state;
	static const given_t given[] = {
		{false, 20210214, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 1},
		{false, 20210215, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 2},
		{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 4},
		{true, 20200229, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 8},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = query_of("cases.occurred");
	query.each = TD_EACH_MONTH;
	td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(count, 12);
	assert_int_equal(td_localday_yyyymmdd(rows[1].bucket_day), 20210115);
	assert_int_equal(rows[1].over, 1);
	assert_int_equal(td_localday_yyyymmdd(rows[2].bucket_day), 20210215);
	assert_int_equal(rows[2].over, 6);
	assert_int_equal(rows[2].over_before, 8);
	td_answer_free(answer);
}

/* In a bucket of the year before, 29 February belongs to February. */
static void a_leap_day_of_the_year_before_stays_in_its_month(void **state)
{
	(void)state;
	static const given_t given[] = {
		{true, 20200228, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 1},
		{true, 20200229, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 2},
		{true, 20200301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 4},
	};
	static const struct {
		td_each_t each;
		int32_t february, march;
	} asked[] = {{TD_EACH_MONTH, 20210216, 20210301},
		     {TD_EACH_HALF, 20210216, 20210301},
		     {TD_EACH_DAY, 20210228, 20210301}};
	for (size_t i = 0; i < TD_COUNT(asked); i++) {
		size_t count;
		const td_row_t *rows;
		int64_t february = 0, march = 0;
		td_query_t query = query_of("cases.occurred");
		query.calendar = TD_CALENDAR_CIVIL;
		query.each = asked[i].each;
		query.days = (td_days_t){day_of(20210216), day_of(20210314)};
		query.before = td_days_year_before(query.days);
		td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
		for (size_t row = 0; row < count; row++) {
			if (rows[row].bucket_day == day_of(asked[i].february))
				february = rows[row].over_before;
			if (rows[row].bucket_day == day_of(asked[i].march))
				march = rows[row].over_before;
		}
		assert_int_equal(february, 1 + 2);
		assert_int_equal(march, 4);
		td_answer_free(answer);
	}
}

static void a_bucket_in_which_nothing_was_counted_is_zero_and_not_missing(void **state)
{
	(void)state;
	static const struct {
		td_each_t each;
		int32_t from, to;
		size_t rows;
	} asked[] = {
		{TD_EACH_DAY, 20210227, 20210302, 4},   {TD_EACH_HALF, 20210210, 20210316, 4},
		{TD_EACH_MONTH, 20210114, 20210215, 3}, {TD_EACH_QUARTER, 20201215, 20211214, 4},
		{TD_EACH_YEAR, 20201215, 20211214, 1},  {TD_EACH_NONE, 20210101, 20210105, 1},
		{TD_EACH_HOUR, 20210301, 20210302, 38},
	};
	for (size_t i = 0; i < TD_COUNT(asked); i++) {
		size_t count;
		const td_row_t *rows;
		td_query_t query = query_of("cases.occurred");
		query.each = asked[i].each;
		query.days = (td_days_t){day_of(asked[i].from), day_of(asked[i].to)};
		if (query.each == TD_EACH_HOUR) {
			query.grain = TD_GRAIN_HOUR;
			query.first_hour = 5;
			query.last_hour = 18;
		}
		td_answer_t *answer = ask(&query, NULL, 0, &rows, &count);
		assert_int_equal(count, asked[i].rows);
		assert_int_equal(rows[0].bucket_day, query.days.first);
		assert_int_equal(rows[0].over, 0);
		td_answer_free(answer);
	}
}

static void a_window_of_hours_is_cut_within_its_first_and_last_day(void **state)
{
	(void)state;
	given_t given[4] = {{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 1},
			    {false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 2},
			    {false, 20210302, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 4},
			    {false, 20210302, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 8}};
	static const int8_t hours[] = {9, 10, 9, 10};
	size_t count;
	const td_row_t *rows;
	td_query_t query = query_of("cases.occurred");
	for (size_t i = 0; i < TD_COUNT(given); i++)
		given[i].cell.hour = hours[i];
	query.grain = TD_GRAIN_HOUR;
	query.days = (td_days_t){day_of(20210301), day_of(20210302)};
	query.first_hour = 10;
	query.last_hour = 9;
	td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(rows[0].over, 2 + 4);
	td_answer_free(answer);
}

static void a_target_stands_beside_the_figure_that_it_is_for(void **state)
{
	(void)state;
	static const given_t given[] = {
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06"), 120},
		{false, 20211214, CELL(TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-06"), 100},
		{false, 20211214, CELL(TARGET, TD_METRIC_IDENTITY_PRINTED, YEAR, "vn-06"), 70},
		{false, 20210614, CELL(TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR + 1, "vn-06"), 50},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = query_of("identity.files_received");
	query.by_province = true;
	td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
	assert_true(rows[0].has_target);
	assert_int_equal(rows[0].target, 100);
	assert_int_equal(rows[0].over, 120);
	assert_false(rows[1].has_target);
	td_answer_free(answer);
}

/* Two provinces' targets for a rate: 75 percent and that or another. */
static void sum_has_target(const char *selection, int64_t other, bool has_target)
{
	size_t count;
	td_err_t err;
	const td_row_t *rows;
	td_query_t query = query_of("clearance");
	const given_t given[] = {
		{false, 20211214, CELL(TARGET, 200, YEAR, "vn-06"), 7500},
		{false, 20211214, CELL(TARGET, 200, YEAR, "vn-69"), other},
	};
	assert_true(td_figure_select(&query.figures[0], selection, &err));
	td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(count, 1);
	assert_true(rows[0].has_target == has_target);
	if (has_target)
		assert_int_equal(rows[0].target, 7500);
	td_answer_free(answer);
}

static void targets_of_a_rate_are_not_added_up(void **state)
{
	(void)state;
	sum_has_target("", 7500, true);
	sum_has_target("", 8000, false);
	sum_has_target("severity=very", 7500, false);
}

static void a_target_stands_beside_whole_sums_only(void **state)
{
	(void)state;
	static const given_t given[] = {
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06"), 5},
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06.136"), 5},
		{false, 20211214, CELL(TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-06"), 10},
	};
	for (int split = 0; split < 3; split++) {
		size_t count, with_target = 0;
		const td_row_t *rows;
		td_query_t query = query_of("identity.files_received");
		query.by_province = true;
		query.by_unit = split == 1;
		query.each = split == 2 ? TD_EACH_MONTH : TD_EACH_NONE;
		td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
		for (size_t i = 0; i < count; i++)
			with_target += rows[i].has_target;
		assert_int_equal(with_target, split == 0);
		td_answer_free(answer);
	}
}

/* What all did is not held against what was asked of some. */
static void a_sum_has_a_target_only_when_each_province_has_one(void **state)
{
	(void)state;
	static const struct {
		const char *figure;
		uint8_t id;
		int64_t target, all;
	} asked[] = {{"identity.files_received", TD_METRIC_IDENTITY_RECEIVED, 100, 200},
		     {"clearance", 200, 7500, 7500}};
	for (size_t i = 0; i < TD_COUNT(asked); i++) {
		given_t given[] = {
			{false, 20211214, CELL(TARGET, asked[i].id, YEAR, "vn-06"),
			 asked[i].target},
			{false, 20211214, CELL(TARGET, asked[i].id, YEAR, "vn-69"),
			 asked[i].target},
		};
		for (size_t targets = 1; targets <= TD_COUNT(given); targets++) {
			size_t count;
			const td_row_t *rows;
			td_query_t query = query_of(asked[i].figure);
			td_answer_t *answer = ask(&query, given, targets, &rows, &count);
			assert_int_equal(count, 1);
			assert_true(rows[0].has_target == (targets == 2));
			if (rows[0].has_target)
				assert_int_equal(rows[0].target, asked[i].all);
			td_answer_free(answer);
		}
	}
}

static void equals_share_a_rank(void **state)
{
	(void)state;
	static const given_t given[] = {
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06"), 5},
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-69"), 7},
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-14"), 7},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = query_of("identity.files_received");
	query.provinces[2] = "vn-14";
	query.province_count = 3;
	query.by_province = query.rank = true;
	td_answer_t *answer = ask(&query, given, TD_COUNT(given), &rows, &count);
	static const struct {
		uint16_t province;
		uint32_t rank;
	} expected[] = {{1, 1}, {2, 1}, {0, 3}};
	assert_int_equal(count, TD_COUNT(expected));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(rows[i].province_index, expected[i].province);
		assert_int_equal(rows[i].rank, expected[i].rank);
	}
	td_answer_free(answer);
}

static void what_is_no_figure_is_answered_with_the_nearest(void **state)
{
	(void)state;
	td_err_t err;
	td_figure_t figure;
	assert_false(td_figure_find("clearence", &figure, &err));
	assert_int_equal(err.code, TD_EUSAGE);
	assert_non_null(strstr(err.text, "'clearance'"));
	assert_true(td_figure_find("clearance", &figure, &err));
	assert_false(td_figure_select(&figure, "fund=poor", &err));
	assert_false(td_figure_select(&figure, "severity=grave", &err));
	assert_non_null(strstr(err.text, "grave"));
	assert_false(td_figure_select(&figure, "severity", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_the_quotient_of_the_sums_of_the_provinces_asked_for),
		cmocka_unit_test(a_figure_can_be_narrowed_to_values_of_a_dimension),
		cmocka_unit_test(a_sum_of_metrics_is_no_rate),
		cmocka_unit_test(what_provinces_did_counts_for_the_one_that_they_became),
		cmocka_unit_test(units_are_asked_for_apart_from_provinces),
		cmocka_unit_test(months_of_the_police_begin_on_the_15th),
		cmocka_unit_test(a_window_of_hours_is_cut_within_its_first_and_last_day),
		cmocka_unit_test(a_target_stands_beside_the_figure_that_it_is_for),
		cmocka_unit_test(targets_of_a_rate_are_not_added_up),
		cmocka_unit_test(a_bucket_in_which_nothing_was_counted_is_zero_and_not_missing),
		cmocka_unit_test(a_target_stands_beside_whole_sums_only),
		cmocka_unit_test(a_leap_day_of_the_year_before_stays_in_its_month),
		cmocka_unit_test(a_sum_has_a_target_only_when_each_province_has_one),
		cmocka_unit_test(equals_share_a_rank),
		cmocka_unit_test(what_is_no_figure_is_answered_with_the_nearest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
