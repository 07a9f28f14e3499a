/*
 * reconcile_sources: whether a reporter's sources said everything that they numbered, and whether
 * their checkpoints fit.
 *
 * Pure. Takes the raw log's events in order. A source numbers from 1 without gaps and chains a hash
 * over all its events, which each checkpoint carries: an event that was altered, dropped, added or
 * moved shows at the next checkpoint of its source. Behind a gap the chain goes on from what the
 * next checkpoint claims, so that one gap is said once.
 */
#ifndef TD_AGGREGATOR_AUDIT_RECONCILE_SOURCES_H
#define TD_AGGREGATOR_AUDIT_RECONCILE_SOURCES_H

#include "aggregator/audit/judged.h"
#include "aggregator/audit/reconcile.h"

enum {
	TD_TRAILS_MAX = 4096,              /* of one reporter: sources and epochs */
	TD_TRAIL_WINDOW = 256,             /* events of which a repeat is compared */
	TD_CHECKPOINT_LATE_MS = 600 * 1000 /* an event stands without a checkpoint no longer */
};

/* What one source and epoch sent, as far as the log has gone by. */
typedef struct td_trail {
	char source[TD_ID_MAX + 1];
	uint64_t epoch;
	uint64_t first_offset, last_offset;
	uint64_t received, enriched, rejected; /* received = enriched + rejected */
	uint64_t repeats;                      /* of these, sent before */
	uint64_t missing;                      /* sequences; final when all was taken */
	uint64_t next_sequence;
	uint64_t checkpoints, proven; /* and of these, whose hash fits */
	int64_t complete_until_ms;    /* 0: never said */
	char key_id[TD_ID_MAX + 1];   /* of the last checkpoint; "": it has no key */
} td_trail_t;

typedef struct td_sources td_sources_t;

/* Those of `reporter`, which must outlive it; NULL when memory is out. The caller frees. */
TD_MUST_USE td_sources_t *td_sources_new(const char *reporter, td_mismatch_to_t to);
void td_sources_free(td_sources_t *sources);

/* Takes the next event of the raw log. TD_EMEMORY beyond TD_TRAILS_MAX sources, or what `say` said.
 */
TD_MUST_USE bool td_sources_take(td_sources_t *sources, const td_judged_t *judged, td_err_t *err);

/* The log ends here, at that time: says what is missing by now. */
TD_MUST_USE bool td_sources_finish(td_sources_t *sources, int64_t end_ms, td_err_t *err);

/* Every source and epoch, in the order of their first events. */
size_t td_sources_count(const td_sources_t *sources);
const td_trail_t *td_sources_get(const td_sources_t *sources, size_t index);

/* Events whose source cannot be read, or that speak for another reporter. */
uint64_t td_sources_unnamed(const td_sources_t *sources);

#endif
