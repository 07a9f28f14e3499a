/* cause: what made a record add something else; and known: how it is kept on the way. */
#include "aggregator/audit/cause.h"

#include "aggregator/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static td_measure_t measure;

static int set_up(void **state)
{
	td_err_t err;
	(void)state;
	const td_days_t all = {INT32_MIN, INT32_MAX};
	return td_measure_find("accidents.deaths", all, &measure, &err) ? 0 : -1;
}

/* A record that adds so many deaths; 0: nothing. */
static td_record_t deaths(int64_t amount)
{
	td_record_t record = {.revision = 1};
	record.adds.count = amount != 0;
	record.adds.items[0] = (td_contribution_t){.amount = amount,
						   .day = 18000,
						   .metric = (uint16_t)measure.metrics[0],
						   .hour = TD_HOUR_NONE};
	memcpy(record.adds.provinces[0], "vn-06", sizeof "vn-06");
	return record;
}

static td_known_t known(int64_t counted, int64_t by_rules)
{
	return (td_known_t){deaths(counted), deaths(by_rules), 1, 0};
}

static void each_part_of_a_move_has_its_cause(void **state)
{
	(void)state;
	static const struct {
		int64_t counted, by_rules, would, counted_now, by_rules_now;
		unsigned causes;
	} moves[] = {
		{1, 1, 2, 2, 2, TD_CAUSE_CORRECTION},
		{1, 1, 1, 2, 2, TD_CAUSE_REFERENCE},
		{1, 2, 2, 2, 2, TD_CAUSE_RULE},
		{2, 2, 2, 1, 2, TD_CAUSE_RULE},
		{1, 1, 2, 3, 3, TD_CAUSE_CORRECTION | TD_CAUSE_REFERENCE},
		{0, 1, 2, 2, 2, TD_CAUSE_CORRECTION | TD_CAUSE_RULE},
		{0, 1, 2, 3, 3, TD_CAUSE_CORRECTION | TD_CAUSE_REFERENCE | TD_CAUSE_RULE},
		{3, 1, 2, 4, 2, TD_CAUSE_CORRECTION}, /* other rules, before as after */
		{1, 1, 1, 1, 1, 0},
	};
	for (size_t i = 0; i < TD_COUNT(moves); i++) {
		const td_known_t before = known(moves[i].counted, moves[i].by_rules);
		const td_known_t after = known(moves[i].counted_now, moves[i].by_rules_now);
		const td_record_t would = deaths(moves[i].would);
		assert_int_equal(td_cause_of(&measure, &before, &after, &would.adds),
				 moves[i].causes);
	}
}

static void what_lies_outside_the_figure_is_no_cause(void **state)
{
	(void)state;
	td_known_t before = known(1, 1), after = known(1, 1);
	after.record.adds.items[1] = (td_contribution_t){.amount = 5, .day = 18000, .metric = 1};
	after.record.adds.count = 2;
	assert_int_equal(td_cause_of(&measure, &before, &after, &after.record.adds), 0);
	memcpy(after.record.adds.provinces[0], "vn-15", sizeof "vn-15");
	assert_int_equal(td_cause_of(&measure, &before, &after, &before.record.adds),
			 TD_CAUSE_RULE);
}

static void a_record_is_kept_as_it_was_known(void **state)
{
	(void)state;
	char text[TD_FIELD_MAX];
	td_err_t err;
	td_known_t found, put[] = {known(1, 1), known(1, 2), known(0, 2)};
	td_hashes_t *table = td_hashes_new();
	assert_non_null(table);
	(void)td_layout_name(3, "2021-1", text);
	td_slice_t name = td_slice_text(text);
	assert_true(td_known_get(table, name, "vn-06", &found, &err));
	assert_int_equal(found.version, 0);
	for (size_t i = 0; i < TD_COUNT(put); i++) {
		put[i].offset = 70 + i;
		assert_true(td_known_put(table, name, "vn-06", &put[i], &err));
		assert_true(td_known_get(table, name, "vn-06", &found, &err));
		assert_int_equal(found.version, 1);
		assert_int_equal(found.offset, put[i].offset);
		assert_true(td_measure_same(&measure, &found.record.adds, &put[i].record.adds));
		assert_true(td_measure_same(&measure, &found.by_rules.adds, &put[i].by_rules.adds));
	}
	found.record.rejected_revision = 9;
	assert_int_equal(td_known_revision(&found), 9);
	assert_true(td_hashes_put(table, td_slice_text("r"), name, td_slice_text("torn")));
	assert_false(td_known_get(table, name, "vn-06", &found, &err));
	assert_int_equal(err.code, TD_EBUG);
	td_hashes_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_part_of_a_move_has_its_cause),
		cmocka_unit_test(what_lies_outside_the_figure_is_no_cause),
		cmocka_unit_test(a_record_is_kept_as_it_was_known),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
