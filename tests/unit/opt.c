/* opt: where a setting may stand, which of two counts, and the sentence for each mistake. */
#include "common/opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

typedef struct settings {
	const char *text, *choice;
	int64_t number, duration, size;
	bool yes;
	td_opt_list_t list;
	const char *other;
} settings_t;

#define AT(member) .at = offsetof(settings_t, member)

static const td_opt_t options[] = {
	{.section = "kafka", .name = "text", .key = 't', .argument = "TEXT", AT(text), .doc = ""},
	{.section = "kafka",
	 .name = "choice",
	 .type = TD_OPT_CHOICE,
	 AT(choice),
	 .standard = "fast",
	 .choices = "fast faster",
	 .argument = "WORD",
	 .doc = ""},
	{.section = "kafka",
	 .name = "number",
	 .flag = "count",
	 .type = TD_OPT_INT,
	 AT(number),
	 .standard = "7",
	 .min = -5,
	 .max = 1000,
	 .argument = "N",
	 .doc = ""},
	{.section = "kafka",
	 .name = "duration",
	 .type = TD_OPT_DURATION,
	 AT(duration),
	 .min = 10,
	 .max = 3600000,
	 .argument = "TIME",
	 .doc = ""},
	{.section = "kafka",
	 .name = "size",
	 .type = TD_OPT_SIZE,
	 AT(size),
	 .argument = "BYTES",
	 .doc = ""},
	{.section = "kafka",
	 .name = "is-there",
	 .key = 'y',
	 .type = TD_OPT_BOOL,
	 AT(yes),
	 .doc = ""},
	{.section = "kafka",
	 .name = "list",
	 .key = 'X',
	 .type = TD_OPT_LIST,
	 AT(list),
	 .argument = "ITEM",
	 .doc = ""},
	{.name = "other", .argument = "TEXT", AT(other), .doc = ""},
};

enum { TEXT, CHOICE, NUMBER, DURATION, SIZE, YES, LIST };

static const char *variables[] = {"THIDUA_CONFIG", "THIDUA_KAFKA_TEXT", "THIDUA_KAFKA_LIST",
				  "THIDUA_KAFKA_IS_THERE", "THIDUA_KAFKA_NUMBER"};

static char file_path[] = "/tmp/thidua-opt-XXXXXX";

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(file_path);
	return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(file_path);
}

static int forget_variables(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(variables); i++)
		assert_int_equal(unsetenv(variables[i]), 0);
	return 0;
}

static void write_file(const char *content)
{
	FILE *file = fopen(file_path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv("THIDUA_CONFIG", file_path, 1), 0);
}

static void set_variable(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

enum { WORDS_MAX = 8 };

/* Parses a command line of blank-separated words; at most one argument is allowed. */
static bool parse(const char *line, settings_t *settings, td_opt_outcome_t *outcome, td_err_t *err)
{
	static char words[512]; /* the settings point here */
	static char *argv[WORDS_MAX + 2];
	int argc = 1;
	argv[0] = words;
	assert_true(snprintf(words, sizeof words, "thidua-test %s", line) < (int)sizeof words);
	for (char *at = strchr(words, ' '); at && at[1] != '\0'; at = strchr(at + 1, ' ')) {
		*at = '\0';
		assert_true(argc <= WORDS_MAX);
		argv[argc++] = at + 1;
	}
	argv[argc] = NULL;
	const td_opt_group_t group = {options, TD_COUNT(options), settings};
	const td_opt_program_t program = {.name = "thidua-test",
					  .arguments = "[FILE]",
					  .doc = "",
					  .groups = &group,
					  .group_count = 1,
					  .arguments_max = 1};
	*settings = (settings_t){0};
	return td_opt_parse(&program, argc, argv, outcome, err);
}

static settings_t parsed(const char *line)
{
	settings_t settings;
	td_opt_outcome_t outcome;
	td_err_t err;
	if (!parse(line, &settings, &outcome, &err))
		fail_msg("%s", err.text);
	assert_false(outcome.done);
	return settings;
}

/* The sentence of an error. */
static const char *refused(const char *line, td_code_t code)
{
	static td_err_t err;
	settings_t settings;
	td_opt_outcome_t outcome;
	if (parse(line, &settings, &outcome, &err))
		fail_msg("'%s' was taken", line);
	assert_int_equal(err.code, code);
	return err.text;
}

/* The same with the file's path before it, taken off. */
static const char *refused_file(const char *content)
{
	write_file(content);
	const char *said = refused("", TD_ECONFIG);
	assert_memory_equal(said, file_path, strlen(file_path));
	return said + strlen(file_path);
}

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
		settings_t settings = {0};
		td_err_t err;
		const td_opt_t *option = &options[cases[i].option];
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
		settings_t settings = {0};
		td_err_t err;
		assert_false(td_opt_set(&options[cases[i].option], cases[i].text, &settings, &err));
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
		settings_t settings = {0};
		td_err_t err;
		assert_true(td_opt_set(&options[YES], words[i][0], &settings, &err));
		assert_true(settings.yes);
		assert_true(td_opt_set(&options[YES], words[i][1], &settings, &err));
		assert_false(settings.yes);
	}
}

