/*
 * reconcile_verdicts: whether the verdict log says of every raw offset what the rules give, once.
 *
 * Pure. Takes the verdict log's records in order, each with the raw event that it is about, which
 * the caller reads. Which of several counts is the readers' own rule (aggregator/position.h). A
 * verdict is compared byte for byte with what td_verdict_judge gives for the raw event and the
 * reference version that the verdict names, which must be the one of the rule
 * (workers/decisions.h).
 */
#ifndef TD_AGGREGATOR_AUDIT_RECONCILE_VERDICTS_H
#define TD_AGGREGATOR_AUDIT_RECONCILE_VERDICTS_H

#include "aggregator/audit/naming.h"
#include "aggregator/audit/reconcile.h"
#include "aggregator/position.h"
#include "common/arena.h"
#include "workers/verdict.h"

/* What is looked at; all of it must outlive the work. */
typedef struct td_verdicts_of {
	const char *reporter;
	td_rule_t rule;
	uint64_t first, end; /* raw offsets first..end-1 */
	uint64_t log_end;    /* of the raw log, read after the verdict log's end was: no verdict is
				about it or beyond; those from `end` on are passed over */
	td_mismatch_to_t to;
} td_verdicts_of_t;

typedef struct td_verdicts {
	td_verdicts_of_t of;
	td_position_t position;
	uint64_t enriched, rejected, absent; /* raw offsets that count, by outcome */
	uint64_t repeats, missing, wrong;    /* missing: final when all was taken */
} td_verdicts_t;

/* None taken yet. */
void td_verdicts_init(td_verdicts_t *verdicts, const td_verdicts_of_t *of);

/* One record of the verdict log, as it lies there. */
typedef struct td_verdict_record {
	uint64_t offset; /* in the verdict log */
	td_slice_t bytes;
} td_verdict_record_t;

/* The lowest raw offset that the record is about, so that the caller can read what is there; false
 * when it is no verdict. The arena is reset. */
TD_MUST_USE bool td_verdicts_about(const td_verdict_record_t *record, td_arena_t *arena,
				   uint64_t *raw_offset);

/* Takes the record. `raw`: the raw log's first event at that offset or behind it; NULL if there is
 * none below `end`. The arena, of two TD_VERDICT_ARENA at least, is reset. False, with err, when
 * the arena is full or `say` said so. */
TD_MUST_USE bool td_verdicts_take(td_verdicts_t *verdicts, const td_verdict_record_t *record,
				  const td_raw_t *raw, td_arena_t *arena, td_err_t *err);

/* The verdict log ends here: says which raw offsets have none. */
TD_MUST_USE bool td_verdicts_finish(td_verdicts_t *verdicts, td_err_t *err);

#endif
