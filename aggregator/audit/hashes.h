/*
 * hashes: hashes of fields, as Redis has them, in memory.
 *
 * Pure. A value of size 0 says that the field was deleted, and is kept, so that what lies below
 * (aggregator/audit/keep.h) can be told. A key's text is kept once, whatever the number of its
 * fields: a record state costs about 100 bytes.
 */
#ifndef TD_AGGREGATOR_AUDIT_HASHES_H
#define TD_AGGREGATOR_AUDIT_HASHES_H

#include "common/td.h"

typedef struct td_hashes td_hashes_t;

/* Empty ones; NULL when memory is out. The caller frees. */
TD_MUST_USE td_hashes_t *td_hashes_new(void);
void td_hashes_free(td_hashes_t *hashes);

/* Forgets everything. */
void td_hashes_clear(td_hashes_t *hashes);

/* Sets one field. False when memory is out; a field is at most 255 bytes, a value 65,535. */
TD_MUST_USE bool td_hashes_put(td_hashes_t *hashes, td_slice_t key, td_slice_t field,
			       td_slice_t value);

/* The value, valid until the next put; false when the field was never set. */
TD_MUST_USE bool td_hashes_get(const td_hashes_t *hashes, td_slice_t key, td_slice_t field,
			       td_slice_t *value);

/* Bytes of memory in use, about. */
size_t td_hashes_bytes(const td_hashes_t *hashes);

/* One field and its value; size 0 says that it was deleted. */
typedef struct td_hashes_item {
	td_slice_t key, field, value;
} td_hashes_item_t;

/* Called for each field; false ends the walk. */
typedef bool td_hashes_fn(void *context, const td_hashes_item_t *item);

/* All fields in ascending order of key and field, by bytes; false when `each` said so, or, before
 * the first, when memory is out. */
TD_MUST_USE bool td_hashes_walk(td_hashes_t *hashes, td_hashes_fn *each, void *context);

/* The fields of one key, in no order. */
TD_MUST_USE bool td_hashes_walk_key(td_hashes_t *hashes, td_slice_t key, td_hashes_fn *each,
				    void *context);

/* memcmp's order, a beginning before what it begins. */
int td_hashes_order(td_slice_t a, td_slice_t b);

#endif
