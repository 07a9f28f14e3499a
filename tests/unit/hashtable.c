/* hashtable: what was put in is found, whatever the digests, also after growing and clearing. */
#include "common/hashtable.h"

#include "common/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MANY = 5000 };

static bool finds(const td_hashtable_t *table, uint64_t digest, int64_t wanted)
{
	td_probe_t probe = td_hashtable_probe(table, digest);
	int64_t index;
	while ((index = td_hashtable_next(table, &probe)) != TD_HASHTABLE_NONE) {
		if (index == wanted)
			return true;
	}
	return false;
}

static uint64_t spread(uint32_t number)
{
	return td_digest(0, &number, sizeof number);
}

static uint64_t all_alike(uint32_t number)
{
	(void)number;
	return 0;
}

/* Digests that differ only where the table does not look, or begin at its last slot. */
static uint64_t low_half_only(uint32_t number)
{
	return UINT64_C(0xffffffff00000000) | number;
}

static void what_was_put_in_is_found(void **state)
{
	(void)state;
	static const struct {
		uint64_t (*digest)(uint32_t number);
		uint32_t count;
	} cases[] = {{spread, MANY}, {all_alike, 300}, {low_half_only, 300}};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_hashtable_t table;
		assert_true(td_hashtable_init(&table));
		for (uint32_t number = 0; number < cases[i].count; number++)
			assert_true(td_hashtable_put(&table, cases[i].digest(number), number));
		for (uint32_t number = 0; number < cases[i].count; number++)
			assert_true(finds(&table, cases[i].digest(number), number));
		assert_false(finds(&table, cases[i].digest(0), cases[i].count));
		td_hashtable_free(&table);
	}
}

static void a_cleared_table_is_empty_and_can_be_filled_again(void **state)
{
	(void)state;
	td_hashtable_t table;
	assert_true(td_hashtable_init(&table));
	for (int round = 0; round < 3; round++) {
		for (uint32_t number = 0; number < MANY; number++)
			assert_true(td_hashtable_put(&table, spread(number), number));
		td_hashtable_clear(&table);
		for (uint32_t number = 0; number < MANY; number++)
			assert_false(finds(&table, spread(number), number));
	}
	td_hashtable_free(&table);
}

static void the_highest_index_is_kept_whole(void **state)
{
	(void)state;
	td_hashtable_t table;
	assert_true(td_hashtable_init(&table));
	assert_true(td_hashtable_put(&table, 1, UINT32_MAX - 1));
	assert_true(finds(&table, 1, UINT32_MAX - 1));
	td_hashtable_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_in_is_found),
		cmocka_unit_test(a_cleared_table_is_empty_and_can_be_filled_again),
		cmocka_unit_test(the_highest_index_is_kept_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
