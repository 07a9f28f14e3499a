/* buf: appends in order, fails once and for all at its maximum, and keeps what it had. */
#include "common/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static void assert_holds(const td_buf_t *buf, const void *bytes, size_t size)
{
	assert_false(buf->failed);
	assert_true(td_slice_equal(td_buf_slice(buf), (td_slice_t){bytes, size}));
}

static void appends_stand_in_their_order(void **state)
{
	(void)state;
	td_buf_t buf = td_buf_make(100);
	td_buf_add_text(&buf, "a");
	td_buf_add(&buf, NULL, 0);
	td_buf_add_byte(&buf, 0);
	td_buf_add_slice(&buf, td_slice_text("bc"));
	uint8_t *room = td_buf_extend(&buf, 2);
	assert_non_null(room);
	memcpy(room, "de", 2);
	assert_holds(&buf, "a\0bcde", 6);
	td_buf_free(&buf);
	assert_holds(&buf, "", 0);
	td_buf_add_text(&buf, "again");
	assert_holds(&buf, "again", 5);
	td_buf_free(&buf);
}

static void numbers_are_little_endian(void **state)
{
	(void)state;
	td_buf_t buf = td_buf_make(100);
	td_buf_add_u32(&buf, 0x01020304);
	td_buf_add_u64(&buf, UINT64_C(0x0102030405060708));
	assert_holds(&buf, "\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01", 12);
	td_buf_free(&buf);
}

/* The examples of protobuf's description of its encoding, and the ends of the range. */
static void varints_are_protobuf_s(void **state)
{
	(void)state;
	static const struct {
		uint64_t number;
		const char *bytes;
		size_t size;
	} cases[] = {
		{0, "\0", 1},
		{1, "\x01", 1},
		{127, "\x7f", 1},
		{128, "\x80\x01", 2},
		{150, "\x96\x01", 2},
		{300, "\xac\x02", 2},
		{UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_buf_t buf = td_buf_make(10);
		td_buf_add_varint(&buf, cases[i].number);
		assert_holds(&buf, cases[i].bytes, cases[i].size);
		td_buf_free(&buf);
	}
}

static void decimals_are_printf_s(void **state)
{
	(void)state;
	static const int64_t numbers[] = {0, 1, -1, 10, 99, -100, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < TD_COUNT(numbers); i++) {
		char expected[32];
		td_buf_t buf = td_buf_make(32);
		int size = snprintf(expected, sizeof expected, "%lld", (long long)numbers[i]);
		td_buf_add_decimal(&buf, numbers[i]);
		assert_holds(&buf, expected, (size_t)size);
		td_buf_free(&buf);
	}
}

/* For every maximum: what fits is taken, the first byte too many fails, and nothing comes after. */
static void a_full_buffer_keeps_what_it_had_and_takes_nothing_more(void **state)
{
	(void)state;
	static const uint8_t bytes[600];
	for (size_t max = 0; max < sizeof bytes; max++) {
		td_buf_t buf = td_buf_make(max);
		td_buf_add(&buf, bytes, max);
		assert_holds(&buf, bytes, max);
		td_buf_add_byte(&buf, 1);
		assert_true(buf.failed);
		assert_true(buf.size == max);
		td_buf_add(&buf, bytes, 0);
		assert_null(td_buf_extend(&buf, 1));
		assert_true(buf.failed && buf.size == max);
		td_buf_clear(&buf);
		assert_holds(&buf, "", 0);
		td_buf_add(&buf, bytes, max);
		assert_holds(&buf, bytes, max);
		td_buf_free(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_stand_in_their_order),
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(varints_are_protobuf_s),
		cmocka_unit_test(decimals_are_printf_s),
		cmocka_unit_test(a_full_buffer_keeps_what_it_had_and_takes_nothing_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
