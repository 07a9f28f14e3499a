/*
 * keep: what one shard's Redis would hold, in memory up to a limit and beyond it on disk.
 *
 * Shell. The hashes of a batch are read and written here with the same entries as the live
 * aggregator reads and writes them in Redis. When the memory is full, all of it goes to disk in one
 * transaction, with the head: so what lies there is always a whole shard at one position, and a
 * replay that was stopped or killed goes on from it.
 */
#ifndef TD_AGGREGATOR_AUDIT_KEEP_H
#define TD_AGGREGATOR_AUDIT_KEEP_H

#include "aggregator/audit/hashes.h"
#include "aggregator/batch.h"
#include "common/err.h"

typedef struct td_keep td_keep_t;

typedef struct td_keep_settings {
	const char *path; /* file on disk; made when it is first needed */
	bool stay;        /* goes on with what the file holds, and leaves it at the end; else a file
			     that exists is replaced, and it is deleted at the end */
	size_t memory_max; /* bytes of hashes in memory, about */
} td_keep_settings_t;

/* NULL and err: TD_EIO for the disk, TD_EDATA when the file is none of ours, TD_EMEMORY. The path
 * is copied. */
TD_MUST_USE td_keep_t *td_keep_new(const td_keep_settings_t *settings, td_err_t *err);
void td_keep_free(td_keep_t *keep);

/* The head that goes with what is kept; false when there is none yet. */
TD_MUST_USE bool td_keep_head(const td_keep_t *keep, td_head_t *head);

/* Fills the values of `entries`; they live until the next write. */
TD_MUST_USE bool td_keep_read(td_keep_t *keep, td_entries_t entries, td_err_t *err);

/* Writes what the batch finished: its fields, its deletes, its head. */
TD_MUST_USE bool td_keep_write(td_keep_t *keep, const td_batch_t *batch, td_err_t *err);

/* Puts all on disk, for good. */
TD_MUST_USE bool td_keep_save(td_keep_t *keep, td_err_t *err);

/* One value; size 0 when there is none. Lives until the next call. */
TD_MUST_USE bool td_keep_get(td_keep_t *keep, td_slice_t key, td_slice_t field, td_slice_t *value,
			     td_err_t *err);

/* Every field that there is, in ascending order of key and field. False with err unless `each`
 * ended it (then err->code is TD_OK). */
TD_MUST_USE bool td_keep_walk(td_keep_t *keep, td_hashes_fn *each, void *context, td_err_t *err);

/* The fields of one key, in no order; the same. What is given lives until the next write. */
TD_MUST_USE bool td_keep_walk_key(td_keep_t *keep, td_slice_t key, td_hashes_fn *each,
				  void *context, td_err_t *err);

/* Bytes in memory and on disk, about. */
size_t td_keep_bytes(const td_keep_t *keep);

#endif
