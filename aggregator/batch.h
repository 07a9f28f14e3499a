/*
 * batch: verdicts in, what to read from Redis, what to write to it.
 *
 * Pure: the shell (aggregator/store.h) moves the bytes. One batch goes
 *     begin(head) → add(verdict)... → states() → [shell reads] → fold() → cells() → [shell reads]
 *     → finish() → writes() → [shell: WATCH head, compare, MULTI, write all, SET head, EXEC]
 * and is a function of the log and the head: a zombie that still gets through writes what the owner
 * would have written. Tests and the crash harness run it against a model of Redis.
 */
#ifndef TD_AGGREGATOR_BATCH_H
#define TD_AGGREGATOR_BATCH_H

#include "aggregator/head.h"
#include "aggregator/layout.h"
#include "common/err.h"
#include "common/td.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

typedef struct td_batch td_batch_t;

/* One field of one Redis hash. Entries of a list are grouped by key. */
typedef struct td_entry {
	td_slice_t key, field;
	td_slice_t value; /* when read: filled by the shell, size 0 if there is none;
			     when written: the new value, size 0 to delete the field */
} td_entry_t;

typedef struct td_entries {
	td_entry_t *items;
	size_t count;
} td_entries_t;

typedef enum td_added {
	TD_ADDED,      /* it counts */
	TD_ADDED_SKIP, /* a repeat: skipped and counted */
	TD_ADDED_FULL, /* the batch is full: finish it, then add this verdict to the next one */
	TD_ADDED_STOP, /* the log contradicts itself (no verdict, too many holes): err says how */
} td_added_t;

/* A batch for one shard, used again and again; holds at most `verdicts_max` verdicts and
 * `bytes_max` bytes of memory. NULL when memory is out. Caller frees. */
TD_MUST_USE td_batch_t *td_batch_new(const char *reporter, uint32_t generation, size_t verdicts_max,
				     size_t bytes_max);
void td_batch_free(td_batch_t *batch);

/* What lies in a shard under key and field, size 0 if nothing does; it lives until the next call.
 * False with err when it cannot be read. */
typedef bool td_batch_look_fn(void *context, td_slice_t key, td_slice_t field, td_slice_t *value,
			      td_err_t *err);

/* Lets the batch fold each verdict as it is added, with a look at what lies in the shard: for who
 * has the shard at hand, and may then have batches of any length. */
void td_batch_fold_at_once(td_batch_t *batch, td_batch_look_fn *look, void *context);

/* Bytes of memory in use by such a batch, about. */
size_t td_batch_bytes_used(const td_batch_t *batch);

/* Forgets the last batch and starts from `head`. */
void td_batch_begin(td_batch_t *batch, const td_head_t *head);

/* Adds a verdict as it lies in the log at `verdict_offset`, appended there at `append_ms`; the
 * bytes are not kept. */
TD_MUST_USE td_added_t td_batch_add(td_batch_t *batch, td_slice_t verdict, uint64_t verdict_offset,
				    int64_t append_ms, td_err_t *err);

/* The same for a verdict and its event (NULL unless enriched) that were never packed. */
TD_MUST_USE td_added_t td_batch_add_judged(td_batch_t *batch, const Thidua__V1__Verdict *verdict,
					   const Thidua__V1__Event *event, td_err_t *err);

/* Verdicts added, repeats included. */
size_t td_batch_count(const td_batch_t *batch);

/* What must be read first: record states, sources, codes, sign-offs. */
td_entries_t td_batch_states(td_batch_t *batch);

/* Folds; false, TD_EINTEGRITY, when a state was altered by hand: the shard is torn. */
TD_MUST_USE bool td_batch_fold(td_batch_t *batch, td_err_t *err);

/* What must be read next: the tallies that change, and the checksums of their hashes. */
td_entries_t td_batch_cells(td_batch_t *batch);

/* Computes what is to be written; false, TD_EINTEGRITY, when a tally is no number or goes below
 * zero: the shard is torn (points may go below zero); TD_EDATA when one leaves TD_TALLY_MAX: the
 * log says more than a tally holds, and the shard must stop. */
TD_MUST_USE bool td_batch_finish(td_batch_t *batch, td_err_t *err);

/* One tally, as Redis would hold it. */
typedef struct td_tally {
	td_slice_t key;    /* terminated */
	const char *field; /* of `cell` */
	td_cell_t cell;
	td_span_t span;
	bool by_unit;
	int32_t day; /* first day of the half-month for TD_SPAN_HALF */
	int64_t value;
} td_tally_t;

/* Called for each tally; false ends the walk. */
typedef bool td_tally_fn(void *context, const td_tally_t *tally);

/* All tallies of a batch that folds at once and began with an empty shard, in ascending order of
 * key and field, by bytes. False with err as td_batch_finish; when `each` ended it, err->code is
 * TD_OK. */
TD_MUST_USE bool td_batch_walk(td_batch_t *batch, td_tally_fn *each, void *context, td_err_t *err);

/* Fields to write, keys to delete whole (hour tallies that are too old; written after the fields),
 * and the new head. All live until the next begin. */
td_entries_t td_batch_writes(const td_batch_t *batch);
const td_slice_t *td_batch_deletes(const td_batch_t *batch, size_t *count);
const td_head_t *td_batch_head(const td_batch_t *batch);

#endif
