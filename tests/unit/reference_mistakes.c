/* reference: what no table may say, named by its place, and what no set of tables may lack. */
#include "workers/reference.h"

#include "tests/support/small_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/* Parses the small tables with `more` behind table `name`; NULL stands for no change. */
static td_reference_t *parse(const char *name, const char *more, td_err_t *err)
{
	td_named_t files[TD_SMALL_TABLES];
	char changed[2048];
	td_small_tables(files);
	for (size_t i = 0; name != NULL && i < TD_SMALL_TABLES; i++)
		if (strcmp(name, files[i].name) == 0) {
			(void)snprintf(changed, sizeof changed, "%s%s",
				       (const char *)files[i].content.data, more);
			files[i].content = td_slice_text(changed);
		}
	return td_reference_parse(files, TD_SMALL_TABLES, 1, err);
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
	td_named_t files[TD_SMALL_TABLES + 1];
	td_err_t err;
	td_small_tables(files);
	assert_null(td_reference_parse(files, TD_SMALL_TABLES - 1, 1, &err));
	assert_string_equal(err.text, "the reference data has no table units.tsv: add it");

	files[TD_SMALL_TABLES] = files[0];
	assert_null(td_reference_parse(files, TD_SMALL_TABLES + 1, 1, &err));
	assert_string_equal(err.text, "the table awards.tsv is there twice");

	files[TD_SMALL_TABLES] = (td_named_t){"more.tsv", td_slice_text("a\n")};
	assert_null(td_reference_parse(files, TD_SMALL_TABLES + 1, 1, &err));
	assert_string_equal(err.text, "'more.tsv' is no table of the reference data: remove it");

	files[0] = (td_named_t){"awards.tsv", {(const uint8_t *)"form\0", 5}};
	assert_null(td_reference_parse(files, TD_SMALL_TABLES, 1, &err));
	assert_string_equal(err.text, "the table awards.tsv holds a NUL byte");

	files[0] = (td_named_t){"awards.tsv", td_slice_text("# only a remark\n")};
	assert_null(td_reference_parse(files, TD_SMALL_TABLES, 1, &err));
	assert_string_equal(err.text, "awards.tsv has no header line");

	files[0] = (td_named_t){"awards.tsv", td_slice_text("form\tlevel\tfrom\tto\n")};
	assert_null(td_reference_parse(files, TD_SMALL_TABLES, 1, &err));
	assert_string_equal(err.text,
			    "awards.tsv line 1: column 3 must be named 'valid_from', not 'from'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_table_may_say_is_named_by_place),
		cmocka_unit_test(a_set_of_tables_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
