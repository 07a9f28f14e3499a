/* answer: beside which figures a target stands, and beside which sums. */
#include "aggregator/answer.h"

#include "tests/support/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_target_stands_beside_the_figure_that_it_is_for(void **state)
{
	(void)state;
	static const td_given_t given[] = {
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06"), 120},
		{false, 20211214, CELL(TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-06"), 100},
		{false, 20211214, CELL(TARGET, TD_METRIC_IDENTITY_PRINTED, YEAR, "vn-06"), 70},
		{false, 20210614, CELL(TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR + 1, "vn-06"), 50},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = td_asked_query("identity.files_received");
	query.by_province = true;
	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
	assert_true(rows[0].has_target);
	assert_int_equal(rows[0].target, 100);
	assert_int_equal(rows[0].over, 120);
	assert_false(rows[1].has_target);
	td_answer_free(answer);
}

/* Two provinces' targets for a rate: 75 percent and that or another. */
static void sum_has_target(const char *selection, int64_t other, bool has_target)
{
	size_t count;
	td_err_t err;
	const td_row_t *rows;
	td_query_t query = td_asked_query("clearance");
	const td_given_t given[] = {
		{false, 20211214, CELL(TARGET, 200, YEAR, "vn-06"), 7500},
		{false, 20211214, CELL(TARGET, 200, YEAR, "vn-69"), other},
	};
	assert_true(td_figure_select(&query.figures[0], selection, &err));
	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(count, 1);
	assert_true(rows[0].has_target == has_target);
	if (has_target)
		assert_int_equal(rows[0].target, 7500);
	td_answer_free(answer);
}

static void targets_of_a_rate_are_not_added_up(void **state)
{
	(void)state;
	sum_has_target("", 7500, true);
	sum_has_target("", 8000, false);
	sum_has_target("severity=very", 7500, false);
}

static void a_target_stands_beside_whole_sums_only(void **state)
{
	(void)state;
	static const td_given_t given[] = {
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06"), 5},
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06.136"), 5},
		{false, 20211214, CELL(TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-06"), 10},
	};
	for (int split = 0; split < 3; split++) {
		size_t count, with_target = 0;
		const td_row_t *rows;
		td_query_t query = td_asked_query("identity.files_received");
		query.by_province = true;
		query.by_unit = split == 1;
		query.each = split == 2 ? TD_EACH_MONTH : TD_EACH_NONE;
		td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
		for (size_t i = 0; i < count; i++)
			with_target += rows[i].has_target;
		assert_int_equal(with_target, split == 0);
		td_answer_free(answer);
	}
}

/* What all did is not held against what was asked of some. */
static void a_sum_has_a_target_only_when_each_province_has_one(void **state)
{
	(void)state;
	static const struct {
		const char *figure;
		uint8_t id;
		int64_t target, all;
	} asked[] = {{"identity.files_received", TD_METRIC_IDENTITY_RECEIVED, 100, 200},
		     {"clearance", 200, 7500, 7500}};
	for (size_t i = 0; i < TD_COUNT(asked); i++) {
		td_given_t given[] = {
			{false, 20211214, CELL(TARGET, asked[i].id, YEAR, "vn-06"),
			 asked[i].target},
			{false, 20211214, CELL(TARGET, asked[i].id, YEAR, "vn-69"),
			 asked[i].target},
		};
		for (size_t targets = 1; targets <= TD_COUNT(given); targets++) {
			size_t count;
			const td_row_t *rows;
			td_query_t query = td_asked_query(asked[i].figure);
			td_answer_t *answer = td_asked(&query, given, targets, &rows, &count);
			assert_int_equal(count, 1);
			assert_true(rows[0].has_target == (targets == 2));
			if (rows[0].has_target)
				assert_int_equal(rows[0].target, asked[i].all);
			td_answer_free(answer);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_stands_beside_the_figure_that_it_is_for),
		cmocka_unit_test(targets_of_a_rate_are_not_added_up),
		cmocka_unit_test(a_target_stands_beside_whole_sums_only),
		cmocka_unit_test(a_sum_has_a_target_only_when_each_province_has_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
