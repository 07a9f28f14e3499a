/* program: an answer that could not be written whole is said, and is no success. */
#include "common/program.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

enum { PAGE = 4096, HEAD = 10 };

/* Prints `*context` bytes. */
static bool print(void *context, const td_opt_outcome_t *asked, td_err_t *err)
{
	const size_t *size = context;
	(void)asked;
	(void)err;
	for (size_t i = 0; i < *size; i++)
		(void)putchar('x');
	return true;
}

/* How a program ends that prints so much into a file. */
static int status_of(size_t size, const char *path)
{
	int status = -1;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char name[] = "printer", *arguments[] = {name, NULL};
		const td_program_t program = {.options = {.name = name, .doc = "Prints."},
					      .work = print,
					      .context = &size};
		if (!freopen(path, "w", stdout) || !freopen("/dev/null", "w", stderr) ||
		    setvbuf(stdout, NULL, _IOFBF, PAGE) != 0)
			_exit(EX_SOFTWARE);
		_exit(td_program_run(&program, 1, arguments));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void what_was_printed_whole_is_a_success(void **state)
{
	(void)state;
	assert_int_equal(status_of(0, "/dev/full"), EX_OK);
	assert_int_equal(status_of(3 * PAGE, "/dev/null"), EX_OK);
}

static void a_full_disk_is_an_error_wherever_it_strikes(void **state)
{
	(void)state;
	assert_int_equal(status_of(HEAD, "/dev/full"), EX_IOERR);
	assert_int_equal(status_of(3 * PAGE + HEAD, "/dev/full"), EX_IOERR);
	/* Nothing is left to be flushed at the end. */
	assert_int_equal(status_of(PAGE + 1, "/dev/full"), EX_IOERR);
	assert_int_equal(status_of(2 * (PAGE + 1), "/dev/full"), EX_IOERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_printed_whole_is_a_success),
		cmocka_unit_test(a_full_disk_is_an_error_wherever_it_strikes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
