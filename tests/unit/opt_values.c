/* opt: what is a value of each type, and the reason why something is none. */
#include "common/opt.h"

#include "tests/support/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_number_is_written_with_its_unit(void **state)
{
	(void)state;
	static const struct {
		int option;
		const char *text;
		int64_t value;
	} cases[] = {
		{NUMBER, "0", 0},
		{NUMBER, "-5", -5},
		{NUMBER, "1000", 1000},
		{DURATION, "10ms", 10},
		{DURATION, "5s", 5000},
		{DURATION, "2m", 120000},
		{DURATION, "1h", 3600000},
		{SIZE, "0", 0},
		{SIZE, "512", 512},
		{SIZE, "64K", 64 << 10},
		{SIZE, "16M", 16 << 20},
		{SIZE, "3G", INT64_C(3) << 30},
		{SIZE, "9223372036854775807", INT64_MAX},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_options_t settings = {0};
		td_err_t err;
		const td_opt_t *option = &td_options[cases[i].option];
		assert_true(td_opt_set(option, cases[i].text, &settings, &err));
		assert_true(*(int64_t *)((char *)&settings + option->at) == cases[i].value);
	}
}

static void what_is_no_value_is_refused_with_its_reason(void **state)
{
	(void)state;
	static const struct {
		int option;
		const char *text, *said;
	} cases[] = {
		{NUMBER, "", "'' is not a whole number"},
		{NUMBER, " 5", "' 5' is not a whole number"},
		{NUMBER, "+5", "'+5' is not a whole number"},
		{NUMBER, "5 ", "'5 ' is not a whole number"},
		{NUMBER, "0x10", "'0x10' is not a whole number"},
		{NUMBER, "--5", "'--5' is not a whole number"},
		{NUMBER, "5K", "'5K' is not a whole number"},
		{NUMBER, "99999999999999999999", "'99999999999999999999' is not a whole number"},
		{NUMBER, "-6", "'-6' is not in -5 to 1000"},
		{NUMBER, "1001", "'1001' is not in -5 to 1000"},
		{DURATION, "5", "'5' is not a duration such as 250ms, 5s, 2m, 1h or 7d"},
		{DURATION, "5 s", "'5 s' is not a duration such as 250ms, 5s, 2m, 1h or 7d"},
		{DURATION, "9ms", "'9ms' is not in 10ms to 1h"},
		{DURATION, "1d", "'1d' is not in 10ms to 1h"},
		{SIZE, "-1", "'-1' is below 0"},
		{SIZE, "64k", "'64k' is not a size such as 512, 64K, 16M or 2G"},
		{SIZE, "8589934592G",
		 "'8589934592G' is not a size such as 512, 64K, 16M or 2G"}, /* 2^63 */
		{CHOICE, "", "'' is none of: fast faster"},
		{CHOICE, "fas", "'fas' is none of: fast faster"},
		{CHOICE, "fast faster", "'fast faster' is none of: fast faster"},
		{YES, "maybe", "'maybe' is neither yes nor no"},
		{YES, "", "'' is neither yes nor no"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_options_t settings = {0};
		td_err_t err;
		assert_false(
			td_opt_set(&td_options[cases[i].option], cases[i].text, &settings, &err));
		assert_int_equal(err.code, TD_ECONFIG);
		assert_string_equal(err.text, cases[i].said);
	}
}

static void yes_and_no_have_several_words(void **state)
{
	(void)state;
	static const char *const words[][2] = {
		{"yes", "no"}, {"true", "false"}, {"on", "off"}, {"1", "0"}};
	for (size_t i = 0; i < TD_COUNT(words); i++) {
		td_options_t settings = {0};
		td_err_t err;
		assert_true(td_opt_set(&td_options[YES], words[i][0], &settings, &err));
		assert_true(settings.yes);
		assert_true(td_opt_set(&td_options[YES], words[i][1], &settings, &err));
		assert_false(settings.yes);
	}
}

static void a_list_that_is_full_is_refused_without_its_texts(void **state)
{
	(void)state;
	td_options_t settings = {0};
	td_err_t err;
	for (size_t i = 0; i < TD_OPT_LIST_MAX; i++)
		assert_true(td_opt_set(&td_options[LIST], "item", &settings, &err));
	assert_false(td_opt_set(&td_options[LIST], "sasl.password=secret", &settings, &err));
	assert_string_equal(err.text, "given more than 64 times");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, td_options_forget)
	const struct CMUnitTest tests[] = {
		TEST(a_number_is_written_with_its_unit),
		TEST(what_is_no_value_is_refused_with_its_reason),
		TEST(yes_and_no_have_several_words),
		TEST(a_list_that_is_full_is_refused_without_its_texts),
	};
#undef TEST
	return cmocka_run_group_tests(tests, td_options_start, td_options_stop);
}
