/* file: a file is replaced whole or not at all, a secret is read only where nobody else can. */
#include "common/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/thidua-file-XXXXXX";
static char path[64], beside[64];

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && snprintf(path, sizeof path, "%s/it", folder) > 0 &&
			       snprintf(beside, sizeof beside, "%s/it.tmp", folder) > 0
		       ? 0
		       : -1;
}

static int clear_folder(void **state)
{
	(void)state;
	return (unlink(path) == 0 || errno == ENOENT) && (unlink(beside) == 0 || errno == ENOENT)
		       ? 0
		       : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void put(const char *where, const char *content, mode_t mode)
{
	FILE *file = fopen(where, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(where, mode), 0);
}

static mode_t mode_of(const char *where)
{
	struct stat status;
	assert_int_equal(stat(where, &status), 0);
	return status.st_mode & 0777;
}

static void assert_content(const char *expected)
{
	td_err_t err;
	td_buf_t content = td_buf_make(100);
	assert_true(td_file_read(path, &content, &err));
	assert_true(td_slice_equal(td_buf_slice(&content), td_slice_text(expected)));
	td_buf_free(&content);
}

static void a_file_is_made_and_replaced(void **state)
{
	(void)state;
	td_err_t err;
	assert_false(td_file_exists(path));
	assert_true(td_file_write_durable(path, td_slice_text("one"), 0640, &err));
	assert_content("one");
	assert_int_equal(mode_of(path), 0640);
	assert_true(td_file_write_durable(path, td_slice_text(""), 0600, &err));
	assert_content("");
	assert_int_equal(mode_of(path), 0600);
	assert_false(td_file_exists(beside));
}

/* What a writer that was killed left beside is neither taken over nor kept. */
static void a_file_that_was_left_beside_changes_nothing(void **state)
{
	(void)state;
	td_err_t err;
	put(beside, "left over, and readable by all", 0644);
	assert_true(td_file_write_durable(path, td_slice_text("key"), 0600, &err));
	assert_content("key");
	assert_int_equal(mode_of(path), 0600);
	assert_false(td_file_exists(beside));
}

static void what_cannot_be_written_is_told_and_leaves_the_old_file(void **state)
{
	(void)state;
	td_err_t err;
	put(path, "old", 0600);
	assert_int_equal(mkdir(beside, 0700), 0);
	assert_false(td_file_write_durable(path, td_slice_text("new"), 0600, &err));
	assert_int_equal(err.code, TD_EIO);
	assert_non_null(strstr(err.text, beside));
	assert_content("old");
	assert_int_equal(rmdir(beside), 0);
	assert_false(td_file_write_durable("/nowhere/at/all", td_slice_text(""), 0600, &err));
	assert_string_equal(err.text,
			    "/nowhere/at/all.tmp: cannot write: No such file or directory");
}

static void a_folder_is_not_replaced(void **state)
{
	(void)state;
	td_err_t err;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(td_file_write_durable(path, td_slice_text("new"), 0600, &err));
	assert_int_equal(err.code, TD_EIO);
	assert_false(td_file_exists(beside));
	assert_int_equal(rmdir(path), 0);
}

static void reading_is_bounded(void **state)
{
	(void)state;
	td_err_t err;
	td_buf_t content = td_buf_make(3);
	put(path, "abcd", 0600);
	assert_false(td_file_read(path, &content, &err));
	assert_int_equal(err.code, TD_EMEMORY);
	assert_non_null(strstr(err.text, "larger than 3 bytes"));
	td_buf_free(&content);
	assert_false(td_file_read("/nowhere", &content, &err));
	assert_int_equal(err.code, TD_ENOINPUT);
	assert_false(td_file_read(folder, &content, &err));
	assert_int_equal(err.code, TD_ENOINPUT);
	td_buf_free(&content);
}

static void a_secret_loses_its_newline_and_nothing_else(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"secret", "secret"}, {"secret\n", "secret"}, {"secret\r\n", "secret"},
		{" a b ", " a b "},   {"1234567", "1234567"}, {"1234567\n", "1234567"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char secret[8 + 1];
		td_err_t err;
		put(path, cases[i][0], 0400);
		if (!td_file_read_secret(path, secret, sizeof secret, &err))
			fail_msg("%s", err.text);
		assert_string_equal(secret, cases[i][1]);
	}
}

