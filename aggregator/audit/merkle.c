#include "aggregator/audit/merkle.h"

#include <stdlib.h>

#include <openssl/evp.h>

enum { LEAF = 0x00, NODE = 0x01 }; /* RFC 9162, section 2.1.1 */

struct td_hasher {
	EVP_MD *sha256;
	EVP_MD_CTX *context;
	bool failed;
};

bool td_hash_equal(const td_hash_t *a, const td_hash_t *b)
{
	return memcmp(a->bytes, b->bytes, TD_HASH_SIZE) == 0;
}

td_hasher_t *td_hasher_new(void)
{
	td_hasher_t *hasher = calloc(1, sizeof *hasher);
	if (hasher == NULL)
		return NULL;
	hasher->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hasher->context = EVP_MD_CTX_new();
	if (hasher->sha256 != NULL && hasher->context != NULL)
		return hasher;
	td_hasher_free(hasher);
	return NULL;
}

void td_hasher_free(td_hasher_t *hasher)
{
	if (hasher == NULL)
		return;
	EVP_MD_CTX_free(hasher->context);
	EVP_MD_free(hasher->sha256);
	free(hasher);
}

bool td_hasher_failed(const td_hasher_t *hasher)
{
	return hasher->failed;
}

void td_hasher_begin(td_hasher_t *hasher)
{
	if (EVP_DigestInit_ex2(hasher->context, hasher->sha256, NULL) != 1)
		hasher->failed = true;
}

void td_hasher_add(td_hasher_t *hasher, td_slice_t piece)
{
	if (EVP_DigestUpdate(hasher->context, piece.data, piece.size) != 1)
		hasher->failed = true;
}

td_hash_t td_hasher_end(td_hasher_t *hasher)
{
	td_hash_t hash = {{0}};
	if (EVP_DigestFinal_ex(hasher->context, hash.bytes, NULL) != 1)
		hasher->failed = true;
	return hash;
}

static td_hash_t sum(td_hasher_t *hasher, const td_slice_t *pieces, size_t count)
{
	td_hasher_begin(hasher);
	for (size_t i = 0; i < count; i++)
		td_hasher_add(hasher, pieces[i]);
	return td_hasher_end(hasher);
}

td_hash_t td_hasher_sum(td_hasher_t *hasher, td_slice_t bytes)
{
	return sum(hasher, &bytes, 1);
}

td_hash_t td_merkle_leaf(td_hasher_t *hasher, td_slice_t data)
{
	static const uint8_t prefix = LEAF;
	const td_slice_t pieces[] = {{&prefix, 1}, data};
	return sum(hasher, pieces, TD_COUNT(pieces));
}

static void big_endian(uint64_t number, uint8_t *bytes)
{
	for (size_t i = 8; i-- > 0; number >>= 8)
		bytes[i] = (uint8_t)number;
}

td_hash_t td_merkle_event(td_hasher_t *hasher, uint64_t offset, int64_t append_ms, td_slice_t event)
{
	uint8_t head[1 + TD_MERKLE_EVENT_HEAD] = {LEAF};
	big_endian(offset, head + 1);
	big_endian((uint64_t)append_ms, head + 9);
	const td_slice_t pieces[] = {{head, sizeof head}, event};
	return sum(hasher, pieces, TD_COUNT(pieces));
}

static td_hash_t node(td_hasher_t *hasher, const td_hash_t *left, const td_hash_t *right)
{
	uint8_t both[1 + 2 * TD_HASH_SIZE] = {NODE};
	memcpy(both + 1, left->bytes, TD_HASH_SIZE);
	memcpy(both + 1 + TD_HASH_SIZE, right->bytes, TD_HASH_SIZE);
	return td_hasher_sum(hasher, (td_slice_t){both, sizeof both});
}

void td_merkle_add(td_merkle_tree_t *tree, td_hasher_t *hasher, const td_hash_t *leaf)
{
	td_hash_t grown = *leaf;
	size_t level = 0;
	for (; level < TD_MERKLE_LEVELS - 1 && (tree->size >> level & 1) == 1; level++)
		grown = node(hasher, &tree->peaks[level], &grown);
	tree->peaks[level] = grown;
	tree->size++;
}

bool td_merkle_root(const td_merkle_tree_t *tree, td_hasher_t *hasher, td_hash_t *root)
{
	bool any = false;
	*root = td_hasher_sum(hasher, (td_slice_t){NULL, 0});
	for (size_t level = 0; level < TD_MERKLE_LEVELS; level++) {
		if ((tree->size >> level & 1) == 0)
			continue;
		*root = any ? node(hasher, &tree->peaks[level], root) : tree->peaks[level];
		any = true;
	}
	return !hasher->failed;
}

/* The largest power of two below `size`, which is 2 at least: where a tree splits. */
static uint64_t split(uint64_t size)
{
	return (uint64_t)1 << (63 - __builtin_clzll(size - 1));
}

/* Adds the head of first..end-1 to a proof that is written from the root downwards. */
static void need(td_prover_t *prover, uint64_t first, uint64_t end)
{
	prover->ranges[prover->count++] = (td_merkle_range_t){.first = first, .end = end};
}

static int by_first(const void *a, const void *b)
{
	uint64_t left = ((const td_merkle_range_t *)a)->first;
	uint64_t right = ((const td_merkle_range_t *)b)->first;
	return (left > right) - (left < right);
}

