/*
 * source: what a shard knows of one source and epoch: which sequence numbers it has seen, and how
 * far the source says to be complete.
 *
 * Pure. A sequence seen again is counted and harmless: the fold goes by revision.
 */
#ifndef TD_AGGREGATOR_SOURCE_H
#define TD_AGGREGATOR_SOURCE_H

#include "aggregator/position.h"
#include "common/td.h"

typedef struct td_source {
	char name[TD_ID_MAX + 1];
	uint64_t epoch;
	td_position_t seen; /* sequences; the holes are the gaps */
	uint64_t repeats;
	int64_t complete_until_ms;
	uint64_t checkpoint_sequence;
	uint8_t checkpoint_sha256[32]; /* all zero before the first checkpoint */
	int64_t last_append_ms;
} td_source_t;

/* What a checkpoint says. */
typedef struct td_mark {
	int64_t complete_until_ms;
	uint8_t sha256[32];
} td_mark_t;

enum {
	TD_SOURCE_PACKED_MAX = 3072,
	TD_SOURCE_FIELD_MAX = TD_ID_MAX + 22, /* "source/epoch", with the end */
};

/* A source of which nothing was seen. */
void td_source_init(const char *name, uint64_t epoch, td_source_t *source);

/* Its field in the hash "sources". */
void td_source_field(const char *name, uint64_t epoch, char field[TD_SOURCE_FIELD_MAX]);

/* Notes an event of it. Beyond TD_HOLES_MAX gaps, the newest ones are shown as one. */
void td_source_see(td_source_t *source, uint64_t sequence, int64_t append_ms);

/* Notes that the event with that sequence is a checkpoint. */
void td_source_mark(td_source_t *source, uint64_t sequence, const td_mark_t *mark);

/* Packed SourceState; deterministic; at most TD_SOURCE_PACKED_MAX bytes. */
size_t td_source_pack(const td_source_t *source, uint8_t *packed);

/* Reads it; false when it is none, or another source's. `source` as td_source_init left it. */
TD_MUST_USE bool td_source_unpack(td_slice_t packed, td_source_t *source);

#endif
