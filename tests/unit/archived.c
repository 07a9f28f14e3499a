/* archived: what is written is what any protobuf writes, and reads back; what is cut does not. */
#include "aggregator/audit/archived.h"

#include <thidua/v1/archive.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const td_raw_t events[] = {
	{0, 0, {(const uint8_t *)"", 0}},
	{1, 1, {(const uint8_t *)"a", 1}},
	{300, 1639500000123, {(const uint8_t *)"hello", 5}},
	{UINT64_MAX, INT64_MAX, {(const uint8_t *)"\0\xff", 2}},
};

static td_buf_t written(void)
{
	td_buf_t out = td_buf_make(10000);
	for (size_t i = 0; i < TD_COUNT(events); i++)
		td_archived_write(&events[i], &out);
	assert_false(out.failed);
	return out;
}

static void what_was_written_is_read_back(void **state)
{
	(void)state;
	td_buf_t out = written();
	td_slice_t rest = td_buf_slice(&out);
	for (size_t i = 0; i < TD_COUNT(events); i++) {
		td_raw_t raw;
		assert_true(td_archived_read(&rest, &raw));
		assert_true(raw.offset == events[i].offset);
		assert_true(raw.append_ms == events[i].append_ms);
		assert_true(td_slice_equal(raw.bytes, events[i].bytes));
	}
	assert_int_equal(rest.size, 0);
	td_buf_free(&out);
}

static void the_bytes_are_those_of_protobuf(void **state)
{
	(void)state;
	td_buf_t out = written();
	td_slice_t rest = td_buf_slice(&out), record;
	for (size_t i = 0; i < TD_COUNT(events); i++) {
		uint8_t packed[64];
		assert_true(td_archived_read_bytes(&rest, &record));
		Thidua__V1__ArchivedEvent *message =
			thidua__v1__archived_event__unpack(NULL, record.size, record.data);
		assert_non_null(message);
		assert_true(message->offset == events[i].offset);
		assert_int_equal(thidua__v1__archived_event__pack(message, packed), record.size);
		assert_memory_equal(packed, record.data, record.size);
		thidua__v1__archived_event__free_unpacked(message, NULL);
	}
	td_buf_free(&out);
}

static void what_was_cut_or_altered_is_no_event(void **state)
{
	(void)state;
	td_buf_t out = td_buf_make(1000);
	td_raw_t raw;
	td_archived_write(&events[2], &out);
	for (size_t size = 0; size < out.size; size++) {
		td_slice_t cut = {out.data, size};
		assert_false(td_archived_read(&cut, &raw));
	}
	static const char *const odd[] = {"\x02\x20\x01",              /* another field */
					  "\x04\x08\x01\x08\x02",      /* one twice */
					  "\x04\x10\x01\x08\x02",      /* out of order */
					  "\x02\x1a\x05",              /* longer than the message */
					  "\xff\xff\xff\xff\xff\xff"}; /* an endless length */
	for (size_t i = 0; i < TD_COUNT(odd); i++) {
		td_slice_t bytes = td_slice_text(odd[i]);
		assert_false(td_archived_read(&bytes, &raw));
	}
	td_buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_back),
		cmocka_unit_test(the_bytes_are_those_of_protobuf),
		cmocka_unit_test(what_was_cut_or_altered_is_no_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
