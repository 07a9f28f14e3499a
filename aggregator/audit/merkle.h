/*
 * merkle: the tree of RFC 9162 (and 6962) over a log of leaves: heads, proofs, and their checks.
 *
 * Pure. Everything is a stream: leaf hashes are given in the order of the log, and a head or a
 * proof needs O(log n) memory whatever the log's size. A proof is a list of hashes, each of which
 * is the head of a range of leaves; the ranges lie apart, so one growing head at a time makes them
 * all. tests/prop/merkle.c checks every proof of every tree of up to 1,000 leaves against the
 * RFC's own recursive definitions; tests/oracle does it with another implementation.
 */
#ifndef TD_AGGREGATOR_AUDIT_MERKLE_H
#define TD_AGGREGATOR_AUDIT_MERKLE_H

#include "common/td.h"

enum {
	TD_HASH_SIZE = 32,
	TD_MERKLE_LEVELS = 64,
	TD_MERKLE_PROOF_MAX = TD_MERKLE_LEVELS + 1, /* hashes of the longest proof */
};

/* A SHA-256. */
typedef struct td_hash {
	uint8_t bytes[TD_HASH_SIZE];
} td_hash_t;

bool td_hash_equal(const td_hash_t *a, const td_hash_t *b);

/* What hashes: one for each thread. NULL when memory is out; the caller frees. */
typedef struct td_hasher td_hasher_t;
TD_MUST_USE td_hasher_t *td_hasher_new(void);
void td_hasher_free(td_hasher_t *hasher);

/* SHA-256 of bytes. */
td_hash_t td_hasher_sum(td_hasher_t *hasher, td_slice_t bytes);

/* The same of bytes that come in pieces; the hasher does nothing else between begin and end. */
void td_hasher_begin(td_hasher_t *hasher);
void td_hasher_add(td_hasher_t *hasher, td_slice_t piece);
td_hash_t td_hasher_end(td_hasher_t *hasher);

/* True if the library ever failed to compute a hash: what was made since is worth nothing. The
 * functions below that return bool say so themselves. */
bool td_hasher_failed(const td_hasher_t *hasher);

/* SHA-256(0x00 || data): hash of a leaf. */
td_hash_t td_merkle_leaf(td_hasher_t *hasher, td_slice_t data);

enum { TD_MERKLE_EVENT_HEAD = 16 }; /* bytes of a leaf before the event's own */

/* The leaf of an event: its offset and append time as 8 bytes each, big-endian, and its bytes. */
td_hash_t td_merkle_event(td_hasher_t *hasher, uint64_t offset, int64_t append_ms,
			  td_slice_t event);

/* A tree that grows: the roots of its full subtrees, by level. All-zero when empty. */
typedef struct td_merkle_tree {
	uint64_t size;
	td_hash_t peaks[TD_MERKLE_LEVELS]; /* [l] counts if bit l of size is set */
} td_merkle_tree_t;

/* Adds the next leaf. */
void td_merkle_add(td_merkle_tree_t *tree, td_hasher_t *hasher, const td_hash_t *leaf);

/* The head of the tree as it is; of an empty one the hash of nothing. False if hashing failed. */
TD_MUST_USE bool td_merkle_root(const td_merkle_tree_t *tree, td_hasher_t *hasher, td_hash_t *root);

/* A proof, in the order of the RFC. */
typedef struct td_proof {
	size_t count;
	td_hash_t hashes[TD_MERKLE_PROOF_MAX];
} td_proof_t;

/* Leaves first..end-1, and which hash of the proof their head is. */
typedef struct td_merkle_range {
	uint64_t first, end;
	size_t place;
} td_merkle_range_t;

/* A proof in the making. */
typedef struct td_prover {
	size_t count, done;
	td_merkle_range_t ranges[TD_MERKLE_PROOF_MAX]; /* in the order of the log */
	td_merkle_tree_t open;                         /* over the range `done` */
	uint64_t next;                                 /* leaf that is taken next */
	td_proof_t proof;
} td_prover_t;

/* Prepares the proof that leaf `index` is in the tree of `size` leaves; false unless index < size.
 */
TD_MUST_USE bool td_prover_inclusion(td_prover_t *prover, uint64_t index, uint64_t size);

/* Prepares the proof that the tree of `from` leaves is the beginning of that of `to`; false unless
 * 0 < from <= to. */
TD_MUST_USE bool td_prover_consistency(td_prover_t *prover, uint64_t from, uint64_t to);

/* Takes the hash of the next leaf, from leaf 0 on; what the proof does not need is passed over. */
void td_prover_take(td_prover_t *prover, td_hasher_t *hasher, const td_hash_t *leaf);

/* The finished proof; false while leaves are missing or if hashing failed. */
TD_MUST_USE bool td_prover_finish(const td_prover_t *prover, const td_hasher_t *hasher,
				  td_proof_t *proof);

/* Whether `proof` shows that `leaf` is leaf `index` of the tree of `size` leaves with that root. */
TD_MUST_USE bool td_merkle_check_inclusion(td_hasher_t *hasher, const td_proof_t *proof,
					   const td_hash_t *leaf, uint64_t index, uint64_t size,
					   const td_hash_t *root);

/* A tree's size and root. */
typedef struct td_tree_head {
	uint64_t size;
	td_hash_t root;
} td_tree_head_t;

/* Whether `proof` shows that the tree of `from` is the beginning of that of `to`. Equal sizes need
 * equal roots and no proof; the empty tree is the beginning of every tree, by an empty proof. */
TD_MUST_USE bool td_merkle_check_consistency(td_hasher_t *hasher, const td_proof_t *proof,
					     const td_tree_head_t *from, const td_tree_head_t *to);

#endif
