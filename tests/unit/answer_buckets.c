/* answer: into which months, days and hours cells fall, and where a window ends. */
#include "aggregator/answer.h"

#include "common/localday.h"
#include "tests/support/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void months_of_the_police_begin_on_the_15th(void **state)
{
	(void)state;
	static const td_given_t given[] = {
		{false, 20210214, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 1},
		{false, 20210215, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 2},
		{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 4},
		{true, 20200229, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 8},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = td_asked_query("cases.occurred");
	query.each = TD_EACH_MONTH;
	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(count, 12);
	assert_int_equal(td_localday_yyyymmdd(rows[1].bucket_day), 20210115);
	assert_int_equal(rows[1].over, 1);
	assert_int_equal(td_localday_yyyymmdd(rows[2].bucket_day), 20210215);
	assert_int_equal(rows[2].over, 6);
	assert_int_equal(rows[2].over_before, 8);
	td_answer_free(answer);
}

static void a_window_of_hours_is_cut_within_its_first_and_last_day(void **state)
{
	(void)state;
	td_given_t given[4] = {{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 1},
			       {false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 2},
			       {false, 20210302, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 4},
			       {false, 20210302, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 8}};
	static const int8_t hours[] = {9, 10, 9, 10};
	size_t count;
	const td_row_t *rows;
	td_query_t query = td_asked_query("cases.occurred");
	for (size_t i = 0; i < TD_COUNT(given); i++)
		given[i].cell.hour = hours[i];
	query.grain = TD_GRAIN_HOUR;
	query.days = (td_days_t){td_asked_day(20210301), td_asked_day(20210302)};
	query.first_hour = 10;
	query.last_hour = 9;
	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(rows[0].over, 2 + 4);
	td_answer_free(answer);
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
		td_query_t query = td_asked_query("cases.occurred");
		query.each = asked[i].each;
		query.days = (td_days_t){td_asked_day(asked[i].from), td_asked_day(asked[i].to)};
		if (query.each == TD_EACH_HOUR) {
			query.grain = TD_GRAIN_HOUR;
			query.first_hour = 5;
			query.last_hour = 18;
		}
		td_answer_t *answer = td_asked(&query, NULL, 0, &rows, &count);
		assert_int_equal(count, asked[i].rows);
		assert_int_equal(rows[0].bucket_day, query.days.first);
		assert_int_equal(rows[0].over, 0);
		td_answer_free(answer);
	}
}

/* In a bucket of the year before, 29 February belongs to February. */
static void a_leap_day_of_the_year_before_stays_in_its_month(void **state)
{
	(void)state;
	static const td_given_t given[] = {
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
		td_query_t query = td_asked_query("cases.occurred");
		query.calendar = TD_CALENDAR_CIVIL;
		query.each = asked[i].each;
		query.days = (td_days_t){td_asked_day(20210216), td_asked_day(20210314)};
		query.before = td_days_year_before(query.days);
		td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
		for (size_t row = 0; row < count; row++) {
			if (rows[row].bucket_day == td_asked_day(asked[i].february))
				february = rows[row].over_before;
			if (rows[row].bucket_day == td_asked_day(asked[i].march))
				march = rows[row].over_before;
		}
		assert_int_equal(february, 1 + 2);
		assert_int_equal(march, 4);
		td_answer_free(answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_of_the_police_begin_on_the_15th),
		cmocka_unit_test(a_window_of_hours_is_cut_within_its_first_and_last_day),
		cmocka_unit_test(a_bucket_in_which_nothing_was_counted_is_zero_and_not_missing),
		cmocka_unit_test(a_leap_day_of_the_year_before_stays_in_its_month),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
