/* names: the first row of each text is found, and no text that there is not. */
#include "workers/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

typedef struct row {
	const char *text;
	int number;
} row_t;

static void the_first_row_of_each_text(void **state)
{
	static const row_t rows[] = {{"", 1}, {"a", 2}, {"a", 3}, {"ab", 4}, {"b", 5}, {"b", 6}};
	td_names_t names;
	(void)state;
	assert_true(td_names_make(&names, rows, TD_COUNT(rows), sizeof rows[0]));
	assert_ptr_equal(td_names_find(&names, ""), &rows[0]);
	assert_ptr_equal(td_names_find(&names, "a"), &rows[1]);
	assert_ptr_equal(td_names_find(&names, "ab"), &rows[3]);
	assert_ptr_equal(td_names_find(&names, "b"), &rows[4]);
	assert_null(td_names_find(&names, "ba"));
	assert_null(td_names_find(&names, "c"));
	td_names_free(&names);
}

static void many_rows(void **state)
{
	enum { COUNT = 3000 };
	static char texts[COUNT][8];
	static row_t rows[COUNT];
	td_names_t names;
	(void)state;
	for (int i = 0; i < COUNT; i++) {
		(void)snprintf(texts[i], sizeof texts[i], "%05d", i);
		rows[i] = (row_t){texts[i], i};
	}
	assert_true(td_names_make(&names, rows, COUNT, sizeof rows[0]));
	for (int i = 0; i < COUNT; i++)
		assert_ptr_equal(td_names_find(&names, texts[i]), &rows[i]);
	td_names_free(&names);
}

static void no_rows(void **state)
{
	td_names_t names;
	(void)state;
	assert_true(td_names_make(&names, NULL, 0, sizeof(row_t)));
	assert_null(td_names_find(&names, "a"));
	td_names_free(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_row_of_each_text),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(no_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