static void a_list_that_is_full_is_refused_without_its_texts(void **state)
{
	(void)state;
	settings_t settings = {0};
	td_err_t err;
	for (size_t i = 0; i < TD_OPT_LIST_MAX; i++)
		assert_true(td_opt_set(&options[LIST], "item", &settings, &err));
	assert_false(td_opt_set(&options[LIST], "sasl.password=secret", &settings, &err));
	assert_string_equal(err.text, "given more than 64 times");
}

static void what_nobody_sets_has_its_default(void **state)
{
	(void)state;
	write_file("");
	settings_t settings = parsed("");
	assert_null(settings.text);
	assert_string_equal(settings.choice, "fast");
	assert_true(settings.number == 7 && settings.duration == 0 && settings.size == 0);
	assert_false(settings.yes);
	assert_true(settings.list.count == 0);
}

static void a_flag_beats_a_variable_beats_the_file_beats_the_default(void **state)
{
	(void)state;
	write_file("[kafka]\nnumber = 1\n");
	assert_true(parsed("").number == 1);
	set_variable("THIDUA_KAFKA_NUMBER", "2");
	assert_true(parsed("").number == 2);
	assert_true(parsed("--count=3").number == 3);
	assert_true(parsed("--count=3 --count 4").number == 4);
}

static void a_list_grows_by_all_of_them_from_weak_to_strong(void **state)
{
	(void)state;
	write_file("[kafka]\nlist = a=1\n  b=2\nlist = c=3\n");
	set_variable("THIDUA_KAFKA_LIST", "d=4, e=5");
	settings_t settings = parsed("-X f=6 --list g=7");
	static const char *const expected[] = {"a=1", "b=2", "c=3", "d=4, e=5", "f=6", "g=7"};
	assert_true(settings.list.count == TD_COUNT(expected));
	for (size_t i = 0; i < TD_COUNT(expected); i++)
		assert_string_equal(settings.list.items[i], expected[i]);
}

static void yes_can_be_taken_back(void **state)
{
	(void)state;
	write_file("[kafka]\nis-there = yes\n");
	assert_true(parsed("").yes);
	assert_false(parsed("--no-is-there").yes);
	set_variable("THIDUA_KAFKA_IS_THERE", "no");
	assert_false(parsed("").yes);
	assert_true(parsed("-y").yes);
}

static void the_file_may_be_indented_commented_and_end_its_lines_as_on_windows(void **state)
{
	(void)state;
	write_file("\xef\xbb\xbf# c\n; c\n\n[kafka]\r\n  text = C\xc3\xa0 Mau ; c\r\n\r\n[redis]\n"
		   "address=elsewhere\n[kafka]\nsize:2K");
	settings_t settings = parsed("");
	assert_string_equal(settings.text, "C\xc3\xa0 Mau");
	assert_true(settings.size == 2048);
}

