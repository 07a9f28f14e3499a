/* archive: a file of which anything was cut off, added or altered is noticed, and named. */
#include "aggregator/audit/archive_look.h"

#include "tests/support/folders.h"
#include "tests/support/made_archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Reads everything, from a file with that content; it must be noticed and named. */
static void assert_noticed(const td_made_t *made, const char *name, td_slice_t content)
{
	td_err_t err = {0};
	td_folders_write(made->folder, name, content);
	td_archive_t *archive = td_made_open(made);
	size_t number = 0;
	assert_false(
		td_archive_read(archive, td_made_topic(archive), td_made_expect, &number, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, name));
	td_archive_free(archive);
}

static void every_cut_is_noticed(void **state)
{
	td_made_t *made = *state;
	char name[TD_ARCHIVE_NAME_MAX];
	td_made_write(made);
	td_archive_name(TD_MADE_TOPIC, TD_MADE_FIRST, name);
	td_buf_t file = td_folders_read(made->folder, name);
	for (size_t size = 0; size < file.size; size++)
		assert_noticed(made, name, (td_slice_t){file.data, size});
	td_buf_add_byte(&file, 0);
	assert_noticed(made, name, td_buf_slice(&file));
	td_buf_free(&file);
}

static void a_flipped_bit_in_any_byte_is_noticed(void **state)
{
	td_made_t *made = *state;
	char name[TD_ARCHIVE_NAME_MAX];
	td_made_write(made);
	td_archive_name(TD_MADE_TOPIC, TD_MADE_FIRST, name);
	td_buf_t file = td_folders_read(made->folder, name);
	for (size_t i = 0; i < file.size; i++) {
		file.data[i] ^= (uint8_t)(1u << i % 8);
		assert_noticed(made, name, td_buf_slice(&file));
		file.data[i] ^= (uint8_t)(1u << i % 8);
	}
	td_buf_free(&file);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_made_start, td_made_stop)
	const struct CMUnitTest tests[] = {
		TEST(every_cut_is_noticed),
		TEST(a_flipped_bit_in_any_byte_is_noticed),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
