/*
 * known: what is known of a record on the way through a log, and how it is kept.
 *
 * Pure. A record is known twice: as it was counted, by the verdicts that were given; and as the
 * rules of this release give it, by the reference data that those verdicts name.
 */
#ifndef TD_AGGREGATOR_AUDIT_KNOWN_H
#define TD_AGGREGATOR_AUDIT_KNOWN_H

#include "aggregator/audit/hashes.h"
#include "aggregator/record.h"
#include "common/err.h"

typedef struct td_known {
	td_record_t record;   /* as it was counted */
	td_record_t by_rules; /* as the rules of this release give it */
	uint32_t version;     /* of the reference data that judged its latest statement, valid or
				 not; 0: nothing was said of it */
	uint64_t offset;      /* of that statement */
} td_known_t;

/* The highest revision that was said of it, valid or not. */
uint64_t td_known_revision(const td_known_t *known);

/* What is kept of the record of that name in the shard (td_layout_name) of `home`; all-zero when
 * there is nothing. TD_EBUG: it is not what was put. */
TD_MUST_USE bool td_known_get(const td_hashes_t *table, td_slice_t name, const char *home,
			      td_known_t *known, td_err_t *err);

/* Keeps it. TD_EMEMORY. */
TD_MUST_USE bool td_known_put(td_hashes_t *table, td_slice_t name, const char *home,
			      const td_known_t *known, td_err_t *err);

#endif
