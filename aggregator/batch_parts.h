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
#include "aggregator/cells.h"
#include "aggregator/fold.h"
#include "aggregator/layout.h"
#include "aggregator/signed.h"
#include "aggregator/source.h"
#include "common/arena.h"
#include "common/hashtable.h"
#include "common/room.h"

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
	td_slice_t state; /* packed, when each verdict is folded at once */
} td_batch_record_t;

typedef struct td_batch_source {
	td_source_t state;
	uint32_t first_op, last_op;
	bool is_new; /* what the shard holds of it was not looked at yet */
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

/* One record while its statements are folded. */
typedef struct td_batch_folding {
	td_record_t record;
	bool was_open;
	const char *codes;   /* of its highest rejection, when that came now; else NULL */
	uint64_t conflicted; /* revision of the last conflict that is listed; 0: none */
	td_statement_t statement;
	td_changes_t changes;
	uint8_t packed[TD_RECORD_PACKED_MAX];
} td_batch_folding_t;

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

	bool at_once; /* each verdict is folded when it is added; then: */
	td_batch_look_fn *look;
	void *look_context;
	td_batch_folding_t folding;
	td_batch_record_t *touched_record; /* what the newest verdict is about; NULL: nothing */
	td_batch_source_t *touched_source;
	int32_t swept_from; /* cells hold no hours of days before */

	td_batch_op_t *ops;
	size_t op_count, op_room;
	td_batch_record_t *records;
	size_t record_count, record_room;
	td_hashtable_t record_table;
	td_batch_source_t *sources;
	size_t source_count;
	td_batch_code_t *codes;
	size_t code_count;
	td_batch_signed_t signeds[TD_BATCH_SIGNED_MAX];
	size_t signed_count;
	td_cells_t *cells;
	td_hashtable_t key_table; /* for grouping */

	td_entries_t
		states; /* records in the order of state_order, then sources, codes, sign-offs */
	uint32_t *state_order;            /* record of each of the first record_count states */
	td_entries_t reads;               /* cells, each hash followed by its checksum */
	const td_change_t **read_changes; /* of each read; NULL for a checksum */
	td_entries_t writes;              /* grouped by key */
	td_entries_t conflicts;           /* to be written behind the states */
	td_entries_t open;
	size_t conflicts_room, open_room;
	td_slice_t deletes[TD_HOUR_DAYS + 2];
	size_t delete_count;
};

/* Counts what the verdict says, and remembers what is to be folded of it. `event` is NULL unless it
 * is enriched. */
void td_batch_note(td_batch_t *batch, const Thidua__V1__Verdict *verdict,
		   const Thidua__V1__Event *event);

/* The findings of a verdict, of whatever sort. */
typedef struct td_batch_findings {
	Thidua__V1__Finding **items;
	size_t count;
} td_batch_findings_t;
td_batch_findings_t td_batch_findings(const Thidua__V1__Verdict *verdict);

/* A copy of `text` in `made`, terminated; empty, and the batch out of memory, when it is full. */
td_slice_t td_batch_text(td_batch_t *batch, const char *text);
td_slice_t td_batch_bytes(td_batch_t *batch, const void *bytes, size_t size);

/* `count` zeroed items of `size` bytes in `made`; NULL, and the batch out of memory, likewise. */
void *td_batch_take(td_batch_t *batch, size_t count, size_t size);

/* Folds the ops of a record into the state `before`, size 0: none; false when that was altered.
 *
 *   after  out: in `folding`
 */
TD_MUST_USE bool td_batch_fold_record(td_batch_t *batch, const td_batch_record_t *record,
				      td_slice_t before, td_batch_folding_t *folding,
				      td_slice_t *after);

/* Folds the ops of a source. */
void td_batch_fold_source(const td_batch_t *batch, td_batch_source_t *source);

/* What is wrong with a state that was altered; false. */
bool td_batch_refuse_record(const td_batch_t *batch, const td_batch_record_t *record,
			    td_err_t *err);
bool td_batch_refuse_source(const td_batch_t *batch, td_slice_t field, td_err_t *err);

/* Moves the first day that keeps its hours to where the log's time is. */
void td_batch_move_hours(td_head_t *head);

/* Folds the newest verdict; false with err when what the shard holds was altered. */
TD_MUST_USE bool td_batch_fold_newest(td_batch_t *batch, td_err_t *err);

/* Whether a tally of that metric can be `value`. */
bool td_batch_is_tally(uint16_t metric, int64_t value);

/* Why a tally cannot be `value`; false. */
bool td_batch_refuse_tally(const td_batch_t *batch, const char *key, const char *field,
			   int64_t value, td_err_t *err);

/* Key of the shard with that name behind its prefix, in `made`. */
td_slice_t td_batch_key(td_batch_t *batch, const char *name);

/* The changes that are none are left out of `changes`, which has room for all of the set; how many
 * are left. */
size_t td_batch_changes(const td_change_set_t *set, const td_change_t **changes);

/* Puts equal keys together: order[0..count) are indices into `keys`, whose equal slices are made
 * one. False when memory is out. */
TD_MUST_USE bool td_batch_group(td_batch_t *batch, td_slice_t *keys, size_t count, uint32_t *order);

/* Reads a count or tally: decimal, without leading zeros; false when it is none. */
TD_MUST_USE bool td_batch_number(td_slice_t text, int64_t *number);

/* Adds to the list of writes, which has room for it. */
void td_batch_write(td_entries_t *list, td_slice_t key, td_slice_t field, td_slice_t value);

#endif
