/* seal: a seal survives being written, and what is none is told; leaves reach the sizes that are
 * asked for. */
#include "aggregator/audit/leaves.h"
#include "aggregator/audit/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

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

static td_seal_t example(void)
{
	td_seal_t seal = {.tree = {.size = 42},
			  .next_offset = 57,
			  .last_append_ms = 1639500000123,
			  .generation = 3,
			  .has_previous = true};
	assert_true(td_seal_origin("audit.example/seals", "vn-06", &seal));
	memset(seal.tree.root.bytes, 1, TD_HASH_SIZE);
	memset(seal.tallies.bytes, 2, TD_HASH_SIZE);
	memset(seal.previous.bytes, 3, TD_HASH_SIZE);
	return seal;
}

static void a_seal_survives_being_written(void **state)
{
	(void)state;
	for (int with = 0; with < 2; with++) {
		td_buf_t text = td_buf_make(TD_CHECKPOINT_MAX);
		td_seal_t seal = example(), again;
		td_err_t err;
		seal.has_previous = with == 1;
		td_seal_write(&seal, &text);
		assert_true(td_seal_read(td_buf_slice(&text), hasher, &again, &err));
		assert_string_equal(again.origin, "audit.example/seals/vn-06");
		assert_string_equal(again.reporter, "vn-06");
		assert_int_equal(again.tree.size, 42);
		assert_true(td_hash_equal(&again.tree.root, &seal.tree.root));
		assert_int_equal(again.next_offset, 57);
		assert_int_equal(again.last_append_ms, 1639500000123);
		assert_int_equal(again.generation, 3);
		assert_true(td_hash_equal(&again.tallies, &seal.tallies));
		assert_int_equal(again.has_previous, seal.has_previous);
		td_hash_t id = td_hasher_sum(hasher, td_buf_slice(&text));
		assert_true(td_hash_equal(&again.id, &id));
		td_buf_free(&text);
	}
}

static void what_is_no_seal_is_told(void **state)
{
	(void)state;
#define HASH "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define HEAD "a/vn-06\n1\n" HASH "\n"
	static const char *const bad[] = {
		"",
		HEAD,
		"vn-06\n1\n" HASH "\noffset 1 1\ntallies 0 " HASH "\nprevious none\n",
		"a/VN\n1\n" HASH "\noffset 1 1\ntallies 0 " HASH "\nprevious none\n",
		HEAD "offset 1\ntallies 0 " HASH "\nprevious none\n",
		HEAD "offset 1 -1\ntallies 0 " HASH "\nprevious none\n",
		HEAD "offset 1 1\ntallies 0 AAAA\nprevious none\n",
		HEAD "offset 1 1\ntallies 4294967296 " HASH "\nprevious none\n",
		HEAD "offset 1 1\ntallies 0 " HASH "\n",
		HEAD "offset 1 1\ntallies 0 " HASH "\nprevious no\n",
	};
	td_seal_t seal;
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		assert_false(td_seal_read(td_slice_text(bad[i]), hasher, &seal, &err));
		assert_int_equal(err.code, TD_EDATA);
	}
	assert_true(
		td_seal_read(td_slice_text(HEAD "offset 1 1\ntallies 0 " HASH "\nprevious none\n"),
			     hasher, &seal, &err));
#undef HEAD
#undef HASH
}

static void an_origin_that_is_too_long_is_none(void **state)
{
	(void)state;
	char name[TD_NOTE_NAME_MAX + TD_ID_MAX + 2];
	td_seal_t seal;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_false(td_seal_origin(name, "vn-06", &seal));
}

static void leaves_have_the_root_of_a_tree_at_each_mark(void **state)
{
	(void)state;
	enum { EVENTS = 20 };
	td_root_mark_t marks[] = {
		{.size = 0}, {.size = 1}, {.size = 7}, {.size = 20}, {.size = 21}};
	td_merkle_tree_t tree = {0};
	td_leaves_t leaves;
	td_hash_t root;
	assert_true(td_leaves_init(&leaves, marks, TD_COUNT(marks)));
	for (uint64_t i = 0; i < EVENTS; i++) {
		/* Every third offset has nothing. */
		const td_raw_t raw = {i + i / 2, (int64_t)(1000 + i), td_slice_text("event")};
		td_hash_t leaf = td_leaves_take(&leaves, &raw);
		td_hash_t expected = td_merkle_event(hasher, raw.offset, raw.append_ms, raw.bytes);
		assert_true(td_hash_equal(&leaf, &expected));
		td_merkle_add(&tree, hasher, &expected);
		for (size_t mark = 0; mark < TD_COUNT(marks); mark++) {
			assert_int_equal(marks[mark].reached, marks[mark].size <= i + 1);
			if (marks[mark].size != i + 1)
				continue;
			assert_true(td_merkle_root(&tree, hasher, &root));
			assert_true(td_hash_equal(&marks[mark].root, &root));
			assert_int_equal(marks[mark].next_offset, raw.offset + 1);
			assert_int_equal(marks[mark].last_append_ms, raw.append_ms);
		}
	}
	td_leaves_free(&leaves);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seal_survives_being_written),
		cmocka_unit_test(what_is_no_seal_is_told),
		cmocka_unit_test(an_origin_that_is_too_long_is_none),
		cmocka_unit_test(leaves_have_the_root_of_a_tree_at_each_mark),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
