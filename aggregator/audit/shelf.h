/*
 * shelf: the replayed shards of one command: each log read to its end, in a thread of its own.
 *
 * Shell. Where a shard does not fit into memory it goes to a file: in the folder of --state, which
 * stays and from which --resume goes on, or in a temporary one.
 */
#ifndef TD_AGGREGATOR_AUDIT_SHELF_H
#define TD_AGGREGATOR_AUDIT_SHELF_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/keep.h"
#include "aggregator/audit/merkle.h"
#include "aggregator/audit/replay.h"
#include "aggregator/audit/sums.h"

typedef struct td_shelf td_shelf_t;

/* One replayed log. */
typedef struct td_shelved {
	const td_logs_t *logs;
	size_t index; /* of them */
	const td_log_bounds_t *bounds;
	uint64_t end; /* replayed to */
	td_keep_t *keep;
	td_replay_t *replay;
	td_feed_t *feed; /* stands behind what was replayed */
} td_shelved_t;

/* What is done with each raw event before it is folded, in the thread of its log. */
typedef bool td_shelf_each_fn(void *context, size_t index, td_shelved_t *shelved,
			      const td_raw_t *raw, td_err_t *err);

/* What is done with each log behind its replay, in its thread. */
typedef bool td_shelf_fn(void *context, size_t index, td_shelved_t *shelved, td_err_t *err);

typedef struct td_shelf_plan {
	const td_logs_t *logs;
	const td_reference_t *draft; /* judges instead of the versions in force; NULL: none */
	const uint64_t *ends;        /* of each log, to be replayed to; NULL: to the logs' own */
	td_shelf_each_fn *each;      /* NULL: nothing */
	td_shelf_fn *then;           /* NULL: nothing */
	bool only_tallies;           /* nothing but sums and digests is asked of them */
	bool whole;                  /* logs are read from their beginning: --state is refused */
	void *context;
	const char *name; /* of the files: "live", "closed" */
} td_shelf_plan_t;

/* Replays all logs. NULL and err on failure; when a signal stopped it, err->code is TD_ESUPERSEDED
 * and the state folder holds what was done. The caller frees it. */
TD_MUST_USE td_shelf_t *td_shelf_fill(const td_audit_t *audit, const td_shelf_plan_t *plan,
				      td_err_t *err);
void td_shelf_free(td_shelf_t *shelf);

/* The replayed log of that number, as in td_logs_get. */
td_shelved_t *td_shelf_get(td_shelf_t *shelf, size_t index);

/* Its keep, with all that was taken folded into it; NULL and err on failure. */
TD_MUST_USE td_keep_t *td_shelved_keep(td_shelved_t *shelved, td_err_t *err);

/* Sums up its tallies, once, as far as was taken; what does not fit shows when the summing is
 * finished. */
TD_MUST_USE bool td_shelved_sum(td_shelved_t *shelved, td_summing_t *summing, td_err_t *err);

/* The digest of all its tallies of some days, or TD_DAYS_ALL, as far as was taken
 * (aggregator/audit/sums.h). */
#define TD_DAYS_ALL ((td_days_t){INT32_MIN, INT32_MAX})
TD_MUST_USE bool td_shelved_digest(td_shelved_t *shelved, uint32_t generation, td_days_t days,
				   td_hash_t *digest, td_err_t *err);

/* Replays one log on to a later end. */
TD_MUST_USE bool td_shelved_extend(td_shelved_t *shelved, uint64_t end, td_err_t *err);

#endif
