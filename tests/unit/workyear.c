/* The year that begins on 15 December, and where periods end. */
#include "workers/workyear.h"

#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void a_work_year_runs_from_the_15th_to_the_14th_of_december(void **state)
{
	(void)state;
	for (int32_t year = TD_YEAR_MIN; year <= TD_YEAR_MAX; year++) {
		assert_int_equal(td_localday_yyyymmdd(td_workyear_last(year)), year * 10000 + 1214);
		assert_int_equal(td_workyear_of_on(year * 10000 + 101), year);
		assert_int_equal(td_workyear_of_on(year * 10000 + 731), year);
		assert_int_equal(td_workyear_of_on(year * 10000 + 1130), year);
		assert_int_equal(td_workyear_of_on(year * 10000 + 1214), year);
		assert_int_equal(td_workyear_of_on(year * 10000 + 1215), year + 1);
		assert_int_equal(td_workyear_of_on(year * 10000 + 1231), year + 1);
	}
}

static void each_period_ends_on_its_last_day(void **state)
{
	(void)state;
	static const struct {
		int kind;
		int32_t year;
		uint32_t number;
		int32_t last_on; /* 0: there is no such period */
	} periods[] = {
		{1, 2021, 0, 20211214},  {2, 2021, 1, 20210614},   {2, 2021, 2, 20211214},
		{3, 2021, 1, 20210314},  {3, 2021, 4, 20211214},   {4, 2021, 1, 20210114},
		{4, 2021, 9, 20210914},  {5, 2021, 0, 20211231},   {6, 2021, 1, 20210630},
		{7, 2021, 1, 20210331},  {7, 2021, 3, 20210930},   {8, 2020, 2, 20200229},
		{8, 2021, 2, 20210228},  {8, 2021, 12, 20211231},  {8, 2100, 12, 21001231},
		{1, 2021, 1, 0},         {5, 2021, 1, 0},          {2, 2021, 0, 0},
		{2, 2021, 3, 0},         {3, 2021, 5, 0},          {4, 2021, 13, 0},
		{8, 2021, 0, 0},         {0, 2021, 0, 0},          {1, 1944, 0, 0},
		{1, 2101, 0, 0},         {8, 2021, UINT32_MAX, 0}, {9, 2021, 0, 20210914},
		{10, 2021, 0, 20210930}, {9, 2021, 1, 0},          {10, 2021, 9, 0},
		{11, 2021, 0, 0},        {-1, 2021, 0, 0},
	};
	for (size_t i = 0; i < TD_COUNT(periods); i++) {
		Thidua__V1__Period period = THIDUA__V1__PERIOD__INIT;
		int32_t day;
		period.kind = (Thidua__V1__PeriodKind)periods[i].kind;
		period.year = periods[i].year;
		period.number = periods[i].number;
		bool there = td_workyear_period_last(&period, &day);
		int32_t last_on = there ? td_localday_yyyymmdd(day) : 0;
		if (last_on != periods[i].last_on)
			fail_msg("period %zu ends on %d, not on %d", i, last_on,
				 periods[i].last_on);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_work_year_runs_from_the_15th_to_the_14th_of_december),
		cmocka_unit_test(each_period_ends_on_its_last_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
