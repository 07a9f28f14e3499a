/* source: sequences seen, gaps, checkpoints; and the state as it lies in Redis. */
#include "aggregator/source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const uint64_t EPOCH = 9007199254740991;

static td_source_t fresh(void)
{
	td_source_t source;
	td_source_init("main", EPOCH, &source);
	return source;
}

static void sequences_begin_at_one_and_leave_gaps(void **state)
{
	(void)state;
	static const struct {
		uint64_t seen[6];
		uint64_t next, repeats;
		td_range_t gap;
		size_t gaps;
	} cases[] = {
		{{1, 2, 3}, 4, 0, {0, 0}, 0},       {{2}, 3, 0, {1, 1}, 1},
		{{1, 5, 3}, 6, 0, {2, 2}, 2},       {{1, 5, 2, 3, 4}, 6, 0, {0, 0}, 0},
		{{1, 1, 2, 1, 2}, 3, 3, {0, 0}, 0},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_source_t source = fresh();
		for (size_t at = 0; at < 6 && cases[i].seen[at] != 0; at++)
			td_source_see(&source, cases[i].seen[at], 1000 + (int64_t)at);
		assert_int_equal(source.seen.next, cases[i].next);
		assert_int_equal(source.repeats, cases[i].repeats);
		assert_int_equal(source.seen.hole_count, cases[i].gaps);
		if (cases[i].gaps > 0)
			assert_memory_equal(&source.seen.holes[0], &cases[i].gap,
					    sizeof(td_range_t));
	}
}

static void beyond_the_room_for_gaps_the_last_one_grows(void **state)
{
	(void)state;
	td_source_t source = fresh();
	for (uint64_t i = 1; i <= TD_HOLES_MAX; i++)
		td_source_see(&source, 2 * i, 0);
	uint64_t next = source.seen.next;
	td_source_see(&source, next + 5, 0);
	assert_int_equal(source.seen.hole_count, TD_HOLES_MAX);
	assert_int_equal(source.seen.holes[TD_HOLES_MAX - 1].first, 2 * TD_HOLES_MAX - 1);
	assert_int_equal(source.seen.holes[TD_HOLES_MAX - 1].last, next + 4);
	assert_int_equal(source.seen.next, next + 6);
	/* What would split a gap is not shown as seen; what ends one is. */
	td_source_see(&source, next + 1, 0);
	assert_int_equal(source.seen.holes[TD_HOLES_MAX - 1].last, next + 4);
	td_source_see(&source, next + 4, 0);
	assert_int_equal(source.seen.holes[TD_HOLES_MAX - 1].last, next + 3);
}

static void the_latest_checkpoint_stands_whatever_order_they_come_in(void **state)
{
	(void)state;
	td_mark_t first = {.complete_until_ms = 5000, .sha256 = {1}};
	td_mark_t second = {.complete_until_ms = 9000, .sha256 = {2}};
	for (int order = 0; order < 2; order++) {
		td_source_t source = fresh();
		td_source_mark(&source, order == 0 ? 10 : 20, order == 0 ? &first : &second);
		td_source_mark(&source, order == 0 ? 20 : 10, order == 0 ? &second : &first);
		td_source_mark(&source, 20, &second);
		assert_int_equal(source.complete_until_ms, 9000);
		assert_int_equal(source.checkpoint_sequence, 20);
		assert_int_equal(source.checkpoint_sha256[0], 2);
	}
}

static td_source_t full_source(void)
{
	td_source_t source;
	char name[TD_ID_MAX + 1];
	memset(name, 's', TD_ID_MAX);
	name[TD_ID_MAX] = '\0';
	td_source_init(name, EPOCH, &source);
	for (uint64_t i = 0; i < TD_HOLES_MAX; i++)
		td_source_see(&source, EPOCH - 1000 + 2 * i, 4133980800000);
	source.repeats = UINT64_MAX;
	td_source_mark(&source, EPOCH, &(td_mark_t){.complete_until_ms = INT64_MAX, .sha256 = {9}});
	return source;
}

