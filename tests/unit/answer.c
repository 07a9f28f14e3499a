/* answer: cells in, figures out: sums, rates, the year before, units, ranks. */
#include "aggregator/answer.h"

#include "tests/support/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const td_given_t cases[] = {
	{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 10},
	{false, 20210301, CELL(CASE_OCCURRED, VERY, ORDER, "vn-06"), 4},
	{false, 20210302, CELL(CASE_OCCURRED, ESPECIALLY, ORDER, "vn-69"), 2},
	{false, 20210302, CELL(CASE_SOLVED_CURRENT, LESS, ORDER, "vn-06"), 9},
	{false, 20210303, CELL(CASE_SOLVED_CURRENT, VERY, ORDER, "vn-06"), 3},
	{false, 20210303, CELL(CASE_SOLVED_CURRENT, ESPECIALLY, ORDER, "vn-69"), 2},
	{false, 20210303, CELL(CASE_SOLVED_PRIOR, LESS, ORDER, "vn-69"), 5},
	{false, 20210303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-99"), 1000},
	{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 20},
	{true, 20200303, CELL(CASE_SOLVED_CURRENT, LESS, ORDER, "vn-06"), 10},
	{false, 20210301, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06.136"), 7},
};

static void a_rate_is_the_quotient_of_the_sums_of_the_provinces_asked_for(void **state)
{
	(void)state;
	size_t count;
	int64_t rate;
	const td_row_t *rows;
	td_query_t query = td_asked_query("clearance");
	td_answer_t *answer = td_asked(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].over, 14);
	assert_int_equal(rows[0].under, 16);
	assert_int_equal(rows[0].over_before, 10);
	assert_int_equal(rows[0].under_before, 20);
	assert_true(td_row_rate(&query, &rows[0], &rate));
	assert_int_equal(rate, 8750);
	td_answer_free(answer);
}

static void a_figure_can_be_narrowed_to_values_of_a_dimension(void **state)
{
	(void)state;
	size_t count;
	td_err_t err;
	const td_row_t *rows;
	td_query_t query = td_asked_query("clearance");
	assert_true(td_figure_select(&query.figures[0], "severity=very,especially", &err));
	td_answer_t *answer = td_asked(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(rows[0].over, 5);
	assert_int_equal(rows[0].under, 6);
	td_answer_free(answer);
}

static void a_sum_of_metrics_is_no_rate(void **state)
{
	(void)state;
	size_t count;
	int64_t rate;
	const td_row_t *rows;
	td_query_t query = td_asked_query("cases.solved");
	query.by_province = true;
	td_answer_t *answer = td_asked(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].over, 12);
	assert_int_equal(rows[1].over, 7);
	assert_false(td_row_rate(&query, &rows[0], &rate));
	td_answer_free(answer);
}

/* So that a merged province has a year before. */
static void what_provinces_did_counts_for_the_one_that_they_became(void **state)
{
	(void)state;
	static const td_given_t given[] = {
		{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-69"), 10},
		{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-53"), 5},
		{true, 20200303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-06"), 100},
		{false, 20210303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-53"), 7},
		{false, 20210303, CELL(CASE_OCCURRED, LESS, ORDER, "vn-thainguyen-2025"), 1},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = td_asked_query("cases.occurred");
	query.provinces[0] = "vn-13";
	query.provinces[1] = "vn-thainguyen-2025";
	query.former[0] = (td_former_t){"vn-69", 1};
	query.former[1] = (td_former_t){"vn-53", 1};
	query.former_count = 2;
	query.by_province = true;
	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].over + rows[0].over_before, 0);
	assert_int_equal(rows[1].over, 7 + 1);
	assert_int_equal(rows[1].over_before, 10 + 5);
	td_answer_free(answer);
}

static void units_are_asked_for_apart_from_provinces(void **state)
{
	(void)state;
	size_t count;
	const td_row_t *rows;
	td_query_t query = td_asked_query("cases.occurred");
	query.by_province = query.by_unit = true;
	td_answer_t *answer = td_asked(&query, cases, TD_COUNT(cases), &rows, &count);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].unit, "vn-06.136");
	assert_int_equal(rows[0].over, 7);
	td_answer_free(answer);
}

static void equals_share_a_rank(void **state)
{
	(void)state;
	static const td_given_t given[] = {
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-06"), 5},
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-69"), 7},
		{false, 20210401, CELL(IDENTITY_RECEIVED, 0, 0, "vn-14"), 7},
	};
	size_t count;
	const td_row_t *rows;
	td_query_t query = td_asked_query("identity.files_received");
	query.provinces[2] = "vn-14";
	query.province_count = 3;
	query.by_province = query.rank = true;
	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
	static const struct {
		uint16_t province;
		uint32_t rank;
	} expected[] = {{1, 1}, {2, 1}, {0, 3}};
	assert_int_equal(count, TD_COUNT(expected));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(rows[i].province_index, expected[i].province);
		assert_int_equal(rows[i].rank, expected[i].rank);
	}
	td_answer_free(answer);
}

static void what_is_no_figure_is_answered_with_the_nearest(void **state)
{
	(void)state;
	td_err_t err;
	td_figure_t figure;
	assert_false(td_figure_find("clearence", &figure, &err));
	assert_int_equal(err.code, TD_EUSAGE);
	assert_non_null(strstr(err.text, "'clearance'"));
	assert_true(td_figure_find("clearance", &figure, &err));
	assert_false(td_figure_select(&figure, "fund=poor", &err));
	assert_false(td_figure_select(&figure, "severity=grave", &err));
	assert_non_null(strstr(err.text, "grave"));
	assert_false(td_figure_select(&figure, "severity", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_the_quotient_of_the_sums_of_the_provinces_asked_for),
		cmocka_unit_test(a_figure_can_be_narrowed_to_values_of_a_dimension),
		cmocka_unit_test(a_sum_of_metrics_is_no_rate),
		cmocka_unit_test(what_provinces_did_counts_for_the_one_that_they_became),
		cmocka_unit_test(units_are_asked_for_apart_from_provinces),
		cmocka_unit_test(equals_share_a_rank),
		cmocka_unit_test(what_is_no_figure_is_answered_with_the_nearest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
