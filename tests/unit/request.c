/* request: words become days, provinces and splits; what cannot be understood is quoted. */
#include "aggregator/request.h"

#include "common/localday.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NOW_MS INT64_C(1632800000000) /* 2021-09-28 10:33 in Viet Nam */

static td_reference_t *reference;
static const char *const accidents[] = {"accidents.count"};

static int read_tables(void **state)
{
	(void)state;
	reference = td_tables_read(1);
	return 0;
}

static int free_tables(void **state)
{
	(void)state;
	td_reference_free(reference);
	return 0;
}

/* What is asked where a test says nothing else. */
static td_request_t plain(void)
{
	return (td_request_t){.figures = accidents, .figure_count = 1, .cluster = 3};
}

static void resolve(const td_request_t *request, td_resolved_t *resolved)
{
	td_err_t err = {0};
	bool fine = td_request_resolve(request, reference, NOW_MS, resolved, &err);
	assert_string_equal(fine ? "" : err.text, "");
}

static void assert_days(td_days_t days, int32_t from_on, int32_t to_on)
{
	assert_int_equal(td_localday_yyyymmdd(days.first), from_on);
	assert_int_equal(td_localday_yyyymmdd(days.last), to_on);
}

static void periods_are_those_of_the_police_unless_civil_is_said(void **state)
{
	(void)state;
	static const struct {
		const char *period, *calendar;
		int32_t from_on, to_on, before_from_on, before_to_on;
	} cases[] = {
		{"2021", NULL, 20201215, 20211214, 20191215, 20201214},
		{"2021", "civil", 20210101, 20211231, 20200101, 20201231},
		{"2021-Q1", "police", 20201215, 20210314, 20191215, 20200314},
		{"2021-M02", "civil", 20210201, 20210228, 20200201, 20200229},
		{"2021-02", "civil", 20210201, 20210228, 20200201, 20200229},
		{"2021-9M", NULL, 20201215, 20210914, 20191215, 20200914},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_resolved_t resolved;
		td_request_t request = plain();
		request.period = cases[i].period;
		request.calendar = cases[i].calendar;
		request.compare = true;
		resolve(&request, &resolved);
		assert_string_equal(resolved.title, cases[i].period);
		assert_days(resolved.query.days, cases[i].from_on, cases[i].to_on);
		assert_days(resolved.query.before, cases[i].before_from_on, cases[i].before_to_on);
	}
}

static void without_days_the_year_to_date_is_meant(void **state)
{
	(void)state;
	td_resolved_t resolved;
	td_request_t request = plain();
	request.compare = true;
	resolve(&request, &resolved);
	assert_string_equal(resolved.title, "2021");
	assert_days(resolved.query.days, 20201215, 20210928);
	assert_days(resolved.query.before, 20191215, 20200928);
	request.compare = false;
	resolve(&request, &resolved);
	assert_true(resolved.query.before.first > resolved.query.before.last);
}

static void windows_end_now(void **state)
{
	(void)state;
	td_resolved_t resolved;
	td_request_t request = plain();
	request.last = "7d";
	resolve(&request, &resolved);
	assert_days(resolved.query.days, 20210922, 20210928);
	assert_int_equal(resolved.query.grain, TD_GRAIN_ANY);
	request.last = "24h";
	resolve(&request, &resolved);
	assert_days(resolved.query.days, 20210927, 20210928);
	assert_int_equal(resolved.query.grain, TD_GRAIN_HOUR);
	assert_int_equal(resolved.query.first_hour, 11);
	assert_int_equal(resolved.query.last_hour, 10);
}

static void the_cluster_s_provinces_are_those_of_the_year_or_of_the_last_one_known(void **state)
{
	(void)state;
	td_resolved_t resolved;
	td_request_t request = plain();
	request.period = "2021";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.province_count, 8);
	assert_string_equal(resolved.query.provinces[0], "vn-06");
	assert_int_equal(resolved.members_year, resolved.days_year);
	request.period = "2022-01";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.province_count, 8);
	assert_int_equal(resolved.days_year, 2022);
	assert_int_equal(resolved.members_year, 2021);
	request.provinces = "vn-69,vn-06";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.province_count, 2);
	assert_string_equal(resolved.query.provinces[0], "vn-69");
	assert_int_equal(resolved.members_year, 0);
}

