/* run: what wakes the loop, and what it knows afterwards. */
#include "common/run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

enum { LONG_MS = 60000 }; /* a test that waits so long fails by its time-out */

static int make(void **state)
{
	td_err_t err;
	*state = td_run_new(&err);
	return *state ? 0 : -1;
}

static int drop(void **state)
{
	td_run_free(*state);
	return 0;
}

static void wait_for(td_run_t *run, int timeout_ms)
{
	td_err_t err;
	assert_true(td_run_wait(run, timeout_ms, &err));
}

static void sigterm_and_sigint_stop_for_good(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT};
	for (size_t i = 0; i < TD_COUNT(signals); i++) {
		td_err_t err;
		td_run_t *run = td_run_new(&err);
		assert_non_null(run);
		assert_false(td_run_stopping(run));
		assert_int_equal(kill(getpid(), signals[i]), 0);
		wait_for(run, LONG_MS);
		assert_true(td_run_stopping(run));
		wait_for(run, LONG_MS); /* at once, from now on */
		assert_true(td_run_stopping(run));
		td_run_free(run);
	}
	(void)state;
}

static void a_hangup_stops_nobody(void **state)
{
	assert_int_equal(kill(getpid(), SIGHUP), 0);
	wait_for(*state, LONG_MS);
	assert_false(td_run_stopping(*state));
}

static void a_write_to_the_wake_descriptor_wakes_once(void **state)
{
	uint64_t one = 1;
	for (int i = 0; i < 3; i++)
		assert_int_equal(write(td_run_wake_fd(*state), &one, sizeof one), sizeof one);
	wait_for(*state, LONG_MS);
	wait_for(*state, 0);
	assert_int_equal(read(td_run_wake_fd(*state), &one, sizeof one), -1); /* it is empty */
}

static void watched_descriptors_say_that_they_are_ready(void **state)
{
	int a[2], b[2];
	td_err_t err;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	assert_true(td_run_watch(*state, a[0], &err));
	assert_true(td_run_watch(*state, b[0], &err));
	wait_for(*state, 0);
	assert_false(td_run_ready(*state, a[0]) || td_run_ready(*state, b[0]));
	assert_int_equal(write(b[1], "x", 1), 1);
	wait_for(*state, LONG_MS);
	assert_false(td_run_ready(*state, a[0]));
	assert_true(td_run_ready(*state, b[0]));
	td_run_unwatch(*state, a[0]);
	wait_for(*state, LONG_MS);
	assert_true(td_run_ready(*state, b[0]));
	assert_false(td_run_ready(*state, a[0]));
	for (int i = 0; i < 2; i++)
		assert_true(close(a[i]) == 0 && close(b[i]) == 0);
}

static void only_so_many_are_watched(void **state)
{
	td_err_t err;
	for (int i = 0; i < TD_RUN_SLOTS_MAX; i++)
		assert_true(td_run_watch(*state, STDIN_FILENO, &err));
	assert_false(td_run_watch(*state, STDIN_FILENO, &err));
	assert_int_equal(err.code, TD_EMEMORY);
	td_run_unwatch(*state, STDIN_FILENO);
	assert_true(td_run_watch(*state, STDIN_FILENO, &err));
}

static void signals_are_given_back(void **state)
{
	(void)state;
	sigset_t before, during, after;
	td_err_t err;
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &before), 0);
	td_run_t *run = td_run_new(&err);
	assert_non_null(run);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &during), 0);
	td_run_free(run);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &after), 0);
	assert_false(sigismember(&before, SIGTERM));
	assert_true(sigismember(&during, SIGTERM));
	assert_false(sigismember(&after, SIGTERM));
	td_run_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sigterm_and_sigint_stop_for_good),
		TEST(a_hangup_stops_nobody),
		TEST(a_write_to_the_wake_descriptor_wakes_once),
		TEST(watched_descriptors_say_that_they_are_ready),
		TEST(only_so_many_are_watched),
		cmocka_unit_test(signals_are_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
