/*
 * compare: one live shard against its replay, field by field, both at the same raw offset.
 *
 * Shell. The live shard may move on while it is read: each piece of it is read with its head, and
 * the replay is taken to where that head stands before the piece is compared.
 */
#ifndef TD_AGGREGATOR_AUDIT_COMPARE_H
#define TD_AGGREGATOR_AUDIT_COMPARE_H

#include "aggregator/audit/diff.h"
#include "aggregator/audit/live.h"
#include "aggregator/audit/shelf.h"

/* What is not as the log has it, beside single fields. */
typedef enum td_compared {
	TD_COMPARED,         /* field by field */
	TD_COMPARED_NOTHING, /* neither has anything */
	TD_COMPARED_NO_SHARD,
	TD_COMPARED_NOT_LIVE, /* it is being rebuilt, or was stopped */
	TD_COMPARED_BAD_HEAD, /* its head is none, or was altered */
	TD_COMPARED_AHEAD,    /* it speaks for events that the log does not have */
	TD_COMPARED_NO_LOG,   /* there is no log at all */
} td_compared_t;

typedef struct td_comparison {
	td_live_t *live;
	td_compared_t outcome;
	td_head_t head;    /* of the live shard, as it was last read */
	uint64_t fields;   /* compared */
	td_diffs_t *diffs; /* the head's counts are among them, under the key "head" */
} td_comparison_t;

/* Reads the live head; `end` gets the raw offset to which the log must be replayed. */
TD_MUST_USE bool td_comparison_begin(const td_audit_t *audit, const td_log_bounds_t *bounds,
				     td_comparison_t *comparison, uint64_t *end, td_err_t *err);

/* Compares everything. */
TD_MUST_USE bool td_comparison_run(td_comparison_t *comparison, td_shelved_t *shelved,
				   td_err_t *err);

void td_comparison_end(td_comparison_t *comparison);

#endif