/* Clusters are formed for emulation years, which begin on 15 December. */
static void the_cluster_is_that_of_the_emulation_year(void **state)
{
	(void)state;
	static const struct {
		td_request_t request;
		int32_t year;
	} asked[] = {
		{{.period = "2021"}, 2021},
		{{.period = "2021", .calendar = "civil"}, 2021},
		{{.from = "2021-12-01", .to = "2021-12-14"}, 2021},
		{{.from = "2021-12-01", .to = "2021-12-15"}, 2022},
		{{.from = "2021-12-01", .to = "2021-12-15", .calendar = "civil"}, 2021},
		{{.last = "7d"}, 2022},
		{{.period = NULL}, 2022},
		{{.period = "2022-Q1", .to_date = true}, 2022},
	};
	for (size_t i = 0; i < TD_COUNT(asked); i++) {
		td_err_t err = {0};
		td_resolved_t resolved;
		td_request_t request = asked[i].request;
		request.figures = accidents;
		request.figure_count = 1;
		request.cluster = 3;
		assert_true(td_request_resolve(&request, reference,
					       td_localday_start_ms(td_localday_make(2021, 12, 20)),
					       &resolved, &err));
		assert_int_equal(resolved.days_year, asked[i].year);
	}
}

/* Thái Nguyên of July 2025 is Thái Nguyên and Bắc Kạn; who is asked for by name stays apart. */
static void a_merged_province_has_those_that_it_was_made_of(void **state)
{
	(void)state;
	td_resolved_t resolved;
	td_request_t request = plain();
	request.provinces = "vn-13,vn-thainguyen-2025";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.former_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const td_former_t *former = &resolved.query.former[i];
		assert_int_equal(former->province, 1);
		assert_true(strcmp(former->id, "vn-69") == 0 || strcmp(former->id, "vn-53") == 0);
	}
	request.provinces = "vn-69,vn-thainguyen-2025";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.former_count, 1);
	assert_string_equal(resolved.query.former[0].id, "vn-53");
	request.provinces = NULL;
	request.period = "2021";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.former_count, 0);
}

static void splits_are_understood(void **state)
{
	(void)state;
	td_resolved_t resolved;
	td_request_t request = plain();
	request.by = "class,unit";
	request.only = "mode=road,rail";
	request.each = "day";
	resolve(&request, &resolved);
	assert_true(resolved.query.by_unit && resolved.query.by_province);
	assert_int_equal(resolved.query.by, TD_DIM_ACCIDENT_CLASS);
	assert_int_equal(resolved.query.each, TD_EACH_DAY);
	assert_int_equal(resolved.query.grain, TD_GRAIN_DAY);
	assert_int_equal(resolved.query.figures[0].only, TD_DIM_TRAFFIC_MODE);
	assert_int_equal(resolved.query.figures[0].only_values, 1 << 1 | 1 << 2);
	request = plain();
	request.rank = true;
	resolve(&request, &resolved);
	assert_true(resolved.query.by_province && resolved.query.rank);
}

/* A self-score and the ministry's are not the points of one province together. */
static void what_does_not_add_up_is_split_or_narrowed(void **state)
{
	(void)state;
	static const char *const points[] = {"scores.points"}, *const targets[] = {"targets.value"};
	static const td_request_t fine[] = {
		{.figures = points, .by = "province,stage"},
		{.figures = points, .only = "stage=ministry", .rank = true},
		{.figures = points, .only = "stage=ministry", .by = "criterion"},
		{.figures = targets, .by = "metric", .only = "period=police_year"},
	};
	for (size_t i = 0; i < TD_COUNT(fine); i++) {
		td_resolved_t resolved;
		td_request_t request = fine[i];
		request.figure_count = 1;
		request.cluster = 3;
		resolve(&request, &resolved);
	}
}

/* One that has the dimension is enough: the others keep their sums. */
static void a_split_needs_one_figure_that_has_it(void **state)
{
	(void)state;
	static const char *const both[] = {"accidents.count", "identity.files_received"};
	td_resolved_t resolved;
	td_request_t request = plain();
	request.figures = both;
	request.figure_count = 2;
	request.by = "class";
	resolve(&request, &resolved);
	assert_int_equal(resolved.query.by, TD_DIM_ACCIDENT_CLASS);
}

