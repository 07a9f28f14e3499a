/* input: up to when a file is complete. */
#include "producers/input.h"

#include "tests/support/folders.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { NOW_MS = 1000000, LINE_MAX_BYTES = 100 };

static char top[PATH_MAX], path[PATH_MAX + 16];

/* What a file written at that moment is complete until. */
static int64_t complete_ms(time_t seconds, long nanos)
{
	td_err_t err;
	td_input_t input;
	const struct timespec times[2] = {{seconds, nanos}, {seconds, nanos}};
	td_lines_t *lines = td_lines_new(LINE_MAX_BYTES);
	assert_non_null(lines);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_true(td_input_open(&input, path, lines, &err));
	int64_t until_ms = td_input_complete_ms(&input, NOW_MS);
	td_input_close(&input);
	td_lines_free(lines);
	return until_ms;
}

static void a_file_is_complete_until_it_was_written_but_never_before_1970_or_after_now(void **state)
{
	(void)state;
	td_folders_make(top);
	(void)snprintf(path, sizeof path, "%s/rows.ndjson", top);
	td_folders_write(top, "rows.ndjson", td_slice_text(""));
	assert_int_equal(complete_ms(500, 7000000), 500007);
	assert_int_equal(complete_ms(NOW_MS, 0), NOW_MS);
	assert_int_equal(complete_ms(0, 0), 1);
	assert_int_equal(complete_ms(-2, 500000000), 1);
	td_folders_delete(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_is_complete_until_it_was_written_but_never_before_1970_or_after_now),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
