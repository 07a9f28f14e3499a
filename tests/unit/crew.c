/* crew: work on many logs at a time, and how it ends. */
#include "aggregator/audit/crew.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>
#include <cmocka.h>

enum { LOGS = 9 };

static bool count(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	(void)crew;
	(void)index;
	(void)err;
	atomic_fetch_add((atomic_size_t *)context, 1);
	return true;
}

static bool fail_at_four(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	(void)crew;
	(void)context;
	return index != 4 || td_err_set(err, TD_EDATA, "log %zu", index);
}

/* Ends as most work does: when it sees that it shall. */
static bool go_on_until_stopped(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	(void)index;
	(void)context;
	(void)err;
	while (!td_crew_stopping(crew))
		(void)usleep(1000);
	return true;
}

static td_crew_end_t run(td_crew_fn *work, void *context, int signal, td_err_t *err)
{
	const td_crew_plan_t plan = {.doing = "test",
				     .work = work,
				     .context = context,
				     .count = LOGS,
				     .threads_max = 3,
				     .quiet = true};
	*err = (td_err_t){0};
	td_run_t *run = td_run_new(err);
	assert_non_null(run);
	if (signal != 0)
		assert_int_equal(kill(getpid(), signal), 0);
	td_crew_end_t end = td_crew_run(&plan, run, err);
	td_run_free(run);
	return end;
}

static void all_logs_are_worked_on_once(void **state)
{
	(void)state;
	td_err_t err;
	atomic_size_t done = 0;
	assert_int_equal(run(count, &done, 0, &err), TD_CREW_DONE);
	assert_int_equal(done, LOGS);
	assert_int_equal(err.code, TD_OK);
}

static void a_failure_is_that_of_the_log(void **state)
{
	(void)state;
	td_err_t err;
	assert_int_equal(run(fail_at_four, NULL, 0, &err), TD_CREW_FAILED);
	assert_int_equal(err.code, TD_EDATA);
	assert_string_equal(err.text, "log 4");
}

/* Who passes the error on without looking must not pass on that all is well. */
static void work_that_is_stopped_says_so(void **state)
{
	(void)state;
	td_err_t err;
	assert_int_equal(run(go_on_until_stopped, NULL, SIGINT, &err), TD_CREW_STOPPED);
	assert_int_equal(err.code, TD_ESUPERSEDED);
	assert_string_equal(err.text, "stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_logs_are_worked_on_once),
		cmocka_unit_test(a_failure_is_that_of_the_log),
		cmocka_unit_test(work_that_is_stopped_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
