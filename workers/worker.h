/*
 * worker: judges raw events and writes one verdict for each raw offset, in order.
 *
 * Shell. One thread; a group says which reporters are ours (common/kafka_group.h), one reader reads
 * their logs, another the reference data and the decisions, one gapless producer writes. What each
 * reporter's lane does next is decided in workers/partition.h.
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
} td_worker_settings_t;

extern const td_opt_t td_worker_options[]; /* into td_worker_settings_t */
extern const size_t td_worker_option_count;

typedef struct td_worker td_worker_t;

/* A worker that joins its group; `run` wakes it and outlives it, as do the settings. NULL and err
 * (TD_ECONFIG, TD_EUNAVAILABLE). Caller frees. */
TD_MUST_USE td_worker_t *td_worker_new(const td_kafka_settings_t *cluster,
				       const td_worker_settings_t *settings, td_run_t *run,
				       td_err_t *err);

/* Ends it: what was judged is sent first, if the brokers take it within seconds. NULL is allowed.
 */
void td_worker_free(td_worker_t *worker);

/* Works until `run` is stopping. False for what a person must mend. */
TD_MUST_USE bool td_worker_run(td_worker_t *worker, td_err_t *err);

#endif
