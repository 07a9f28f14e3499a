/*
 * hashtable: finds items of somebody else's array by digest.
 *
 * Pure. Grows by doubling and keeps its memory when it is cleared, so that a batch that is used
 * again and again soon allocates nothing.
 */
#ifndef TD_COMMON_HASHTABLE_H
#define TD_COMMON_HASHTABLE_H

#include "common/td.h"

/* Half of a digest, and an item's index; all bits set in an empty slot. */
typedef struct td_hashtable {
	uint64_t *slots;
	size_t mask, count; /* slots less one, a power of two less one; items */
} td_hashtable_t;

enum { TD_HASHTABLE_NONE = -1 };

/* Makes an empty table; false when memory is out. td_hashtable_free takes it in either case. */
TD_MUST_USE bool td_hashtable_init(td_hashtable_t *table);
void td_hashtable_free(td_hashtable_t *table);
void td_hashtable_clear(td_hashtable_t *table);

/* A walk over the items whose digest may be `digest`: next gives their indices, then
 * TD_HASHTABLE_NONE. The caller compares. */
typedef struct td_probe {
	uint64_t digest;
	size_t at;
} td_probe_t;
td_probe_t td_hashtable_probe(const td_hashtable_t *table, uint64_t digest);
int64_t td_hashtable_next(const td_hashtable_t *table, td_probe_t *probe);

/* Lets the memory that a walk begins with be fetched, for who walks a little later. */
void td_hashtable_expect(const td_hashtable_t *table, uint64_t digest);

/* Adds the item `index`, below UINT32_MAX, under `digest`; false when memory is out. */
TD_MUST_USE bool td_hashtable_put(td_hashtable_t *table, uint64_t digest, uint32_t index);

#endif
