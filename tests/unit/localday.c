/* localday: dates, half-months and hours in Viet Nam's time. */
#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void real_dates_and_only_those_are_days(void **state)
{
	(void)state;
	int32_t day;
	static const int32_t real[] = {19700101, 20200229, 20000229, 20211231, 21001231, 19450101};
	static const int32_t unreal[] = {0,        -20210101, 20210229,  21000229,
					 20210431, 20211301,  20210100,  19441231,
					 21010101, 202101,    INT32_MAX, INT32_MIN};
	for (size_t i = 0; i < TD_COUNT(real); i++) {
		assert_true(td_localday_of_yyyymmdd(real[i], &day));
		assert_int_equal(td_localday_yyyymmdd(day), real[i]);
	}
	for (size_t i = 0; i < TD_COUNT(unreal); i++)
		assert_false(td_localday_of_yyyymmdd(unreal[i], &day));
}

static void every_day_follows_the_one_before(void **state)
{
	(void)state;
	int32_t first = td_localday_make(TD_YEAR_MIN, 1, 1),
		last = td_localday_make(TD_YEAR_MAX, 12, 31);
	assert_int_equal(first, TD_DAY_MIN);
	assert_int_equal(last, TD_DAY_MAX);
	int32_t half = td_localday_half(first);
	for (int32_t day = first; day <= last; day++) {
		int32_t again;
		assert_true(td_localday_of_yyyymmdd(td_localday_yyyymmdd(day), &again));
		assert_int_equal(again, day);
		if (td_localday_half(day) != half)
			half++;
		assert_int_equal(td_localday_half(day), half);
		assert_in_range(day - td_localday_make(TD_YEAR_MIN, 1, 1),
				td_localday_half_first(half) - first,
				td_localday_half_last(half) - first);
	}
}

static void the_local_day_begins_at_five_in_the_afternoon_utc(void **state)
{
	(void)state;
	int64_t new_year = INT64_C(1609434000000); /* 2020-12-31T17:00:00Z */
	assert_int_equal(td_localday_yyyymmdd(td_localday_of_ms(new_year)), 20210101);
	assert_int_equal(td_localday_yyyymmdd(td_localday_of_ms(new_year - 1)), 20201231);
	assert_int_equal(td_localday_hour_of_ms(new_year), 0);
	assert_int_equal(td_localday_hour_of_ms(new_year - 1), 23);
	assert_int_equal(td_localday_start_ms(td_localday_of_ms(new_year)), new_year);
	assert_int_equal(td_localday_hour_of_ms(-1), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_dates_and_only_those_are_days),
		cmocka_unit_test(every_day_follows_the_one_before),
		cmocka_unit_test(the_local_day_begins_at_five_in_the_afternoon_utc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
