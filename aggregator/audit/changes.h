/*
 * changes: each statement in the logs that changes what its record adds, with what stood before it,
 * and why.
 *
 * Shell. What was counted is what the verdicts say that were given (aggregator/audit/told.h). Each
 * log is read in a thread of its own, in which its changes are told, in its order.
 */
#ifndef TD_AGGREGATOR_AUDIT_CHANGES_H
#define TD_AGGREGATOR_AUDIT_CHANGES_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/cause.h"
#include "aggregator/audit/judged.h"

typedef struct td_telling td_telling_t;

/* One change. */
typedef struct td_change {
	size_t index;              /* of the log */
	const td_judged_t *judged; /* the statement that stands now */
	bool is_again; /* nothing was said: another generation had judged it otherwise */
	const td_known_t *before, *after;
} td_change_t;

typedef bool td_change_fn(void *context, const td_telling_t *telling, const td_change_t *change,
			  td_err_t *err);

typedef struct td_changes_plan {
	const td_logs_t *logs;
	const td_measure_t *measure; /* what counts as a change of figures, for why */
	uint32_t former, generation; /* by which it was judged until `since_ms`, and from then on:
					what they judge otherwise are changes of that moment */
	int64_t since_ms;            /* of no account when both are one */
	int64_t until_ms;            /* events appended later are left out; INT64_MAX: none is */
	const char *doing;           /* for the progress */
	td_change_fn *each;
	void *context;
} td_changes_plan_t;

TD_MUST_USE bool td_changes_tell(td_audit_t *audit, const td_changes_plan_t *plan, td_err_t *err);

/* Why: the reporter said it first, corrected it, took it back; the reference data, a rule or
 * several of them moved it. `text` may be used for it. */
enum { TD_CHANGE_WHY_MAX = 256 };
const char *td_change_why(const td_telling_t *telling, const td_change_t *change,
			  char text[TD_CHANGE_WHY_MAX]);

#endif
