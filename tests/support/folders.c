#include "tests/support/folders.h"

#include "common/file.h"

#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <cmocka.h>

enum { CONTENT_MAX = 64 * 1024 * 1024 };

extern char **environ;

static void run(char *const *argv)
{
	pid_t pid;
	int status = 0;
	assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void td_folders_make(char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "/tmp/thidua-unit-XXXXXX");
	assert_non_null(mkdtemp(path));
}

void td_folders_delete(const char *path)
{
	run((char *[]){"rm", "-rf", (char *)path, NULL});
}

void td_folders_copy(const char *from, const char *to)
{
	run((char *[]){"cp", "-a", (char *)from, (char *)to, NULL});
}

static void path_in(const char *folder, const char *name, char path[PATH_MAX])
{
	assert_true(snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX);
}

td_buf_t td_folders_read(const char *folder, const char *name)
{
	char path[PATH_MAX];
	td_err_t err;
	td_buf_t content = td_buf_make(CONTENT_MAX);
	path_in(folder, name, path);
	assert_true(td_file_read(path, &content, &err));
	return content;
}

void td_folders_write(const char *folder, const char *name, td_slice_t content)
{
	char path[PATH_MAX];
	path_in(folder, name, path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	assert_int_equal(fclose(file), 0);
}
