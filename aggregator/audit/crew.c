#include "aggregator/audit/crew.h"

#include "aggregator/moment.h"
#include "common/clock.h"
#include "common/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 200, SHOW_MS = 1000, LOG_MS = 10000 };

/* The work on one log. */
typedef struct task {
	size_t index;
	uint64_t steps;
} task_t;

struct td_crew {
	const td_crew_plan_t *plan;
	task_t *tasks; /* in the order in which they are begun */
	uint64_t total;
	int wake_fd;
	atomic_bool stopping;
	_Atomic uint64_t done;
	_Atomic int64_t first_ms; /* when the first steps were done; 0: not yet */
	atomic_size_t next, at_work;
	pthread_mutex_t lock; /* of what follows */
	bool failed;
	td_err_t err;
};

bool td_crew_stopping(const td_crew_t *crew)
{
	return atomic_load_explicit(&crew->stopping, memory_order_relaxed);
}

void td_crew_add(td_crew_t *crew, uint64_t steps)
{
	if (atomic_fetch_add_explicit(&crew->done, steps, memory_order_relaxed) == 0 && steps > 0)
		atomic_store(&crew->first_ms, td_clock_mono_ms());
}

static void note_failure(td_crew_t *crew, const td_err_t *err)
{
	(void)pthread_mutex_lock(&crew->lock);
	if (!crew->failed)
		crew->err = *err;
	crew->failed = true;
	(void)pthread_mutex_unlock(&crew->lock);
	atomic_store(&crew->stopping, true);
}

static void *work(void *context)
{
	static const uint64_t one = 1;
	td_crew_t *crew = context;
	size_t at;
	while (!td_crew_stopping(crew) &&
	       (at = atomic_fetch_add(&crew->next, 1)) < crew->plan->count) {
		td_err_t err = {0};
		if (!crew->plan->work(crew, crew->tasks[at].index, crew->plan->context, &err))
			note_failure(crew, &err);
	}
	(void)atomic_fetch_sub(&crew->at_work, 1);
	/* A full eventfd wakes as well. */
	(void)!write(crew->wake_fd, &one, sizeof one);
	return NULL;
}

/* How far it was, and when. */
typedef struct progress {
	bool terminal;
	int64_t begun_ms, next_ms;
	bool shown;
} progress_t;

static void show(const td_crew_t *crew, progress_t *progress)
{
	int64_t now_ms = td_clock_mono_ms();
	char left[TD_MOMENT_TEXT_MAX];
	uint64_t done = atomic_load(&crew->done), total = crew->total;
	if (crew->plan->quiet || now_ms < progress->next_ms)
		return;
	progress->next_ms = now_ms + (progress->terminal ? SHOW_MS : LOG_MS);
	int64_t spent_ms = now_ms - progress->begun_ms + 1;
	uint64_t rate = done * 1000 / (uint64_t)spent_ms;
	uint64_t missing = total > done ? total - done : 0;
	int64_t left_ms = rate == 0 ? 0 : (int64_t)(missing * 1000 / rate);
	if (!progress->terminal) {
		td_log(TD_LOG_INFO, "progress", td_log_text("doing", crew->plan->doing),
		       td_log_int("done", (int64_t)done), td_log_int("of", (int64_t)total),
		       td_log_int("per_second", (int64_t)rate), td_log_int("left_ms", left_ms));
		return;
	}
	(void)fprintf(stderr, "\r%s: %" PRIu64 " / %" PRIu64 "  %" PRIu64 "/s  %s\033[K",
		      crew->plan->doing, done, total, rate,
		      rate == 0 ? "" : td_moment_span(left_ms, left));
	progress->shown = true;
}

