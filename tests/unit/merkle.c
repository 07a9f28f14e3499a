/* merkle: the published vectors for RFC 6962 (Certificate Transparency's own reference tests: eight
 * leaves, their heads, audit paths and consistency proofs), and what no proof may be. */
#include "aggregator/audit/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static const char *const leaves[] = {"",
				     "00",
				     "10",
				     "2021",
				     "3031",
				     "40414243",
				     "5051525354555657",
				     "606162636465666768696a6b6c6d6e6f"};

/* Of the first 1, 2, ... leaves. */
static const char *const roots[] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

typedef struct vector {
	uint64_t from, size; /* index or smaller size; size */
	size_t count;
	const char *hashes[3];
} vector_t;

static const vector_t inclusions[] = {
	{0, 1, 0, {NULL}},
	{0,
	 8,
	 3,
	 {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
	{5,
	 8,
	 3,
	 {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
	{2, 3, 1, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
	{1,
	 5,
	 3,
	 {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};

static const vector_t consistencies[] = {
	{1, 1, 0, {NULL}},
	{1,
	 8,
	 3,
	 {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
	{6,
	 8,
	 3,
	 {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
	  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
	{2,
	 5,
	 2,
	 {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};

static td_hasher_t *hasher;

static int set_up(void **state)
{
	(void)state;
	hasher = td_hasher_new();
	return hasher == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	td_hasher_free(hasher);
	return 0;
}

static size_t from_hex(const char *text, uint8_t *bytes)
{
	size_t count = 0;
	for (; text[2 * count] != '\0'; count++) {
		const char two[] = {text[2 * count], text[2 * count + 1], '\0'};
		bytes[count] = (uint8_t)strtoul(two, NULL, 16);
	}
	return count;
}

static td_hash_t hash_of(const char *text)
{
	td_hash_t hash;
	assert_int_equal(strlen(text), 2 * TD_HASH_SIZE);
	(void)from_hex(text, hash.bytes);
	return hash;
}

static td_hash_t leaf(size_t index)
{
	uint8_t bytes[16];
	size_t size = from_hex(leaves[index], bytes);
	return td_merkle_leaf(hasher, (td_slice_t){bytes, size});
}

static void assert_same(const td_hash_t *hash, const char *expected)
{
	td_hash_t other = hash_of(expected);
	assert_memory_equal(hash->bytes, other.bytes, TD_HASH_SIZE);
}

static void the_head_of_no_leaf_is_the_hash_of_nothing(void **state)
{
	(void)state;
	td_merkle_tree_t tree = {0};
	td_hash_t root;
	assert_true(td_merkle_root(&tree, hasher, &root));
	assert_same(&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void heads_are_the_published_ones(void **state)
{
	(void)state;
	td_merkle_tree_t tree = {0};
	for (size_t i = 0; i < TD_COUNT(leaves); i++) {
		td_hash_t next = leaf(i), root;
		td_merkle_add(&tree, hasher, &next);
		assert_true(td_merkle_root(&tree, hasher, &root));
		assert_same(&root, roots[i]);
	}
}

static td_proof_t finish(td_prover_t *prover, const vector_t *vector)
{
	td_proof_t proof;
	for (size_t i = 0; i < vector->size; i++) {
		td_hash_t next = leaf(i);
		td_prover_take(prover, hasher, &next);
	}
	assert_true(td_prover_finish(prover, hasher, &proof));
	assert_int_equal(proof.count, vector->count);
	for (size_t i = 0; i < proof.count; i++)
		assert_same(&proof.hashes[i], vector->hashes[i]);
	return proof;
}

static void audit_paths_are_the_published_ones_and_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(inclusions); i++) {
		const vector_t *vector = &inclusions[i];
		td_prover_t prover;
		assert_true(td_prover_inclusion(&prover, vector->from, vector->size));
		td_proof_t proof = finish(&prover, vector);
		td_hash_t root = hash_of(roots[vector->size - 1]), of = leaf(vector->from);
		assert_true(td_merkle_check_inclusion(hasher, &proof, &of, vector->from,
						      vector->size, &root));
	}
}

static void consistency_proofs_are_the_published_ones_and_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(consistencies); i++) {
		const vector_t *vector = &consistencies[i];
		td_prover_t prover;
		assert_true(td_prover_consistency(&prover, vector->from, vector->size));
		td_proof_t proof = finish(&prover, vector);
		td_tree_head_t from = {vector->from, hash_of(roots[vector->from - 1])};
		td_tree_head_t to = {vector->size, hash_of(roots[vector->size - 1])};
		assert_true(td_merkle_check_consistency(hasher, &proof, &from, &to));
	}
}

static void what_is_outside_a_tree_has_no_proof(void **state)
{
	(void)state;
	td_prover_t prover;
	assert_false(td_prover_inclusion(&prover, 0, 0));
	assert_false(td_prover_inclusion(&prover, 8, 8));
	assert_false(td_prover_consistency(&prover, 0, 8));
	assert_false(td_prover_consistency(&prover, 9, 8));
}

static void a_tree_starts_from_nothing_and_equals_only_itself(void **state)
{
	(void)state;
	static const char *const nothing =
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	const td_proof_t none = {0};
	td_proof_t some = {.count = 1};
	td_tree_head_t empty = {0, hash_of(nothing)}, wrong = {0, hash_of(roots[0])};
	td_tree_head_t eight = {8, hash_of(roots[7])}, other = {8, hash_of(roots[6])};
	assert_true(td_merkle_check_consistency(hasher, &none, &empty, &eight));
	assert_true(td_merkle_check_consistency(hasher, &none, &empty, &empty));
	assert_true(td_merkle_check_consistency(hasher, &none, &eight, &eight));
	assert_false(td_merkle_check_consistency(hasher, &none, &wrong, &eight));
	assert_false(td_merkle_check_consistency(hasher, &none, &eight, &other));
	assert_false(td_merkle_check_consistency(hasher, &none, &eight, &empty));
	assert_false(td_merkle_check_consistency(hasher, &some, &empty, &eight));
	assert_false(td_merkle_check_consistency(hasher, &some, &eight, &eight));
}

static void the_leaf_of_an_event_is_its_offset_its_append_time_and_its_bytes(void **state)
{
	(void)state;
	static const uint8_t laid_out[] = {0, 0, 0, 0, 0, 0, 1,    2,    0,   0,
					   1, 2, 3, 4, 5, 6, 0xff, 0x00, 0x41};
	td_hash_t expected = td_merkle_leaf(hasher, (td_slice_t){laid_out, sizeof laid_out});
	td_hash_t event = td_merkle_event(hasher, 0x0102, 0x010203040506,
					  (td_slice_t){laid_out + TD_MERKLE_EVENT_HEAD, 3});
	assert_true(td_hash_equal(&event, &expected));
}

static void a_hash_is_the_same_in_whatever_pieces_the_bytes_come(void **state)
{
	(void)state;
	static const uint8_t bytes[] = "abcdefghijklmnopqrstuvwxyz";
	td_hash_t whole = td_hasher_sum(hasher, (td_slice_t){bytes, sizeof bytes});
	for (size_t cut = 0; cut <= sizeof bytes; cut++) {
		td_hasher_begin(hasher);
		td_hasher_add(hasher, (td_slice_t){bytes, cut});
		td_hasher_add(hasher, (td_slice_t){bytes + cut, sizeof bytes - cut});
		td_hash_t pieces = td_hasher_end(hasher);
		assert_true(td_hash_equal(&pieces, &whole));
	}
	assert_false(td_hasher_failed(hasher));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_of_no_leaf_is_the_hash_of_nothing),
		cmocka_unit_test(heads_are_the_published_ones),
		cmocka_unit_test(audit_paths_are_the_published_ones_and_pass),
		cmocka_unit_test(consistency_proofs_are_the_published_ones_and_pass),
		cmocka_unit_test(what_is_outside_a_tree_has_no_proof),
		cmocka_unit_test(a_tree_starts_from_nothing_and_equals_only_itself),
		cmocka_unit_test(the_leaf_of_an_event_is_its_offset_its_append_time_and_its_bytes),
		cmocka_unit_test(a_hash_is_the_same_in_whatever_pieces_the_bytes_come),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
