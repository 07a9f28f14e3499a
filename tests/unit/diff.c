/* diff: what a field is, and where two lists of fields part. */
#include "aggregator/audit/diff.h"
#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static td_field_t read_field(const char *key, const char *field)
{
	td_field_t read;
	td_field_read(td_slice_text(key), td_slice_text(field), &read);
	return read;
}

static void a_tally_has_its_days_and_its_cell(void **state)
{
	(void)state;
	td_field_t day = read_field("d:20210305", "30.3.0.vn-06");
	assert_int_equal(day.kind, TD_FIELD_TALLY);
	assert_int_equal(day.hash.days.first, td_localday_make(2021, 3, 5));
	assert_int_equal(day.hash.days.last, day.hash.days.first);
	assert_int_equal(day.cell.metric, 30);
	assert_int_equal(day.cell.dim1, 3);
	assert_string_equal(day.area, "vn-06");
	td_field_t half = read_field("M:202102b", "30.3.0.vn-06.pc08");
	assert_true(half.hash.by_unit);
	assert_int_equal(half.hash.days.first, td_localday_make(2021, 2, 15));
	assert_int_equal(half.hash.days.last, td_localday_make(2021, 2, 28));
	td_field_t hour = read_field("h:20210305", "7.30.3.0.vn-06");
	assert_int_equal(hour.hash.span, TD_SPAN_HOUR);
	assert_int_equal(hour.cell.hour, 7);
	assert_int_equal(read_field("d:20210305", "#").kind, TD_FIELD_CHECKSUM);
}

/* For every id: what aggregator/layout.h makes of it is taken apart again. */
static void a_state_is_the_record_s_whose_it_is(void **state)
{
	(void)state;
	static const char *const ids[] = {
		"2021-00123",
		"12",
		"7",
		"a",
		"~abc12",
		"VN/\xc4\x91-1x",
		"0123456789012345678901234567890123456789012345678901234567"
		"890123"};
	for (size_t i = 0; i < TD_COUNT(ids); i++) {
		char key[TD_KEY_MAX], field[TD_FIELD_MAX];
		td_layout_state("", 3, ids[i], key, field);
		td_field_t read = read_field(key, field);
		assert_int_equal(read.kind, TD_FIELD_STATE);
		assert_int_equal(read.record_kind, 3);
		assert_string_equal(read.record_id, ids[i]);
	}
}

static void what_is_nothing_is_something_other(void **state)
{
	(void)state;
	static const char *const odd[][2] = {{"d:20210230", "30.3.0.vn-06"},
					     {"d:20210305", "30.3"},
					     {"m:202103c", "30.3.0.vn-06"},
					     {"sources", "main/7"},
					     {"s:", "12"},
					     {"s:x:1", "12"},
					     {"", ""},
					     {"s:3", "12"},
					     {"d:20210305", ""}};
	for (size_t i = 0; i < TD_COUNT(odd); i++)
		assert_int_equal(read_field(odd[i][0], odd[i][1]).kind, TD_FIELD_OTHER);
}

static td_hashes_item_t item(const char *field, const char *value)
{
	return (td_hashes_item_t){{NULL, 0}, td_slice_text(field), td_slice_text(value)};
}

static void differences_are_those_of_the_fields(void **state)
{
	(void)state;
	const td_hashes_item_t claimed[] = {item("#", "9"), item("a", "1"), item("b", "2"),
					    item("d", "4")};
	const td_hashes_item_t log[] = {item("#", "8"), item("b", "3"), item("c", "5"),
					item("d", "4")};
	static const char *const expected[][3] = {{"a", "1", ""}, {"b", "2", "3"}, {"c", "", "5"}};
	td_diffs_t *diffs = td_diffs_new();
	assert_non_null(diffs);
	assert_true(td_diffs_add(diffs, td_slice_text("x"), claimed, TD_COUNT(claimed), log,
				 TD_COUNT(log)));
	assert_int_equal(diffs->count, TD_COUNT(expected));
	for (size_t i = 0; i < TD_COUNT(expected); i++) {
		assert_string_equal((const char *)diffs->items[i].field.data, expected[i][0]);
		assert_string_equal((const char *)diffs->items[i].claimed.data, expected[i][1]);
		assert_string_equal((const char *)diffs->items[i].log.data, expected[i][2]);
	}
	/* Equal lists add nothing; a checksum that differs alone does. */
	assert_true(td_diffs_add(diffs, td_slice_text("x"), claimed, 4, claimed, 4));
	assert_int_equal(diffs->count, 3);
	assert_true(td_diffs_add(diffs, td_slice_text("x"), claimed, 1, log, 1));
	assert_int_equal(diffs->count, 4);
	td_diffs_free(diffs);
}

static void so_many_are_kept_and_all_are_counted(void **state)
{
	(void)state;
	const td_hashes_item_t one = item("a", "1");
	td_diffs_t *diffs = td_diffs_new();
	assert_non_null(diffs);
	for (int i = 0; i < TD_DIFFS_MAX + 7; i++)
		assert_true(td_diffs_add(diffs, td_slice_text("x"), &one, 1, NULL, 0));
	assert_int_equal(diffs->count, TD_DIFFS_MAX + 7);
	assert_int_equal(diffs->kept, TD_DIFFS_MAX);
	td_diffs_free(diffs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tally_has_its_days_and_its_cell),
		cmocka_unit_test(a_state_is_the_record_s_whose_it_is),
		cmocka_unit_test(what_is_nothing_is_something_other),
		cmocka_unit_test(differences_are_those_of_the_fields),
		cmocka_unit_test(so_many_are_kept_and_all_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
