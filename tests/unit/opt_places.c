/* opt: where a setting may stand, how it is written there, and which of two counts. */
#include "common/opt.h"

#include "tests/support/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static void what_nobody_sets_has_its_default(void **state)
{
	(void)state;
	td_options_write("");
	td_options_t settings = td_options_parsed("");
	assert_null(settings.text);
	assert_string_equal(settings.choice, "fast");
	assert_true(settings.number == 7 && settings.duration == 0 && settings.size == 0);
	assert_false(settings.yes);
	assert_true(settings.list.count == 0);
}

static void a_flag_beats_a_variable_beats_the_file_beats_the_default(void **state)
{
	(void)state;
	td_options_write("[kafka]\nnumber = 1\n");
	assert_true(td_options_parsed("").number == 1);
	td_options_set("THIDUA_KAFKA_NUMBER", "2");
	assert_true(td_options_parsed("").number == 2);
	assert_true(td_options_parsed("--count=3").number == 3);
	assert_true(td_options_parsed("--count=3 --count 4").number == 4);
}

static void a_list_grows_by_all_of_them_from_weak_to_strong(void **state)
{
	(void)state;
	td_options_write("[kafka]\nlist = a=1\n  b=2\nlist = c=3\n");
	td_options_set("THIDUA_KAFKA_LIST", "d=4, e=5");
	td_options_t settings = td_options_parsed("-X f=6 --list g=7");
	static const char *const expected[] = {"a=1", "b=2", "c=3", "d=4, e=5", "f=6", "g=7"};
	assert_true(settings.list.count == TD_COUNT(expected));
	for (size_t i = 0; i < TD_COUNT(expected); i++)
		assert_string_equal(settings.list.items[i], expected[i]);
}

static void yes_can_be_taken_back(void **state)
{
	(void)state;
	td_options_write("[kafka]\nis-there = yes\n");
	assert_true(td_options_parsed("").yes);
	assert_false(td_options_parsed("--no-is-there").yes);
	td_options_set("THIDUA_KAFKA_IS_THERE", "no");
	assert_false(td_options_parsed("").yes);
	assert_true(td_options_parsed("-y").yes);
}

static void the_file_may_be_indented_commented_and_end_its_lines_as_on_windows(void **state)
{
	(void)state;
	td_options_write(
		"\xef\xbb\xbf# c\n; c\n\n[kafka]\r\n  text = C\xc3\xa0 Mau ; c\r\n\r\n[redis]\n"
		"address=elsewhere\n[kafka]\nsize:2K");
	td_options_t settings = td_options_parsed("");
	assert_string_equal(settings.text, "C\xc3\xa0 Mau");
	assert_true(settings.size == 2048);
}

static void the_flag_config_beats_the_variable(void **state)
{
	(void)state;
	char line[64];
	td_options_write("[kafka]\nnumber = 1\n");
	assert_true(snprintf(line, sizeof line, "--config %s", td_options_file()) > 0);
	td_options_set("THIDUA_CONFIG", "/nowhere/thidua.ini");
	assert_true(td_options_parsed(line).number == 1);
	assert_string_equal(td_options_refused("", TD_ECONFIG),
			    "the configuration: /nowhere/thidua.ini: "
			    "cannot read: No such file or directory");
}

static void keys_of_programs_that_are_not_this_one_are_not_looked_at(void **state)
{
	(void)state;
	td_options_write("[aggregator]\nwhatever = 1\n[kafka]\nnumber = 3\n");
	assert_true(td_options_parsed("").number == 3);
}

static void letters_may_be_joined_and_flags_stand_behind_arguments(void **state)
{
	(void)state;
	td_options_t settings;
	td_opt_outcome_t outcome;
	td_err_t err;
	td_options_write("");
	assert_true(td_options_parse("file -yt word --other=x", &settings, &outcome, &err));
	assert_true(settings.yes);
	assert_string_equal(settings.text, "word");
	assert_string_equal(settings.other, "x");
	assert_true(outcome.argument_count == 1);
	assert_string_equal(outcome.arguments[0], "file");
	assert_null(outcome.arguments[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, td_options_forget)
	const struct CMUnitTest tests[] = {
		TEST(what_nobody_sets_has_its_default),
		TEST(a_flag_beats_a_variable_beats_the_file_beats_the_default),
		TEST(a_list_grows_by_all_of_them_from_weak_to_strong),
		TEST(yes_can_be_taken_back),
		TEST(the_file_may_be_indented_commented_and_end_its_lines_as_on_windows),
		TEST(the_flag_config_beats_the_variable),
		TEST(keys_of_programs_that_are_not_this_one_are_not_looked_at),
		TEST(letters_may_be_joined_and_flags_stand_behind_arguments),
	};
#undef TEST
	return cmocka_run_group_tests(tests, td_options_start, td_options_stop);
}
