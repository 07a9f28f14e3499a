/*
 * calendar: days, half-months and periods fit together without a gap or an overlap, for every day
 * that an event can lie on.
 *
 * Held against a calendar that counts on day by day.
 */
#include "aggregator/window.h"
#include "common/localday.h"
#include "tests/model/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { RUNS = 3000, HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

typedef struct date {
	int32_t year, month, day;
} date_t;

static int32_t month_length(int32_t year, int32_t month)
{
	static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

static void count_on(date_t *date)
{
	if (++date->day <= month_length(date->year, date->month))
		return;
	date->day = 1;
	if (++date->month <= 12)
		return;
	date->month = 1;
	date->year++;
}

static void every_day_has_its_date_and_its_half_month(void **state)
{
	(void)state;
	int32_t day = td_localday_make(1945, 1, 1), last = td_localday_make(2100, 12, 31);
	for (date_t date = {1945, 1, 1}; day <= last; day++, count_on(&date)) {
		int32_t on = date.year * 10000 + date.month * 100 + date.day, back;
		assert_int_equal(td_localday_yyyymmdd(day), on);
		assert_true(td_localday_of_yyyymmdd(on, &back));
		assert_int_equal(back, day);
		int32_t half = td_localday_half(day);
		int32_t first = td_localday_half_first(half), end = td_localday_half_last(half);
		assert_true(first <= day && day <= end);
		assert_int_equal(first, day - date.day + (date.day < 15 ? 1 : 15));
		assert_int_equal(
			end, day - date.day +
				     (date.day < 15 ? 14 : month_length(date.year, date.month)));
	}
}

static void dates_that_are_none_are_refused(void **state)
{
	(void)state;
	for (int32_t on = 19441231; on <= 21010101; on++) {
		int32_t year = on / 10000, month = on / 100 % 100, of_month = on % 100, day;
		bool real = year >= 1945 && year <= 2100 && month >= 1 && month <= 12 &&
			    of_month >= 1 && of_month <= month_length(year, month);
		if (of_month < 40)
			assert_int_equal(td_localday_of_yyyymmdd(on, &day), real);
	}
}

/* Midnight is that of Viet Nam: 17:00 UTC of the day before. */
static void moments_change_the_day_at_local_midnight(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(run);
		int32_t day =
			td_localday_make(1945, 1, 1) + (int32_t)td_chance_below(&chance, 156 * 365);
		int64_t start_ms = (int64_t)day * DAY_MS - 7 * HOUR_MS;
		int64_t within_ms = (int64_t)td_chance_below(&chance, DAY_MS);
		assert_int_equal(td_localday_start_ms(day), start_ms);
		assert_int_equal(td_localday_of_ms(start_ms), day);
		assert_int_equal(td_localday_of_ms(start_ms - 1), day - 1);
		assert_int_equal(td_localday_of_ms(start_ms + within_ms), day);
		assert_int_equal(td_localday_hour_of_ms(start_ms + within_ms), within_ms / HOUR_MS);
		assert_int_equal(td_localday_hour_of_ms(start_ms - 1), 23);
	}
}

static td_days_t days_of(td_calendar_t calendar, int32_t year, int32_t months, int32_t number)
{
	return td_period_days(&(td_period_t){calendar, year, months, number});
}

/* Months make quarters, quarters halves, halves the year, and the years follow one another. */
static void parts_of_a_year_follow_one_another(void **state)
{
	(void)state;
	static const int32_t lengths[] = {1, 3, 6, 12};
	for (int calendar = TD_CALENDAR_POLICE; calendar <= TD_CALENDAR_CIVIL; calendar++) {
		for (size_t i = 0; i < TD_COUNT(lengths); i++) {
			td_calendar_t kind = (td_calendar_t)calendar;
			int32_t next = days_of(kind, 1946, 12, 1).first;
			for (int32_t year = 1946; year <= 2100; year++) {
				for (int32_t part = 1; part <= 12 / lengths[i]; part++) {
					td_days_t days = days_of(kind, year, lengths[i], part);
					assert_int_equal(days.first, next);
					next = days.last + 1;
				}
				assert_int_equal(next - 1, days_of(kind, year, 12, 1).last);
			}
		}
	}
}

/* Every period is a whole number of half-months, so that no figure of one needs a single day. */
static void a_period_is_made_of_half_months_alone(void **state)
{
	(void)state;
	static td_bucket_t buckets[TD_BUCKETS_MAX];
	for (int calendar = TD_CALENDAR_POLICE; calendar <= TD_CALENDAR_CIVIL; calendar++) {
		for (int32_t year = 1946; year <= 2100; year++) {
			for (int32_t month = 1; month <= 12; month++) {
				td_days_t days = days_of((td_calendar_t)calendar, year, 1, month);
				size_t count;
				td_err_t err;
				assert_true(td_window_buckets(days, TD_GRAIN_ANY, buckets, &count,
							      &err));
				assert_int_equal(count, 2);
				assert_int_equal(buckets[0].span, TD_SPAN_HALF);
				assert_int_equal(buckets[1].span, TD_SPAN_HALF);
			}
		}
	}
}

static int32_t last_of(const td_bucket_t *bucket)
{
	return bucket->span == TD_SPAN_HALF ? td_localday_half_last(td_localday_half(bucket->day))
					    : bucket->day;
}

static void the_hashes_of_any_days_hold_exactly_those_days(void **state)
{
	(void)state;
	static td_bucket_t buckets[TD_BUCKETS_MAX];
	static const td_grain_t grains[] = {TD_GRAIN_ANY, TD_GRAIN_DAY, TD_GRAIN_HOUR};
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(RUNS + run);
		td_grain_t grain = grains[td_chance_below(&chance, TD_COUNT(grains))];
		td_days_t days = {.first = td_localday_make(2019, 12, 1) +
					   (int32_t)td_chance_below(&chance, 900)};
		days.last = days.first - 1 + (int32_t)td_chance_below(&chance, 500);
		size_t count;
		td_err_t err;
		int32_t next = days.first;
		assert_true(td_window_buckets(days, grain, buckets, &count, &err));
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(buckets[i].day, next);
			assert_true(grain == TD_GRAIN_ANY || last_of(&buckets[i]) == next);
			next = last_of(&buckets[i]) + 1;
		}
		assert_int_equal(next, days.last + 1);
	}
}

static void each_day_lies_in_the_bucket_that_begins_before_it(void **state)
{
	(void)state;
	for (int32_t day = td_localday_make(2019, 12, 1); day < td_localday_make(2022, 2, 1);
	     day++) {
		for (int each = TD_EACH_DAY; each <= TD_EACH_YEAR; each++) {
			for (int calendar = 0; calendar < 2; calendar++) {
				td_calendar_t kind = (td_calendar_t)calendar;
				int32_t first = td_window_first((td_each_t)each, kind, day);
				int32_t before = td_window_first((td_each_t)each, kind, day - 1);
				assert_true(first <= day);
				/* It begins there or where the day before began. */
				assert_true(first == day || first == before);
				assert_int_equal(td_window_first((td_each_t)each, kind, first),
						 first);
			}
		}
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_has_its_date_and_its_half_month),
		cmocka_unit_test(dates_that_are_none_are_refused),
		cmocka_unit_test(moments_change_the_day_at_local_midnight),
		cmocka_unit_test(parts_of_a_year_follow_one_another),
		cmocka_unit_test(a_period_is_made_of_half_months_alone),
		cmocka_unit_test(the_hashes_of_any_days_hold_exactly_those_days),
		cmocka_unit_test(each_day_lies_in_the_bucket_that_begins_before_it),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
