/* Reference data: what each look-up answers on each day, and what no table may say. */
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

/* A whole set of tables as small as it can be. */
static const struct table {
	const char *name, *text;
} SMALL[] = {
	{"awards.tsv", "form\tlevel\tvalid_from\tvalid_to\nmedal\tstate\t\t\n"},
	{"clusters.tsv", "year\tcluster\tprovince_id\trole\n2021\t3\tp\thead\n"},
	{"crime_groups.tsv", "article\tgroup\tbasis\n1\tdrugs\tusual\n"},
	{"criteria.tsv", "year\tcluster\tcriterion\tmaximum_hundredths\tname_vi\tname_en\n"
			 "2021\t3\t1\t100\tMột\tOne\n"},
	{"offences.tsv", "article\tclause\tseverity\tkind\tmax_penalty\tchapter\tname_vi\tname_en\t"
			 "valid_from\tvalid_to\n1\t1\tnghiem_trong\tchinh\t7\tI\tMột\tOne\t\t\n"},
	{"provinces.tsv", "province_id\tiso_3166_2\tgso_code\ttype\tname_vi\tname_en\tvalid_from\t"
			  "valid_to\tsuccessor_id\np\tP\t01\ttinh\tMột\tOne\t\t\t\n"},
	{"reporters.tsv", "reporter_id\tkind\tprovince_id\tcluster\tkinds\tvalid_from\tvalid_to\n"
			  "p\tprovince\tp\t\tcase,arrest\t\t\n"},
	{"units.tsv", "unit_id\tprovince_id\tlevel\tcode\tname_vi\tvalid_from\tvalid_to\n"
		      "p.1\tp\tdistrict\t1\tMột\t\t\n"},
};

/* Parses the small tables with `more` behind table `name`; NULL stands for no change. */
static td_reference_t *parse(const char *name, const char *more, td_err_t *err)
{
	td_named_t files[TD_COUNT(SMALL)];
	char changed[2048];
	for (size_t i = 0; i < TD_COUNT(SMALL); i++) {
		const char *text = SMALL[i].text;
		if (name != NULL && strcmp(name, SMALL[i].name) == 0) {
			(void)snprintf(changed, sizeof changed, "%s%s", text, more);
			text = changed;
		}
		files[i] = (td_named_t){SMALL[i].name, td_slice_text(text)};
	}
	return td_reference_parse(files, TD_COUNT(files), 1, err);
}

#define KEY_ID "66687aadf862bd776c8fc18b8e9f8e20"
#define KEY    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* The small tables and one of keys, of which `rows` are all. */
static td_reference_t *parse_keys(const char *rows, td_err_t *err)
{
	td_named_t files[TD_COUNT(SMALL) + 1];
	char keys[2048];
	for (size_t i = 0; i < TD_COUNT(SMALL); i++)
		files[i] = (td_named_t){SMALL[i].name, td_slice_text(SMALL[i].text)};
	(void)snprintf(keys, sizeof keys,
		       "reporter_id\tsource\tkey_id\tpublic_key\tvalid_from\tvalid_to\n%s", rows);
	files[TD_COUNT(SMALL)] = (td_named_t){"keys.tsv", td_slice_text(keys)};
	return td_reference_parse(files, TD_COUNT(files), 1, err);
}

static void a_source_signs_with_its_keys_while_they_hold(void **state)
{
	(void)state;
	td_err_t err;
	td_reference_t *small = parse_keys("p\tmain\t" KEY_ID "\t" KEY "\t2021-01-01\t2021-06-30\n"
					   "p\tmain\t" KEY_ID "\t" KEY "\t2022-01-01\t\n"
					   "p\tother\t" KEY_ID "\t" KEY "\t\t2020-12-31\n",
					   &err);
	assert_non_null(small);
	static const struct {
		const char *source;
		int32_t on;
		bool signs;
	} rows[] = {
		{"main", 20201231, false},  {"main", 20210101, true},  {"main", 20210630, true},
		{"main", 20210701, false},  {"main", 20220101, true},  {"other", 20201231, true},
		{"other", 20210101, false}, {"none", 20210101, false},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		int32_t on = day(rows[i].on);
		assert_int_equal(td_reference_must_sign(small, "p", rows[i].source, on),
				 rows[i].signs);
		assert_int_equal(td_reference_key(small, "p", rows[i].source, KEY_ID, on) != NULL,
				 rows[i].signs);
		assert_null(td_reference_key(small, "p", rows[i].source, "another", on));
		assert_false(td_reference_must_sign(small, "q", rows[i].source, on));
	}
	td_reference_free(small);
}

