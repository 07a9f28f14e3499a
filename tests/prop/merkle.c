/*
 * merkle: every proof of every tree of 0 to 1,000 leaves is the one that RFC 9162 defines and
 * passes; whatever is altered in one, it does not.
 *
 * The definitions (MTH, PATH, PROOF of sections 2.1.1, 2.1.3.1 and 2.1.4.1) are written here as
 * the RFC writes them: recursively, over all leaves.
 */
#include "aggregator/audit/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { LEAVES = 1000 };

typedef struct world {
	td_hasher_t *hasher;
	td_hash_t leaves[LEAVES];
	td_hash_t heads[LEAVES][LEAVES + 1]; /* of first..end-1, once computed */
	bool known[LEAVES][LEAVES + 1];
} world_t;

static int set_up(void **state)
{
	world_t *world = calloc(1, sizeof *world);
	if (world == NULL)
		return 1;
	world->hasher = td_hasher_new();
	for (size_t i = 0; i < LEAVES; i++)
		world->leaves[i] = td_merkle_leaf(
			world->hasher, (td_slice_t){(const uint8_t *)&i, 1 + i % sizeof i});
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_t *world = *state;
	td_hasher_free(world->hasher);
	free(world);
	return 0;
}

static size_t split(size_t size)
{
	size_t half = 1;
	while (half * 2 < size)
		half *= 2;
	return half;
}

/* MTH(D[first:end]), end > first. */
static td_hash_t head(world_t *world, size_t first, size_t end)
{
	if (end - first == 1)
		return world->leaves[first];
	if (!world->known[first][end]) {
		uint8_t both[1 + 2 * TD_HASH_SIZE] = {1};
		size_t middle = first + split(end - first);
		td_hash_t left = head(world, first, middle), right = head(world, middle, end);
		memcpy(both + 1, left.bytes, TD_HASH_SIZE);
		memcpy(both + 1 + TD_HASH_SIZE, right.bytes, TD_HASH_SIZE);
		world->heads[first][end] =
			td_hasher_sum(world->hasher, (td_slice_t){both, sizeof both});
		world->known[first][end] = true;
	}
	return world->heads[first][end];
}

static void put(td_proof_t *proof, td_hash_t hash)
{
	assert_true(proof->count < TD_MERKLE_PROOF_MAX);
	proof->hashes[proof->count++] = hash;
}

/* PATH(index, D[first:end]), index relative to first. */
static void path(world_t *world, size_t index, size_t first, size_t end, td_proof_t *proof)
{
	if (end - first == 1)
		return;
	size_t half = split(end - first);
	if (index < half) {
		path(world, index, first, first + half, proof);
		put(proof, head(world, first + half, end));
	} else {
		path(world, index - half, first + half, end, proof);
		put(proof, head(world, first, first + half));
	}
}

/* SUBPROOF(size, D[first:end], whole). */
static void subproof(world_t *world, size_t size, size_t first, size_t end, td_proof_t *proof)
{
	if (size == end - first) {
		if (first > 0)
			put(proof, head(world, first, end));
		return;
	}
	size_t half = split(end - first);
	if (size <= half) {
		subproof(world, size, first, first + half, proof);
		put(proof, head(world, first + half, end));
	} else {
		subproof(world, size - half, first + half, end, proof);
		put(proof, head(world, first, first + half));
	}
}

static void assert_same_proof(const td_proof_t *proof, const td_proof_t *expected)
{
	assert_int_equal(proof->count, expected->count);
	assert_memory_equal(proof->hashes, expected->hashes, proof->count * sizeof(td_hash_t));
}

/* The ranges that a prover waits for, filled from the definitions instead of a stream. */
static td_proof_t planned(world_t *world, const td_prover_t *prover)
{
	td_proof_t proof = {.count = prover->count};
	uint64_t behind = 0;
	for (size_t i = 0; i < prover->count; i++) {
		const td_merkle_range_t *range = &prover->ranges[i];
		assert_true(range->first >= behind && range->end > range->first);
		behind = range->end;
		proof.hashes[range->place] = head(world, range->first, range->end);
	}
	return proof;
}

static td_proof_t streamed(world_t *world, td_prover_t *prover, size_t size)
{
	td_proof_t proof;
	for (size_t i = 0; i < size; i++) {
		if (prover->count > 0 && i + 1 == size)
			assert_int_equal(td_prover_finish(prover, world->hasher, &proof),
					 prover->done == prover->count);
		td_prover_take(prover, world->hasher, &world->leaves[i]);
	}
	assert_true(td_prover_finish(prover, world->hasher, &proof));
	return proof;
}

static void a_tree_that_grows_has_the_defined_head_at_every_size(void **state)
{
	world_t *world = *state;
	td_merkle_tree_t tree = {0};
	for (size_t size = 1; size <= LEAVES; size++) {
		td_hash_t root, expected = head(world, 0, size);
		td_merkle_add(&tree, world->hasher, &world->leaves[size - 1]);
		assert_int_equal(tree.size, size);
		assert_true(td_merkle_root(&tree, world->hasher, &root));
		assert_true(td_hash_equal(&root, &expected));
	}
}

static void every_inclusion_proof_is_the_defined_one_and_passes(void **state)
{
	world_t *world = *state;
	for (size_t size = 1; size <= LEAVES; size++) {
		td_hash_t root = head(world, 0, size);
		for (size_t index = 0; index < size; index++) {
			td_proof_t expected = {0};
			td_prover_t prover;
			path(world, index, 0, size, &expected);
			assert_true(td_prover_inclusion(&prover, index, size));
			td_proof_t proof = planned(world, &prover);
			assert_same_proof(&proof, &expected);
			assert_true(td_merkle_check_inclusion(
				world->hasher, &proof, &world->leaves[index], index, size, &root));
		}
	}
}

