/*
 * worker: judges raw events and writes one verdict for each raw offset, in order.
 *
 * Shell. One thread; a group says which reporters are ours (common/kafka_group.h), one reader reads
 * their logs, another the reference data and the decisions, one gapless producer writes. What each
 * reporter's lane does next is decided in workers/partition.h.
 *
 * Judging again (`again`) is the same work without a group, for one reporter, in a range that live
 * workers have behind them; only the verdicts that are missing there are written. A verdict is a
 * function of the raw event, its append time and the reference version in force then, so what is
 * written now is what would have been written live.
 */
#ifndef TD_WORKERS_WORKER_H
#define TD_WORKERS_WORKER_H

#include "common/err.h"
#include "common/kafka.h"
#include "common/opt.h"
#include "common/run.h"
#include "common/td.h"

/* The section [worker]. */
typedef struct td_worker_settings {
	const char *group;   /* consumer group; NULL: thidua-worker, with generation behind it */
	int64_t generation;  /* whose verdict topics are written */
	int64_t linger_ms;   /* how long a verdict may wait for a fuller batch */
	int64_t in_flight;   /* verdicts sent and not acknowledged, at most */
	int64_t queue_bytes; /* raw bytes read ahead, at most */
	const char *again;   /* "17..29": write what is missing there, of `reporter`; NULL: work */
	const char *reporter;
} td_worker_settings_t;

extern const td_opt_t td_worker_options[]; /* into td_worker_settings_t */
extern const size_t td_worker_option_count;

typedef struct td_worker td_worker_t;

/* A worker that joins its group, or one that judges again and joins none; `run` wakes it and
 * outlives it, as do the settings. NULL and err (TD_EUSAGE, TD_ECONFIG, TD_EUNAVAILABLE). Caller
 * frees. */
TD_MUST_USE td_worker_t *td_worker_new(const td_kafka_settings_t *cluster,
				       const td_worker_settings_t *settings, td_run_t *run,
				       td_err_t *err);

/* Ends it: what was judged is sent first, if the brokers take it within seconds. NULL is allowed.
 */
void td_worker_free(td_worker_t *worker);

/* Works until `run` is stopping, or what was asked for again is in the log. False for what a person
 * must mend. */
TD_MUST_USE bool td_worker_run(td_worker_t *worker, td_err_t *err);

#endif
