/* totals: one text whatever the order of its cells; and back; what differs between two. */
#include "aggregator/totals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static td_totals_t *of_text(const char *text)
{
	td_totals_t *totals = td_totals_new();
	assert_non_null(totals);
	assert_true(td_totals_read(totals, td_slice_text(text)));
	return totals;
}

static void assert_text(td_totals_t *totals, const char *expected)
{
	td_buf_t text = td_buf_make(TD_TOTALS_TEXT_MAX);
	assert_true(td_totals_write(totals, &text));
	td_buf_add_byte(&text, '\0');
	assert_string_equal((const char *)text.data, expected);
	td_buf_free(&text);
}

static void cells_are_added_up_in_any_order(void **state)
{
	(void)state;
	enum { CELLS = 2000 };
	td_totals_t *up = td_totals_new(), *down = td_totals_new();
	uint8_t a[TD_TOTALS_DIGEST_SIZE], b[TD_TOTALS_DIGEST_SIZE];
	assert_non_null(up);
	assert_non_null(down);
	for (int i = 0; i < CELLS; i++) {
		char field[TD_FIELD_MAX];
		(void)snprintf(field, sizeof field, "%d.0.0.vn-06", 1 + i % 3);
		assert_true(td_totals_add(up, field, i));
		(void)snprintf(field, sizeof field, "%d.0.0.vn-06", 1 + (CELLS - 1 - i) % 3);
		assert_true(td_totals_add(down, field, CELLS - 1 - i));
		if (i == CELLS / 2)
			assert_true(td_totals_digest(up, a));
	}
	assert_true(td_totals_add(up, "9.0.0.vn-06", 5));
	assert_true(td_totals_add(up, "9.0.0.vn-06", -5));
	assert_true(td_totals_digest(up, a));
	assert_true(td_totals_digest(down, b));
	assert_memory_equal(a, b, sizeof a);
	assert_text(up, "1.0.0.vn-06 666333\n2.0.0.vn-06 667000\n3.0.0.vn-06 665667\n");
	td_totals_free(up);
	td_totals_free(down);
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	static const char text[] = "10.0.0.vn-06 3\n10.1.0.vn-06 -2\n2.0.0.vn-06 "
				   "4611686018427387904\n";
	td_totals_t *totals = of_text(text);
	assert_text(totals, text);
	td_totals_free(totals);
	totals = of_text("");
	assert_text(totals, "");
	td_totals_free(totals);
}

static void what_was_altered_is_no_text(void **state)
{
	(void)state;
	static const char *const wrong[] = {"1.0.0.vn-06 3",
					    "1.0.0.vn-06 0\n",
					    "1.0.0.vn-06 03\n",
					    "1.0.0.vn-06 \n",
					    "1.0.0.vn-06\n",
					    "\n",
					    "1.0.0.vn-06 3 \n",
					    "x 3\n",
					    "7.1.0.0.vn-06 3\n",
					    "2.0.0.vn-06 3\n1.0.0.vn-06 3\n",
					    "1.0.0.vn-06 3\n1.0.0.vn-06 3\n",
					    "1.0.0.vn-06 99999999999999999999\n"};
	for (size_t i = 0; i < TD_COUNT(wrong); i++) {
		td_totals_t *totals = td_totals_new();
		assert_non_null(totals);
		assert_false(td_totals_read(totals, td_slice_text(wrong[i])));
		td_totals_free(totals);
	}
}

static void note(void *context, const char *field, int64_t a, int64_t b)
{
	char *text = context;
	size_t used = strlen(text);
	(void)snprintf(text + used, 256 - used, "%s %lld %lld;", field, (long long)a, (long long)b);
}

static void each_field_that_differs_is_named(void **state)
{
	(void)state;
	char found[256] = "";
	td_totals_t *a = of_text("1.0.0.x 1\n2.0.0.x 2\n3.0.0.x 3\n");
	td_totals_t *b = of_text("2.0.0.x 2\n3.0.0.x 4\n4.0.0.x 5\n");
	assert_true(td_totals_compare(a, b, note, found));
	assert_string_equal(found, "1.0.0.x 1 0;3.0.0.x 3 4;4.0.0.x 0 5;");
	td_totals_free(a);
	td_totals_free(b);
}

static void a_sum_beyond_64_bits_is_noticed(void **state)
{
	(void)state;
	td_totals_t *totals = td_totals_new();
	uint8_t digest[TD_TOTALS_DIGEST_SIZE];
	assert_non_null(totals);
	assert_true(td_totals_add(totals, "1.0.0.x", INT64_MAX));
	assert_true(td_totals_add(totals, "1.0.0.x", 1));
	assert_false(td_totals_digest(totals, digest));
	td_totals_free(totals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_added_up_in_any_order),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_was_altered_is_no_text),
		cmocka_unit_test(each_field_that_differs_is_named),
		cmocka_unit_test(a_sum_beyond_64_bits_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
