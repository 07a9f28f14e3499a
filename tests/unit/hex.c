/* hex: bytes have one text, and every other text is none. */
#include "common/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* RFC 4648, section 10, in lowercase. */
static void published_vectors_agree_both_ways(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *text;
	} vectors[] = {
		{"", ""},
		{"f", "66"},
		{"fo", "666f"},
		{"foo", "666f6f"},
		{"foob", "666f6f62"},
		{"fooba", "666f6f6261"},
		{"foobar", "666f6f626172"},
	};
	for (size_t i = 0; i < TD_COUNT(vectors); i++) {
		char text[16];
		uint8_t bytes[8];
		td_slice_t all = td_slice_text(vectors[i].bytes);
		td_hex_write(all.data, all.size, text);
		assert_string_equal(text, vectors[i].text);
		assert_true(td_hex_read(td_slice_text(text), all.size, bytes));
		assert_memory_equal(bytes, all.data, all.size);
	}
}

static void every_byte_is_read_as_it_was_written(void **state)
{
	(void)state;
	for (int byte = 0; byte <= UINT8_MAX; byte++) {
		char text[3];
		uint8_t found, written = (uint8_t)byte;
		td_hex_write(&written, 1, text);
		assert_int_equal(strlen(text), 2);
		assert_true(td_hex_read(td_slice_text(text), 1, &found));
		assert_int_equal(found, byte);
	}
}

static void nothing_but_lowercase_digits_in_their_number_is_read(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",     "a",    "ab",   "abc",  "abcde", "abcdef",
		"ABCD", "abcg", " abc", "abc ", "0xab",  "ab:d",
	};
	uint8_t bytes[2];
	for (size_t i = 0; i < TD_COUNT(wrong); i++)
		assert_false(td_hex_read(td_slice_text(wrong[i]), sizeof bytes, bytes));
	for (int letter = 0; letter <= UINT8_MAX; letter++) {
		const uint8_t text[] = {'a', (uint8_t)letter, (uint8_t)letter, '0'};
		bool is_digit =
			(letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
		assert_int_equal(td_hex_read((td_slice_t){text, sizeof text}, sizeof bytes, bytes),
				 is_digit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_agree_both_ways),
		cmocka_unit_test(every_byte_is_read_as_it_was_written),
		cmocka_unit_test(nothing_but_lowercase_digits_in_their_number_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
