/* moment: what an operator may write for a point of time, in Viet Nam's time. */
#include "aggregator/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NOW_MS INT64_C(1622507400123) /* 2021-06-01 07:30:00.123 in Viet Nam */

static void moments_are_now_spans_from_now_days_and_times_of_day(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"now", NOW_MS},
		{"+90s", NOW_MS + 90000},
		{"+5m", NOW_MS + 300000},
		{"+2h", NOW_MS + 7200000},
		{"+7d", NOW_MS + INT64_C(604800000)},
		{"2021-06-01", INT64_C(1622480400000)},
		{"2021-06-01T07:30", INT64_C(1622507400000)},
		{"2021-06-01T23:59", INT64_C(1622566740000)},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err;
		int64_t moment_ms = -1;
		assert_true(td_moment_parse(cases[i].text, NOW_MS, &moment_ms, &err));
		assert_int_equal(moment_ms, cases[i].ms);
	}
}

static void what_is_no_moment_is_refused_and_quoted(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"soon",
		"+",
		"+5",
		"+m",
		"+5m ",
		"+5min",
		"+123456789s",
		"2021-06-31",
		"2021-6-1",
		"2021-06-01T",
		"2021-06-01T24:00",
		"2021-06-01T07:60",
		"2021-06-01T7:30",
		"2021-06-01T07:30:00",
		"20210601",
		"-5m",
	};
	for (size_t i = 0; i < TD_COUNT(texts); i++) {
		td_err_t err;
		int64_t moment_ms;
		assert_false(td_moment_parse(texts[i], NOW_MS, &moment_ms, &err));
		assert_int_equal(err.code, TD_EUSAGE);
		assert_non_null(strstr(err.text, texts[i]));
	}
}

static void a_moment_is_written_in_viet_nam_s_time(void **state)
{
	(void)state;
	char text[TD_MOMENT_TEXT_MAX];
	assert_string_equal(td_moment_text(NOW_MS, text), "2021-06-01 07:30:00");
	assert_string_equal(td_moment_text(INT64_C(1609433999999), text), "2020-12-31 23:59:59");
	assert_string_equal(td_moment_text(0, text), "-");
}

static void a_span_has_the_unit_in_which_it_is_read_best(void **state)
{
	(void)state;
	char text[TD_MOMENT_TEXT_MAX];
	assert_string_equal(td_moment_span(350, text), "350 ms");
	assert_string_equal(td_moment_span(12345, text), "12 s");
	assert_string_equal(td_moment_span(INT64_C(3540000), text), "59 min");
	assert_string_equal(td_moment_span(INT64_C(36000000), text), "10 h");
	assert_string_equal(td_moment_span(INT64_C(1728000000), text), "20 days");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_now_spans_from_now_days_and_times_of_day),
		cmocka_unit_test(what_is_no_moment_is_refused_and_quoted),
		cmocka_unit_test(a_moment_is_written_in_viet_nam_s_time),
		cmocka_unit_test(a_span_has_the_unit_in_which_it_is_read_best),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
