/* ranking: by the highest stage that all provinces have reached. */
#include "aggregator/ranking.h"

#include <thidua/v1/event.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum {
	SELF = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_SELF,
	CLUSTER = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_CLUSTER,
	MINISTRY = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_MINISTRY,
	POINTS = 0,
	MAXIMUM = 1,
};

static const td_query_t query = {.provinces = {"vn-06", "vn-69", "vn-14"}, .province_count = 3};

static td_row_t row(uint32_t figure, uint16_t province, uint8_t stage, int64_t value)
{
	return (td_row_t){
		.figure = figure, .province_index = province, .dim = stage, .over = value};
}

static void the_highest_stage_of_all_decides(void **state)
{
	(void)state;
	const td_row_t rows[] = {
		row(POINTS, 0, SELF, 900),
		row(MAXIMUM, 0, SELF, 1000),
		row(POINTS, 1, SELF, 950),
		row(MAXIMUM, 1, SELF, 1000),
		row(POINTS, 2, SELF, 990),
		row(MAXIMUM, 2, SELF, 1000),
		row(POINTS, 0, CLUSTER, 980),
		row(MAXIMUM, 0, CLUSTER, 1000),
		row(POINTS, 1, CLUSTER, 940),
		row(MAXIMUM, 1, CLUSTER, 1000),
		row(POINTS, 2, CLUSTER, 980),
		row(MAXIMUM, 2, CLUSTER, 1000),
		row(POINTS, 1, MINISTRY, 999),
		row(MAXIMUM, 1, MINISTRY, 1000),
		/* Taken back since the year was closed. */
		row(POINTS, 0, MINISTRY, 0),
		row(MAXIMUM, 0, MINISTRY, 0),
		row(POINTS, 2, MINISTRY, 0),
		row(MAXIMUM, 2, MINISTRY, 0),
	};
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage;
	td_ranking_make(&query, rows, TD_COUNT(rows), ranked, &stage);
	assert_int_equal(stage, CLUSTER);
	static const struct {
		size_t province;
		uint32_t rank;
	} expected[] = {{0, 1}, {2, 1}, {1, 3}};
	for (size_t i = 0; i < TD_COUNT(expected); i++) {
		assert_int_equal(ranked[i].province, expected[i].province);
		assert_int_equal(ranked[i].rank, expected[i].rank);
	}
	assert_int_equal(ranked[2].points, 940);
	assert_int_equal(ranked[2].maximum, 1000);
}

/* The maximum of each stage, for each of the three provinces. */
static void assert_stage(int64_t self[3], int64_t ministry[3], uint8_t expected)
{
	td_row_t rows[12];
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage;
	size_t count = 0;
	for (uint16_t i = 0; i < 3; i++) {
		rows[count++] = row(POINTS, i, SELF, self[i] - i);
		rows[count++] = row(MAXIMUM, i, SELF, self[i]);
		rows[count++] = row(POINTS, i, MINISTRY, ministry[i] / 2);
		rows[count++] = row(MAXIMUM, i, MINISTRY, ministry[i]);
	}
	td_ranking_make(&query, rows, count, ranked, &stage);
	assert_int_equal(stage, expected);
}

/* While the ministry enters one criterion after another, its points are not those of a year. */
static void a_stage_that_has_some_of_the_criteria_is_not_reached(void **state)
{
	(void)state;
	assert_stage((int64_t[]){1000, 1000, 1000}, (int64_t[]){200, 200, 200}, SELF);
	assert_stage((int64_t[]){1000, 1000, 1000}, (int64_t[]){1000, 1000, 950}, SELF);
	assert_stage((int64_t[]){1000, 1000, 1000}, (int64_t[]){1000, 1000, 1000}, MINISTRY);
}

/* A bonus adds to the maximum of those who claim it, and need not be granted. */
static void a_bonus_that_some_claimed_holds_no_stage_back(void **state)
{
	(void)state;
	assert_stage((int64_t[]){1020, 1000, 1020}, (int64_t[]){1000, 1000, 1020}, MINISTRY);
}

static void nothing_is_ranked_before_all_are_scored(void **state)
{
	(void)state;
	const td_row_t rows[] = {row(POINTS, 0, SELF, 900), row(MAXIMUM, 0, SELF, 1000)};
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage = 9;
	td_ranking_make(&query, rows, TD_COUNT(rows), ranked, &stage);
	assert_int_equal(stage, 0);
	for (size_t i = 0; i < query.province_count; i++)
		assert_int_equal(ranked[i].rank, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_stage_of_all_decides),
		cmocka_unit_test(a_stage_that_has_some_of_the_criteria_is_not_reached),
		cmocka_unit_test(a_bonus_that_some_claimed_holds_no_stage_back),
		cmocka_unit_test(nothing_is_ranked_before_all_are_scored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
