/* table and model: columns line up for any alphabet; numbers as each language writes them. */
#include "common/table.h"

#include "aggregator/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	(void)state;
	static const char *const heads[] = {"Tỉnh", "", "Số"};
	static const bool right[] = {false, false, true};
	static const char *const rows[][3] = {{"Yên Bái", "", "1.234"}, {"Phú Thọ dài", "", "7"}};
	const char *text;
	td_arena_t *arena = td_arena_new(65536);
	td_table_t *table = td_table_new(heads, right, 3, arena);
	assert_non_null(table);
	assert_true(td_table_add(table, rows[0]));
	assert_true(td_table_add(table, rows[1]));
	assert_true(td_table_text(table, &text));
	assert_string_equal(text, "Tỉnh            Số\n"
				  "Yên Bái      1.234\n"
				  "Phú Thọ dài      7\n");
	td_arena_free(arena);
}

static void a_column_without_a_word_is_left_out(void **state)
{
	(void)state;
	static const char *const heads[] = {"a", "empty", "b"};
	static const bool right[] = {false, false, false};
	static const char *const row[] = {"x", "", "y"};
	const char *text;
	td_arena_t *arena = td_arena_new(65536);
	td_table_t *table = td_table_new(heads, right, 3, arena);
	assert_true(td_table_add(table, row));
	assert_true(td_table_text(table, &text));
	assert_string_equal(text, "a  b\nx  y\n");
	td_arena_free(arena);
}

static void numbers_are_written_as_the_language_does(void **state)
{
	(void)state;
	static const struct {
		int64_t number;
		const char *vi, *en;
	} cases[] = {{0, "0", "0"},
		     {999, "999", "999"},
		     {1000, "1.000", "1,000"},
		     {-1234567, "-1.234.567", "-1,234,567"},
		     {INT64_MIN, "-9.223.372.036.854.775.808", "-9,223,372,036,854,775,808"}};
	char text[32];
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_model_number(cases[i].number, true, text);
		assert_string_equal(text, cases[i].vi);
		td_model_number(cases[i].number, false, text);
		assert_string_equal(text, cases[i].en);
	}
	td_model_percent(8637, true, text);
	assert_string_equal(text, "86,37 %");
	td_model_percent(-1133, false, text);
	assert_string_equal(text, "-11.33 %");
	td_model_percent(5, true, text);
	assert_string_equal(text, "0,05 %");
}

static void decimals_of_a_unit_stand_behind_the_point(void **state)
{
	(void)state;
	static const struct {
		int64_t number;
		unsigned decimals;
		const char *vi;
	} cases[] = {{8465, 1, "846,5"},         {99025, 2, "990,25"},
		     {100000, 2, "1.000,00"},    {-5, 1, "-0,5"},
		     {-25, 1, "-2,5"},           {7, 2, "0,07"},
		     {-1234567, 0, "-1.234.567"}};
	char text[TD_MODEL_TEXT_MAX];
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_model_decimal(cases[i].number, cases[i].decimals, true, text);
		assert_string_equal(text, cases[i].vi);
	}
	td_model_decimal(INT64_MIN, 3, false, text);
	assert_string_equal(text, "-9,223,372,036,854,775.808");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(a_column_without_a_word_is_left_out),
		cmocka_unit_test(numbers_are_written_as_the_language_does),
		cmocka_unit_test(decimals_of_a_unit_stand_behind_the_point),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
