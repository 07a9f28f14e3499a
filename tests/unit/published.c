/* published: figures from CSV, and which tallies belong to each; what a figure is made of. */
#include "aggregator/audit/measure.h"
#include "aggregator/audit/published.h"
#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

typedef struct world {
	td_arena_t *arena;
	td_published_t *rows;
	size_t count;
	td_err_t err;
} world_t;

static bool read_csv(world_t *world, const char *csv)
{
	td_arena_reset(world->arena);
	return td_published_read(td_slice_text(csv), world->arena, &world->rows, &world->count,
				 &world->err);
}

static int set_up(void **state)
{
	static world_t world;
	world = (world_t){.arena = td_arena_new(8 << 20)};
	*state = &world;
	return world.arena == NULL;
}

static int tear_down(void **state)
{
	td_arena_free(((world_t *)*state)->arena);
	return 0;
}

/* A tally of 5 March 2021. */
static td_field_t tally(td_metric_t metric, uint8_t dim1, const char *area, bool by_unit)
{
	td_field_t field;
	char text[TD_FIELD_MAX];
	td_layout_field(&(td_cell_t){.metric = (uint16_t)metric,
				     .dim1 = dim1,
				     .hour = TD_HOUR_NONE,
				     .area = area},
			text);
	td_field_read(td_slice_text(by_unit ? "D:20210305" : "d:20210305"), td_slice_text(text),
		      &field);
	assert_int_equal(field.kind, TD_FIELD_TALLY);
	return field;
}

static void each_figure_takes_what_belongs_to_it(void **state)
{
	world_t *world = *state;
	static const int64_t expected[] = {30, 10, 20, 7, 30, 20};
	assert_true(read_csv(world, "value,metric,province,unit,dimension,more\r\n"
				    "30,accidents.deaths,all,,,x\r\n"
				    "10,accidents.deaths,vn-06,,,\n"
				    "20,accidents.deaths,vn-69,,,\n"
				    "7,accidents.deaths,vn-06,vn-06.pc08,,\n"
				    "\n"
				    "30,accidents.deaths,,,\"class=serious,very\",\n"
				    "20,accidents.deaths,,,very,\n"));
	assert_int_equal(world->count, TD_COUNT(expected));
	const td_field_t tallies[] = {
		tally(TD_METRIC_ACCIDENT_DEATHS, 3, "vn-06", false),
		tally(TD_METRIC_ACCIDENT_DEATHS, 4, "vn-69", false),
		tally(TD_METRIC_ACCIDENT_DEATHS, 3, "vn-06.pc08", true),
		tally(TD_METRIC_ACCIDENT_INJURED, 3, "vn-06", false),
	};
	static const int64_t values[] = {10, 20, 7, 1000};
	for (size_t i = 0; i < world->count; i++) {
		for (size_t j = 0; j < TD_COUNT(tallies); j++)
			td_published_add(&world->rows[i], &tallies[j], values[j]);
		assert_int_equal(world->rows[i].over, expected[i]);
		assert_true(td_published_holds(&world->rows[i]));
		world->rows[i].over++;
		assert_false(td_published_holds(&world->rows[i]));
	}
	assert_int_equal(world->rows[4].line, 7);
}

static void a_rate_is_compared_by_both_its_parts(void **state)
{
	world_t *world = *state;
	size_t count;
	const td_rate_info_t *rate = &td_rate_all(&count)[0];
	char csv[200];
	(void)snprintf(csv, sizeof csv, "metric,value,denominator\n%s,3,4\n", rate->code);
	assert_true(read_csv(world, csv));
	td_published_t *row = &world->rows[0];
	const td_field_t over = tally(rate->numerators[0], 0, "vn-06", false);
	const td_field_t under = tally(rate->denominators[0], 0, "vn-06", false);
	td_published_add(row, &over, 3);
	assert_false(td_published_holds(row));
	td_published_add(row, &under, 4);
	assert_true(rate->numerators[0] == rate->denominators[0] || td_published_holds(row));
}

static void a_spreadsheet_s_mark_is_passed_over_and_days_are_told(void **state)
{
	world_t *world = *state;
	assert_true(read_csv(world, "\xef\xbb\xbfmetric,value,bucket_on,hour\r\n"
				    "accidents.deaths,3,20201215,-1\r\n"
				    "accidents.deaths,4,,\r\n"));
	assert_int_equal(world->rows[0].first_day, 20201215);
	assert_int_equal(world->rows[1].first_day, 0);
}

static void what_cannot_be_read_names_its_line(void **state)
{
	world_t *world = *state;
	static const char *const bad[][2] = {
		{"", "empty"},
		{"metric,province\n", "line 1"},
		{"metric,value\n", "no figure"},
		{"metric,value\naccidents.deaths,1\nno.such,1\n", "line 3"},
		{"metric,value\naccidents.deaths,1.5\n", "line 2"},
		{"metric,value\naccidents.deaths,\n", "line 2"},
		{"metric,value,dimension\naccidents.deaths,1,blue\n", "blue"},
		{"metric,value\naccidents.deaths,99999999999999999999\n", "line 2"},
		{"metric,value,hour\naccidents.deaths,1,13\n", "an hour"},
		{"metric,value,bucket_on\naccidents.deaths,1,x\n", "no day"},
	};
	for (size_t i = 0; i < TD_COUNT(bad); i++) {
		assert_false(read_csv(world, bad[i][0]));
		assert_non_null(strstr(world->err.text, bad[i][1]));
	}
}

static void a_measure_takes_its_metrics_and_its_days(void **state)
{
	(void)state;
	td_measure_t measure;
	td_err_t err;
	td_contributions_t cut;
	const td_days_t march = {td_localday_make(2021, 3, 1), td_localday_make(2021, 3, 31)};
	const td_contributions_t adds = {
		.count = 3,
		.items = {{.metric = TD_METRIC_ACCIDENT_DEATHS, .day = march.first, .amount = 2},
			  {.metric = TD_METRIC_ACCIDENT_DEATHS, .day = march.last + 1, .amount = 5},
			  {.metric = TD_METRIC_ACCIDENT_INJURED, .day = march.last, .amount = 9}}};
	assert_true(td_measure_find("accidents.deaths", march, &measure, &err));
	assert_int_equal(td_measure_sum(&measure, 0, &adds), 2);
	td_measure_cut(&measure, &adds, &cut);
	assert_int_equal(cut.count, 1);
	assert_true(td_measure_touches(&measure, &adds));
	assert_true(td_measure_find("accidents.deaths", (td_days_t){0, 1}, &measure, &err));
	assert_false(td_measure_touches(&measure, &adds));
	assert_false(td_measure_find("no.such", march, &measure, &err));
	assert_int_equal(err.code, TD_EUSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_figure_takes_what_belongs_to_it),
		cmocka_unit_test(a_rate_is_compared_by_both_its_parts),
		cmocka_unit_test(a_spreadsheet_s_mark_is_passed_over_and_days_are_told),
		cmocka_unit_test(what_cannot_be_read_names_its_line),
		cmocka_unit_test(a_measure_takes_its_metrics_and_its_days),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
