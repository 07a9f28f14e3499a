/* fold: which of two statements stands, and what moves out of and into the tallies. */
#include "aggregator/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A statement that adds `amount` of one thing; 0: a retraction. */
static td_statement_t says(uint64_t revision, int64_t amount)
{
	td_statement_t statement = {.revision = revision};
	if (amount != 0) {
		memcpy(statement.adds.provinces[0], "vn-06", 6);
		statement.adds.count = 1;
		statement.adds.items[0] = (td_contribution_t){
			.metric = 3, .day = 18700, .amount = amount, .hour = TD_HOUR_NONE};
	}
	return statement;
}

static int64_t amount_of(const td_contributions_t *adds)
{
	return adds->count == 0 ? 0 : adds->items[0].amount;
}

static void one_of_two_statements_stands(void **state)
{
	(void)state;
	static const struct {
		const char *shows;
		uint64_t first_revision, second_revision;
		int64_t first, second;
		td_fold_t fold;
		int64_t out, in;
	} cases[] = {
		{"a correction takes the old out and puts the new in", 1, 2, 5, 7, TD_FOLD_NEWER, 5,
		 7},
		{"a correction that adds the same moves it all the same", 1, 2, 5, 5, TD_FOLD_NEWER,
		 5, 5},
		{"an older one changes nothing", 2, 1, 5, 7, TD_FOLD_OLDER, 0, 0},
		{"the same again changes nothing", 2, 2, 5, 5, TD_FOLD_REPEAT, 0, 0},
		{"a retraction takes it out", 1, 2, 5, 0, TD_FOLD_NEWER, 5, 0},
		{"what comes after a retraction counts again", 1, 2, 0, 5, TD_FOLD_NEWER, 0, 5},
		{"a retraction that comes early keeps the older one out", 2, 1, 0, 5, TD_FOLD_OLDER,
		 0, 0},
		{"a retraction twice is a repeat", 2, 2, 0, 0, TD_FOLD_REPEAT, 0, 0},
		{"of two under one revision the greater stands", 2, 2, 5, 7, TD_FOLD_CONFLICT, 5,
		 7},
		{"whichever came first", 2, 2, 7, 5, TD_FOLD_CONFLICT, 0, 0},
		{"a retraction is the least under its revision", 2, 2, 0, 5, TD_FOLD_CONFLICT, 0,
		 5},
		{"in either order", 2, 2, 5, 0, TD_FOLD_CONFLICT, 0, 0},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_record_t record = {0};
		td_changes_t changes;
		td_statement_t first = says(cases[i].first_revision, cases[i].first);
		td_statement_t second = says(cases[i].second_revision, cases[i].second);
		print_message("%s\n", cases[i].shows);
		assert_int_equal(td_fold_statement(&first, &record, &changes), TD_FOLD_NEWER);
		assert_int_equal(amount_of(&changes.out), 0);
		assert_int_equal(amount_of(&changes.in), cases[i].first);
		assert_int_equal(td_fold_statement(&second, &record, &changes), cases[i].fold);
		assert_int_equal(amount_of(&changes.out), cases[i].out);
		assert_int_equal(amount_of(&changes.in), cases[i].in);
		int64_t stands = amount_of(&changes.in) != 0 || amount_of(&changes.out) != 0
					 ? cases[i].in
					 : cases[i].first;
		assert_int_equal(amount_of(&record.adds), stands);
	}
}

/* Each part of what a statement adds tells it from another of the same revision. */
static void every_part_of_a_contribution_makes_another_statement(void **state)
{
	(void)state;
	for (int part = 0; part < 8; part++) {
		td_record_t record = {0};
		td_changes_t changes;
		td_statement_t first = says(1, 5), second = says(1, 5);
		td_contribution_t *item = &second.adds.items[0];
		item->amount += part == 0;
		item->day += part == 1;
		item->metric = (uint16_t)(item->metric + (part == 2));
		item->dim1 = (uint8_t)(part == 3);
		item->dim2 = (uint8_t)(part == 4);
		item->hour = (int8_t)(part == 5 ? 0 : TD_HOUR_NONE);
		second.adds.provinces[0][0] = part == 6 ? 'x' : 'v';
		second.adds.unit[0] = part == 7 ? 'x' : '\0';
		assert_int_equal(td_fold_statement(&first, &record, &changes), TD_FOLD_NEWER);
		assert_int_equal(td_fold_statement(&second, &record, &changes), TD_FOLD_CONFLICT);
		assert_int_equal(td_fold_statement(&first, &record, &changes),
				 changes.in.count > 0 ? TD_FOLD_CONFLICT : TD_FOLD_REPEAT);
	}
}

static void a_rejection_remembers_the_highest_revision_only(void **state)
{
	(void)state;
	td_record_t record = {0};
	td_fold_rejection(5, &record);
	td_fold_rejection(3, &record);
	assert_int_equal(record.rejected_revision, 5);
	assert_int_equal(record.revision, 0);
	assert_true(td_record_is_open(&record));
}

static void a_rejection_changes_nothing_that_counts(void **state)
{
	(void)state;
	td_record_t record = {0};
	td_changes_t changes;
	td_statement_t statement = says(4, 5);
	assert_int_equal(td_fold_statement(&statement, &record, &changes), TD_FOLD_NEWER);
	td_fold_rejection(9, &record);
	assert_int_equal(record.revision, 4);
	assert_int_equal(amount_of(&record.adds), 5);
	statement = says(9, 6);
	assert_int_equal(td_fold_statement(&statement, &record, &changes), TD_FOLD_NEWER);
	assert_false(td_record_is_open(&record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_two_statements_stands),
		cmocka_unit_test(every_part_of_a_contribution_makes_another_statement),
		cmocka_unit_test(a_rejection_remembers_the_highest_revision_only),
		cmocka_unit_test(a_rejection_changes_nothing_that_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