/* How fast it was, from the first steps on. */
static void show_pace(const td_crew_t *crew)
{
	int64_t first_ms = atomic_load(&crew->first_ms);
	int64_t spent_ms = td_clock_mono_ms() - first_ms + 1;
	uint64_t done = atomic_load(&crew->done);
	if (crew->plan->quiet || first_ms == 0)
		return;
	td_log(TD_LOG_INFO, "pace", td_log_text("doing", crew->plan->doing),
	       td_log_int("done", (int64_t)done), td_log_int("ms", spent_ms),
	       td_log_int("per_second", (int64_t)(done * 1000 / (uint64_t)spent_ms)));
}

static int by_steps(const void *a, const void *b)
{
	const task_t *left = a, *right = b;
	if (left->steps != right->steps)
		return left->steps > right->steps ? -1 : 1;
	return (left->index > right->index) - (left->index < right->index);
}

/* Puts the longest first. */
static bool order(td_crew_t *crew, td_err_t *err)
{
	const td_crew_plan_t *plan = crew->plan;
	crew->tasks = calloc(plan->count + 1, sizeof *crew->tasks);
	if (crew->tasks == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to plan %s", plan->doing);
	for (size_t i = 0; i < plan->count; i++) {
		uint64_t steps = plan->steps != NULL ? plan->steps(i, plan->context) : 0;
		crew->tasks[i] = (task_t){i, steps};
		crew->total += steps;
	}
	qsort(crew->tasks, plan->count, sizeof *crew->tasks, by_steps);
	return true;
}

size_t td_crew_threads(size_t threads_max, size_t count)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = threads_max;
	if (wanted == 0)
		wanted = cores > 0 ? (size_t)cores : 1;
	if (wanted > TD_CREW_THREADS_MAX)
		wanted = TD_CREW_THREADS_MAX;
	return wanted < count ? wanted : count;
}

static size_t begin(td_crew_t *crew, pthread_t *threads)
{
	size_t wanted = td_crew_threads(crew->plan->threads_max, crew->plan->count);
	size_t count = 0;
	for (; count < wanted; count++) {
		(void)atomic_fetch_add(&crew->at_work, 1);
		if (pthread_create(&threads[count], NULL, work, crew) == 0)
			continue;
		(void)atomic_fetch_sub(&crew->at_work, 1);
		break;
	}
	return count;
}

/* Shows how far they are until all threads have ended. */
static void watch(td_crew_t *crew, td_run_t *run)
{
	progress_t progress = {.terminal = isatty(STDERR_FILENO) == 1,
			       .begun_ms = td_clock_mono_ms()};
	progress.next_ms = progress.begun_ms + (progress.terminal ? SHOW_MS : LOG_MS);
	while (atomic_load(&crew->at_work) > 0) {
		td_err_t err = {0};
		if (!td_run_wait(run, WAIT_MS, &err))
			note_failure(crew, &err);
		if (td_run_stopping(run))
			atomic_store(&crew->stopping, true);
		show(crew, &progress);
	}
	if (progress.shown)
		(void)fprintf(stderr, "\r\033[K");
	if (!progress.terminal)
		show_pace(crew);
}

td_crew_end_t td_crew_run(const td_crew_plan_t *plan, td_run_t *run, td_err_t *err)
{
	pthread_t threads[TD_CREW_THREADS_MAX];
	td_crew_t crew = {
		.plan = plan, .wake_fd = td_run_wake_fd(run), .lock = PTHREAD_MUTEX_INITIALIZER};
	if (!order(&crew, err))
		return TD_CREW_FAILED;
	size_t count = begin(&crew, threads);
	if (count == 0 && plan->count > 0) {
		td_err_t why;
		(void)td_err_set(&why, TD_EMEMORY, "no thread can be started");
		note_failure(&crew, &why);
	}
	watch(&crew, run);
	for (size_t i = 0; i < count; i++)
		(void)pthread_join(threads[i], NULL);
	free(crew.tasks);
	*err = crew.err;
	if (crew.failed)
		return TD_CREW_FAILED;
	if (!td_crew_stopping(&crew))
		return TD_CREW_DONE;
	(void)td_err_set(err, TD_ESUPERSEDED, "stopped");
	return TD_CREW_STOPPED;
}
