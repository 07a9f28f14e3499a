/* layout: what keys and fields look like, that fields are read back, that records never meet. */
#include "aggregator/layout.h"

#include "aggregator/contribute.h"
#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_prefix_holds_reporter_and_generation(void **state)
{
	(void)state;
	char prefix[TD_KEY_MAX];
	td_layout_prefix("vn-06", 0, prefix);
	assert_string_equal(prefix, "{vn-06}:0:");
	td_layout_prefix("cluster-3", 4294967295u, prefix);
	assert_string_equal(prefix, "{cluster-3}:4294967295:");
}

static void each_day_lies_in_its_hashes(void **state)
{
	(void)state;
	static const struct {
		td_span_t span;
		bool by_unit;
		int32_t on;
		const char *key;
	} cases[] = {
		{TD_SPAN_DAY, false, 20210305, "p:d:20210305"},
		{TD_SPAN_DAY, true, 20210305, "p:D:20210305"},
		{TD_SPAN_HOUR, false, 20200229, "p:h:20200229"},
		{TD_SPAN_HALF, false, 20210314, "p:m:202103a"},
		{TD_SPAN_HALF, false, 20210315, "p:m:202103b"},
		{TD_SPAN_HALF, true, 20200229, "p:M:202002b"},
		{TD_SPAN_HALF, true, 19450101, "p:M:194501a"},
		{TD_SPAN_HALF, false, 21001231, "p:m:210012b"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char key[TD_KEY_MAX];
		int32_t day;
		assert_true(td_localday_of_yyyymmdd(cases[i].on, &day));
		td_layout_tally_key("p:", cases[i].span, cases[i].by_unit, day, key);
		assert_string_equal(key, cases[i].key);
	}
}

static void a_field_is_written_and_read_back(void **state)
{
	(void)state;
	static const struct {
		td_cell_t cell;
		const char *field;
	} cases[] = {
		{{3, 2, 1, TD_HOUR_NONE, "vn-06"}, "3.2.1.vn-06"},
		{{3, 2, 1, 0, "vn-06"}, "0.3.2.1.vn-06"},
		{{65535, 255, 255, 23, "vn-06.pc08"}, "23.65535.255.255.vn-06.pc08"},
		{{91, 200, 1, TD_HOUR_NONE, "x"}, "91.200.1.x"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char field[TD_FIELD_MAX];
		td_cell_t cell;
		td_layout_field(&cases[i].cell, field);
		assert_string_equal(field, cases[i].field);
		assert_true(td_layout_parse_field(field, &cell));
		assert_int_equal(cell.metric, cases[i].cell.metric);
		assert_int_equal(cell.dim1, cases[i].cell.dim1);
		assert_int_equal(cell.dim2, cases[i].cell.dim2);
		assert_int_equal(cell.hour, cases[i].cell.hour);
		assert_string_equal(cell.area, cases[i].cell.area);
	}
}

static void what_is_no_field_of_a_cell_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"#",
		"3",
		"3.2.1",
		"3.2.1.",
		"3.2.vn-06",
		"03.2.1.vn-06",
		"3.2.256.vn-06",
		"3.256.1.vn-06",
		"65536.1.1.vn-06",
		"24.3.2.1.vn-06",
		"1.2.3.4.5.vn-06",
		"-1.2.1.vn-06",
		" 3.2.1.vn-06",
		"3.2.1.0vn",
		"3..1.vn-06",
		"99999999999.2.1.vn-06",
		"3.2.1.a-name-of-more-than-thirty-one-b",
	};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		td_cell_t cell;
		assert_false(td_layout_parse_field(bad[i], &cell));
	}
}

