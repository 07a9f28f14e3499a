/*
 * events: what some records were said to be, event by event, in a report.
 *
 * Shell: it reads the logs once more for the records that are wanted.
 */
#ifndef TD_AGGREGATOR_AUDIT_EVENTS_H
#define TD_AGGREGATOR_AUDIT_EVENTS_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/measure.h"
#include "aggregator/audit/pass.h"

/* A look at records. */
typedef struct td_events_ask {
	const td_logs_t *logs;
	const td_wanted_t *wanted;
	const td_measure_t *measure; /* show only what falls into it; NULL: everything */
} td_events_ask_t;

/*
 * Adds a table of all events about the wanted records: where each lies, what it is called, what was
 * said of it, what it adds, and whether it stands. In the order of logs and of each log.
 *
 *   sums  out, with a measure: what the records add to each of its metrics in the end
 */
TD_MUST_USE bool td_events_say(td_audit_t *audit, const td_events_ask_t *ask,
			       int64_t sums[2 * TD_RATE_TERMS_MAX], td_err_t *err);

#endif
