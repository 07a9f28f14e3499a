/* reference: with which keys a source signs on a day, and what no key may be. */
#include "workers/reference.h"

#include "common/localday.h"
#include "tests/support/small_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define KEY_ID "66687aadf862bd776c8fc18b8e9f8e20"
#define KEY    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* The small tables and one of keys, of which `rows` are all. */
static td_reference_t *parse_keys(const char *rows, td_err_t *err)
{
	td_named_t files[TD_SMALL_TABLES + 1];
	char keys[2048];
	td_small_tables(files);
	(void)snprintf(keys, sizeof keys,
		       "reporter_id\tsource\tkey_id\tpublic_key\tvalid_from\tvalid_to\n%s", rows);
	files[TD_SMALL_TABLES] = (td_named_t){"keys.tsv", td_slice_text(keys)};
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
		int32_t on;
		assert_true(td_localday_of_yyyymmdd(rows[i].on, &on));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_signs_with_its_keys_while_they_hold),
		cmocka_unit_test(what_no_key_may_be_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
