/*
 * reconcile: what can be wrong between a reporter's sources, its raw log and its verdict log, each
 * thing with a name and a sentence.
 *
 * Pure. Found while the logs go by: sources by reconcile_sources.h, verdicts by
 * reconcile_verdicts.h, the halves of transfers by reconcile_transfers.h. Memory is bounded by the
 * number of sources, holes and transfers, not by that of events.
 */
#ifndef TD_AGGREGATOR_AUDIT_RECONCILE_H
#define TD_AGGREGATOR_AUDIT_RECONCILE_H

#include "common/err.h"
#include "common/td.h"

typedef enum td_mismatch_kind {
#define TD_MISMATCH(name, code, vi, en) TD_MISMATCH_##name,
#include "aggregator/audit/reconcile.def"
#undef TD_MISMATCH
	TD_MISMATCHES
} td_mismatch_kind_t;

typedef struct td_mismatch_info {
	const char *code; /* "sequence_gap" */
	const char *vi, *en;
} td_mismatch_info_t;

const td_mismatch_info_t *td_mismatch_info(td_mismatch_kind_t kind);

/* One thing that is wrong; what does not apply is 0 or "". */
typedef struct td_mismatch {
	td_mismatch_kind_t kind;
	const char *source; /* valid during the call */
	uint64_t epoch;
	uint64_t first_sequence, last_sequence;
	uint64_t first_offset, last_offset; /* in the raw log */
	uint64_t verdict_offset;            /* in the verdict log */
} td_mismatch_t;

/* Hears of each as it is found; false, with err, ends the work. */
typedef bool td_mismatch_fn(void *context, const td_mismatch_t *mismatch, td_err_t *err);

typedef struct td_mismatch_to {
	td_mismatch_fn *say;
	void *context;
} td_mismatch_to_t;

#endif