static void what_no_key_may_be_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *rows, *sentence;
	} wrong[] = {
		{"p\tmain\t" KEY_ID "\tAAAA\t\t\n", "public_key: 'AAAA' is no Ed25519 key"},
		{"p\tmain\tx\t" KEY "\t\t\n", "key_id: 'x' is not the id of this key"},
		{"p\t\t" KEY_ID "\t" KEY "\t\t\n", "source: '' is no id"},
		{"q\tmain\t" KEY_ID "\t" KEY "\t\t\n", "names the reporter 'q'"},
		{"p\tmain\t" KEY_ID "\t" KEY "\t\t\np\tmain\t" KEY_ID "\t" KEY "\t\t\n",
		 "hold on the same day"},
	};
	for (size_t i = 0; i < TD_COUNT(wrong); i++) {
		td_err_t err;
		assert_null(parse_keys(wrong[i].rows, &err));
		assert_int_equal(err.code, TD_EDATA);
		if (strstr(err.text, wrong[i].sentence) == NULL)
			fail_msg("'%s' does not say '%s'", err.text, wrong[i].sentence);
	}
}

static void what_no_table_may_say_is_named_by_place(void **state)
{
	(void)state;
	static const struct {
		const char *name, *more, *sentence;
	} rows[] = {
		{"awards.tsv", "medal\tstate\n", "awards.tsv line 3 has 2 columns instead of 4"},
		{"awards.tsv", "cup\tstate\t\t\n", "awards.tsv line 3, form: 'cup' is no word"},
		{"awards.tsv", "medal\tunspecified\t\t\n", "level: 'unspecified' is no word"},
		{"awards.tsv", "medal\tstate\t2020-01-01\t\n", "hold on the same day"},
		{"awards.tsv", "medal\tministry\t2020-02-30\t\n", "'2020-02-30' is no real day"},
		{"awards.tsv", "medal\tministry\t1.2.2020\t\n", "'1.2.2020' is no day yyyy-mm-dd"},
		{"awards.tsv", "medal\tministry\t2020-01-02\t2020-01-01\n",
		 "lies before the first day"},
		{"clusters.tsv", "2021\t3\tq\tmember\n", "names the province 'q'"},
		{"clusters.tsv", "2021\t4\tp\tmember\n", "two rows for 'p'"},
		{"clusters.tsv", "1944\t3\tp\tmember\n", "year: '1944' is no year"},
		{"clusters.tsv", "2020\t100\tp\tmember\n", "cluster: '100' is no number"},
		{"clusters.tsv", "2020\t-1\tp\tmember\n", "cluster: '-1' is no number"},
		{"crime_groups.tsv", "1\tdrugs\tusual\n", "two rows for '1'"},
		{"criteria.tsv", "2021\t3\t1\t200\tHai\tTwo\n", "two rows"},
		{"criteria.tsv", "2021\t3\t2\t1000001\tHai\tTwo\n", "'1000001' is no number"},
		{"offences.tsv", "2\t1\tnghiem_trong\tchinh\t7\tI\tHai\tTwo\t\t\n",
		 "article '2', which crime_groups.tsv puts into no group"},
		{"offences.tsv", "1\t0\tnghiem_trong\tchinh\t7\tI\tHai\tTwo\t\t\n",
		 "clause: '0' is no paragraph"},
		{"offences.tsv", "1\t2\tsevere\tchinh\t7\tI\tHai\tTwo\t\t\n",
		 "severity: 'severe' is no class"},
		{"offences.tsv", "1\t1\tnghiem_trong\tchinh\t7\tI\tHai\tTwo\t2020-01-01\t\n",
		 "two rows for '1'"},
		{"provinces.tsv", "q\tQ\t02\ttinh\tHai\tTwo\t\t\tr\n", "names the province 'r'"},
		{"provinces.tsv", "p\tP\t01\ttinh\tMột\tOne\t\t\t\n", "two rows for 'p'"},
		{"provinces.tsv", "\tQ\t02\ttinh\tHai\tTwo\t\t\t\n", "province_id: '' is no id"},
		{"provinces.tsv", "q\tQ\t02\ttinh\tHo\xcc\x80\tTwo\t\t\t\n", "composed (NFC)"},
		{"provinces.tsv", "q\tQ\t02\ttinh\t\xff\tTwo\t\t\t\n", "UTF-8"},
		{"reporters.tsv", "q\tprovince\t\t\tcase\t\t\n", "must be there for a province"},
		{"reporters.tsv", "q\tministry\tp\t\tcase\t\t\n", "must be there for a province"},
		{"reporters.tsv", "q\tcluster\t\t\tscore\t\t\n", "must be there for a cluster"},
		{"reporters.tsv", "q\toffice\t\t\tscore\t\t\n", "neither province, cluster nor"},
		{"reporters.tsv", "q\tministry\t\t\ttarget,\t\t\n", "kinds: '' is no word"},
		{"reporters.tsv", "q\tprovince\tq\t\tcase\t\t\n", "names the province 'q'"},
		{"units.tsv", "q.1\tp\tdistrict\t1\tHai\t\t\n", "does not begin with its province"},
		{"provinces.tsv", "a-province-of-thirty-two-letters\tQ\t02\ttinh\tHai\tTwo\t\t\t\n",
		 "is no id of 1 to 31 bytes"},
		{"units.tsv", "p.a-unit-whose-name-is-cut-in-two\tp\tdistrict\t1\tHai\t\t\n",
		 "is no id of 1 to 31 bytes"},
		{"units.tsv", "p1\tp\tdistrict\t1\tHai\t\t\n", "does not begin with its province"},
		{"units.tsv", "p.1\tp\tdistrict\t1\tHai\t\t\n", "two rows for 'p.1'"},
		{"units.tsv", "q.1\tq\tdistrict\t1\tHai\t\t\n", "names the province 'q'"},
	};
	td_err_t err;
	td_reference_t *fine = parse(NULL, NULL, &err);
	assert_non_null(fine);
	td_reference_free(fine);
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		if (parse(rows[i].name, rows[i].more, &err) != NULL)
			fail_msg("%s was taken: %s", rows[i].name, rows[i].more);
		assert_int_equal(err.code, TD_EDATA);
		if (strstr(err.text, rows[i].sentence) == NULL)
			fail_msg("'%s' does not say '%s'", err.text, rows[i].sentence);
	}
}

