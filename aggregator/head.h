/*
 * head: a shard's head as bytes: packed with a checksum, read with suspicion.
 *
 * Pure. Every write of a shard goes through only if the head in Redis is, byte for byte, the one
 * from which the write was computed.
 */
#ifndef TD_AGGREGATOR_HEAD_H
#define TD_AGGREGATOR_HEAD_H

#include "aggregator/position.h"
#include "common/err.h"
#include "common/td.h"

#include <thidua/v1/tally.pb-c.h>

/* A shard's head in plain fields; the members mean what tally.proto says. */
typedef struct td_head {
	uint32_t generation, layout;
	uint64_t owner;
	Thidua__V1__ShardState state;
	td_position_t position;
	uint64_t verdict_hint;
	int64_t verdict_hint_append_ms;
	bool first_known; /* whether the three below are set: of the lowest raw event folded */
	uint64_t first_offset;
	int64_t first_append_ms;
	uint8_t first_sha256[32];
	int64_t last_append_ms;
	int32_t hours_from_day; /* INT32_MIN before the first event */
	struct td_head_counts {
		uint64_t verdicts, enriched, rejected, absent, repeats, holes, newer, older,
			repeated, conflicts, records, open_rejections, unreadable, checkpoints,
			warned;
	} counts;
} td_head_t;

enum { TD_HEAD_PACKED_MAX = 4096 };

/* The head of a shard of which nothing is known: live, at raw offset 0. */
void td_head_init(uint32_t generation, td_head_t *head);

/* Packs it; returns the bytes used, at most TD_HEAD_PACKED_MAX. */
size_t td_head_pack(const td_head_t *head, uint8_t *packed);

/* Reads it; false, TD_EINTEGRITY, when it is no head or was altered; TD_ECONFIG when a later
 * release wrote it, whose shard is not to be touched. */
TD_MUST_USE bool td_head_unpack(td_slice_t packed, td_head_t *head, td_err_t *err);

#endif
