/* rejected: a file that grows stays a file of lines, whatever its end was like. */
#include "producers/rejected.h"

#include "tests/support/folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static const char LINE[] = "{\"file\":\"a\",\"line\":3,\"reasons\":[],\"row\":\"x\"}\n";

/* What the file holds after a row was refused into it that held `before`. */
static td_buf_t grown(const char *folder, const char *before)
{
	td_err_t err;
	char path[PATH_MAX + 16];
	static const td_row_findings_t none = {0};
	td_rejected_t rejected;
	(void)snprintf(path, sizeof path, "%s/rejected", folder);
	td_folders_write(folder, "rejected", td_slice_text(before));
	assert_true(td_rejected_open(&rejected, path, true, &err));
	td_rejected_add(&rejected, &(td_refused_t){"a", 3, td_slice_text("x"), &none});
	assert_true(td_rejected_write(&rejected, &err));
	td_rejected_close(&rejected);
	return td_folders_read(folder, "rejected");
}

static void a_line_that_was_left_unfinished_is_ended_before_the_next(void **state)
{
	(void)state;
	static const struct {
		const char *before, *ended;
	} cases[] = {{"", ""}, {"{}\n", "{}\n"}, {"{}\n{\"fi", "{}\n{\"fi\n"}, {"{", "{\n"}};
	char folder[PATH_MAX];
	td_folders_make(folder);
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char expected[256];
		int size = snprintf(expected, sizeof expected, "%s%s", cases[i].ended, LINE);
		td_buf_t found = grown(folder, cases[i].before);
		assert_int_equal(found.size, size);
		assert_memory_equal(found.data, expected, (size_t)size);
		td_buf_free(&found);
	}
	td_folders_delete(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_was_left_unfinished_is_ended_before_the_next)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
