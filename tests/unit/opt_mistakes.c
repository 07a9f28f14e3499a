/* opt: the sentence for each mistake, with its place. */
#include "common/opt.h"

#include "tests/support/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* The same with the file's path before it, taken off. */
static const char *refused_file(const char *content)
{
	td_options_write(content);
	const char *said = td_options_refused("", TD_ECONFIG);
	assert_memory_equal(said, td_options_file(), strlen(td_options_file()));
	return said + strlen(td_options_file());
}

static void a_mistake_in_the_file_is_told_with_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *content, *said;
	} cases[] = {
		{"[kafka]\ntext = a\nnumbre = 1\n",
		 ":3: [kafka] has no key numbre, did you mean number?"},
		{"[kafka]\nzzzzzz = 1\n", ":2: [kafka] has no key zzzzzz"},
		{"[kafka]\ncount = 1\n", ":2: [kafka] has no key count"},
		{"[kafka]\nother = 1\n", ":2: [kafka] has no key other"},
		{"[kafak]\ntext = 1\n", ":2: no program has a section [kafak]"},
		{"text = 1\n", ":1: text stands before any [section]"},
		{"[kafka]\nnumber = many\n", ":2: number: 'many' is not a whole number"},
		{"[kafka]\ntext = a\n\ntext = b\n",
		 ":4: text was set in line 2 already (a line that begins with a space goes on with "
		 "the key above)"},
		{"[kafka]\ntext = a\n  b\n",
		 ":3: text was set in line 2 already (a line that begins with a space goes on with "
		 "the key above)"},
		{"[kafka]\ntext\n", ":2: neither [section] nor KEY = VALUE"},
		{"[kafka\ntext = 1\n", ":1: neither [section] nor KEY = VALUE"},
		{"[kafka]\ntext = a\nbad\n[kafka]\nnumber = 5\n",
		 ":3: neither [section] nor KEY = VALUE"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++)
		assert_string_equal(refused_file(cases[i].content), cases[i].said);
}

static void a_line_that_does_not_fit_is_refused_and_not_cut(void **state)
{
	(void)state;
	char content[512] = "[kafka]\ntext = ";
	size_t begun = strlen(content), fits = 198 - strlen("text = ");
	memset(content + begun, 'x', fits);
	content[begun + fits] = '\n';
	td_options_write(content);
	assert_int_equal(strlen(td_options_parsed("").text), fits);
	memcpy(content + begun + fits, "x\n", 3);
	assert_string_equal(refused_file(content),
			    ":2: longer than 198 bytes, or not a line of text");
}

static void a_mistake_in_a_variable_is_told_with_its_name(void **state)
{
	(void)state;
	td_options_write("");
	td_options_set("THIDUA_KAFKA_NUMBER", "many");
	assert_string_equal(td_options_refused("", TD_ECONFIG),
			    "THIDUA_KAFKA_NUMBER: 'many' is not a whole number");
	assert_int_equal(unsetenv("THIDUA_KAFKA_NUMBER"), 0);
	td_options_set("THIDUA_KAFKA_NUMBRE", "1");
	assert_string_equal(td_options_refused("", TD_ECONFIG),
			    "THIDUA_KAFKA_NUMBRE: [kafka] has no such key");
	assert_int_equal(unsetenv("THIDUA_KAFKA_NUMBRE"), 0);
	td_options_set("THIDUA_KAFAK_TEXT", "1");
	assert_string_equal(td_options_refused("", TD_ECONFIG),
			    "THIDUA_KAFAK_TEXT: no program has such a variable");
	assert_int_equal(unsetenv("THIDUA_KAFAK_TEXT"), 0);
	td_options_set("THIDUA_AGGREGATOR_WHATEVER", "1");
	td_options_set("THIDUA_WORK", "/somewhere");
	assert_true(td_options_parsed("").number == 7);
	assert_int_equal(unsetenv("THIDUA_AGGREGATOR_WHATEVER"), 0);
	assert_int_equal(unsetenv("THIDUA_WORK"), 0);
}

