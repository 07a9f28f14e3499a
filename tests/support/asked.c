#include "tests/support/asked.h"

#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

int32_t td_asked_day(int32_t yyyymmdd)
{
	int32_t day;
	assert_true(td_localday_of_yyyymmdd(yyyymmdd, &day));
	return day;
}

td_query_t td_asked_query(const char *figure)
{
	td_err_t err;
	td_query_t query = {
		.figure_count = 1,
		.provinces = {"vn-06", "vn-69"},
		.province_count = 2,
		.days = {td_asked_day(20201215), td_asked_day(20211214)},
		.before = {td_asked_day(20191215), td_asked_day(20201214)},
		.period_kind = (Thidua__V1__PeriodKind)YEAR,
		.last_hour = 23,
	};
	assert_true(td_figure_find(figure, &query.figures[0], &err));
	return query;
}

td_answer_t *td_asked(const td_query_t *query, const td_given_t *given, size_t count,
		      const td_row_t **rows, size_t *row_count)
{
	td_err_t err;
	td_answer_t *answer = td_answer_new(query);
	assert_non_null(answer);
	for (size_t i = 0; i < count; i++) {
		td_bucket_t bucket = {given[i].cell.hour == TD_HOUR_NONE ? TD_SPAN_DAY
									 : TD_SPAN_HOUR,
				      td_asked_day(given[i].on)};
		assert_true(td_answer_add(answer, given[i].before, &bucket, &given[i].cell,
					  given[i].value, &err));
	}
	assert_true(td_answer_finish(answer, rows, row_count, &err));
	return answer;
}