/* The RFC writes a proof from the leaf upwards; leaves come from left to right. */
static void order(td_prover_t *prover)
{
	for (size_t i = 0; i < prover->count; i++)
		prover->ranges[i].place = prover->count - 1 - i;
	qsort(prover->ranges, prover->count, sizeof prover->ranges[0], by_first);
	prover->proof.count = prover->count;
}

bool td_prover_inclusion(td_prover_t *prover, uint64_t index, uint64_t size)
{
	uint64_t first = 0, end = size;
	*prover = (td_prover_t){0};
	if (index >= size)
		return false;
	while (end - first > 1) {
		uint64_t middle = first + split(end - first);
		if (index < middle) {
			need(prover, middle, end);
			end = middle;
		} else {
			need(prover, first, middle);
			first = middle;
		}
	}
	order(prover);
	return true;
}

bool td_prover_consistency(td_prover_t *prover, uint64_t from, uint64_t to)
{
	uint64_t first = 0, end = to;
	*prover = (td_prover_t){0};
	if (from == 0 || from > to)
		return false;
	while (end > from) {
		uint64_t middle = first + split(end - first);
		if (from <= middle) {
			need(prover, middle, end);
			end = middle;
		} else {
			need(prover, first, middle);
			first = middle;
		}
	}
	/* What is left is a subtree of both; its head is known to whoever has the smaller tree's
	 * root, if it is that whole tree. */
	if (first > 0)
		need(prover, first, end);
	order(prover);
	return true;
}

void td_prover_take(td_prover_t *prover, td_hasher_t *hasher, const td_hash_t *leaf)
{
	uint64_t at = prover->next++;
	if (prover->done == prover->count)
		return;
	const td_merkle_range_t *range = &prover->ranges[prover->done];
	if (at < range->first)
		return;
	td_merkle_add(&prover->open, hasher, leaf);
	if (at + 1 < range->end)
		return;
	if (!td_merkle_root(&prover->open, hasher, &prover->proof.hashes[range->place]))
		return; /* never finished */
	prover->open = (td_merkle_tree_t){0};
	prover->done++;
}

bool td_prover_finish(const td_prover_t *prover, const td_hasher_t *hasher, td_proof_t *proof)
{
	if (prover->done < prover->count || hasher->failed)
		return false;
	*proof = prover->proof;
	return true;
}

/* RFC 9162, section 2.1.3.2. */
bool td_merkle_check_inclusion(td_hasher_t *hasher, const td_proof_t *proof, const td_hash_t *leaf,
			       uint64_t index, uint64_t size, const td_hash_t *root)
{
	uint64_t at = index, last = size - 1;
	td_hash_t hash = *leaf;
	if (index >= size)
		return false;
	for (size_t i = 0; i < proof->count; i++) {
		if (last == 0)
			return false;
		if ((at & 1) == 1 || at == last) {
			hash = node(hasher, &proof->hashes[i], &hash);
			for (; (at & 1) == 0 && at != 0; at >>= 1)
				last >>= 1;
		} else {
			hash = node(hasher, &hash, &proof->hashes[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && td_hash_equal(&hash, root) && !hasher->failed;
}

/* RFC 9162, section 2.1.4.2, for 0 < from < to and a proof that begins with a subtree of both. */
static bool climb(td_hasher_t *hasher, const td_hash_t *hashes, size_t count,
		  const td_tree_head_t *from, const td_tree_head_t *to)
{
	uint64_t at = from->size - 1, last = to->size - 1;
	for (; (at & 1) == 1; at >>= 1)
		last >>= 1;
	td_hash_t old = hashes[0], new = hashes[0];
	for (size_t i = 1; i < count; i++) {
		if (last == 0)
			return false;
		if ((at & 1) == 1 || at == last) {
			old = node(hasher, &hashes[i], &old);
			new = node(hasher, &hashes[i], &new);
			for (; (at & 1) == 0 && at != 0; at >>= 1)
				last >>= 1;
		} else {
			new = node(hasher, &new, &hashes[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && td_hash_equal(&old, &from->root) && td_hash_equal(&new, &to->root) &&
	       !hasher->failed;
}

bool td_merkle_check_consistency(td_hasher_t *hasher, const td_proof_t *proof,
				 const td_tree_head_t *from, const td_tree_head_t *to)
{
	td_hash_t hashes[TD_MERKLE_PROOF_MAX + 1];
	size_t count = 0;
	if (from->size > to->size || proof->count > TD_MERKLE_PROOF_MAX)
		return false;
	if (from->size == to->size)
		return proof->count == 0 && td_hash_equal(&from->root, &to->root);
	if (from->size == 0) {
		td_hash_t empty = td_hasher_sum(hasher, (td_slice_t){NULL, 0});
		return proof->count == 0 && td_hash_equal(&from->root, &empty) && !hasher->failed;
	}
	if (proof->count == 0)
		return false;
	/* A smaller tree that is full is itself the subtree of both. */
	if ((from->size & (from->size - 1)) == 0)
		hashes[count++] = from->root;
	memcpy(hashes + count, proof->hashes, proof->count * sizeof(td_hash_t));
	return climb(hasher, hashes, count + proof->count, from, to);
}