static void a_record_lies_with_its_hundred_neighbours_or_by_its_digest(void **state)
{
	(void)state;
	static const struct {
		uint32_t kind;
		const char *id, *key, *field;
	} cases[] = {
		{1, "2021-000123", "p:s:1:2021-0001", "23"},
		{10, "12", "p:s:10:", "12"},
		{1, "1", NULL, "1"},
		{1, "VA12a", NULL, "VA12a"},
		{1, "2021/7", NULL, "2021/7"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char key[TD_KEY_MAX], field[TD_FIELD_MAX];
		td_layout_state("p:", cases[i].kind, cases[i].id, key, field);
		assert_string_equal(field, cases[i].field);
		if (cases[i].key != NULL)
			assert_string_equal(key, cases[i].key);
		else
			assert_int_equal(strlen(key), strlen("p:s:1:~00000"));
	}
}

/* Ids that were chosen to meet: one's stem is another's whole, digits move between them. */
static void two_records_never_share_hash_and_field(void **state)
{
	(void)state;
	static const char *const ids[] = {"12",   "112", "1112", "1",    "1/2",   "1/12", "~00000",
					  "~000", "a",   "a12",  "a112", "~1212", "12a",  "a 12"};
	char keys[2 * TD_COUNT(ids)][TD_KEY_MAX], fields[2 * TD_COUNT(ids)][TD_FIELD_MAX];
	char names[2 * TD_COUNT(ids)][TD_FIELD_MAX];
	for (size_t i = 0; i < TD_COUNT(keys); i++) {
		uint32_t kind = i % 2 == 0 ? 1 : 10;
		td_layout_state("p:", kind, ids[i / 2], keys[i], fields[i]);
		(void)td_layout_name(kind, ids[i / 2], names[i]);
		for (size_t before = 0; before < i; before++) {
			assert_true(strcmp(keys[i], keys[before]) != 0 ||
				    strcmp(fields[i], fields[before]) != 0);
			assert_string_not_equal(names[i], names[before]);
		}
	}
}

static void the_longest_names_fit(void **state)
{
	(void)state;
	char reporter[TD_ID_MAX + 1], id[TD_ID_MAX + 1];
	char prefix[TD_KEY_MAX], key[TD_KEY_MAX], field[TD_FIELD_MAX];
	memset(reporter, 'r', TD_ID_MAX);
	memset(id, '7', TD_ID_MAX);
	reporter[TD_ID_MAX] = id[TD_ID_MAX] = '\0';
	td_layout_prefix(reporter, UINT32_MAX, prefix);
	td_layout_state(prefix, UINT32_MAX, id, key, field);
	assert_true(strlen(key) < TD_KEY_MAX);
	id[TD_ID_MAX - 1] = 'x';
	td_layout_state(prefix, UINT32_MAX, id, key, field);
	assert_string_equal(field, id);
	(void)td_layout_name(UINT32_MAX, id, field);
	assert_true(strlen(field) < TD_FIELD_MAX);
}

static void a_cell_s_share_of_the_checksum_depends_on_all_of_it(void **state)
{
	(void)state;
	uint64_t hash = td_layout_cell_hash("p:d:20210305", "3.2.1.vn-06", 5);
	assert_true(hash != td_layout_cell_hash("p:d:20210306", "3.2.1.vn-06", 5));
	assert_true(hash != td_layout_cell_hash("p:d:20210305", "3.2.1.vn-07", 5));
	assert_true(hash != td_layout_cell_hash("p:d:20210305", "3.2.1.vn-06", 6));
	assert_true(hash != td_layout_cell_hash("p:d:20210305", "3.2.1.vn-06", -5));
	assert_int_equal(td_layout_cell_hash("p:d:20210305", "3.2.1.vn-06", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_holds_reporter_and_generation),
		cmocka_unit_test(each_day_lies_in_its_hashes),
		cmocka_unit_test(a_field_is_written_and_read_back),
		cmocka_unit_test(what_is_no_field_of_a_cell_is_refused),
		cmocka_unit_test(a_record_lies_with_its_hundred_neighbours_or_by_its_digest),
		cmocka_unit_test(two_records_never_share_hash_and_field),
		cmocka_unit_test(the_longest_names_fit),
		cmocka_unit_test(a_cell_s_share_of_the_checksum_depends_on_all_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