static void what_cannot_be_understood_is_refused_with_what_can(void **state)
{
	(void)state;
	static const char *const
		unknown[] = {"accident.count"},
		*const points[] = {"scores.points"}, *const targets[] = {"targets.value"},
		*const files[] = {"identity.files_received"}, *const clearance[] = {"clearance"};
	const struct {
		td_request_t request;
		const char *says;
	} cases[] = {
		{{.figures = unknown}, "'accidents.count'"},
		{{.period = "21"}, "'21' is no period"},
		{{.calendar = "lunar"}, "'lunar' is no calendar"},
		{{.period = "2021", .last = "7d"}, "not several"},
		{{.from = "2021-01-01"}, "belong together"},
		{{.from = "2021-01-32", .to = "2021-02-01"}, "'2021-01-32' is no day"},
		{{.from = "2021-02-02", .to = "2021-02-01"}, "lies behind"},
		{{.last = "0d"}, "'0d' is no window"},
		{{.last = "5000d"}, "'5000d' is no window"},
		{{.by = "clas"}, "did you mean 'class'"},
		{{.by = "class,mode"}, "only one dimension"},
		{{.only = "class=bad"}, "collision, less, serious"},
		{{.each = "fortnight"}, "'fortnight' is no bucket"},
		{{.figures = clearance, .last = "24h"}, "clearance is counted by days"},
		{{.figures = clearance, .each = "hour"}, "--last 1d"},
		{{.each = "hour", .by = "unit"}, "by province, not by unit"},
		{{.each = "hour", .compare = true}, "not kept"},
		{{.rank = true, .each = "day"}, "--rank"},
		{{.provinces = "vn-6"}, "did you mean 'vn-06'"},
		{{.provinces = "vn-06,vn-69,vn-06"}, "'vn-06' stands there twice"},
		{{.by = "severity"}, "accidents.count is not counted by 'severity', only by class"},
		{{.figures = files, .by = "class"}, "is not counted by 'class'"},
		{{.period = "2022", .to_date = true}, "2022 has not begun"},
		{{.last = "7d", .to_date = true}, "--to-date"},
		{{.from = "2021-02-02", .to = "2021-12-01", .to_date = true}, "--to-date"},
		{{.figures = points}, "--by stage"},
		{{.figures = points, .by = "criterion"}, "--only stage="},
		{{.figures = points, .only = "stage=self,ministry"}, "--only stage="},
		{{.figures = points, .by = "stage", .only = "criterion=1"}, "--by criterion"},
		{{.figures = targets, .only = "period=police_year"}, "--by metric"},
		{{.figures = targets, .by = "metric"}, "--only period="},
		{{.cluster = 99}, "cluster 99 has no members"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err;
		td_resolved_t resolved;
		td_request_t request = cases[i].request;
		request.figures = request.figures ? request.figures : accidents;
		request.figure_count = 1;
		request.cluster = request.cluster ? request.cluster : 3;
		assert_false(td_request_resolve(&request, reference, NOW_MS, &resolved, &err));
		assert_int_equal(err.code, TD_EUSAGE);
		if (!strstr(err.text, cases[i].says))
			fail_msg("'%s' is not in: %s", cases[i].says, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods_are_those_of_the_police_unless_civil_is_said),
		cmocka_unit_test(without_days_the_year_to_date_is_meant),
		cmocka_unit_test(windows_end_now),
		cmocka_unit_test(
			the_cluster_s_provinces_are_those_of_the_year_or_of_the_last_one_known),
		cmocka_unit_test(the_cluster_is_that_of_the_emulation_year),
		cmocka_unit_test(a_merged_province_has_those_that_it_was_made_of),
		cmocka_unit_test(splits_are_understood),
		cmocka_unit_test(what_does_not_add_up_is_split_or_narrowed),
		cmocka_unit_test(a_split_needs_one_figure_that_has_it),
		cmocka_unit_test(what_cannot_be_understood_is_refused_with_what_can),
	};
	return cmocka_run_group_tests(tests, read_tables, free_tables);
}
