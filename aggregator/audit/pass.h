/*
 * pass: once over the raw logs, looking at events.
 *
 * Shell. Each log is read in a thread of its own; what is done with its events is done there, so a
 * caller keeps what it collects apart by log.
 */
#ifndef TD_AGGREGATOR_AUDIT_PASS_H
#define TD_AGGREGATOR_AUDIT_PASS_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/judged.h"

/* Whether the event is of interest, by what can be read of it before it is judged. */
typedef bool td_pass_want_fn(void *context, size_t index, const td_raw_t *raw,
			     const td_envelope_t *envelope);

/* Takes one event, in the order of its log; false, with err, ends the pass. */
typedef bool td_pass_take_fn(void *context, size_t index, const td_judged_t *judged, td_err_t *err);

typedef struct td_pass {
	const td_logs_t *logs;
	const char *doing;     /* for the progress */
	td_pass_want_fn *want; /* NULL: all */
	td_pass_take_fn *take;
	void *context;
} td_pass_t;

/* False with err on failure; TD_ESUPERSEDED when a signal stopped it. */
TD_MUST_USE bool td_pass_run(const td_audit_t *audit, const td_pass_t *pass, td_err_t *err);

/* A set of records by log; each log's part may be added to by the thread that reads it. */
typedef struct td_wanted td_wanted_t;

TD_MUST_USE td_wanted_t *td_wanted_new(void);
void td_wanted_free(td_wanted_t *wanted);

enum { TD_WANTED_MAX = 200000 }; /* of one log */

/* Adds a record of the log `index`; false when memory is out or there are TD_WANTED_MAX already. */
TD_MUST_USE bool td_wanted_add(td_wanted_t *wanted, size_t index, uint32_t kind,
			       const char *record_id);
bool td_wanted_has(const td_wanted_t *wanted, size_t index, uint32_t kind, const char *record_id);
size_t td_wanted_count(const td_wanted_t *wanted);

#endif
