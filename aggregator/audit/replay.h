/*
 * replay: one reporter's raw log through the live functions, into tallies of this process.
 *
 * Shell, for the keep alone. Every raw event is judged by td_verdict_judge, as the worker does, and
 * folded by td_batch, as the aggregator does; what differs is only where the batch reads and
 * writes. An event is judged by the version of the reference data that its verdict names, so that a
 * replay comes to what the live run came to (aggregator/audit/naming.h); whether that was the right
 * one is said by reconcile.
 */
#ifndef TD_AGGREGATOR_AUDIT_REPLAY_H
#define TD_AGGREGATOR_AUDIT_REPLAY_H

#include "aggregator/audit/keep.h"
#include "aggregator/audit/naming.h"
#include "common/arena.h"
#include "common/err.h"
#include "workers/decisions.h"
#include "workers/verdict.h"
#include "workers/versions.h"

typedef struct td_replay td_replay_t;

typedef struct td_replay_settings {
	const char *reporter;
	uint32_t generation;
	const td_versions_t *versions; /* shared between threads, only read; the decisions too */
	const td_decisions_t *decisions;
	const td_naming_t *naming;   /* versions that verdicts name; NULL: all follow the rule */
	const td_reference_t *draft; /* judges all events instead; NULL: none */
	td_keep_t *keep;             /* what is in it is gone on from */
	size_t memory_max;           /* bytes of what is folded and not yet in the keep, about */
} td_replay_settings_t;

/* NULL and err when memory is out. The caller frees it, then the keep. */
TD_MUST_USE td_replay_t *td_replay_new(const td_replay_settings_t *settings, td_err_t *err);
void td_replay_free(td_replay_t *replay);

/* The raw offset that comes next. */
uint64_t td_replay_next(const td_replay_t *replay);

/* Takes the next raw event; one from before the position is passed over. Offsets that were jumped
 * over had nothing that a reader gets. TD_EINTEGRITY: the fold refuses. */
TD_MUST_USE bool td_replay_take(td_replay_t *replay, const td_raw_t *raw, td_err_t *err);

/* Nothing readable is left below `offset`. */
TD_MUST_USE bool td_replay_pass(td_replay_t *replay, uint64_t offset, td_err_t *err);

/* Folds what was taken, so that the keep speaks for all of it. */
TD_MUST_USE bool td_replay_flush(td_replay_t *replay, td_err_t *err);

/* Whether all that was taken is still outside the keep. */
bool td_replay_is_fresh(const td_replay_t *replay);

/* All tallies of a fresh replay, as td_batch_walk says. */
TD_MUST_USE bool td_replay_walk(td_replay_t *replay, td_tally_fn *each, void *context,
				td_err_t *err);

/* Bytes of memory in use beside the keep's, about. */
size_t td_replay_bytes(const td_replay_t *replay);

/* Where it stands. */
const td_head_t *td_replay_head(const td_replay_t *replay);

#endif
