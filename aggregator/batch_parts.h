/*
 * batch_parts: what the files of batch share.
 *
 * Pure; for aggregator/batch*.c only. Arenas: `given` holds what the verdicts said, at most
 * bytes_max bytes of it; `made` holds keys, fields and values that were computed, and is bounded by
 * the number of verdicts.
 */
#ifndef TD_AGGREGATOR_BATCH_PARTS_H
#define TD_AGGREGATOR_BATCH_PARTS_H

#include "aggregator/batch.h"
#include "aggregator/fold.h"
#include "aggregator/hashtable.h"
#include "aggregator/layout.h"
#include "aggregator/signed.h"
#include "aggregator/source.h"
#include "common/arena.h"

enum {
	TD_BATCH_SOURCES_MAX = 256,   /* sources that one batch can touch */
	TD_BATCH_CODES_MAX = 512,     /* different codes in one batch */
	TD_BATCH_SIGNED_MAX = 64,     /* periods that one batch signs off */
	TD_BATCH_FINDINGS_MAX = 64,   /* findings of one verdict; a worker writes at most 32 */
	TD_BATCH_CODES_TEXT = 64 * 6, /* their codes in words */
	TD_BATCH_VERDICT_NEED = 2048, /* bytes of `given` that no verdict exceeds */
	TD_BATCH_LIST_END = 0,        /* ops are linked by index plus one */
};

typedef enum td_batch_act {
	TD_BATCH_STATEMENT,
	TD_BATCH_REJECTION,
	TD_BATCH_OTHER, /* says nothing of a record: a checkpoint, an unreadable rejection */
} td_batch_act_t;

/* What one verdict asks for. */
typedef struct td_batch_op {
	td_batch_act_t act;
	uint32_t next_of_record, next_of_source;
	uint64_t revision;
	const void *adds; /* td_contributions_t, cut behind its last item */
	size_t adds_size;
	const char *codes; /* of a rejection: " E101 E203" */
	uint64_t sequence;
	int64_t append_ms;
	const td_mark_t *mark; /* of a checkpoint */
} td_batch_op_t;

typedef struct td_batch_record {
	uint32_t kind;
	const char *id;
	td_slice_t name;
	uint32_t first_op, last_op;
} td_batch_record_t;

typedef struct td_batch_source {
	td_source_t state;
	uint32_t first_op, last_op;
} td_batch_source_t;

typedef struct td_batch_code {
	uint32_t code;
	uint64_t verdicts;
} td_batch_code_t;

/* The greatest sign-off of a period in this batch. */
typedef struct td_batch_signed {
	const char *period;
	td_signed_t said;
} td_batch_signed_t;

/* A tally's change. */
typedef struct td_batch_cell {
	int64_t delta;
	int32_t day; /* first day of the half-month for TD_SPAN_HALF */
	uint16_t metric;
	uint8_t dim1, dim2;
	int8_t hour;
	uint8_t span;
	bool by_unit;
	char area[TD_AREA_MAX]; /* zeroed behind its end */
} td_batch_cell_t;

struct td_batch {
	char reporter[TD_ID_MAX + 1];
	char prefix[TD_KEY_MAX];
	uint32_t generation;
	size_t verdicts_max, bytes_max;
	td_arena_t *reading; /* the verdict that is added now, with its event */
	td_arena_t *given, *made;
	td_head_t begun, head;
	size_t added;
	bool out_of_memory;

	td_batch_op_t *ops;
	size_t op_count;
	td_batch_record_t *records;
	size_t record_count;
	td_hashtable_t record_table;
	td_batch_source_t *sources;
	size_t source_count;
	td_batch_code_t *codes;
	size_t code_count;
	td_batch_signed_t signeds[TD_BATCH_SIGNED_MAX];
	size_t signed_count;
	td_batch_cell_t *cells;
	size_t cell_count, cell_room;
	td_hashtable_t cell_table;
	td_hashtable_t key_table; /* for grouping */

	td_entries_t
		states; /* records in the order of state_order, then sources, codes, sign-offs */
	uint32_t *state_order;  /* record of each of the first record_count states */
	td_entries_t reads;     /* cells, each hash followed by its checksum */
	uint32_t *read_cells;   /* cell of each read; UINT32_MAX for a checksum */
	td_entries_t writes;    /* grouped by key */
	td_entries_t conflicts; /* to be written behind the states */
	td_entries_t open;
	td_slice_t deletes[TD_HOUR_DAYS + 2];
	size_t delete_count;
};

/* A copy of `text` in `made`, terminated; empty, and the batch out of memory, when it is full. */
td_slice_t td_batch_text(td_batch_t *batch, const char *text);
td_slice_t td_batch_bytes(td_batch_t *batch, const void *bytes, size_t size);

/* `count` zeroed items of `size` bytes in `made`; NULL, and the batch out of memory, likewise. */
void *td_batch_take(td_batch_t *batch, size_t count, size_t size);

/* Puts equal keys together: order[0..count) are indices into `keys`, whose equal slices are made
 * one. False when memory is out. */
TD_MUST_USE bool td_batch_group(td_batch_t *batch, td_slice_t *keys, size_t count, uint32_t *order);

/* Adds (sign 1) or takes back (sign -1) what a statement adds. */
void td_batch_move(td_batch_t *batch, const td_contributions_t *adds, int64_t sign);

/* Reads a count or tally: decimal, without leading zeros; false when it is none. */
TD_MUST_USE bool td_batch_number(td_slice_t text, int64_t *number);

/* Adds to the list of writes, which has room for it. */
void td_batch_write(td_entries_t *list, td_slice_t key, td_slice_t field, td_slice_t value);

#endif