static void every_consistency_proof_is_the_defined_one_and_passes(void **state)
{
	world_t *world = *state;
	for (size_t to = 1; to <= LEAVES; to++) {
		const td_tree_head_t new = {to, head(world, 0, to)};
		for (size_t from = 1; from <= to; from++) {
			const td_tree_head_t old = {from, head(world, 0, from)};
			td_proof_t expected = {0};
			td_prover_t prover;
			subproof(world, from, 0, to, &expected);
			assert_true(td_prover_consistency(&prover, from, to));
			td_proof_t proof = planned(world, &prover);
			assert_same_proof(&proof, &expected);
			assert_true(td_merkle_check_consistency(world->hasher, &proof, &old, &new));
		}
	}
}

/* Small ones, those around powers of two, and every 97th. */
static bool is_sampled(size_t number)
{
	return number < 40 || number % 97 == 0 || (number & (number - 1)) == 0 ||
	       (number & (number + 1)) == 0 || ((number - 1) & (number - 2)) == 0;
}

static void proofs_from_a_stream_are_the_defined_ones(void **state)
{
	world_t *world = *state;
	for (size_t size = 1; size <= LEAVES; size++) {
		for (size_t other = 0; is_sampled(size) && other < size; other++) {
			td_proof_t expected = {0}, proof;
			td_prover_t prover;
			if (!is_sampled(other) && other + 1 != size)
				continue;
			path(world, other, 0, size, &expected);
			assert_true(td_prover_inclusion(&prover, other, size));
			proof = streamed(world, &prover, size);
			assert_same_proof(&proof, &expected);
			expected.count = 0;
			subproof(world, other + 1, 0, size, &expected);
			assert_true(td_prover_consistency(&prover, other + 1, size));
			proof = streamed(world, &prover, size);
			assert_same_proof(&proof, &expected);
		}
	}
}

static void no_altered_inclusion_proof_passes(void **state)
{
	world_t *world = *state;
	for (size_t size = 2; size <= 70; size++) {
		td_hash_t root = head(world, 0, size), false_root = head(world, 0, size + 1);
		for (size_t index = 0; index < size; index++) {
			td_proof_t proof = {0};
			const td_hash_t *leaf = &world->leaves[index];
			path(world, index, 0, size, &proof);
#define PASSES(leaf, index, size, root)                                                            \
	td_merkle_check_inclusion(world->hasher, &proof, leaf, index, size, root)
			assert_false(PASSES(leaf, index, size, &false_root));
			assert_false(PASSES(leaf, index + 1, size, &root));
			assert_false(PASSES(leaf, index ^ 1, size, &root));
			assert_false(PASSES(leaf, index, 2 * size, &root));
			assert_false(PASSES(leaf, index, size / 2, &root));
			assert_false(PASSES(&world->leaves[index + 1], index, size, &root));
			for (size_t i = 0; i < proof.count; i++) {
				proof.hashes[i].bytes[(index + i) % TD_HASH_SIZE] ^= 0x10;
				assert_false(PASSES(leaf, index, size, &root));
				proof.hashes[i].bytes[(index + i) % TD_HASH_SIZE] ^= 0x10;
			}
			proof.count--;
			assert_false(PASSES(leaf, index, size, &root));
			proof.count++;
			put(&proof, root);
			assert_false(PASSES(leaf, index, size, &root));
#undef PASSES
		}
	}
}

static void no_altered_consistency_proof_passes(void **state)
{
	world_t *world = *state;
	for (size_t to = 2; to <= 70; to++) {
		for (size_t from = 1; from < to; from++) {
			td_proof_t proof = {0};
			td_tree_head_t old = {from, head(world, 0, from)};
			td_tree_head_t new = {to, head(world, 0, to)};
			subproof(world, from, 0, to, &proof);
#define PASSES(from, to)                                                                           \
	td_merkle_check_consistency(world->hasher, &proof, &(td_tree_head_t){from, old.root},      \
				    &(td_tree_head_t){to, new.root})
			assert_true(PASSES(from, to));
			assert_false(PASSES(to, from));
			assert_false(PASSES(from + 1, to));
			assert_false(PASSES(from - 1, to));
			assert_false(PASSES(from, 2 * to));
			for (size_t i = 0; i < proof.count; i++) {
				proof.hashes[i].bytes[(from + i) % TD_HASH_SIZE] ^= 0x01;
				assert_false(PASSES(from, to));
				proof.hashes[i].bytes[(from + i) % TD_HASH_SIZE] ^= 0x01;
			}
			old.root.bytes[0] ^= 1;
			assert_false(PASSES(from, to));
			old.root.bytes[0] ^= 1;
			new.root.bytes[0] ^= 1;
			assert_false(PASSES(from, to));
			new.root.bytes[0] ^= 1;
			proof.count--;
			assert_false(PASSES(from, to));
			proof.count++;
			put(&proof, new.root);
			assert_false(PASSES(from, to));
#undef PASSES
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_that_grows_has_the_defined_head_at_every_size),
		cmocka_unit_test(every_inclusion_proof_is_the_defined_one_and_passes),
		cmocka_unit_test(every_consistency_proof_is_the_defined_one_and_passes),
		cmocka_unit_test(proofs_from_a_stream_are_the_defined_ones),
		cmocka_unit_test(no_altered_inclusion_proof_passes),
		cmocka_unit_test(no_altered_consistency_proof_passes),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
