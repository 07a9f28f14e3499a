/*
 * changes: each statement in the logs that changes what its record adds, with what stood before it,
 * and why.
 *
 * Shell. Each log is read in a thread of its own, in which its changes are told, in its order.
 */
#ifndef TD_AGGREGATOR_AUDIT_CHANGES_H
#define TD_AGGREGATOR_AUDIT_CHANGES_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/judged.h"
#include "aggregator/audit/measure.h"
#include "aggregator/fold.h"

/* What stands of a record. */
typedef struct td_known {
	td_record_t record;
	uint32_t version; /* of the reference data that judged it */
} td_known_t;

typedef struct td_telling td_telling_t;

/* One change; `judged` is what made it. */
typedef struct td_change {
	size_t index; /* of the log */
	const td_judged_t *judged;
	const td_known_t *before, *after;
} td_change_t;

typedef bool td_change_fn(void *context, const td_telling_t *telling, const td_change_t *change,
			  td_err_t *err);

typedef struct td_changes_plan {
	const td_logs_t *logs;
	const td_measure_t *measure; /* what counts as a change of figures, for why */
	int64_t until_ms;            /* events appended later are left out; INT64_MAX: none is */
	const char *doing;           /* for the progress */
	td_change_fn *each;
	void *context;
} td_changes_plan_t;

TD_MUST_USE bool td_changes_tell(td_audit_t *audit, const td_changes_plan_t *plan, td_err_t *err);

/* Why: the reporter said it first, corrected it, took it back, or the reference data moved it.
 * `text` may be used for it. */
enum { TD_CHANGE_WHY_MAX = 128 };
const char *td_change_why(const td_telling_t *telling, const td_change_t *change,
			  char text[TD_CHANGE_WHY_MAX]);

#endif
