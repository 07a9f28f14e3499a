/*
 * envelope: what can still be read of an event that was rejected: whose it is and which record it
 * speaks of.
 *
 * Pure. Reads the first fields of the wire format and stops at the first thing that it cannot
 * follow, so that a truncated or half-wrong event still names its record.
 */
#ifndef TD_WORKERS_ENVELOPE_H
#define TD_WORKERS_ENVELOPE_H

#include "common/td.h"

#include <thidua/v1/verdict.pb-c.h>

/* Ids are "" and numbers 0 where nothing usable was found. */
typedef struct td_envelope {
	char reporter[TD_ID_MAX + 1];
	char source[TD_ID_MAX + 1];
	uint64_t epoch, sequence;
	uint32_t kind; /* of record, not a checkpoint */
	char record_id[TD_ID_MAX + 1];
	uint64_t revision;
} td_envelope_t;

void td_envelope_read(td_slice_t event, td_envelope_t *envelope);

/* Whether it names a record and a revision, and whether it names a source and a sequence. */
bool td_envelope_has_record(const td_envelope_t *envelope);
bool td_envelope_has_source(const td_envelope_t *envelope);

/* Whether none of the reasons is about reporter, kind, record id or revision: else the event names
 * no record for sure. */
bool td_envelope_is_trusted(const Thidua__V1__Rejected *rejected);

#endif
