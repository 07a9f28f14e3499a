/*
 * crew: work on many logs, a thread for each, with progress shown and a clean stop.
 *
 * Shell. The longest logs come first. The caller's thread shows how far all are and how long it
 * will take, on standard error: a line that is written over on a terminal, a log line now and then
 * and at the end elsewhere. SIGINT and SIGTERM ask the work to stop at its next step.
 */
#ifndef TD_AGGREGATOR_AUDIT_CREW_H
#define TD_AGGREGATOR_AUDIT_CREW_H

#include <stdatomic.h>

#include "common/err.h"
#include "common/run.h"
#include "common/td.h"

typedef struct td_crew td_crew_t;

/* The work on one log, in a thread; `index` says which. */
typedef bool td_crew_fn(td_crew_t *crew, size_t index, void *context, td_err_t *err);

/* How many steps the work on one log has. */
typedef uint64_t td_crew_steps_fn(size_t index, const void *context);

typedef struct td_crew_plan {
	const char *doing; /* a word for the progress: "replay" */
	td_crew_fn *work;
	void *context;
	size_t count;            /* logs: index 0..count-1 */
	size_t threads_max;      /* at a time; 0: as many as the machine has cores */
	td_crew_steps_fn *steps; /* for progress, and so that no long log is left for the end; NULL:
				    not known */
	bool quiet;              /* no progress */
} td_crew_plan_t;

enum { TD_CREW_THREADS_MAX = 64 };

/* How many logs are worked on at a time, of `count`; `threads_max` as in a plan. */
size_t td_crew_threads(size_t threads_max, size_t count);

/* How the work ended. */
typedef enum td_crew_end {
	TD_CREW_DONE,
	TD_CREW_STOPPED, /* by a signal, as err says; what was done is done */
	TD_CREW_FAILED,  /* err is that of the first log that failed; the others were stopped */
} td_crew_end_t;

/* Does all of it; `run` takes the signals and must be older than any thread. */
TD_MUST_USE td_crew_end_t td_crew_run(const td_crew_plan_t *plan, td_run_t *run, td_err_t *err);

/* For the work: whether to stop now, and steps done since the last call. */
bool td_crew_stopping(const td_crew_t *crew);
void td_crew_add(td_crew_t *crew, uint64_t steps);

#endif
