/*
 * record: what a shard keeps of one record, packed into a few bytes.
 *
 * Pure. The state holds the contributions that were applied, so that a later release takes back
 * exactly what an earlier one added. A packed state is at most 64 bytes for all but the longest
 * records, so that its Redis hash stays a listpack. It ends with a checksum over the record's name
 * and the state: one altered by hand, or moved to another record, is told from a written one.
 */
#ifndef TD_AGGREGATOR_RECORD_H
#define TD_AGGREGATOR_RECORD_H

#include "aggregator/contribute.h"
#include "common/td.h"

typedef struct td_record {
	uint64_t revision;          /* of the standing statement; 0: none yet */
	uint64_t rejected_revision; /* highest revision that was rejected; 0: none */
	td_contributions_t adds;    /* what the standing statement adds */
} td_record_t;

enum { TD_RECORD_PACKED_MAX = 512 };

/* Whether its latest statement was rejected and nobody has corrected it yet. */
bool td_record_is_open(const td_record_t *record);

/* Packs `record`; deterministic; returns the number of bytes, at most TD_RECORD_PACKED_MAX.
 *
 *   name  the record's name in its shard (kind and id), which the checksum covers
 *   home  province left out of the packed form when it is the only one: the shard's own
 */
size_t td_record_pack(const td_record_t *record, td_slice_t name, const char *home,
		      uint8_t *packed);

/* The state in `packed`; false when it is none, was written for another name, or is not exactly
 * what td_record_pack would write. */
TD_MUST_USE bool td_record_unpack(td_slice_t packed, td_slice_t name, const char *home,
				  td_record_t *record);

enum { TD_RECORD_SUM_SIZE = 4 };

/* The checksum that ends a packed state; `body` is what stands before it. */
void td_record_sum(td_slice_t body, td_slice_t name, uint8_t sum[TD_RECORD_SUM_SIZE]);

#endif
