/* head: it comes back exactly, and whatever is not what was written is refused. */
#include "aggregator/head.h"

#include "aggregator/layout.h"
#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static td_head_t full_head(void)
{
	td_head_t head;
	td_head_init(3, &head);
	head.owner = UINT64_MAX;
	head.state = THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING;
	head.position.next = INT64_MAX;
	for (size_t i = 0; i < TD_HOLES_MAX; i++)
		head.position.holes[head.position.hole_count++] =
			(td_range_t){INT64_MAX - 1000 + 10 * i, INT64_MAX - 995 + 10 * i};
	head.verdict_hint = UINT64_MAX;
	head.verdict_hint_append_ms = INT64_MAX;
	head.first_known = true;
	head.first_append_ms = INT64_MAX;
	memset(head.first_sha256, 0xab, sizeof head.first_sha256);
	head.last_append_ms = 4133980800000;
	head.hours_from_day = td_localday_make(2100, 12, 31);
	memset(&head.counts, 0xff, sizeof head.counts);
	return head;
}

static void assert_comes_back(const td_head_t *head)
{
	uint8_t packed[TD_HEAD_PACKED_MAX], again[TD_HEAD_PACKED_MAX];
	td_head_t back;
	td_err_t err;
	size_t size = td_head_pack(head, packed);
	assert_in_range(size, 1, TD_HEAD_PACKED_MAX);
	assert_true(td_head_unpack((td_slice_t){packed, size}, &back, &err));
	assert_int_equal(td_head_pack(&back, again), size);
	assert_memory_equal(packed, again, size);
	assert_int_equal(back.position.next, head->position.next);
	assert_int_equal(back.position.hole_count, head->position.hole_count);
	assert_int_equal(back.hours_from_day, head->hours_from_day);
	assert_int_equal(back.verdict_hint, head->verdict_hint);
	assert_int_equal(back.verdict_hint_append_ms, head->verdict_hint_append_ms);
	assert_int_equal(back.first_known, head->first_known);
	assert_memory_equal(&back.counts, &head->counts, sizeof back.counts);
}

static void a_new_head_and_the_fullest_one_come_back(void **state)
{
	(void)state;
	td_head_t head;
	td_head_init(0, &head);
	assert_int_equal(head.position.next, 0);
	assert_comes_back(&head);
	head = full_head();
	assert_comes_back(&head);
	/* The first event may be known though its append time is 0. */
	td_head_init(0, &head);
	head.first_known = true;
	assert_comes_back(&head);
}

static void every_altered_bit_and_every_cut_is_noticed(void **state)
{
	(void)state;
	uint8_t packed[TD_HEAD_PACKED_MAX + 1] = {0};
	td_head_t head = full_head(), back;
	td_err_t err;
	head.position.hole_count = 2;
	head.position.holes[0] = (td_range_t){0, 0};
	head.position.holes[1] = (td_range_t){5, 9};
	size_t size = td_head_pack(&head, packed);
	for (size_t bit = 0; bit < size * 8; bit++) {
		packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(td_head_unpack((td_slice_t){packed, size}, &back, &err));
		assert_int_equal(err.code, TD_EINTEGRITY);
		packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < size; cut++)
		assert_false(td_head_unpack((td_slice_t){packed, cut}, &back, &err));
	assert_false(td_head_unpack((td_slice_t){packed, size + 1}, &back, &err));
	assert_false(td_head_unpack((td_slice_t){packed, sizeof packed}, &back, &err));
}

/* Packed as they are: what a faulty writer could have left. */
static void holes_that_overlap_or_lie_beyond_the_position_are_refused(void **state)
{
	(void)state;
	static const struct {
		uint64_t next;
		td_range_t holes[2];
	} cases[] = {
		{10, {{5, 4}, {8, 8}}},  {10, {{2, 5}, {5, 6}}}, {10, {{5, 6}, {2, 3}}},
		{10, {{2, 3}, {8, 10}}}, {0, {{0, 0}, {1, 1}}},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		uint8_t packed[TD_HEAD_PACKED_MAX];
		td_head_t head, back;
		td_err_t err;
		td_head_init(0, &head);
		head.position.next = cases[i].next;
		head.position.hole_count = 2;
		memcpy(head.position.holes, cases[i].holes, sizeof cases[i].holes);
		size_t size = td_head_pack(&head, packed);
		assert_false(td_head_unpack((td_slice_t){packed, size}, &back, &err));
	}
}

static void a_layout_of_a_later_release_is_named(void **state)
{
	(void)state;
	uint8_t packed[TD_HEAD_PACKED_MAX];
	td_head_t head, back;
	td_err_t err;
	td_head_init(0, &head);
	head.layout = TD_LAYOUT_VERSION + 1;
	size_t size = td_head_pack(&head, packed);
	assert_false(td_head_unpack((td_slice_t){packed, size}, &back, &err));
	assert_int_equal(err.code, TD_ECONFIG);
	assert_non_null(strstr(err.text, "layout 2"));
	head.layout = 0;
	size = td_head_pack(&head, packed);
	assert_false(td_head_unpack((td_slice_t){packed, size}, &back, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_head_and_the_fullest_one_come_back),
		cmocka_unit_test(every_altered_bit_and_every_cut_is_noticed),
		cmocka_unit_test(holes_that_overlap_or_lie_beyond_the_position_are_refused),
		cmocka_unit_test(a_layout_of_a_later_release_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