static void what_is_no_secret_is_refused_without_showing_it(void **state)
{
	(void)state;
	static const struct {
		const char *content;
		mode_t mode;
		const char *said;
	} cases[] = {
		{"hidden", 0640, "holds a secret, but others may read it; run chmod 600 "},
		{"hidden", 0604, "holds a secret, but others may read it; run chmod 600 "},
		{"hidden", 0620, "holds a secret, but others may read it; run chmod 600 "},
		{"", 0600, "must hold one secret of 1 to 7 bytes"},
		{"\n", 0600, "must hold one secret of 1 to 7 bytes"},
		{"hiddenly", 0600, "must hold one secret of 1 to 7 bytes"},
		{"hidden hidden hidden", 0600, "larger than 8 bytes"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char secret[8] = "";
		td_err_t err;
		put(path, cases[i].content, cases[i].mode);
		assert_false(td_file_read_secret(path, secret, sizeof secret, &err));
		assert_int_equal(err.code, TD_ECONFIG);
		assert_non_null(strstr(err.text, cases[i].said));
		assert_non_null(strstr(err.text, path));
		assert_null(strstr(err.text, "hidden"));
		assert_string_equal(secret, "");
		assert_int_equal(unlink(path), 0);
	}
}

/* Gives the file at `path` an access list: its owner and `user` read, and so does its group if
 * told. */
static bool list_reader(uid_t user, bool group)
{
	const uint32_t nobody = UINT32_MAX;
	struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[5];
	} list = {{POSIX_ACL_XATTR_VERSION},
		  {{ACL_USER_OBJ, ACL_READ, nobody},
		   {ACL_USER, ACL_READ, user},
		   {ACL_GROUP_OBJ, group ? ACL_READ : 0, nobody},
		   {ACL_MASK, ACL_READ, nobody},
		   {ACL_OTHER, 0, nobody}}};
	return setxattr(path, "system.posix_acl_access", &list, sizeof list, 0) == 0;
}

/* As a service manager hands out a credential: the mode then shows what the list allows at most. */
static void a_secret_that_an_access_list_gives_to_us_alone_is_read(void **state)
{
	char secret[8] = "";
	td_err_t err;
	(void)state;
	put(path, "secret", 0400);
	if (!list_reader(geteuid(), false))
		skip(); /* no access lists here */
	if (!td_file_read_secret(path, secret, sizeof secret, &err))
		fail_msg("%s", err.text);
	assert_string_equal(secret, "secret");
	assert_true(list_reader(geteuid() + 1, false));
	assert_false(td_file_read_secret(path, secret, sizeof secret, &err));
	assert_non_null(strstr(err.text, "others may read it"));
	assert_true(list_reader(geteuid(), true));
	assert_false(td_file_read_secret(path, secret, sizeof secret, &err));
	assert_int_equal(unlink(path), 0);
}

static void a_secret_that_is_not_there_is_a_wrong_setting(void **state)
{
	(void)state;
	char secret[8];
	td_err_t err;
	assert_false(td_file_read_secret("/nowhere", secret, sizeof secret, &err));
	assert_int_equal(err.code, TD_ECONFIG);
	assert_string_equal(err.text,
			    "/nowhere: cannot read the secret: No such file or directory");
}

static void folders_are_made_with_their_parents(void **state)
{
	(void)state;
	char deep[80], middle[80];
	td_err_t err;
	assert_true(snprintf(deep, sizeof deep, "%s/it/b/c", folder) > 0);
	assert_true(snprintf(middle, sizeof middle, "%s/it/b", folder) > 0);
	assert_true(td_file_make_folder(deep, 0700, &err));
	assert_true(td_file_make_folder(deep, 0700, &err));
	assert_int_equal(mode_of(deep), 0700);
	assert_int_equal(rmdir(deep), 0);
	put(deep, "a file", 0600);
	assert_false(td_file_make_folder(deep, 0700, &err));
	assert_int_equal(err.code, TD_EIO);
	assert_false(td_file_make_folder("", 0700, &err));
	assert_int_equal(unlink(deep), 0);
	assert_int_equal(rmdir(middle), 0);
	assert_int_equal(rmdir(path), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_made_and_replaced),
		TEST(a_file_that_was_left_beside_changes_nothing),
		TEST(what_cannot_be_written_is_told_and_leaves_the_old_file),
		TEST(a_folder_is_not_replaced),
		TEST(reading_is_bounded),
		TEST(a_secret_loses_its_newline_and_nothing_else),
		TEST(what_is_no_secret_is_refused_without_showing_it),
		TEST(a_secret_that_an_access_list_gives_to_us_alone_is_read),
		TEST(a_secret_that_is_not_there_is_a_wrong_setting),
		TEST(folders_are_made_with_their_parents),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
