/* report: what was found, as text, HTML and JSON. */
#include "aggregator/audit/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static const td_report_column_t logs = {"logs", "Nhật ký", "Logs", false};

static const td_report_kind_t shards = {
	"shards",
	"Đơn vị",
	"Reporters",
	false,
	2,
	{{"reporter", "Đơn vị", "Reporter", false}, {"events", "Sự kiện", "Events", true}}};

static const td_report_kind_t tallies = {"tallies", "Sai khác", "Differences",
					 true,      1,          {{"what", "Gì", "What", false}}};

typedef struct world {
	td_arena_t *arena;
	td_report_t *report;
	td_buf_t out;
} world_t;

static world_t begin(td_lang_t lang)
{
	world_t world = {.arena = td_arena_new(8 << 20), .out = td_buf_make(TD_REPORT_MAX)};
	assert_non_null(world.arena);
	world.report = td_report_new("compare", true, lang, world.arena);
	assert_non_null(world.report);
	td_report_fact(world.report, &logs, (td_report_cell_t){"here", 0});
	td_report_row(world.report, &shards,
		      (const td_report_cell_t[]){{"vn-06", 0}, {NULL, 1234567}});
	return world;
}

static const char *write(world_t *world, td_report_form_t form)
{
	td_err_t err;
	td_buf_clear(&world->out);
	assert_true(td_report_write(world->report, form, &world->out, &err));
	td_buf_add_byte(&world->out, '\0');
	return (const char *)world->out.data;
}

static void end(world_t *world)
{
	td_buf_free(&world->out);
	td_arena_free(world->arena);
}

static void a_report_without_anything_wrong_says_so(void **state)
{
	(void)state;
	world_t world = begin(TD_LANG_EN);
	assert_string_equal(write(&world, TD_REPORT_TEXT), "Logs  here\n"
							   "\n"
							   "Reporters\n"
							   "Reporter     Events\n"
							   "vn-06     1,234,567\n"
							   "\n"
							   "Equal and intact.\n");
	assert_int_equal(td_report_wrong(world.report), 0);
	end(&world);
}

static void a_wrong_row_makes_it_different_and_the_first_language_is_vietnamese(void **state)
{
	(void)state;
	world_t world = begin(TD_LANG_VI);
	td_report_row(world.report, &tallies, (const td_report_cell_t[]){{"một", 0}});
	const char *text = write(&world, TD_REPORT_TEXT);
	assert_non_null(strstr(text, "1.234.567"));
	assert_non_null(strstr(text, "Sai khác"));
	assert_null(strstr(text, "Khớp"));
	assert_int_equal(td_report_wrong(world.report), 1);
	end(&world);
}

static void json_has_codes_and_plain_numbers(void **state)
{
	(void)state;
	world_t world = begin(TD_LANG_VI);
	td_report_row(world.report, &tallies, (const td_report_cell_t[]){{"a \"b\"\\\t", 0}});
	assert_string_equal(write(&world, TD_REPORT_JSON),
			    "{\"command\":\"compare\",\"outcome\":\"different\",\"logs\":\"here\","
			    "\"shards\":{\"count\":1,\"wrong\":false,\"rows\":[\n"
			    "{\"reporter\":\"vn-06\",\"events\":1234567}]},"
			    "\"tallies\":{\"count\":1,\"wrong\":true,\"rows\":[\n"
			    "{\"what\":\"a \\\"b\\\"\\\\\\u0009\"}]}}\n");
	end(&world);
}

static void what_a_stranger_wrote_cannot_write_into_the_report(void **state)
{
	(void)state;
	world_t world = begin(TD_LANG_EN);
	static const char *const texts[][2] = {
		{"7\n\nEqual and intact.\n", "7??Equal and intact.?\n"},
		{"\x1b[2Jgone\x7f", "?[2Jgone?\n"},
		{"\xff\xfe caf\xc3\xa9 \xc3", "?? caf\xc3\xa9 ?\n"},
		{"right \xe2\x80\xae left", "right ??? left\n"},
		{"C\xc3\xb4ng an Y\xc3\xaan B\xc3\xa1i", "C\xc3\xb4ng an Y\xc3\xaan B\xc3\xa1i\n"},
	};
	for (size_t i = 0; i < TD_COUNT(texts); i++)
		td_report_row(world.report, &tallies, (const td_report_cell_t[]){{texts[i][0], 0}});
	for (size_t i = 0; i < TD_COUNT(texts); i++)
		assert_non_null(strstr(write(&world, TD_REPORT_TEXT), texts[i][1]));
	assert_null(strstr(write(&world, TD_REPORT_JSON), "\xff"));
	end(&world);
}

static void html_needs_nothing_else_and_hides_no_markup(void **state)
{
	(void)state;
	world_t world = begin(TD_LANG_VI);
	td_report_row(world.report, &tallies, (const td_report_cell_t[]){{"<script src=x>&\"", 0}});
	const char *text = write(&world, TD_REPORT_HTML);
	assert_non_null(strstr(text, "<html lang=vi>"));
	assert_non_null(strstr(text, "&lt;script src=x&gt;&amp;&quot;"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "http"));
	assert_non_null(strstr(text, "</html>"));
	end(&world);
}

static void a_table_shows_so_many_rows_and_counts_the_rest(void **state)
{
	(void)state;
	world_t world = begin(TD_LANG_EN);
	for (int i = 0; i < TD_REPORT_ROWS_MAX + 5; i++)
		td_report_row(world.report, &tallies, (const td_report_cell_t[]){{"row", 0}});
	assert_non_null(strstr(write(&world, TD_REPORT_TEXT), "more: 5\n"));
	assert_non_null(strstr(write(&world, TD_REPORT_JSON), "\"count\":2005"));
	assert_int_equal(td_report_wrong(world.report), TD_REPORT_ROWS_MAX + 5);
	td_report_more(world.report, &tallies, 2);
	assert_int_equal(td_report_wrong(world.report), TD_REPORT_ROWS_MAX + 7);
	end(&world);
}

static void a_report_that_does_not_fit_is_no_report(void **state)
{
	(void)state;
	td_err_t err;
	td_arena_t *arena = td_arena_new(16 * 1024);
	td_buf_t out = td_buf_make(TD_REPORT_MAX);
	td_report_t *report = td_report_new("compare", true, TD_LANG_EN, arena);
	assert_non_null(report);
	for (int i = 0; i < 1000; i++)
		td_report_row(report, &tallies, (const td_report_cell_t[]){{"row", 0}});
	assert_false(td_report_write(report, TD_REPORT_JSON, &out, &err));
	assert_int_equal(err.code, TD_EMEMORY);
	td_buf_free(&out);
	td_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_without_anything_wrong_says_so),
		cmocka_unit_test(
			a_wrong_row_makes_it_different_and_the_first_language_is_vietnamese),
		cmocka_unit_test(json_has_codes_and_plain_numbers),
		cmocka_unit_test(what_a_stranger_wrote_cannot_write_into_the_report),
		cmocka_unit_test(html_needs_nothing_else_and_hides_no_markup),
		cmocka_unit_test(a_table_shows_so_many_rows_and_counts_the_rest),
		cmocka_unit_test(a_report_that_does_not_fit_is_no_report),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
