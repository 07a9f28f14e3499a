/* folder: which files are read, in which order, and how many at most. */
#include "common/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/thidua-folder-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(path) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(path);
}

static const char *inside(const char *name)
{
	static char whole[128];
	assert_true(snprintf(whole, sizeof whole, "%s/%s", path, name) < (int)sizeof whole);
	return whole;
}

static void put(const char *name, const char *content)
{
	FILE *file = fopen(inside(name), "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void drop(const char *name)
{
	assert_int_equal(unlink(inside(name)), 0);
}

static void files_of_the_suffix_are_read_by_name(void **state)
{
	(void)state;
	static const char *const names[] = {"c.tsv", "a.tsv", "b.tsv",    ".hidden.tsv",
					    ".tsv",  "d.txt", "a.tsv.tmp"};
	td_folder_t folder;
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(names); i++)
		put(names[i], names[i]);
	assert_true(td_folder_read(path, ".tsv", &folder, &err));
	assert_true(folder.count == 3);
	for (size_t i = 0; i < folder.count; i++) {
		static const char *const expected[] = {"a.tsv", "b.tsv", "c.tsv"};
		assert_string_equal(folder.files[i].name, expected[i]);
		assert_true(td_slice_equal(folder.files[i].content, td_slice_text(expected[i])));
	}
	td_folder_free(&folder);
	for (size_t i = 0; i < TD_COUNT(names); i++)
		drop(names[i]);
}

static void a_folder_without_such_files_is_no_input(void **state)
{
	(void)state;
	td_folder_t folder;
	td_err_t err;
	assert_false(td_folder_read(path, ".tsv", &folder, &err));
	assert_int_equal(err.code, TD_ENOINPUT);
	assert_non_null(strstr(err.text, "holds no files *.tsv"));
	td_folder_free(&folder);
	assert_false(td_folder_read("/nowhere", ".tsv", &folder, &err));
	assert_string_equal(err.text, "/nowhere: No such file or directory");
	td_folder_free(&folder);
}

static void too_many_files_are_refused(void **state)
{
	(void)state;
	char name[16];
	td_folder_t folder;
	td_err_t err;
	for (int i = 0; i <= TD_FOLDER_FILES_MAX; i++) {
		(void)snprintf(name, sizeof name, "%d.tsv", i);
		put(name, "");
	}
	assert_false(td_folder_read(path, ".tsv", &folder, &err));
	assert_int_equal(err.code, TD_EDATA);
	td_folder_free(&folder);
	drop("0.tsv");
	assert_true(td_folder_read(path, ".tsv", &folder, &err));
	assert_true(folder.count == TD_FOLDER_FILES_MAX);
	td_folder_free(&folder);
	for (int i = 1; i <= TD_FOLDER_FILES_MAX; i++) {
		(void)snprintf(name, sizeof name, "%d.tsv", i);
		drop(name);
	}
}

static void a_file_that_is_too_long_is_wrong_data(void **state)
{
	(void)state;
	td_folder_t folder;
	td_err_t err;
	put("long.tsv", "");
	assert_int_equal(truncate(inside("long.tsv"), TD_FOLDER_FILE_MAX + 1), 0);
	assert_false(td_folder_read(path, ".tsv", &folder, &err));
	assert_int_equal(err.code, TD_EDATA);
	assert_non_null(strstr(err.text, "long.tsv"));
	td_folder_free(&folder);
	drop("long.tsv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_the_suffix_are_read_by_name),
		cmocka_unit_test(a_folder_without_such_files_is_no_input),
		cmocka_unit_test(too_many_files_are_refused),
		cmocka_unit_test(a_file_that_is_too_long_is_wrong_data),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
