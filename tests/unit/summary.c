/* summary: one page of a year: every figure of the plan, each province's column, ranks and titles.
 */
#include "aggregator/summary.h"

#include "common/localday.h"
#include "tests/support/closed.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum {
	MINISTRY = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_MINISTRY,
	FLAG = THIDUA__V1__EMULATION_TITLE__EMULATION_TITLE_FLAG_MINISTRY,
	COLLECTIVE = THIDUA__V1__RECIPIENT__RECIPIENT_COLLECTIVE,
	YEAR = THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_YEAR,
	ORDER = THIDUA__V1__CRIME_GROUP__CRIME_GROUP_SOCIAL_ORDER,
	VERY = THIDUA__V1__SEVERITY__SEVERITY_VERY,
	STATE = THIDUA__V1__AWARD_LEVEL__AWARD_LEVEL_STATE,
	LOCAL = THIDUA__V1__AWARD_LEVEL__AWARD_LEVEL_LOCAL,
	POLICE = THIDUA__V1__AWARD_LEVEL__AWARD_LEVEL_PROVINCE_FORCE,
};

typedef struct given {
	bool before;
	td_metric_t metric;
	int dim1, dim2;
	const char *area;
	int64_t value;
} given_t;

static const given_t cells[] = {
	{false, TD_METRIC_CASE_OCCURRED, VERY, ORDER, "vn-06", 20},
	{false, TD_METRIC_CASE_OCCURRED, VERY, ORDER, "vn-69", 30},
	{false, TD_METRIC_CASE_SOLVED_CURRENT, VERY, ORDER, "vn-06", 19},
	{true, TD_METRIC_CASE_OCCURRED, VERY, ORDER, "vn-69", 40},
	{false, TD_METRIC_IDENTITY_RECEIVED, 0, 0, "vn-06", 900},
	{false, TD_METRIC_TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-06", 1000},
	{false, TD_METRIC_TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-69", 500},
	{false, TD_METRIC_SCORE_POINTS, 1, MINISTRY, "vn-06", 95050},
	{false, TD_METRIC_SCORE_MAXIMUM, 1, MINISTRY, "vn-06", 100000},
	{false, TD_METRIC_SCORE_POINTS, 1, MINISTRY, "vn-69", 97025},
	{false, TD_METRIC_SCORE_MAXIMUM, 1, MINISTRY, "vn-69", 100000},
	{false, TD_METRIC_TITLE_AWARDED, FLAG, COLLECTIVE, "vn-69", 1},
	{false, TD_METRIC_COMMENDATION_AWARDED, STATE, COLLECTIVE, "vn-06", 7},
	{false, TD_METRIC_COMMENDATION_AWARDED, LOCAL, COLLECTIVE, "vn-69", 60},
	{false, TD_METRIC_COMMENDATION_AWARDED, POLICE, COLLECTIVE, "vn-69", 500},
};

/* A summary of 2021 of two provinces, fed with the cells. */
typedef struct page {
	td_reference_t *reference;
	td_arena_t *arena;
	td_resolved_t resolved;
	td_summary_t summary;
} page_t;

static int begin(void **state)
{
	static page_t page;
	static const td_request_t request = {
		.period = "2021", .provinces = "vn-06,vn-69", .compare = true};
	td_err_t err;
	page.reference = td_tables_read(1);
	page.arena = td_arena_new(1 << 20);
	assert_true(td_request_resolve(&request, page.reference, 0, &page.resolved, &err));
	assert_true(td_summary_make(&page.resolved, &page.summary, &err));
	for (size_t i = 0; i < TD_COUNT(cells); i++) {
		const given_t *given = &cells[i];
		const td_days_t *days =
			given->before ? &page.resolved.query.before : &page.resolved.query.days;
		const td_bucket_t bucket = {TD_SPAN_DAY, days->last};
		const td_cell_t cell = {.metric = (uint16_t)given->metric,
					.dim1 = (uint8_t)given->dim1,
					.dim2 = (uint8_t)given->dim2,
					.hour = TD_HOUR_NONE,
					.area = given->area};
		for (size_t part = 0; part < TD_SUMMARY_PARTS; part++)
			assert_true(td_answer_add(page.summary.answers[part], given->before,
						  &bucket, &cell, given->value, &err));
	}
	*state = &page;
	return 0;
}

static int end(void **state)
{
	page_t *page = *state;
	td_summary_free(&page->summary);
	td_arena_free(page->arena);
	td_reference_free(page->reference);
	return 0;
}

static td_show_t show_of(const page_t *page, td_lang_t lang)
{
	return (td_show_t){&page->resolved.query, page->reference, lang, page->arena};
}

/* Whether the text has the line, however wide its columns are. */
static void assert_line(const char *text, const char *line)
{
	enum { TEXT_MAX = 16384 };
	static char squeezed[TEXT_MAX];
	size_t size = 0;
	for (const char *letter = text; *letter && size < TEXT_MAX - 1; letter++)
		if (*letter != ' ' || (size > 0 && squeezed[size - 1] != ' '))
			squeezed[size++] = *letter;
	squeezed[size] = '\0';
	const char *found = strstr(squeezed, line);
	if (!found || (found > squeezed && found[-1] != '\n' && found[-1] != ' '))
		fail_msg("no line '%s' in:\n%s", line, squeezed);
}

static void the_page_has_sums_beside_the_year_before_and_a_column_for_each_province(void **state)
{
	const page_t *page = *state;
	td_err_t err;
	const char *text;
	td_show_t show = show_of(page, TD_LANG_EN);
	assert_true(td_summary_figures(&page->summary, &show, &text, &err));
	assert_line(text, "Cases occurred 50 40 +10 (+25.00 %)\n");
	assert_line(text, "Clearance rate, this year's cases 38.00 % 0.00 % +38.00 pp\n");
	assert_line(text, "Files for citizen ID cards 900 0 +900 1,500 60.00 %\n");
	assert_line(text, "By province Yen Bai Thai Nguyen\n");
	assert_line(text, "Cases occurred 20 30\n");
	assert_line(text, "– of the target 90.00 % 0.00 %\n");
}

/* What is "of these" stands below that of which it is: levels are those of all commendations, not
 * of the individuals'. */
static void the_levels_of_commendations_stand_below_their_sum(void **state)
{
	const page_t *page = *state;
	td_err_t err;
	const char *text;
	td_show_t show = show_of(page, TD_LANG_EN);
	assert_true(td_summary_figures(&page->summary, &show, &text, &err));
	assert_line(text, "Commendations in all 67 0 +67\n"
			  "– by the State 7 0 +7\n"
			  "– by the Government 0 0 0\n"
			  "– by the Ministry 0 0 0\n"
			  "– by Party committees and local authorities 60 0 +60\n");
}

static void the_ranking_goes_by_points_and_names_titles(void **state)
{
	const page_t *page = *state;
	td_err_t err;
	const char *text;
	td_show_t show = show_of(page, TD_LANG_VI);
	assert_true(td_summary_ranking(&page->summary, &show, &text, &err));
	assert_line(text, "Xếp hạng theo điểm: thẩm định\n");
	assert_line(text, " 1 Thái Nguyên 970,25 1.000,00 Cờ thi đua của Bộ Công an\n");
	assert_line(text, " 2 Yên Bái 950,50 1.000,00\n");
}

/* A quarter is not a year whose scores are still to come. */
static void days_without_a_year_s_end_have_no_points(void **state)
{
	const page_t *page = *state;
	td_err_t err;
	const char *text;
	td_summary_t summary;
	td_show_t show = show_of(page, TD_LANG_EN);
	assert_true(td_summary_make(&page->resolved, &summary, &err));
	assert_true(td_summary_ranking(&summary, &show, &text, &err));
	assert_string_equal(text, "Ranking by points: no points in these days\n");
	td_summary_free(&summary);
}

static void as_a_message_all_answers_are_rows_and_points_carry_the_rank(void **state)
{
	page_t *page = *state;
	td_err_t err;
	Thidua__V1__TallyAnswer message;
	size_t ranks[3] = {0}, very = 0;
	assert_true(td_summary_model(&page->summary, "2021", page->arena, &message, &err));
	assert_int_equal(message.from_on, 20201215);
	assert_int_equal(message.to_on, 20211214);
	for (size_t i = 0; i < message.n_rows; i++) {
		const Thidua__V1__TallyRow *row = message.rows[i];
		if (strcmp(row->metric, "scores.points") == 0)
			ranks[row->rank < 3 ? row->rank : 0]++;
		very += strcmp(row->dimension, "severity=very,especially") == 0;
	}
	assert_int_equal(ranks[1], 1);
	assert_int_equal(ranks[2], 1);
	assert_int_equal(very, 3); /* the sum and both provinces */
}

/* The cells as they were when the year was closed: some of vn-06 were others, the flag of vn-69
 * went to vn-06, which was ranked first, and its target was another. */
static td_standing_t *closed_then(void)
{
	char totals[1024] = "", line[128];
	td_err_t err;
	td_buf_t bytes = td_buf_make(4096);
	td_standing_t *standing = td_standing_new("police-2021");
	const given_t then[] = {
		{false, TD_METRIC_CASE_OCCURRED, VERY, ORDER, "vn-06", 25},
		{false, TD_METRIC_CASE_OCCURRED, VERY, ORDER, "vn-69", 30},
		{false, TD_METRIC_CASE_SOLVED_CURRENT, VERY, ORDER, "vn-06", 19},
		{false, TD_METRIC_IDENTITY_RECEIVED, 0, 0, "vn-06", 900},
		{false, TD_METRIC_TITLE_AWARDED, FLAG, COLLECTIVE, "vn-06", 1},
		{false, TD_METRIC_TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-06", 1800},
		{false, TD_METRIC_TARGET, TD_METRIC_IDENTITY_RECEIVED, YEAR, "vn-69", 500},
		{false, TD_METRIC_SCORE_POINTS, 1, MINISTRY, "vn-06", 98050},
		{false, TD_METRIC_SCORE_POINTS, 1, MINISTRY, "vn-69", 97025},
		{false, TD_METRIC_SCORE_MAXIMUM, 1, MINISTRY, "vn-06", 100000},
		{false, TD_METRIC_SCORE_MAXIMUM, 1, MINISTRY, "vn-69", 100000},
	};
	td_totals_t *sum = td_totals_new();
	td_buf_t text = td_buf_make(sizeof totals - 1);
	assert_non_null(standing);
	assert_non_null(sum);
	for (size_t i = 0; i < TD_COUNT(then); i++) {
		(void)snprintf(line, sizeof line, "%u.%d.%d.%s", then[i].metric, then[i].dim1,
			       then[i].dim2, then[i].area);
		assert_true(td_totals_add(sum, line, then[i].value));
	}
	assert_true(td_totals_write(sum, &text));
	memcpy(totals, text.data, text.size);
	(void)snprintf(line, sizeof line, "%u.%d.%d.vn-69 41\n", TD_METRIC_CASE_OCCURRED, VERY,
		       ORDER);
	td_closed_snapshot(totals, line, &bytes);
	assert_true(
		td_standing_close(standing, td_slice_text("vn-06"), td_buf_slice(&bytes), &err));
	td_buf_free(&text);
	td_buf_free(&bytes);
	td_totals_free(sum);
	return standing;
}

static void of_a_closed_year_each_figure_stands_beside_what_it_was(void **state)
{
	page_t *page = *state;
	td_err_t err;
	const char *text;
	Thidua__V1__TallyAnswer message;
	size_t ranks = 0, amended = 0;
	td_show_t show = show_of(page, TD_LANG_VI);
	td_standing_t *standing = closed_then();
	assert_true(td_summary_close(&page->summary, standing, true, &err));
	assert_true(td_summary_figures(&page->summary, &show, &text, &err));
	assert_line(text, "Số vụ phạm tội xảy ra 50 40 +10 (+25,00 %) 55 41 có điều chỉnh\n");
	assert_line(text,
		    "Hồ sơ cấp căn cước công dân 900 0 +900 1.500 60,00 % 900 2.300 đã chốt\n");
	assert_line(text, "Số vụ phạm tội xảy ra 20 (khi chốt 25) 30\n");
	assert_line(text, "– đạt so với chỉ tiêu giao 90,00 % (khi chốt 50,00 %) 0,00 %\n");
	assert_true(td_summary_ranking(&page->summary, &show, &text, &err));
	assert_line(text, "1 (khi chốt 2) Thái Nguyên 970,25 1.000,00 Cờ thi đua của Bộ Công an "
			  "(khi chốt –)\n");
	assert_line(text, "2 (khi chốt 1) Yên Bái 950,50 (khi chốt 980,50) 1.000,00 – (khi chốt Cờ "
			  "thi đua của Bộ Công an)\n");
	assert_true(td_summary_model(&page->summary, "2021", page->arena, &message, &err));
	for (size_t i = 0; i < message.n_rows; i++) {
		const Thidua__V1__TallyRow *row = message.rows[i];
		assert_non_null(row->value_as_closed);
		ranks += row->rank + row->rank_as_closed == 3;
		amended += row->state == THIDUA__V1__PERIOD_STATE__PERIOD_STATE_AMENDED;
	}
	assert_int_equal(ranks, 2);
	assert_in_range(amended, 5, 20);
	td_standing_free(standing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_page_has_sums_beside_the_year_before_and_a_column_for_each_province),
		cmocka_unit_test(the_levels_of_commendations_stand_below_their_sum),
		cmocka_unit_test(the_ranking_goes_by_points_and_names_titles),
		cmocka_unit_test(days_without_a_year_s_end_have_no_points),
		cmocka_unit_test(as_a_message_all_answers_are_rows_and_points_carry_the_rank),
		cmocka_unit_test(of_a_closed_year_each_figure_stands_beside_what_it_was),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
