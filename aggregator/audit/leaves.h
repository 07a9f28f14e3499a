/*
 * leaves: one reporter's log as the leaves of its tree, with the roots at chosen sizes.
 *
 * Pure. Events are taken in the order of the log; their own bytes are hashed, nothing stored is
 * believed.
 */
#ifndef TD_AGGREGATOR_AUDIT_LEAVES_H
#define TD_AGGREGATOR_AUDIT_LEAVES_H

#include "aggregator/audit/merkle.h"
#include "workers/verdict.h"

/* A size at which the root is wanted. */
typedef struct td_root_mark {
	uint64_t size;
	bool reached;
	td_hash_t root;
	uint64_t next_offset;   /* behind the last event */
	int64_t last_append_ms; /* of it; 0 before the first */
} td_root_mark_t;

typedef struct td_leaves {
	td_hasher_t *hasher;
	td_merkle_tree_t tree;
	uint64_t next_offset;
	int64_t last_append_ms;
	size_t mark_count, at;
	td_root_mark_t *marks; /* in ascending order of size, each once */
} td_leaves_t;

/* Leaves with marks (NULL for none), which must outlive them; marks at size 0 are reached at once.
 * False when memory is out; td_leaves_free takes it in either case. */
TD_MUST_USE bool td_leaves_init(td_leaves_t *leaves, td_root_mark_t *marks, size_t count);
void td_leaves_free(td_leaves_t *leaves);

/* Takes the next event; returns its leaf's hash. */
td_hash_t td_leaves_take(td_leaves_t *leaves, const td_raw_t *raw);

/* What the log is up to here. False if hashing failed. */
TD_MUST_USE bool td_leaves_mark(const td_leaves_t *leaves, td_root_mark_t *mark);

#endif
