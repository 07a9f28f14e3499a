/* window: named periods, the same days a year before, and the hashes that hold a range of days. */
#include "aggregator/window.h"

#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static int32_t day_of(int32_t yyyymmdd)
{
	int32_t day;
	assert_true(td_localday_of_yyyymmdd(yyyymmdd, &day));
	return day;
}

static void a_period_is_known_by_its_name(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		td_calendar_t calendar;
		int32_t first, last;
	} cases[] = {
		{"2021", TD_CALENDAR_POLICE, 20201215, 20211214},
		{"2021-H1", TD_CALENDAR_POLICE, 20201215, 20210614},
		{"2021-H2", TD_CALENDAR_POLICE, 20210615, 20211214},
		{"2021-9M", TD_CALENDAR_POLICE, 20201215, 20210914},
		{"2021-Q1", TD_CALENDAR_POLICE, 20201215, 20210314},
		{"2021-Q4", TD_CALENDAR_POLICE, 20210915, 20211214},
		{"2021-M01", TD_CALENDAR_POLICE, 20201215, 20210114},
		{"2021-M9", TD_CALENDAR_POLICE, 20210815, 20210914},
		{"2020-M03", TD_CALENDAR_POLICE, 20200215, 20200314},
		{"2021", TD_CALENDAR_CIVIL, 20210101, 20211231},
		{"2020-M02", TD_CALENDAR_CIVIL, 20200201, 20200229},
		{"2021-Q4", TD_CALENDAR_CIVIL, 20211001, 20211231},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_period_t period;
		td_err_t err;
		assert_true(td_period_parse(cases[i].name, cases[i].calendar, &period, &err));
		td_days_t days = td_period_days(&period);
		assert_int_equal(td_localday_yyyymmdd(days.first), cases[i].first);
		assert_int_equal(td_localday_yyyymmdd(days.last), cases[i].last);
	}
}

static void what_is_no_period_is_refused_by_name(void **state)
{
	(void)state;
	static const char *const bad[] = {"",        "21",      "2021-",    "2021-Q5", "2021-M13",
					  "2021-M0", "2021-H3", "2021-q1",  "20211",   "2021-Q1x",
					  "1900",    "2101",    "2021-M-1", "abcd",    "2021-M"};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		td_period_t period;
		td_err_t err;
		assert_false(td_period_parse(bad[i], TD_CALENDAR_POLICE, &period, &err));
		assert_int_equal(err.code, TD_EUSAGE);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

static void the_year_before_has_the_same_day_numbers(void **state)
{
	(void)state;
	static const struct {
		int32_t first, last, first_before, last_before;
	} cases[] = {
		{20210301, 20210314, 20200301, 20200314}, {20210215, 20210228, 20200215, 20200228},
		{20200201, 20200229, 20190201, 20190228}, {20200229, 20200314, 20190301, 20190314},
		{20201215, 20211214, 20191215, 20201214},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_days_t before = td_days_year_before(
			(td_days_t){day_of(cases[i].first), day_of(cases[i].last)});
		assert_int_equal(td_localday_yyyymmdd(before.first), cases[i].first_before);
		assert_int_equal(td_localday_yyyymmdd(before.last), cases[i].last_before);
	}
	td_days_t leap_day = td_days_year_before((td_days_t){day_of(20200229), day_of(20200229)});
	assert_true(leap_day.first > leap_day.last);
}

/* Every range of up to 100 days over two years, one of them a leap year, at every grain. */
static void buckets_hold_each_day_of_a_range_once(void **state)
{
	(void)state;
	static td_bucket_t buckets[TD_BUCKETS_MAX];
	td_err_t err;
	for (int32_t first = day_of(20191201); first < day_of(20211231); first++) {
		for (int32_t last = first - 1; last < first + 100; last++) {
			for (td_grain_t grain = TD_GRAIN_ANY; grain <= TD_GRAIN_HOUR; grain++) {
				size_t count;
				int32_t next = first;
				assert_true(td_window_buckets((td_days_t){first, last}, grain,
							      buckets, &count, &err));
				for (size_t i = 0; i < count; i++) {
					assert_int_equal(buckets[i].day, next);
					next = buckets[i].span == TD_SPAN_HALF
						       ? td_localday_half_last(
								 td_localday_half(next)) +
								 1
						       : next + 1;
				}
				assert_int_equal(next, last + 1);
			}
		}
	}
}

static void police_months_and_years_are_whole_half_months(void **state)
{
	(void)state;
	static td_bucket_t buckets[TD_BUCKETS_MAX];
	for (int32_t year = 2018; year <= 2030; year++) {
		for (int32_t month = 1; month <= 12; month++) {
			size_t count;
			td_err_t err;
			td_period_t period = {TD_CALENDAR_POLICE, year, 1, month};
			assert_true(td_window_buckets(td_period_days(&period), TD_GRAIN_ANY,
						      buckets, &count, &err));
			assert_int_equal(count, 2);
			assert_int_equal(buckets[0].span, TD_SPAN_HALF);
			assert_int_equal(buckets[1].span, TD_SPAN_HALF);
		}
	}
}

static void too_many_buckets_are_refused(void **state)
{
	(void)state;
	static td_bucket_t buckets[TD_BUCKETS_MAX];
	size_t count;
	td_err_t err;
	td_days_t fifty_years = {day_of(19760101), day_of(20251231)};
	assert_false(td_window_buckets(fifty_years, TD_GRAIN_DAY, buckets, &count, &err));
	assert_int_equal(err.code, TD_EUSAGE);
	assert_true(td_window_buckets(fifty_years, TD_GRAIN_ANY, buckets, &count, &err));
	assert_int_equal(count, TD_BUCKETS_MAX);
}

/* Each day of five years lies in the month, quarter and year that its first day begins. */
static void a_day_lies_in_the_period_that_begins_its_bucket(void **state)
{
	(void)state;
	static const struct {
		td_each_t each;
		int32_t months;
	} steps[] = {{TD_EACH_MONTH, 1}, {TD_EACH_QUARTER, 3}, {TD_EACH_YEAR, 12}};
	for (td_calendar_t calendar = TD_CALENDAR_POLICE; calendar <= TD_CALENDAR_CIVIL;
	     calendar++) {
		for (size_t step = 0; step < TD_COUNT(steps); step++) {
			int32_t day = 0;
			for (int32_t year = 2019; year <= 2023; year++) {
				for (int32_t n = 1; n <= 12 / steps[step].months; n++) {
					td_period_t period = {calendar, year, steps[step].months,
							      n};
					td_days_t days = td_period_days(&period);
					for (day = days.first; day <= days.last; day++)
						assert_int_equal(td_window_first(steps[step].each,
										 calendar, day),
								 days.first);
				}
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_period_is_known_by_its_name),
		cmocka_unit_test(what_is_no_period_is_refused_by_name),
		cmocka_unit_test(the_year_before_has_the_same_day_numbers),
		cmocka_unit_test(buckets_hold_each_day_of_a_range_once),
		cmocka_unit_test(police_months_and_years_are_whole_half_months),
		cmocka_unit_test(a_day_lies_in_the_period_that_begins_its_bucket),
		cmocka_unit_test(too_many_buckets_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
