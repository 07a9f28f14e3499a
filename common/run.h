/*
 * run: the wake-ups of a program's loop.
 *
 * Every wake-up is a descriptor or a time-out: signals arrive through a signalfd, librdkafka's
 * threads write to one eventfd (td_run_wake_fd, given to readers, groups and producers), other
 * descriptors are watched by slot. SIGPIPE and SIGXFSZ are ignored.
 *
 *	while (!td_run_stopping(run)) {
 *		if (!td_run_wait(run, timeout_ms, &err))
 *			break;
 *		... one turn ...
 *	}
 */
#ifndef TD_COMMON_RUN_H
#define TD_COMMON_RUN_H

#include "common/err.h"
#include "common/td.h"

typedef struct td_run td_run_t;

enum { TD_RUN_SLOTS_MAX = 14 };

/* Blocks SIGTERM, SIGINT and SIGHUP for the process and takes them over; the last one stops nobody.
 * Call it before any thread starts, so before a Kafka object is made. NULL and `err` on failure;
 * the caller frees it. */
TD_MUST_USE td_run_t *td_run_new(td_err_t *err);

/* Gives the signals back; NULL is allowed. */
void td_run_free(td_run_t *run);

/* The eventfd that wakes the loop; drained by td_run_wait. */
int td_run_wake_fd(const td_run_t *run);

/* Watches a descriptor for input from now on; false if TD_RUN_SLOTS_MAX are watched already. */
TD_MUST_USE bool td_run_watch(td_run_t *run, int fd, td_err_t *err);
void td_run_unwatch(td_run_t *run, int fd);

/* Sleeps until something happens, at most `timeout_ms` (0: only looks); at once when stopping. */
TD_MUST_USE bool td_run_wait(td_run_t *run, int timeout_ms, td_err_t *err);

/* True if the watched descriptor had input in the last wait. */
bool td_run_ready(const td_run_t *run, int fd);

/* True for good after SIGTERM or SIGINT. */
bool td_run_stopping(const td_run_t *run);

#endif
