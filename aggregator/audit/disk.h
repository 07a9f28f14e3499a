/*
 * disk: hashes of fields in one file, for what does not fit into memory.
 *
 * Shell; the only file that includes LMDB. What is saved is saved in one transaction, so that the
 * file holds all of it or nothing. What was read lives until the next save or td_disk_rest.
 */
#ifndef TD_AGGREGATOR_AUDIT_DISK_H
#define TD_AGGREGATOR_AUDIT_DISK_H

#include "aggregator/audit/hashes.h"
#include "common/err.h"

typedef struct td_disk td_disk_t;

/* Opens the file, a new one if there is none. NULL and err: TD_EIO, TD_EDATA when the file is none
 * of ours, TD_EMEMORY. The caller frees; the file stays. */
TD_MUST_USE td_disk_t *td_disk_open(const char *path, td_err_t *err);
void td_disk_free(td_disk_t *disk);

/* One value; size 0 when there is none. */
TD_MUST_USE bool td_disk_get(td_disk_t *disk, td_slice_t key, td_slice_t field, td_slice_t *value,
			     td_err_t *err);

/* The value that stands beside all hashes; size 0 when there is none. */
TD_MUST_USE bool td_disk_head(td_disk_t *disk, td_slice_t *head, td_err_t *err);

/* Saves all fields of `hashes`, deleting those without a value, and the head. */
TD_MUST_USE bool td_disk_save(td_disk_t *disk, td_hashes_t *hashes, td_slice_t head, td_err_t *err);

/* Every field, or those of one key, ascending. False with err unless `each` ended it (then
 * err->code is TD_OK). */
TD_MUST_USE bool td_disk_walk(td_disk_t *disk, td_hashes_fn *each, void *context, td_err_t *err);
TD_MUST_USE bool td_disk_walk_key(td_disk_t *disk, td_slice_t key, td_hashes_fn *each,
				  void *context, td_err_t *err);

/* Lets go of what was read. */
void td_disk_rest(td_disk_t *disk);

/* Bytes of the file. */
size_t td_disk_bytes(const td_disk_t *disk);

#endif
