#include "tests/support/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define AT(member) .at = offsetof(td_options_t, member)

const td_opt_t td_options[TD_OPTIONS_COUNT] = {
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

static const char *variables[] = {"THIDUA_CONFIG", "THIDUA_KAFKA_TEXT", "THIDUA_KAFKA_LIST",
				  "THIDUA_KAFKA_IS_THERE", "THIDUA_KAFKA_NUMBER"};

static char file_path[] = "/tmp/thidua-opt-XXXXXX";

int td_options_start(void **state)
{
	(void)state;
	int fd = mkstemp(file_path);
	return fd < 0 || close(fd) != 0;
}

int td_options_stop(void **state)
{
	(void)state;
	return unlink(file_path);
}

int td_options_forget(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(variables); i++)
		assert_int_equal(unsetenv(variables[i]), 0);
	return 0;
}

const char *td_options_file(void)
{
	return file_path;
}

void td_options_write(const char *content)
{
	FILE *file = fopen(file_path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(setenv("THIDUA_CONFIG", file_path, 1), 0);
}

void td_options_set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

enum { WORDS_MAX = 8 };

bool td_options_parse(const char *line, td_options_t *options, td_opt_outcome_t *outcome,
		      td_err_t *err)
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
	const td_opt_group_t group = {td_options, TD_COUNT(td_options), options};
	const td_opt_program_t program = {.name = "thidua-test",
					  .arguments = "[FILE]",
					  .doc = "",
					  .groups = &group,
					  .group_count = 1,
					  .arguments_max = 1};
	*options = (td_options_t){0};
	return td_opt_parse(&program, argc, argv, outcome, err);
}

td_options_t td_options_parsed(const char *line)
{
	td_options_t settings;
	td_opt_outcome_t outcome;
	td_err_t err;
	if (!td_options_parse(line, &settings, &outcome, &err))
		fail_msg("%s", err.text);
	assert_false(outcome.done);
	return settings;
}

const char *td_options_refused(const char *line, td_code_t code)
{
	static td_err_t err;
	td_options_t settings;
	td_opt_outcome_t outcome;
	if (td_options_parse(line, &settings, &outcome, &err))
		fail_msg("'%s' was taken", line);
	assert_int_equal(err.code, code);
	return err.text;
}
