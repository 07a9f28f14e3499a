/* arena: what it gives is apart, aligned, and never more than its limit. */
#include "common/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <cmocka.h>

enum { LIMIT = 1 << 20, PIECES = 200 };

static int make(void **state)
{
	*state = td_arena_new(LIMIT);
	return *state ? 0 : -1;
}

static int drop(void **state)
{
	td_arena_free(*state);
	return 0;
}

/* Fills pieces of many sizes, each with its own byte, and finds them all as they were. */
static void check_pieces(td_arena_t *arena)
{
	uint8_t *pieces[PIECES];
	for (size_t i = 0; i < PIECES; i++) {
		size_t size = i * i % 2000;
		pieces[i] = td_arena_take(arena, size);
		assert_non_null(pieces[i]);
		assert_true((uintptr_t)pieces[i] % alignof(max_align_t) == 0);
		memset(pieces[i], (int)i, size);
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t at = 0; at < i * i % 2000; at++)
			assert_int_equal(pieces[i][at], (uint8_t)i);
}

static void pieces_are_apart_and_aligned(void **state)
{
	check_pieces(*state);
}

static void a_reset_arena_gives_as_a_new_one(void **state)
{
	for (int turn = 0; turn < 3; turn++) {
		check_pieces(*state);
		assert_true(td_arena_used(*state) > 0);
		td_arena_reset(*state);
		assert_true(td_arena_used(*state) == 0);
	}
}

static void the_limit_is_reached_exactly_and_never_passed(void **state)
{
	assert_null(td_arena_take(*state, LIMIT + 1));
	assert_non_null(td_arena_take(*state, LIMIT - 16));
	assert_null(td_arena_take(*state, 17));
	assert_non_null(td_arena_take(*state, 16));
	assert_true(td_arena_used(*state) == LIMIT);
	assert_null(td_arena_take(*state, 1));
	td_arena_reset(*state);
	assert_non_null(td_arena_take(*state, LIMIT));
}

static void a_refusal_leaves_what_was_given(void **state)
{
	uint8_t *before = td_arena_take(*state, 100);
	memset(before, 7, 100);
	assert_null(td_arena_take(*state, SIZE_MAX));
	assert_null(td_arena_take(*state, SIZE_MAX - 7));
	assert_null(td_arena_take(*state, LIMIT));
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(before[i], 7);
	assert_non_null(td_arena_take(*state, 100));
}

static void nothing_is_a_valid_piece(void **state)
{
	assert_non_null(td_arena_take(*state, 0));
	td_arena_free(NULL);
}

/* A batch whose pieces are larger or smaller than those of the batch before. */
static void kept_blocks_serve_other_sizes(void **state)
{
	static const size_t sizes[] = {100, 70000, 10, 200000, 1};
	for (size_t i = 0; i < TD_COUNT(sizes); i++) {
		size_t taken = 0;
		for (; taken + sizes[i] + 16 <= LIMIT / 2; taken += sizes[i] + 16) {
			uint8_t *piece = td_arena_take(*state, sizes[i]);
			assert_non_null(piece);
			memset(piece, 1, sizes[i]);
		}
		td_arena_reset(*state);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pieces_are_apart_and_aligned),
		TEST(a_reset_arena_gives_as_a_new_one),
		TEST(the_limit_is_reached_exactly_and_never_passed),
		TEST(a_refusal_leaves_what_was_given),
		TEST(nothing_is_a_valid_piece),
		TEST(kept_blocks_serve_other_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
