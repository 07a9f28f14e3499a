/* reference_diff: what differs between two sets of tables, as rows and cells. */
#include "aggregator/reference_diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A version of one small table. */
typedef struct version {
	Thidua__V1__ReferenceVersion message;
	Thidua__V1__ReferenceFile file, *list[1];
} version_t;

static void make(version_t *version, const char *name, const char *content)
{
	*version = (version_t){.list = {&version->file}};
	thidua__v1__reference_version__init(&version->message);
	thidua__v1__reference_file__init(&version->file);
	version->file.name = (char *)name;
	version->file.content.data = (uint8_t *)content;
	version->file.content.len = strlen(content);
	version->message.n_files = 1;
	version->message.files = version->list;
}

static void assert_diff(version_t *before, version_t *after, const char *expected, size_t rows)
{
	size_t found;
	td_arena_t *arena = td_arena_new(65536);
	td_buf_t out = td_buf_make(65536);
	assert_true(td_reference_diff(&before->message, &after->message, arena, &out, &found));
	td_buf_add_byte(&out, 0);
	assert_string_equal((const char *)out.data, expected);
	assert_int_equal(found, rows);
	td_buf_free(&out);
	td_arena_free(arena);
}

static void equal_rows_in_another_order_with_other_comments_do_not_differ(void **state)
{
	(void)state;
	version_t before, after;
	make(&before, "units.tsv", "# one\nid\tname\na\tA\nb\tB\n");
	make(&after, "units.tsv", "# two\n\nid\tname\nb\tB\na\tA\n");
	assert_diff(&before, &after, "", 0);
}

static void rows_come_go_and_change_in_single_cells(void **state)
{
	(void)state;
	version_t before, after;
	make(&before, "units.tsv", "id\tname\trank\na\tA\t1\nb\tB\t2\nc\tC\t3\n");
	make(&after, "units.tsv", "id\tname\trank\na\tA\t1\nb\tBê\t\nd\tD\t4\n");
	assert_diff(&before, &after,
		    "units.tsv: 1 row added, 1 removed, 1 changed\n"
		    "  ~ b: name: B -> Bê; rank: 2 -> \n"
		    "  - c | C | 3\n"
		    "  + d | D | 4\n",
		    3);
}

static void a_row_is_named_by_the_key_of_its_table(void **state)
{
	(void)state;
	version_t before, after;
	make(&before, "offences.tsv", "article\tclause\tname\n173\t1\tx\n173\t2\ty\n");
	make(&after, "offences.tsv", "article\tclause\tname\n173\t1\tx\n173\t2\tz\n");
	assert_diff(&before, &after,
		    "offences.tsv: 0 rows added, 0 removed, 1 changed\n"
		    "  ~ 173 | 2: name: y -> z\n",
		    1);
}

static void a_key_that_begins_another_is_another(void **state)
{
	(void)state;
	version_t before, after;
	make(&before, "units.tsv", "id\tname\na\tx\na-b\ty\n");
	make(&after, "units.tsv", "id\tname\na\tx2\na-b\ty2\n");
	assert_diff(&before, &after,
		    "units.tsv: 0 rows added, 0 removed, 2 changed\n"
		    "  ~ a: name: x -> x2\n"
		    "  ~ a-b: name: y -> y2\n",
		    2);
}

static void a_table_that_is_new_or_gone_is_all_rows(void **state)
{
	(void)state;
	version_t before, after;
	make(&before, "a.tsv", "id\n1\n");
	make(&after, "b.tsv", "id\n2\n");
	assert_diff(&before, &after,
		    "a.tsv: 0 rows added, 1 removed, 0 changed\n"
		    "  columns: id -> \n"
		    "  - 1\n"
		    "b.tsv: 1 row added, 0 removed, 0 changed\n"
		    "  columns:  -> id\n"
		    "  + 2\n",
		    4);
}

static void the_last_line_needs_no_end(void **state)
{
	(void)state;
	version_t before, after;
	make(&before, "a.tsv", "id\n1\n2");
	make(&after, "a.tsv", "id\n1\n2\n");
	assert_diff(&before, &after, "", 0);
	assert_int_equal(td_reference_rows(before.list[0]), 2);
	assert_int_equal(td_reference_rows(after.list[0]), 2);
}

static void what_does_not_fit_is_said(void **state)
{
	(void)state;
	version_t before, after;
	size_t rows;
	make(&before, "a.tsv", "id\n1\n");
	make(&after, "a.tsv", "id\n2\n");
	td_arena_t *arena = td_arena_new(65536);
	td_buf_t out = td_buf_make(10);
	assert_false(td_reference_diff(&before.message, &after.message, arena, &out, &rows));
	td_buf_free(&out);
	td_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_rows_in_another_order_with_other_comments_do_not_differ),
		cmocka_unit_test(rows_come_go_and_change_in_single_cells),
		cmocka_unit_test(a_row_is_named_by_the_key_of_its_table),
		cmocka_unit_test(a_key_that_begins_another_is_another),
		cmocka_unit_test(a_table_that_is_new_or_gone_is_all_rows),
		cmocka_unit_test(the_last_line_needs_no_end),
		cmocka_unit_test(what_does_not_fit_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
