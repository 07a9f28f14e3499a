/* digest: every byte, every length and every cut between two pieces changes it. */
#include "common/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { LONGEST = 40 };

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return left < right ? -1 : left > right;
}

static void assert_all_differ(uint64_t *digests, size_t count)
{
	qsort(digests, count, sizeof digests[0], compare);
	for (size_t i = 1; i < count; i++)
		assert_true(digests[i] != digests[i - 1]);
}

static void each_bit_of_each_length_counts(void **state)
{
	(void)state;
	static uint64_t digests[(LONGEST + 1) * (LONGEST * 8 + 1)];
	uint8_t bytes[LONGEST] = {0};
	size_t count = 0;
	for (size_t size = 0; size <= LONGEST; size++) {
		digests[count++] = td_digest(0, bytes, size);
		for (size_t bit = 0; bit < size * 8; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			digests[count++] = td_digest(0, bytes, size);
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	assert_all_differ(digests, count);
}

static void where_one_piece_ends_and_the_next_begins_counts(void **state)
{
	(void)state;
	uint64_t digests[LONGEST + 1];
	uint8_t bytes[LONGEST];
	for (size_t i = 0; i < LONGEST; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t cut = 0; cut <= LONGEST; cut++)
		digests[cut] = td_digest(td_digest(0, bytes, cut), bytes + cut, LONGEST - cut);
	assert_all_differ(digests, LONGEST + 1);
}

/* It stands in Redis, so that another value would tear every shard there is. */
static void its_values_never_change(void **state)
{
	(void)state;
	assert_int_equal(td_digest(0, "", 0), UINT64_C(0xe7a41bbdfdb1ed26));
	assert_int_equal(td_digest(0, "1/2021-000001", 13), UINT64_C(0x05702225df85c7c4));
	assert_int_equal(td_digest(1, "abcdefgh", 8), UINT64_C(0x994bda6a7f64fbef));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bit_of_each_length_counts),
		cmocka_unit_test(where_one_piece_ends_and_the_next_begins_counts),
		cmocka_unit_test(its_values_never_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
