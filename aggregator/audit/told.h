/*
 * told: what the verdicts of a generation say of one log, event by event, for looking at.
 *
 * Shell. They are the verdicts that the workers gave, by the rules of their release and the
 * reference data that each names: what was counted follows from them. Of several on one offset the
 * first in the log stands, as for every reader (aggregator/position.h).
 */
#ifndef TD_AGGREGATOR_AUDIT_TOLD_H
#define TD_AGGREGATOR_AUDIT_TOLD_H

#include "aggregator/audit/crew.h"
#include "aggregator/audit/judged.h"
#include "aggregator/audit/logs.h"

/* Takes one event and its verdict, in the order of the verdict log; false, with err, ends it. */
typedef bool td_told_fn(void *context, const td_judged_t *judged, td_err_t *err);

typedef struct td_told {
	const td_logs_t *logs;
	size_t index; /* of the log */
	uint32_t generation;
	td_crew_t *crew;
	td_told_fn *take;
	void *context;
} td_told_t;

/* Reads them all. TD_ENOINPUT when there are no verdicts of that generation, TD_ESUPERSEDED when
 * the crew is to stop. */
TD_MUST_USE bool td_told_read(const td_told_t *told, td_err_t *err);

#endif
