/* log: a line stays one line of logfmt whatever is in it, and repeats are held back. */
#include "common/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { SAID_MAX = 64 * 1024 };

static char said[SAID_MAX];

/* What is written to standard error between begin and end, in `said`. */
static int held_stderr = -1, caught = -1;

static void begin(void)
{
	char path[] = "/tmp/thidua-log-XXXXXX";
	caught = mkstemp(path);
	held_stderr = dup(STDERR_FILENO);
	assert_true(caught >= 0 && held_stderr >= 0 && unlink(path) == 0);
	assert_true(dup2(caught, STDERR_FILENO) >= 0);
}

/* The text behind the time, which is checked only for its form. */
static const char *end(void)
{
	static const char form[] = "time=dddd-dd-ddTdd:dd:dd.dddZ ";
	assert_true(dup2(held_stderr, STDERR_FILENO) >= 0);
	memset(said, 0, sizeof said);
	ssize_t size = pread(caught, said, sizeof said - 1, 0);
	assert_true(size >= 0 && close(caught) == 0 && close(held_stderr) == 0);
	if (size == 0)
		return said;
	for (size_t i = 0; form[i] != '\0'; i++)
		assert_true(form[i] == 'd' ? said[i] >= '0' && said[i] <= '9' : said[i] == form[i]);
	return said + strlen(form);
}

static int start_at_info(void **state)
{
	(void)state;
	const td_log_settings_t settings = {.level = "info"};
	td_log_start(&settings, NULL);
	return 0;
}

static void fields_stand_in_their_order(void **state)
{
	(void)state;
	const td_err_t err = {.text = "no way"};
	begin();
	td_log(TD_LOG_WARN, "position_lost", td_log_text("reporter", "vn-06"),
	       td_log_int("offset", -17), td_log_slice("part", (td_slice_t){NULL, 0}),
	       td_log_text("none", NULL), td_log_err(&err));
	assert_string_equal(end(),
			    "level=warn event=position_lost reporter=vn-06 offset=-17 part=\"\" "
			    "none=\"\" error=\"no way\"\n");
}

static void the_program_stands_in_each_line(void **state)
{
	(void)state;
	const td_log_settings_t settings = {.level = "warn"};
	td_log_start(&settings, "thidua-test");
	begin();
	td_log(TD_LOG_ERROR, "ended");
	assert_string_equal(end(), "level=error program=thidua-test event=ended\n");
}

static void what_is_below_the_level_is_not_written(void **state)
{
	(void)state;
	static const struct {
		const char *level;
		size_t lines;
	} cases[] = {{"debug", 4}, {"info", 3}, {"warn", 2}, {"error", 1}};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		const td_log_settings_t settings = {.level = cases[i].level};
		size_t lines = 0;
		td_log_start(&settings, NULL);
		begin();
		for (td_log_level_t level = TD_LOG_DEBUG; level <= TD_LOG_ERROR; level++)
			td_log(level, "said");
		(void)end();
		for (const char *at = said; (at = strchr(at, '\n')); at++)
			lines++;
		assert_true(lines == cases[i].lines);
	}
}

static void a_value_is_quoted_where_it_needs_it(void **state)
{
	(void)state;
	static const struct {
		const char *value, *written;
	} cases[] = {
		{"plain", "plain"},
		{"C\xc3\xa0"
		 "Mau",
		 "C\xc3\xa0"
		 "Mau"},
		{"two words", "\"two words\""},
		{"a=b", "\"a=b\""},
		{"say \"x\"", "\"say \\\"x\\\"\""},
		{"back\\slash", "\"back\\\\slash\""},
		{"two\nlines", "\"two\\nlines\""},
		{"\t\r\x1b[31m\x7f", "\"\\x09\\x0d\\x1b[31m\\x7f\""},
		{"", "\"\""},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char expected[128];
		begin();
		td_log(TD_LOG_INFO, "e", td_log_text("v", cases[i].value));
		(void)snprintf(expected, sizeof expected, "level=info event=e v=%s\n",
			       cases[i].written);
		assert_string_equal(end(), expected);
	}
}

static void nul_in_bytes_is_written_as_such(void **state)
{
	(void)state;
	begin();
	td_log(TD_LOG_INFO, "e", td_log_slice("v", (td_slice_t){(const uint8_t *)"a\0b", 3}));
	assert_string_equal(end(), "level=info event=e v=\"a\\x00b\"\n");
}

/* A value is cut, a field that does not fit the line is left out whole, those behind are kept. */
static void a_line_is_bounded_and_still_one_line(void **state)
{
	(void)state;
	char *value = malloc(10000);
	assert_non_null(value);
	memset(value, '\n', 9999);
	value[9999] = '\0';
	begin();
	td_log(TD_LOG_INFO, "e", td_log_text("a", value), td_log_text("b", value),
	       td_log_text("c", value), td_log_int("last", 1));
	const char *line = end();
	assert_true(strlen(said) < 8192 + 2);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_non_null(strstr(line, "\\n...\" last=1\n"));
	assert_null(strstr(line, " c="));
	free(value);
}

static void a_message_that_repeats_is_held_back_and_counted(void **state)
{
	(void)state;
	td_log_limit_t limit = {0};
	int64_t held = -1;
	assert_true(td_log_allowed(&limit, 1000, 100, &held));
	assert_true(held == 0);
	assert_false(td_log_allowed(&limit, 1000, 100, &held));
	assert_false(td_log_allowed(&limit, 1099, 100, &held));
	assert_true(td_log_allowed(&limit, 1100, 100, &held));
	assert_true(held == 2);
	assert_true(td_log_allowed(&limit, 5000, 100, &held));
	assert_true(held == 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start_at_info)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_stand_in_their_order),
		TEST(the_program_stands_in_each_line),
		TEST(what_is_below_the_level_is_not_written),
		TEST(a_value_is_quoted_where_it_needs_it),
		TEST(nul_in_bytes_is_written_as_such),
		TEST(a_line_is_bounded_and_still_one_line),
		TEST(a_message_that_repeats_is_held_back_and_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
