/* archive: a record has one form, which is that of its message. */
#include "aggregator/audit/archive.h"

#include "proto/pb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Records of every shape. */
static const td_archived_t shapes[] = {
	{0},
	{.offset = 1},
	{.offset = INT64_MAX, .append_ms = INT64_MAX},
	{.offset = 300, .append_ms = -1},
	{.offset = 5, .append_ms = 6, .key = {(const uint8_t *)"1", 1}},
	{.offset = 127, .append_ms = 128, .value = {(const uint8_t *)"\0\377", 2}},
	{.offset = 5,
	 .append_ms = 1630000000000,
	 .key = {(const uint8_t *)"thidua", 6},
	 .value = {(const uint8_t *)"event", 5}},
	{.offset = 0, .absent = 1},
	{.offset = 77, .absent = 1000000},
};

static void assert_same(const td_archived_t *a, const td_archived_t *b)
{
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->append_ms, b->append_ms);
	assert_int_equal(a->absent, b->absent);
	assert_true(td_slice_equal(a->key, b->key) && td_slice_equal(a->value, b->value));
}

static void a_record_is_the_message_behind_its_length(void **state)
{
	(void)state;
	td_arena_t *arena = td_arena_new(64 * 1024);
	assert_non_null(arena);
	for (size_t i = 0; i < TD_COUNT(shapes); i++) {
		Thidua__V1__ArchiveRecord message = THIDUA__V1__ARCHIVE_RECORD__INIT;
		td_buf_t out = td_buf_make(1024), expected = td_buf_make(1024);
		td_slice_t packed, rest;
		td_archived_t again;
		message.offset = shapes[i].offset;
		message.append_ms = shapes[i].append_ms;
		message.absent = shapes[i].absent;
		message.key.len = shapes[i].key.size;
		message.key.data = (uint8_t *)shapes[i].key.data;
		message.value.len = shapes[i].value.size;
		message.value.data = (uint8_t *)shapes[i].value.data;
		assert_true(td_pb_pack(&message.base, arena, &packed));
		td_buf_add_varint(&expected, packed.size);
		td_buf_add_slice(&expected, packed);
		td_archive_add(&out, &shapes[i]);
		assert_true(td_slice_equal(td_buf_slice(&out), td_buf_slice(&expected)));
		rest = td_buf_slice(&out);
		assert_true(td_archive_take(&rest, &again));
		assert_int_equal(rest.size, 0);
		assert_same(&again, &shapes[i]);
		td_buf_free(&out);
		td_buf_free(&expected);
	}
	td_arena_free(arena);
}

/* Nothing is taken from a part; and what is taken from altered bytes has these bytes as its form.
 */
static void a_record_has_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(shapes); i++) {
		td_buf_t out = td_buf_make(1024), again = td_buf_make(1024);
		td_archived_t archived;
		td_archive_add(&out, &shapes[i]);
		for (size_t size = 0; size < out.size; size++) {
			td_slice_t rest = {out.data, size};
			assert_false(td_archive_take(&rest, &archived));
			assert_int_equal(rest.size, size);
		}
		for (size_t bit = 0; bit < 8 * out.size; bit++) {
			out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			td_slice_t rest = td_buf_slice(&out);
			if (td_archive_take(&rest, &archived)) {
				td_buf_clear(&again);
				td_archive_add(&again, &archived);
				assert_int_equal(again.size, out.size - rest.size);
				assert_memory_equal(again.data, out.data, again.size);
			}
			out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		td_buf_free(&out);
		td_buf_free(&again);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_the_message_behind_its_length),
		cmocka_unit_test(a_record_has_one_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