static void a_mistake_in_the_command_line_is_told_with_its_flag(void **state)
{
	(void)state;
	static const struct {
		const char *line, *said;
	} cases[] = {
		{"--count=many", "--count: 'many' is not a whole number"},
		{"--nubmer=1", "no option --nubmer; see thidua-test --help"},
		{"--choise=1", "no option --choise, did you mean --choice? See thidua-test --help"},
		{"--c=1", "no option --c; see thidua-test --help"}, /* choice, count, config */
		{"-z", "no option -z; see thidua-test --help"},
		{"-yz", "no option -z; see thidua-test --help"},
		{"--count", "--count needs a value"},
		{"-t", "-t needs a value"},
		{"--is-there=no", "--is-there takes no value"},
		{"--no-count",
		 "no option --no-count, did you mean --count? See thidua-test --help"},
		{"a b", "'b' is one argument too many; see thidua-test --help"},
		{"-- --count --text", "'--text' is one argument too many; see thidua-test --help"},
	};
	td_options_write("");
	for (size_t i = 0; i < TD_COUNT(cases); i++)
		assert_string_equal(td_options_refused(cases[i].line, TD_EUSAGE), cases[i].said);
}

static void a_missing_argument_is_named(void **state)
{
	(void)state;
	char name[] = "thidua-test";
	char *argv[] = {name, NULL};
	const td_opt_program_t program = {
		.name = name, .arguments = "FILE...", .arguments_min = 1, .arguments_max = 9};
	td_opt_outcome_t outcome;
	td_err_t err;
	assert_false(td_opt_parse(&program, 1, argv, &outcome, &err));
	assert_int_equal(err.code, TD_EUSAGE);
	assert_string_equal(err.text, "FILE... is missing; see thidua-test --help");
}

static void a_table_that_is_wrong_is_thidua_s_own_mistake(void **state)
{
	(void)state;
	static const struct {
		td_opt_t items[2];
		const char *said;
	} tables[] = {
		{{{.name = "a"}, {.section = "strange", .name = "x"}},
		 "section strange is not in common/opt.c"},
		{{{.name = "a"}, {.name = "x", .type = TD_OPT_INT, .standard = "many"}},
		 "x: default: 'many' is not a whole number"},
		{{{.name = "a"}, {.name = "b", .flag = "a"}},
		 "--a is there twice, or its letter is"},
		{{{.name = "a", .key = 'k'}, {.name = "b", .key = 'k'}},
		 "--b is there twice, or its letter is"},
		{{{.name = "a"}, {.name = "config"}}, "--config is there twice, or its letter is"},
		{{{.name = "a"}, {.name = "b", .key = 'V'}},
		 "--b is there twice, or its letter is"},
	};
	for (size_t i = 0; i < TD_COUNT(tables); i++) {
		char name[] = "thidua-test";
		char *argv[] = {name, NULL};
		td_options_t settings = {0};
		const td_opt_group_t group = {tables[i].items, TD_COUNT(tables[i].items),
					      &settings};
		const td_opt_program_t program = {.name = name, .groups = &group, .group_count = 1};
		td_opt_outcome_t outcome;
		td_err_t err;
		assert_false(td_opt_parse(&program, 1, argv, &outcome, &err));
		assert_int_equal(err.code, TD_EBUG);
		assert_string_equal(err.text, tables[i].said);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, td_options_forget)
	const struct CMUnitTest tests[] = {
		TEST(a_mistake_in_the_file_is_told_with_its_line),
		TEST(a_line_that_does_not_fit_is_refused_and_not_cut),
		TEST(a_mistake_in_a_variable_is_told_with_its_name),
		TEST(a_mistake_in_the_command_line_is_told_with_its_flag),
		TEST(a_missing_argument_is_named),
		TEST(a_table_that_is_wrong_is_thidua_s_own_mistake),
	};
#undef TEST
	return cmocka_run_group_tests(tests, td_options_start, td_options_stop);
}
