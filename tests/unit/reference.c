/* reference: what each look-up answers on each day. */
#include "workers/reference.h"

#include "common/localday.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { VERSION = 5 };

static td_reference_t *real;

static int set_up(void **state)
{
	(void)state;
	real = td_tables_read(VERSION);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_reference_free(real);
	return 0;
}

static int32_t day(int32_t yyyymmdd)
{
	int32_t found;
	assert_true(td_localday_of_yyyymmdd(yyyymmdd, &found));
	return found;
}

static const char *province_id(const td_province_t *province)
{
	return province == NULL ? "" : province->id;
}

static void something_counts_in_the_province_of_its_day(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		int32_t on;
		const char *counts_in;
	} rows[] = {
		{"vn-06", 20210305, "vn-06"},
		{"vn-06", 19911001, "vn-06"},
		{"vn-06", 19910930, ""},
		{"vn-06", 20250630, "vn-06"},
		{"vn-06", 20250701, "vn-laocai-2025"},
		{"vn-53", 20250701, "vn-thainguyen-2025"},
		{"vn-69", 20250701, "vn-thainguyen-2025"},
		{"vn-14", 20250701, "vn-phutho-2025"},
		{"vn-13", 20250701, "vn-13"},
		{"vn-13", 21001231, "vn-13"},
		{"vn-laocai-2025", 20250630, ""},
		{"vn-99", 20210305, ""},
		{"", 20210305, ""},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		const char *found = province_id(td_reference_counting(
			td_reference_province(real, rows[i].id), day(rows[i].on)));
		if (strcmp(found, rows[i].counts_in) != 0)
			fail_msg("%s on %d: '%s'", rows[i].id, rows[i].on, found);
	}
	assert_string_equal(td_reference_province(real, "vn-14")->name_vi, "Hòa Bình");
	assert_null(td_reference_province(real, "vn-1"));
}

static void a_unit_is_there_while_it_exists(void **state)
{
	(void)state;
	assert_non_null(td_reference_unit(real, "vn-06.136", day(20210305)));
	assert_non_null(td_reference_unit(real, "vn-06.136", day(20250228)));
	assert_null(td_reference_unit(real, "vn-06.136", day(20250301)));
	assert_true(td_reference_unit_known(real, "vn-06.136"));
	assert_non_null(td_reference_unit(real, "vn-06.pc02", day(20250301)));
	assert_null(td_reference_unit(real, "vn-06.13", day(20210305)));
	assert_false(td_reference_unit_known(real, "vn-06.13"));
	assert_false(td_reference_unit_known(real, "vn-06"));
	/* A change of rank is another row of the same unit. */
	const td_unit_t *town = td_reference_unit(real, "vn-69.172", day(20220409));
	const td_unit_t *city = td_reference_unit(real, "vn-69.172", day(20220410));
	assert_true(town != NULL && city != NULL && town != city);
	assert_string_equal(town->id, city->id);
	assert_string_not_equal(town->name_vi, city->name_vi);
	assert_string_equal(city->province, "vn-69");
}

static void the_law_of_the_day_decides_on_an_offence(void **state)
{
	(void)state;
#define GROUP(name) THIDUA__V1__CRIME_GROUP__CRIME_GROUP_##name
	static const struct {
		const char *article;
		uint32_t clause;
		int severity, group;
	} rows[] = {
		{"173", 1, 1, GROUP(SOCIAL_ORDER)},
		{"173", 2, 2, GROUP(SOCIAL_ORDER)},
		{"173", 4, 4, GROUP(SOCIAL_ORDER)},
		{"123", 3, 2, GROUP(SOCIAL_ORDER)},
		{"251", 3, 4, GROUP(DRUGS)},
		{"260", 2, 3, GROUP(TRAFFIC)},
		{"353", 1, 2, GROUP(ECONOMY)},
		{"232", 1, 1, GROUP(ENVIRONMENT)},
		{"108", 1, 4, GROUP(NATIONAL_SECURITY)},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		const td_offence_t *offence =
			td_reference_offence(real, rows[i].article, rows[i].clause, day(20210305));
		assert_non_null(offence);
		assert_int_equal(offence->severity, rows[i].severity);
		assert_int_equal(offence->group, rows[i].group);
	}
	assert_non_null(td_reference_offence(real, "217a", 1, day(20210305)));
	assert_non_null(td_reference_offence(real, "173", 0, day(20180101)));
	assert_null(td_reference_offence(real, "173", 0, day(20171231)));
	assert_null(td_reference_offence(real, "173", 5, day(20210305)));
	assert_null(td_reference_offence(real, "173", 9, day(20210305)));
	assert_null(td_reference_offence(real, "292", 0, day(20210305)));
	assert_null(td_reference_offence(real, "17", 0, day(20210305)));
	assert_null(td_reference_offence(real, "zzz", 1, day(20210305)));
}

static void append_member(const td_province_t *province, void *context)
{
	char *list = context;
	strcat(strcat(list, list[0] == '\0' ? "" : " "), province->id);
}

static void clusters_awards_and_points_are_those_of_the_year(void **state)
{
	(void)state;
	char members[256] = "";
	int32_t maximum;
	assert_int_equal(td_reference_cluster(real, "vn-06", 2021), 3);
	assert_int_equal(td_reference_cluster(real, "vn-06", 2019), 0);
	assert_int_equal(td_reference_cluster(real, "vn-laocai-2025", 2025), 3);
	td_reference_members(real, 3, 2021, append_member, members);
	assert_string_equal(members, "vn-06 vn-69 vn-14 vn-54 vn-53 vn-07 vn-13 vn-68");
	assert_true(td_reference_award_allowed(real, 7, 3, day(20210305)));
	assert_false(td_reference_award_allowed(real, 7, 4, day(20210305)));
	assert_false(td_reference_award_allowed(real, 0, 0, day(20210305)));
	assert_true(td_reference_criterion(real, 3, 2021, 8, &maximum));
	assert_int_equal(maximum, 0);
	assert_false(td_reference_criterion(real, 3, 2021, 9, &maximum));
	assert_false(td_reference_criterion(real, 4, 2021, 1, &maximum));
	assert_int_equal(td_reference_version(real), VERSION);
}

static void a_reporter_has_its_own_rights(void **state)
{
	(void)state;
	const td_reporter_t *province = td_reference_reporter(real, "vn-06");
	const td_reporter_t *cluster = td_reference_reporter(real, "cluster-3");
	const td_reporter_t *ministry = td_reference_reporter(real, "ministry");
	assert_int_equal(province->kind, TD_REPORTER_PROVINCE);
	assert_string_equal(province->province, "vn-06");
	assert_true(province->kinds >> THIDUA__V1__KIND__KIND_CASE & 1);
	assert_false(province->kinds >> THIDUA__V1__KIND__KIND_TITLE & 1);
	assert_int_equal(cluster->kind, TD_REPORTER_CLUSTER);
	assert_int_equal(cluster->cluster, 3);
	assert_true(cluster->kinds >> THIDUA__V1__KIND__KIND_SCORE & 1);
	assert_int_equal(ministry->kind, TD_REPORTER_MINISTRY);
	assert_string_equal(ministry->province, "");
	assert_null(td_reference_reporter(real, "VN-06"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(something_counts_in_the_province_of_its_day),
		cmocka_unit_test(a_unit_is_there_while_it_exists),
		cmocka_unit_test(the_law_of_the_day_decides_on_an_offence),
		cmocka_unit_test(clusters_awards_and_points_are_those_of_the_year),
		cmocka_unit_test(a_reporter_has_its_own_rights),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
