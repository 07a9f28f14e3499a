/* hashes: what was put last stands, in order, and what was deleted is known to be. */
#include "aggregator/audit/hashes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static td_hashes_t *filled(void)
{
	td_hashes_t *hashes = td_hashes_new();
	assert_non_null(hashes);
	return hashes;
}

static void put(td_hashes_t *hashes, const char *key, const char *field, const char *value)
{
	assert_true(td_hashes_put(hashes, td_slice_text(key), td_slice_text(field),
				  td_slice_text(value)));
}

static void assert_value(const td_hashes_t *hashes, const char *key, const char *field,
			 const char *expected)
{
	td_slice_t value;
	bool found = td_hashes_get(hashes, td_slice_text(key), td_slice_text(field), &value);
	assert_int_equal(found, expected != NULL);
	if (expected != NULL)
		assert_true(td_slice_equal(value, td_slice_text(expected)));
}

static void the_value_put_last_stands(void **state)
{
	(void)state;
	td_hashes_t *hashes = filled();
	put(hashes, "d:1", "a", "1");
	put(hashes, "d:1", "a", "1000000");
	put(hashes, "d:1", "b", "2");
	put(hashes, "d:2", "a", "3");
	put(hashes, "d:1", "a", "7");
	assert_value(hashes, "d:1", "a", "7");
	assert_value(hashes, "d:1", "b", "2");
	assert_value(hashes, "d:2", "a", "3");
	assert_value(hashes, "d:2", "b", NULL);
	assert_value(hashes, "d:", "1a", NULL);
	put(hashes, "d:1", "a", "");
	assert_value(hashes, "d:1", "a", "");
	td_hashes_clear(hashes);
	assert_value(hashes, "d:1", "a", NULL);
	td_hashes_free(hashes);
}

static bool write_item(void *context, const td_hashes_item_t *item)
{
	char *at = (char *)context + strlen(context);
	(void)snprintf(at, 32, "%.*s/%.*s=%.*s ", (int)item->key.size, (const char *)item->key.data,
		       (int)item->field.size, (const char *)item->field.data, (int)item->value.size,
		       (const char *)item->value.data);
	return strlen(context) < 60;
}

static void a_walk_goes_in_order_and_ends_when_it_is_told(void **state)
{
	(void)state;
	char text[200] = "";
	td_hashes_t *hashes = filled();
	put(hashes, "b", "x", "1");
	put(hashes, "a", "yy", "2");
	put(hashes, "a", "y", "");
	put(hashes, "ab", "", "4");
	assert_true(td_hashes_walk(hashes, write_item, text));
	assert_string_equal(text, "a/y= a/yy=2 ab/=4 b/x=1 ");
	for (int i = 0; i < 20; i++)
		put(hashes, "c", (char[]){(char)('a' + i), '\0'}, "5");
	text[0] = '\0';
	assert_false(td_hashes_walk(hashes, write_item, text));
	text[0] = '\0';
	assert_true(td_hashes_walk_key(hashes, td_slice_text("b"), write_item, text));
	assert_string_equal(text, "b/x=1 ");
	assert_true(td_hashes_walk_key(hashes, td_slice_text("none"), write_item, text));
	td_hashes_free(hashes);
}

static void many_fields_are_all_found_again(void **state)
{
	(void)state;
	enum { MANY = 20000 };
	char key[32], field[32], value[32];
	td_hashes_t *hashes = filled();
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++) {
			(void)snprintf(key, sizeof key, "s:1:%d", i / 100);
			(void)snprintf(field, sizeof field, "%02d", i % 100);
			(void)snprintf(value, sizeof value, "%d", i * (round + 1));
			put(hashes, key, field, value);
		}
	}
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(key, sizeof key, "s:1:%d", i / 100);
		(void)snprintf(field, sizeof field, "%02d", i % 100);
		(void)snprintf(value, sizeof value, "%d", i * 2);
		assert_value(hashes, key, field, value);
	}
	assert_in_range(td_hashes_bytes(hashes), MANY * 10, MANY * 200);
	td_hashes_free(hashes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_value_put_last_stands),
		cmocka_unit_test(a_walk_goes_in_order_and_ends_when_it_is_told),
		cmocka_unit_test(many_fields_are_all_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