static void the_flag_config_beats_the_variable(void **state)
{
	(void)state;
	char line[64];
	write_file("[kafka]\nnumber = 1\n");
	assert_true(snprintf(line, sizeof line, "--config %s", file_path) > 0);
	set_variable("THIDUA_CONFIG", "/nowhere/thidua.ini");
	assert_true(parsed(line).number == 1);
	assert_string_equal(refused("", TD_ECONFIG), "the configuration: /nowhere/thidua.ini: "
						     "cannot read: No such file or directory");
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
	write_file(content);
	assert_int_equal(strlen(parsed("").text), fits);
	memcpy(content + begun + fits, "x\n", 3);
	assert_string_equal(refused_file(content),
			    ":2: longer than 198 bytes, or not a line of text");
}

static void keys_of_programs_that_are_not_this_one_are_not_looked_at(void **state)
{
	(void)state;
	write_file("[aggregator]\nwhatever = 1\n[kafka]\nnumber = 3\n");
	assert_true(parsed("").number == 3);
}

static void a_mistake_in_a_variable_is_told_with_its_name(void **state)
{
	(void)state;
	write_file("");
	set_variable("THIDUA_KAFKA_NUMBER", "many");
	assert_string_equal(refused("", TD_ECONFIG),
			    "THIDUA_KAFKA_NUMBER: 'many' is not a whole number");
	assert_int_equal(unsetenv("THIDUA_KAFKA_NUMBER"), 0);
	set_variable("THIDUA_KAFKA_NUMBRE", "1");
	assert_string_equal(refused("", TD_ECONFIG),
			    "THIDUA_KAFKA_NUMBRE: [kafka] has no such key");
	assert_int_equal(unsetenv("THIDUA_KAFKA_NUMBRE"), 0);
	set_variable("THIDUA_KAFAK_TEXT", "1");
	assert_string_equal(refused("", TD_ECONFIG),
			    "THIDUA_KAFAK_TEXT: no program has such a variable");
	assert_int_equal(unsetenv("THIDUA_KAFAK_TEXT"), 0);
	set_variable("THIDUA_AGGREGATOR_WHATEVER", "1");
	set_variable("THIDUA_WORK", "/somewhere");
	assert_true(parsed("").number == 7);
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
	write_file("");
	for (size_t i = 0; i < TD_COUNT(cases); i++)
		assert_string_equal(refused(cases[i].line, TD_EUSAGE), cases[i].said);
}

static void letters_may_be_joined_and_flags_stand_behind_arguments(void **state)
{
	(void)state;
	settings_t settings;
	td_opt_outcome_t outcome;
	td_err_t err;
	write_file("");
	assert_true(parse("file -yt word --other=x", &settings, &outcome, &err));
	assert_true(settings.yes);
	assert_string_equal(settings.text, "word");
	assert_string_equal(settings.other, "x");
	assert_true(outcome.argument_count == 1);
	assert_string_equal(outcome.arguments[0], "file");
	assert_null(outcome.arguments[1]);
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
		settings_t settings = {0};
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

#define TEST(name) cmocka_unit_test_setup(name, forget_variables)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_number_is_written_with_its_unit),
		TEST(what_is_no_value_is_refused_with_its_reason),
		TEST(yes_and_no_have_several_words),
		TEST(a_list_that_is_full_is_refused_without_its_texts),
		TEST(what_nobody_sets_has_its_default),
		TEST(a_flag_beats_a_variable_beats_the_file_beats_the_default),
		TEST(a_list_grows_by_all_of_them_from_weak_to_strong),
		TEST(yes_can_be_taken_back),
		TEST(the_file_may_be_indented_commented_and_end_its_lines_as_on_windows),
		TEST(the_flag_config_beats_the_variable),
		TEST(a_mistake_in_the_file_is_told_with_its_line),
		TEST(a_line_that_does_not_fit_is_refused_and_not_cut),
		TEST(keys_of_programs_that_are_not_this_one_are_not_looked_at),
		TEST(a_mistake_in_a_variable_is_told_with_its_name),
		TEST(a_mistake_in_the_command_line_is_told_with_its_flag),
		TEST(letters_may_be_joined_and_flags_stand_behind_arguments),
		TEST(a_missing_argument_is_named),
		TEST(a_table_that_is_wrong_is_thidua_s_own_mistake),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
