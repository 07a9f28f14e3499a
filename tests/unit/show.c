/* show: answers as people and spreadsheets read them, in both languages. */
#include "aggregator/show.h"

#include "aggregator/model.h"
#include "common/localday.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static td_reference_t *reference;
static td_arena_t *arena;

static int begin(void **state)
{
	(void)state;
	reference = td_tables_read(1);
	arena = td_arena_new(1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	td_reference_free(reference);
	td_arena_free(arena);
	return 0;
}

static int32_t day_of(int32_t yyyymmdd)
{
	int32_t day;
	assert_true(td_localday_of_yyyymmdd(yyyymmdd, &day));
	return day;
}

static td_query_t query_of(const char *figure)
{
	td_err_t err;
	td_query_t query = {
		.figure_count = 1,
		.provinces = {"vn-06", "vn-69"},
		.province_count = 2,
		.by_province = true,
		.days = {day_of(20201215), day_of(20211214)},
		.last_hour = 23,
	};
	assert_true(td_figure_find(figure, &query.figures[0], &err));
	return query;
}

/* The rows as an answer; each text of `query` must outlive it. */
static Thidua__V1__TallyAnswer answer_of(const td_query_t *query, const char *title,
					 const td_row_t *rows, size_t count)
{
	Thidua__V1__TallyAnswer answer;
	assert_true(td_model_fill(query, title, rows, count, arena, &answer));
	return answer;
}

static void assert_table(const td_query_t *query, td_lang_t lang,
			 const Thidua__V1__TallyAnswer *answer, const char *expected)
{
	const char *text;
	const td_show_t show = {query, reference, lang, arena};
	assert_true(td_show_table(&show, answer, &text));
	assert_string_equal(text, expected);
}

static void numbers_names_and_days_are_those_of_the_language(void **state)
{
	(void)state;
	const td_row_t rows[] = {
		{.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .over = 1234567},
		{.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .province_index = 1},
	};
	td_query_t query = query_of("identity.files_received");
	query.before = (td_days_t){0, -1};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", rows, 2);
	assert_table(&query, TD_LANG_VI, &answer,
		     "2021: 15/12/2020 – 14/12/2021\n\n"
		     "Chỉ tiêu             Tỉnh           Số liệu\n"
		     "Hồ sơ CCCD thu nhận  Yên Bái      1.234.567\n"
		     "Hồ sơ CCCD thu nhận  Thái Nguyên          0\n\n");
	assert_table(&query, TD_LANG_EN, &answer,
		     "2021: 2020-12-15 – 2021-12-14\n\n"
		     "Figure                     Province         Value\n"
		     "Citizen ID files received  Yen Bai      1,234,567\n"
		     "Citizen ID files received  Thai Nguyen          0\n\n");
}

static void a_rate_is_a_percentage_and_changes_in_points(void **state)
{
	(void)state;
	const td_row_t rows[] = {
		{.bucket_day = day_of(20201215),
		 .hour = TD_HOUR_NONE,
		 .over = 9,
		 .under = 12,
		 .over_before = 5,
		 .under_before = 10,
		 .has_target = true,
		 .target = 7000},
		{.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .province_index = 1},
	};
	td_query_t query = query_of("clearance");
	query.before = (td_days_t){day_of(20191215), day_of(20201214)};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", rows, 2);
	assert_table(&query, TD_LANG_EN, &answer,
		     "2021: 2020-12-15 – 2021-12-14\n\n"
		     "Figure          Province       Value  A year before     Change   Target   "
		     "Reached\n"
		     "Clearance rate  Yen Bai      75.00 %        50.00 %  +25.00 pp  70.00 %  "
		     "+5.00 pp\n"
		     "Clearance rate  Thai Nguyen        –              –\n\n");
}

static void a_range_has_no_name_and_a_window_of_hours_has_its_hours(void **state)
{
	(void)state;
	const td_row_t row = {.bucket_day = day_of(20210301), .hour = 5, .province_index = 2};
	td_query_t query = query_of("accidents.count");
	query.by_province = false;
	query.before = (td_days_t){0, -1};
	query.days = (td_days_t){day_of(20210301), day_of(20210302)};
	query.each = TD_EACH_HOUR;
	query.grain = TD_GRAIN_HOUR;
	query.first_hour = 5;
	query.last_hour = 4;
	Thidua__V1__TallyAnswer answer = answer_of(&query, "", &row, 1);
	assert_table(&query, TD_LANG_VI, &answer,
		     "01/03/2021 05:00 – 02/03/2021 04:59\n\n"
		     "Chỉ tiêu                  Từ ngày           Tỉnh      Số liệu\n"
		     "Số vụ tai nạn giao thông  01/03/2021 05:00  Toàn cụm        0\n\n");
}

static void units_and_classes_have_their_names(void **state)
{
	(void)state;
	const td_row_t row = {.bucket_day = day_of(20201215),
			      .hour = TD_HOUR_NONE,
			      .over = 3,
			      .unit = "vn-06.136",
			      .dim = 4};
	td_query_t query = query_of("accidents.count");
	query.by_unit = true;
	query.by = TD_DIM_ACCIDENT_CLASS;
	query.before = (td_days_t){0, -1};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", &row, 1);
	assert_table(&query, TD_LANG_VI, &answer,
		     "2021: 15/12/2020 – 14/12/2021\n\n"
		     "Chỉ tiêu                  Tỉnh     Đơn vị                 Phân loại         "
		     "Số liệu\n"
		     "Số vụ tai nạn giao thông  Yên Bái  Công an huyện Văn Yên  rất nghiêm trọng  "
		     "      3\n\n");
}

/* The contract numbers figures; people know them by name, and count them in their own units. */
static void targets_are_shown_by_the_figure_that_they_are_for(void **state)
{
	(void)state;
	const td_row_t rows[] = {
		{.bucket_day = day_of(20201215),
		 .dim = TD_METRIC_IDENTITY_RECEIVED,
		 .over = 540000},
		{.bucket_day = day_of(20201215), .dim = TD_METRIC_SOCIETY_WORK_DAYS, .over = 1205},
		{.bucket_day = day_of(20201215), .dim = 200, .over = 7500},
		{.bucket_day = day_of(20201215), .dim = 199, .over = 1},
	};
	td_query_t query = query_of("targets.value");
	query.by = TD_DIM_METRIC;
	query.before = (td_days_t){0, -1};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", rows, TD_COUNT(rows));
	assert_table(&query, TD_LANG_VI, &answer,
		     "2021: 15/12/2020 – 14/12/2021\n\n"
		     "Chỉ tiêu  Tỉnh     Phân loại                 Số liệu\n"
		     "Chỉ tiêu  Yên Bái  Hồ sơ CCCD thu nhận       540.000\n"
		     "Chỉ tiêu  Yên Bái  Ngày công                   120,5\n"
		     "Chỉ tiêu  Yên Bái  Tỷ lệ điều tra, khám phá    75,00\n"
		     "Chỉ tiêu  Yên Bái  199                             1\n\n");
}

/* An empty cell would read as the sum of the lines around it. */
static void what_has_no_class_is_called_so_among_those_that_have(void **state)
{
	(void)state;
	const td_row_t rows[] = {
		{.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .over = 209},
		{.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .over = 404, .dim = 5},
		{.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .over = 7, .figure = 1},
	};
	td_err_t err;
	td_query_t query = query_of("arrests.subjects");
	assert_true(td_figure_find("accidents.count", &query.figures[1], &err));
	query.figure_count = 2;
	query.by = TD_DIM_CRIME_GROUP;
	query.before = (td_days_t){0, -1};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", rows, TD_COUNT(rows));
	assert_table(&query, TD_LANG_EN, &answer,
		     "2021: 2020-12-15 – 2021-12-14\n\n"
		     "Figure                         Province  Class       Value\n"
		     "People arrested or dealt with  Yen Bai   not stated    209\n"
		     "People arrested or dealt with  Yen Bai   drugs         404\n"
		     "Traffic accidents              Yen Bai                   7\n\n");
}

/* A table that is printed alone must say what it leaves out. */
static void what_the_figures_are_narrowed_to_stands_in_the_title(void **state)
{
	(void)state;
	td_err_t err;
	const td_row_t row = {
		.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE, .over = 9, .under = 12};
	td_query_t query = query_of("clearance");
	query.before = (td_days_t){0, -1};
	assert_true(td_figure_select(&query.figures[0], "severity=especially,very", &err));
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", &row, 1);
	assert_table(&query, TD_LANG_VI, &answer,
		     "2021: 15/12/2020 – 14/12/2021 · chỉ: rất nghiêm trọng, đặc biệt nghiêm "
		     "trọng\n\n"
		     "Chỉ tiêu                  Tỉnh     Số liệu\n"
		     "Tỷ lệ điều tra, khám phá  Yên Bái  75,00 %\n\n");
	assert_table(&query, TD_LANG_EN, &answer,
		     "2021: 2020-12-15 – 2021-12-14 · only: very serious, especially serious\n\n"
		     "Figure          Province    Value\n"
		     "Clearance rate  Yen Bai   75.00 %\n\n");
}

/* Only the sum of all members is the cluster's. */
static void a_sum_of_provinces_that_were_named_is_not_the_cluster_s(void **state)
{
	(void)state;
	td_query_t query = query_of("accidents.count");
	const td_show_t vi = {&query, reference, TD_LANG_VI, arena};
	const td_show_t en = {&query, reference, TD_LANG_EN, arena};
	assert_string_equal(td_show_province(&vi, "all"), "Toàn cụm");
	assert_string_equal(td_show_province(&en, "all"), "All");
	query.named_provinces = true;
	assert_string_equal(td_show_province(&vi, "all"), "Tổng cộng");
	assert_string_equal(td_show_province(&en, "all"), "Total");
	query.province_count = 1;
	assert_string_equal(td_show_province(&vi, "all"), "Yên Bái");
	assert_string_equal(td_show_province(&en, "all"), "Yen Bai");
}

/* TX Chũ came within the year and ended within it: on neither end is there such a unit. */
static void a_unit_that_was_there_on_some_of_the_days_has_its_name(void **state)
{
	(void)state;
	const char *text;
	const td_row_t row = {.bucket_day = day_of(20241215),
			      .hour = TD_HOUR_NONE,
			      .over = 3,
			      .unit = "vn-54.224"};
	td_query_t query = query_of("accidents.count");
	query.by_unit = true;
	query.days = (td_days_t){day_of(20241215), day_of(20251214)};
	query.before = (td_days_t){0, -1};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2025", &row, 1);
	const td_show_t show = {&query, reference, TD_LANG_VI, arena};
	assert_true(td_show_rows(&show, &answer, &text));
	assert_non_null(strstr(text, "Công an thị xã Chũ"));
}

static void csv_is_the_same_in_both_languages_and_quotes_a_selection(void **state)
{
	(void)state;
	td_err_t err;
	const char *text;
	const td_row_t row = {.bucket_day = day_of(20201215),
			      .hour = TD_HOUR_NONE,
			      .over = 9,
			      .under = 12,
			      .over_before = 5,
			      .under_before = 10,
			      .rank = 1};
	td_query_t query = query_of("clearance");
	query.before = (td_days_t){day_of(20191215), day_of(20201214)};
	assert_true(td_figure_select(&query.figures[0], "severity=very,especially", &err));
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", &row, 1);
	for (int lang = TD_LANG_VI; lang <= TD_LANG_EN; lang++) {
		const td_show_t show = {&query, reference, (td_lang_t)lang, arena};
		assert_true(td_show_csv(&show, &answer, &text));
		assert_string_equal(
			text, "metric,province,unit,dimension,bucket_on,hour,value,"
			      "denominator,rate_hundredths,value_before,denominator_before,"
			      "target,rank,value_as_closed,denominator_as_closed,state,"
			      "value_before_as_closed,denominator_before_as_closed,"
			      "target_as_closed,rank_as_closed\n"
			      "clearance,vn-06,,\"severity=very,especially\",20201215,-1,9,12,"
			      "7500,5,10,,1,,0,,,0,,0\n");
	}
}

static void what_must_not_be_believed_stands_above_how_complete_it_is(void **state)
{
	(void)state;
	const char *text;
	td_query_t query = query_of("accidents.count");
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", NULL, 0);
	Thidua__V1__Completeness complete;
	Thidua__V1__ShardPosition places[3], *list[3];
	Google__Protobuf__Timestamp until;
	char *missing[] = {"vn-69", "vn-14"};
	query.provinces[query.province_count++] = "vn-14";
	const Thidua__V1__ShardState states[] = {THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE,
						 THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING,
						 THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED};
	static char *const names[] = {"vn-06", "vn-14", "vn-69"};
	thidua__v1__completeness__init(&complete);
	google__protobuf__timestamp__init(&until);
	until.seconds = 1622507400; /* 2021-06-01 07:30 in Viet Nam */
	for (size_t i = 0; i < 3; i++) {
		list[i] = &places[i];
		thidua__v1__shard_position__init(&places[i]);
		places[i].reporter = names[i];
		places[i].state = states[i];
		places[i].open_holes = i;
	}
	complete.provinces_complete = 6;
	complete.provinces_expected = 8;
	complete.provinces_incomplete = missing;
	complete.n_provinces_incomplete = 2;
	complete.complete_until = &until;
	complete.open_rejections = 5;
	complete.sequence_gaps = 2;
	answer.completeness = &complete;
	answer.positions = list;
	answer.n_positions = 3;
	const td_show_t vi = {&query, reference, TD_LANG_VI, arena};
	const td_show_t en = {&query, reference, TD_LANG_EN, arena};
	assert_true(td_show_completeness(&vi, &answer, &text));
	assert_string_equal(
		text,
		"CẢNH BÁO vn-14: đang được dựng lại từ nhật ký, số liệu chưa đủ\n"
		"CẢNH BÁO vn-69: đã dừng, nhật ký không khớp với số liệu; thidua-admin doctor cho "
		"biết lý do\n"
		"Đầy đủ: 6/8 tỉnh (chưa: Thái Nguyên, Hòa Bình); toàn bộ đến 07:30 01/06/2021. "
		"Chưa sửa: 5 bản ghi bị từ chối. Thiếu: 2 số thứ tự, 3 vị trí nhật ký.\n");
	assert_true(td_show_completeness(&en, &answer, &text));
	assert_string_equal(
		text,
		"WARNING vn-14: is folded anew from its log, figures are partial\n"
		"WARNING vn-69: stopped, its log is not the one that was tallied; thidua-admin "
		"doctor says more\n"
		"Complete: 6 of 8 provinces (not: Thai Nguyen, Hoa Binh); all until 2021-06-01 "
		"07:30. Open: 5 rejected records. Missing: 2 sequence numbers, 3 log positions.\n");
}

/* What is wrong with others is no matter of theirs. */
static void warnings_are_of_the_provinces_asked_for_and_of_offices(void **state)
{
	(void)state;
	const char *text;
	td_query_t query = query_of("accidents.count");
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", NULL, 0);
	Thidua__V1__Completeness complete;
	Thidua__V1__ShardPosition places[3], *list[3];
	static char *const names[] = {"vn-06", "ministry", "vn-14"};
	query.province_count = 1;
	thidua__v1__completeness__init(&complete);
	for (size_t i = 0; i < 3; i++) {
		list[i] = &places[i];
		thidua__v1__shard_position__init(&places[i]);
		places[i].reporter = names[i];
		places[i].state = THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING;
		places[i].open_holes = (uint64_t)1 << i;
	}
	answer.completeness = &complete;
	answer.positions = list;
	answer.n_positions = 3;
	const td_show_t show = {&query, reference, TD_LANG_EN, arena};
	assert_true(td_show_completeness(&show, &answer, &text));
	assert_non_null(strstr(text, "WARNING vn-06: "));
	assert_non_null(strstr(text, "WARNING ministry: "));
	assert_null(strstr(text, "vn-14"));
	assert_non_null(strstr(text, " 3 log positions."));
}

static void an_arena_that_is_full_is_said(void **state)
{
	(void)state;
	const char *text;
	td_arena_t *small = td_arena_new(64);
	td_query_t query = query_of("accidents.count");
	const td_row_t row = {.bucket_day = day_of(20201215), .hour = TD_HOUR_NONE};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", &row, 1);
	const td_show_t show = {&query, reference, TD_LANG_VI, small};
	assert_false(td_show_table(&show, &answer, &text));
	assert_false(td_show_csv(&show, &answer, &text));
	td_arena_free(small);
}

/* What was kept when the period was closed stands beside it only where it is another today. */
static void of_a_closed_period_the_year_before_and_the_target_show_if_they_moved(void **state)
{
	(void)state;
	const td_row_t rows[] = {{.bucket_day = day_of(20201215),
				  .hour = TD_HOUR_NONE,
				  .over = 90,
				  .over_before = 40,
				  .target = 100,
				  .has_target = true}};
	td_query_t query = query_of("identity.files_received");
	const char *text;
	const td_show_t show = {&query, reference, TD_LANG_EN, arena};
	Thidua__V1__TallyAnswer answer = answer_of(&query, "2021", rows, 1);
	Thidua__V1__Number value = THIDUA__V1__NUMBER__INIT, before = value, target = value;
	Thidua__V1__TallyRow *row = answer.rows[0];
	value.value = 91;
	before.value = 40;
	target.value = 100;
	row->value_as_closed = &value;
	row->value_before_as_closed = &before;
	row->target_as_closed = &target;
	assert_true(td_show_rows(&show, &answer, &text));
	assert_non_null(strstr(text, "As closed"));
	assert_null(strstr(text, "A year before, as closed"));
	assert_null(strstr(text, "Target as closed"));
	before.value = 41;
	row->target_as_closed = NULL;
	row->rank_as_closed = 2;
	assert_true(td_show_rows(&show, &answer, &text));
	assert_non_null(strstr(
		text, "As closed  A year before, as closed  Target as closed  Rank as closed"));
	assert_non_null(
		strstr(text, "91                        41                 –               2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_names_and_days_are_those_of_the_language),
		cmocka_unit_test(a_rate_is_a_percentage_and_changes_in_points),
		cmocka_unit_test(a_range_has_no_name_and_a_window_of_hours_has_its_hours),
		cmocka_unit_test(units_and_classes_have_their_names),
		cmocka_unit_test(csv_is_the_same_in_both_languages_and_quotes_a_selection),
		cmocka_unit_test(
			of_a_closed_period_the_year_before_and_the_target_show_if_they_moved),
		cmocka_unit_test(what_must_not_be_believed_stands_above_how_complete_it_is),
		cmocka_unit_test(targets_are_shown_by_the_figure_that_they_are_for),
		cmocka_unit_test(what_has_no_class_is_called_so_among_those_that_have),
		cmocka_unit_test(what_the_figures_are_narrowed_to_stands_in_the_title),
		cmocka_unit_test(a_sum_of_provinces_that_were_named_is_not_the_cluster_s),
		cmocka_unit_test(a_unit_that_was_there_on_some_of_the_days_has_its_name),
		cmocka_unit_test(warnings_are_of_the_provinces_asked_for_and_of_offices),
		cmocka_unit_test(an_arena_that_is_full_is_said),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