static void a_state_comes_back_exactly(void **state)
{
	(void)state;
	td_source_t sources[] = {fresh(), fresh(), full_source()};
	td_source_see(&sources[1], 3, 77);
	td_source_mark(&sources[1], 3, &(td_mark_t){.complete_until_ms = 7});
	for (size_t i = 0; i < TD_COUNT(sources); i++) {
		uint8_t packed[TD_SOURCE_PACKED_MAX], again[TD_SOURCE_PACKED_MAX];
		td_source_t back;
		size_t size = td_source_pack(&sources[i], packed);
		assert_in_range(size, 1, TD_SOURCE_PACKED_MAX);
		td_source_init(sources[i].name, sources[i].epoch, &back);
		assert_true(td_source_unpack((td_slice_t){packed, size}, &back));
		assert_int_equal(td_source_pack(&back, again), size);
		assert_memory_equal(packed, again, size);
		assert_int_equal(back.seen.next, sources[i].seen.next);
		assert_int_equal(back.last_append_ms, sources[i].last_append_ms);
		assert_memory_equal(back.checkpoint_sha256, sources[i].checkpoint_sha256, 32);
	}
}

static void another_source_s_state_is_refused(void **state)
{
	(void)state;
	uint8_t packed[TD_SOURCE_PACKED_MAX];
	td_source_t source = fresh(), other;
	size_t size = td_source_pack(&source, packed);
	td_source_init("main", EPOCH - 1, &other);
	assert_false(td_source_unpack((td_slice_t){packed, size}, &other));
	td_source_init("other", EPOCH, &other);
	assert_false(td_source_unpack((td_slice_t){packed, size}, &other));
	assert_false(td_source_unpack((td_slice_t){packed, size - 1}, &other));
}

/* Packed as they are: what a faulty writer could have left. */
static void gaps_that_overlap_or_lie_beyond_what_was_seen_are_refused(void **state)
{
	(void)state;
	static const struct {
		uint64_t next;
		td_range_t gaps[2];
		bool taken;
	} cases[] = {
		{10, {{2, 3}, {5, 9}}, true},   {10, {{2, 3}, {4, 9}}, true},
		{10, {{2, 3}, {5, 10}}, false}, {10, {{2, 3}, {3, 9}}, false},
		{10, {{5, 9}, {2, 3}}, false},  {10, {{2, 1}, {5, 9}}, false},
		{10, {{0, 1}, {5, 9}}, false},  {0, {{0, 0}, {0, 0}}, false},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		uint8_t packed[TD_SOURCE_PACKED_MAX];
		td_source_t source = fresh(), back = fresh();
		source.seen.next = cases[i].next;
		source.seen.hole_count = 2;
		memcpy(source.seen.holes, cases[i].gaps, sizeof cases[i].gaps);
		size_t size = td_source_pack(&source, packed);
		assert_int_equal(td_source_unpack((td_slice_t){packed, size}, &back),
				 cases[i].taken);
	}
}

static void a_field_names_source_and_epoch(void **state)
{
	(void)state;
	char field[TD_SOURCE_FIELD_MAX];
	td_source_t longest = full_source();
	td_source_field("main", 12, field);
	assert_string_equal(field, "main/12");
	td_source_field(longest.name, UINT64_MAX, field);
	assert_string_equal(field + TD_ID_MAX, "/18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequences_begin_at_one_and_leave_gaps),
		cmocka_unit_test(beyond_the_room_for_gaps_the_last_one_grows),
		cmocka_unit_test(the_latest_checkpoint_stands_whatever_order_they_come_in),
		cmocka_unit_test(a_state_comes_back_exactly),
		cmocka_unit_test(another_source_s_state_is_refused),
		cmocka_unit_test(gaps_that_overlap_or_lie_beyond_what_was_seen_are_refused),
		cmocka_unit_test(a_field_names_source_and_epoch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