static void a_set_of_tables_is_whole(void **state)
{
	(void)state;
	td_named_t files[TD_COUNT(SMALL) + 1];
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(SMALL); i++)
		files[i] = (td_named_t){SMALL[i].name, td_slice_text(SMALL[i].text)};
	assert_null(td_reference_parse(files, TD_COUNT(SMALL) - 1, 1, &err));
	assert_string_equal(err.text, "the reference data has no table units.tsv: add it");

	files[TD_COUNT(SMALL)] = files[0];
	assert_null(td_reference_parse(files, TD_COUNT(SMALL) + 1, 1, &err));
	assert_string_equal(err.text, "the table awards.tsv is there twice");

	files[TD_COUNT(SMALL)] = (td_named_t){"more.tsv", td_slice_text("a\n")};
	assert_null(td_reference_parse(files, TD_COUNT(SMALL) + 1, 1, &err));
	assert_string_equal(err.text, "'more.tsv' is no table of the reference data: remove it");

	files[0] = (td_named_t){"awards.tsv", {(const uint8_t *)"form\0", 5}};
	assert_null(td_reference_parse(files, TD_COUNT(SMALL), 1, &err));
	assert_string_equal(err.text, "the table awards.tsv holds a NUL byte");

	files[0] = (td_named_t){"awards.tsv", td_slice_text("# only a remark\n")};
	assert_null(td_reference_parse(files, TD_COUNT(SMALL), 1, &err));
	assert_string_equal(err.text, "awards.tsv has no header line");

	files[0] = (td_named_t){"awards.tsv", td_slice_text("form\tlevel\tfrom\tto\n")};
	assert_null(td_reference_parse(files, TD_COUNT(SMALL), 1, &err));
	assert_string_equal(err.text,
			    "awards.tsv line 1: column 3 must be named 'valid_from', not 'from'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(something_counts_in_the_province_of_its_day),
		cmocka_unit_test(a_unit_is_there_while_it_exists),
		cmocka_unit_test(the_law_of_the_day_decides_on_an_offence),
		cmocka_unit_test(clusters_awards_and_points_are_those_of_the_year),
		cmocka_unit_test(a_reporter_has_its_own_rights),
		cmocka_unit_test(a_source_signs_with_its_keys_while_they_hold),
		cmocka_unit_test(what_no_key_may_be_is_named),
		cmocka_unit_test(what_no_table_may_say_is_named_by_place),
		cmocka_unit_test(a_set_of_tables_is_whole),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
