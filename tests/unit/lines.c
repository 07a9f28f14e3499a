/* lines: the same lines come out however the bytes come in. */
#include "producers/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { LINE_MAX_BYTES = 8 };

/* "1:abc 3:de 4!too long" of an input that comes in pieces of `step` bytes; "!" marks a cut one. */
static const char *cut(const char *input, size_t step)
{
	static char out[1024];
	size_t left = strlen(input), used = 0;
	td_lines_t *lines = td_lines_new(LINE_MAX_BYTES);
	assert_non_null(lines);
	out[0] = '\0';
	for (bool ended = false;;) {
		td_slice_t line;
		td_lines_found_t found = td_lines_next(lines, &line);
		if (found != TD_LINES_MORE) {
			used += (size_t)snprintf(out + used, sizeof out - used, "%s%llu%c%.*s",
						 used > 0 ? " " : "",
						 (unsigned long long)td_lines_number(lines),
						 found == TD_LINES_CUT ? '!' : ':', (int)line.size,
						 (const char *)line.data);
			continue;
		}
		if (ended)
			break;
		size_t room, got = left < step ? left : step;
		uint8_t *at = td_lines_room(lines, &room);
		assert_true(room > 0);
		got = got < room ? got : room;
		memcpy(at, input, got);
		input += got;
		left -= got;
		if (got == 0) {
			td_lines_end(lines);
			ended = true;
		} else {
			td_lines_filled(lines, got);
		}
	}
	td_lines_free(lines);
	return out;
}

static void assert_cuts(const char *input, const char *expected)
{
	for (size_t step = 1; step <= strlen(input) + 1; step++)
		assert_string_equal(cut(input, step), expected);
}

static void lines_end_with_lf_or_crlf_or_the_input(void **state)
{
	(void)state;
	assert_cuts("", "");
	assert_cuts("a", "1:a");
	assert_cuts("a\n", "1:a");
	assert_cuts("a\r\nb\nc", "1:a 2:b 3:c");
	assert_cuts("a\r", "1:a");
	assert_cuts("a\rb\r\n", "1:a\rb");
}

static void blank_lines_count_and_are_passed_over(void **state)
{
	(void)state;
	assert_cuts("\n\na\n \t\r\n\nb\n\n", "3:a 6:b");
	assert_cuts("\r\n\r\n", "");
}

static void a_mark_before_the_first_line_is_left_out(void **state)
{
	(void)state;
	assert_cuts("\xef\xbb\xbf"
		    "a\n\xef\xbb\xbf"
		    "b",
		    "1:a 2:\xef\xbb\xbf"
		    "b");
	assert_cuts("\xef\xbb\xbf\n", "");
	assert_cuts("\xef\xbb", "1:\xef\xbb");
	assert_cuts("\xef\xbb\xbf", "");
	assert_cuts("\n\xef\xbb\xbf", "2:\xef\xbb\xbf");
	assert_cuts("\xef\xbb\xbf\xef\xbb\xbf", "1:\xef\xbb\xbf");
}

static void a_mark_does_not_count_in_the_size_of_the_first_line(void **state)
{
	(void)state;
	assert_cuts("\xef\xbb\xbf"
		    "12345678\r\nb",
		    "1:12345678 2:b");
	assert_cuts("\xef\xbb\xbf"
		    "123456789\nb",
		    "1!12345678 2:b");
	assert_cuts("\xef\xbb\xbf"
		    "1234567890123456789012345678901234567890\nb",
		    "1!12345678 2:b");
}

static void a_line_that_is_too_long_is_given_once_and_the_next_ones_go_on(void **state)
{
	(void)state;
	assert_cuts("12345678\nb\n", "1:12345678 2:b");
	assert_cuts("12345678\r\nb\n", "1:12345678 2:b");
	assert_cuts("123456789\nb\n", "1!12345678 2:b");
	assert_cuts("1234567890123456789012345678901234567890\r\n\nb", "1!12345678 3:b");
	assert_cuts("a\n1234567890", "1:a 2!12345678");
}

static void another_input_begins_at_line_1(void **state)
{
	(void)state;
	size_t room;
	td_slice_t line;
	td_lines_t *lines = td_lines_new(LINE_MAX_BYTES);
	assert_non_null(lines);
	memcpy(td_lines_room(lines, &room), "a\nrest", 6);
	td_lines_filled(lines, 6);
	assert_int_equal(td_lines_next(lines, &line), TD_LINES_LINE);
	td_lines_reset(lines);
	assert_int_equal(td_lines_next(lines, &line), TD_LINES_MORE);
	memcpy(td_lines_room(lines, &room), "b\n", 2);
	td_lines_filled(lines, 2);
	assert_int_equal(td_lines_next(lines, &line), TD_LINES_LINE);
	assert_int_equal(td_lines_number(lines), 1);
	assert_memory_equal(line.data, "b", line.size);
	td_lines_free(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_with_lf_or_crlf_or_the_input),
		cmocka_unit_test(blank_lines_count_and_are_passed_over),
		cmocka_unit_test(a_mark_before_the_first_line_is_left_out),
		cmocka_unit_test(a_mark_does_not_count_in_the_size_of_the_first_line),
		cmocka_unit_test(a_line_that_is_too_long_is_given_once_and_the_next_ones_go_on),
		cmocka_unit_test(another_input_begins_at_line_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
