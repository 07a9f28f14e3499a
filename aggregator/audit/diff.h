/*
 * diff: where two states of one shard differ, field by field.
 *
 * Pure. One side is what is claimed (Redis, or a draft), the other what the log comes to.
 */
#ifndef TD_AGGREGATOR_AUDIT_DIFF_H
#define TD_AGGREGATOR_AUDIT_DIFF_H

#include "aggregator/audit/hashes.h"
#include "aggregator/audit/sums.h"
#include "aggregator/layout.h"
#include "aggregator/record.h"
#include "common/arena.h"

/* What a field of a shard is. */
typedef enum td_field_kind {
	TD_FIELD_TALLY,
	TD_FIELD_CHECKSUM, /* of a hash of tallies */
	TD_FIELD_STATE,    /* of a record */
	TD_FIELD_OTHER,    /* sources, codes, conflicts, open rejections, and what is nothing */
} td_field_kind_t;

/* A field taken apart. */
typedef struct td_field {
	td_field_kind_t kind;
	td_tally_key_t hash; /* of a TALLY or CHECKSUM */
	td_cell_t cell;      /* of a TALLY; `area` points to area */
	char area[TD_AREA_MAX];
	uint32_t record_kind; /* of a STATE */
	char record_id[TD_ID_MAX + 1];
} td_field_t;

/* Takes a field apart; `key` without the shard's prefix. */
void td_field_read(td_slice_t key, td_slice_t field, td_field_t *read);

/* One difference; an empty side has no such field. */
typedef struct td_diff {
	td_slice_t key, field; /* the key without the shard's prefix */
	td_slice_t claimed, log;
	td_field_t what;
} td_diff_t;

enum { TD_DIFFS_MAX = 2000 }; /* kept of one shard */

/* The differences of one shard; the first TD_DIFFS_MAX are kept. */
typedef struct td_diffs {
	td_arena_t *arena;
	uint64_t count;
	size_t kept;
	td_diff_t items[TD_DIFFS_MAX];
} td_diffs_t;

/* All-empty differences with memory of their own; NULL when that is out. */
TD_MUST_USE td_diffs_t *td_diffs_new(void);
void td_diffs_free(td_diffs_t *diffs);

/* Adds what differs between two lists of fields of one hash, each in ascending order; false when
 * memory is out. A checksum that differs along with a tally of its hash is left out. */
TD_MUST_USE bool td_diffs_add(td_diffs_t *diffs, td_slice_t key, const td_hashes_item_t *claimed,
			      size_t claimed_count, const td_hashes_item_t *log, size_t log_count);

/* The record's state in `packed`; all-zero for an empty one. False when it is none. */
TD_MUST_USE bool td_diff_record(const td_field_t *what, td_slice_t packed, const char *reporter,
				td_record_t *record);

/* Whether what a record adds falls into that cell of a hash of tallies. */
bool td_diff_touches(const td_contributions_t *adds, const td_field_t *what);

/* Whether a record that differs accounts for a tally that does. */
bool td_diffs_explain(const td_diffs_t *diffs, const td_field_t *tally, const char *reporter);

#endif
