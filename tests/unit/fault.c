/* fault: the process ends or stops at the point and pass that TD_FAULT names, and nowhere else. */
#include "common/fault.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { PASSES = 3 };

/* Starts a child that passes "a" and "b" in turn and tells of each pass it survived. */
static pid_t start(const char *plan, int *tells)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (plan ? setenv("TD_FAULT", plan, 1) : unsetenv("TD_FAULT"))
			_exit(1);
		for (int i = 0; i < 2 * PASSES; i++) {
			td_fault(i % 2 == 0 ? "a" : "b");
			if (write(ends[1], "x", 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	assert_int_equal(close(ends[1]), 0);
	*tells = ends[0];
	return child;
}

/* How many passes the child told of until it ended or stopped. */
static ssize_t count(int tells)
{
	char told[2 * PASSES + 1];
	ssize_t sum = 0, got;
	while ((got = read(tells, told, sizeof told)) > 0)
		sum += got;
	return sum;
}

static void the_named_pass_of_the_named_point_kills(void **state)
{
	(void)state;
	static const struct {
		const char *plan;
		ssize_t survived;
	} cases[] = {{"a:1", 0}, {"b:1", 1}, {"a:2", 2}, {"b:3", 5}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int tells, status;
		pid_t child = start(cases[i].plan, &tells);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_int_equal(count(tells), cases[i].survived);
		assert_int_equal(close(tells), 0);
	}
}

static void other_plans_change_nothing(void **state)
{
	(void)state;
	static const char *const plans[] = {NULL,   "",   "a",   "a:0", "a:4",
					    "ab:1", ":1", "c:1", "a:x"};
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
		int tells, status;
		pid_t child = start(plans[i], &tells);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_int_equal(count(tells), 2 * PASSES);
		assert_int_equal(close(tells), 0);
	}
}

static void a_stopped_process_goes_on_when_it_is_told(void **state)
{
	(void)state;
	int tells, status;
	pid_t child = start("b:2:stop", &tells);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	assert_int_equal(kill(child, SIGCONT), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(count(tells), 2 * PASSES);
	assert_int_equal(close(tells), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_named_pass_of_the_named_point_kills),
		cmocka_unit_test(other_plans_change_nothing),
		cmocka_unit_test(a_stopped_process_goes_on_when_it_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
