/*
 * validate: everything that is wrong with one event, said at once.
 *
 * Pure: no I/O, no clock, no globals, no allocation; equal arguments give equal findings in equal
 * order. Producer, worker, audit and fuzzer call this one function, so that a row that leaves the
 * province is not sent back for what it could have been told at home.
 */
#ifndef TD_WORKERS_VALIDATE_H
#define TD_WORKERS_VALIDATE_H

#include "workers/decode.h"
#include "workers/reason.h"
#include "workers/reference.h"

/*
 * Checks `event` against every rule; true if it breaks none.
 *
 *   event      decoded event; only read
 *   reference  only read
 *   reporter   who owns the raw topic, "vn-06"
 *   append_ms  the broker's append time, which decides what is the future (more than five minutes
 *              past it), so that a replay decides as the live run did; a producer, which has none
 *              yet, gives its clock
 *   errors     out: written whole
 *   warnings   out: written whole
 */
TD_MUST_USE bool td_validate_event(const td_event_t *event, const td_reference_t *reference,
				   const char *reporter, int64_t append_ms, td_findings_t *errors,
				   td_findings_t *warnings);

/* Whether only reference data can judge this reason (unknown unit, unknown offence, ...): at home
 * it is a warning, since the province's copy may be old. */
bool td_validate_by_reference(td_reason_t reason);

#endif
