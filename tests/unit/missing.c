/* missing: which offsets of a range no verdict is about. */
#include "workers/missing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef struct run {
	uint64_t first, last;
} run_t;

static void assert_runs(const td_missing_t *missing, const run_t *runs, size_t count)
{
	uint64_t from = 0, first, last;

	for (size_t i = 0; i < count; i++) {
		assert_true(td_missing_next(missing, from, &first, &last));
		assert_int_equal(first, runs[i].first);
		assert_int_equal(last, runs[i].last);
		from = last + 1;
	}
	assert_false(td_missing_next(missing, from, &first, &last));
}

static void all_of_a_fresh_range_is_missing(void **state)
{
	td_missing_t *missing = td_missing_new(10, 29);

	(void)state;
	assert_int_equal(td_missing_count(missing), 20);
	assert_runs(missing, (run_t[]){{10, 29}}, 1);
	td_missing_free(missing);
}

static void what_was_found_is_not_missing_however_often(void **state)
{
	td_missing_t *missing = td_missing_new(10, 29);

	(void)state;
	td_missing_found(missing, 0, 9);   /* before it */
	td_missing_found(missing, 30, 99); /* behind it */
	td_missing_found(missing, 5, 11);  /* into it */
	td_missing_found(missing, 15, 15);
	td_missing_found(missing, 15, 16);
	td_missing_found(missing, 29, UINT64_MAX);
	assert_int_equal(td_missing_count(missing), 15);
	assert_runs(missing, (run_t[]){{12, 14}, {17, 28}}, 2);
	td_missing_found(missing, 0, UINT64_MAX);
	assert_int_equal(td_missing_count(missing), 0);
	assert_runs(missing, NULL, 0);
	td_missing_free(missing);
}

static void a_run_is_given_from_where_it_is_asked_for(void **state)
{
	td_missing_t *missing = td_missing_new(10, 29);
	uint64_t first, last;

	(void)state;
	td_missing_found(missing, 20, 20);
	assert_true(td_missing_next(missing, 15, &first, &last));
	assert_int_equal(first, 15);
	assert_int_equal(last, 19);
	assert_true(td_missing_next(missing, 20, &first, &last));
	assert_int_equal(first, 21);
	assert_false(td_missing_next(missing, 30, &first, &last));
	td_missing_free(missing);
}

static void a_range_that_is_none_or_too_long_is_refused(void **state)
{
	(void)state;
	assert_null(td_missing_new(5, 4));
	assert_null(td_missing_new(0, TD_MISSING_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_fresh_range_is_missing),
		cmocka_unit_test(what_was_found_is_not_missing_however_often),
		cmocka_unit_test(a_run_is_given_from_where_it_is_asked_for),
		cmocka_unit_test(a_range_that_is_none_or_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
