/* crc32c: published vectors, and that parts add up. */
#include "common/crc32c.h"

#include "common/td.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms. */
static void published_vectors_agree(void **state)
{
	(void)state;
	uint8_t zeros[32] = {0}, ones[32], rising[32], falling[32];
	static const uint8_t read_command[48] = {
		0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00,
		0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18, 0x28, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
	memset(ones, 0xff, sizeof ones);
	for (uint8_t i = 0; i < 32; i++) {
		rising[i] = i;
		falling[i] = (uint8_t)(31 - i);
	}
	assert_true(td_crc32c(0, zeros, sizeof zeros) == 0x8a9136aa);
	assert_true(td_crc32c(0, ones, sizeof ones) == 0x62a8ab43);
	assert_true(td_crc32c(0, rising, sizeof rising) == 0x46dd794e);
	assert_true(td_crc32c(0, falling, sizeof falling) == 0x113fdb5c);
	assert_true(td_crc32c(0, read_command, sizeof read_command) == 0xd9963a56);
	assert_true(td_crc32c(0, "123456789", 9) == 0xe3069283);
	assert_true(td_crc32c(0, "", 0) == 0);
}

static void the_parts_of_a_text_give_what_the_whole_gives(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= 9; cut++) {
		uint32_t before = td_crc32c(0, "123456789", cut);
		assert_true(td_crc32c(before, "123456789" + cut, 9 - cut) == 0xe3069283);
	}
}

static void long_texts_at_any_place_give_what_their_bytes_one_by_one_give(void **state)
{
	(void)state;
	uint8_t bytes[80];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t from = 0; from < 9; from++) {
		uint32_t one_by_one = 0;
		for (size_t size = 0; from + size <= sizeof bytes; size++) {
			assert_true(td_crc32c(0, bytes + from, size) == one_by_one);
			if (from + size < sizeof bytes)
				one_by_one = td_crc32c(one_by_one, bytes + from + size, 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_agree),
		cmocka_unit_test(the_parts_of_a_text_give_what_the_whole_gives),
		cmocka_unit_test(long_texts_at_any_place_give_what_their_bytes_one_by_one_give),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
