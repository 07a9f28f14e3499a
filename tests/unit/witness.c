/* witness: a log that was cut or replaced does not hold what was judged. */
#include "workers/witness.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static td_raw_t raw_of(uint64_t offset, int64_t append_ms, const char *bytes)
{
	return (td_raw_t){offset, append_ms, td_slice_text(bytes)};
}

static void what_differs_is_said(void **state)
{
	static const struct {
		uint64_t offset;
		int64_t append_ms;
		const char *bytes, *said;
	} table[] = {
		{9, 80, "h", "nothing there"},
		{8, 81, "h", "append time"},
		{8, 80, "i", "other bytes"},
		{8, 80, "", "other bytes"},
		{8, 80, "h", NULL},
	};
	td_witness_t witness = td_witness_make();
	td_raw_t judged = raw_of(8, 80, "h");

	(void)state;
	td_witness_keep(&witness, &judged);
	assert_true(witness.any);
	for (size_t i = 0; i < TD_COUNT(table); i++) {
		td_raw_t now = raw_of(table[i].offset, table[i].append_ms, table[i].bytes);
		td_err_t err = {0};
		bool same = td_witness_compare(&witness, &now, &err);

		assert_int_equal(same, !table[i].said);
		if (table[i].said) {
			assert_int_equal(err.code, TD_EINTEGRITY);
			assert_non_null(strstr(err.text, table[i].said));
		}
	}
	td_witness_free(&witness);
}

static void the_event_kept_last_counts(void **state)
{
	td_witness_t witness = td_witness_make();
	td_raw_t first = raw_of(1, 10, "first"), empty = {2, 20, {NULL, 0}};
	td_err_t err = {0};

	(void)state;
	assert_false(witness.any);
	td_witness_keep(&witness, &first);
	td_witness_keep(&witness, &empty);
	assert_true(td_witness_compare(&witness, &empty, &err));
	assert_false(td_witness_compare(&witness, &first, &err));
	td_witness_clear(&witness);
	assert_false(witness.any);
	td_witness_free(&witness);
}

static void of_a_huge_event_only_what_its_verdict_keeps_is_compared(void **state)
{
	static uint8_t bytes[TD_VERDICT_RAW_MAX + 10];
	td_raw_t huge = {3, 30, {bytes, sizeof(bytes)}};
	td_raw_t kept = {3, 30, td_verdict_kept(huge.bytes)};
	td_witness_t witness = td_witness_make();
	td_err_t err = {0};

	(void)state;
	td_witness_keep(&witness, &kept); /* as read from the verdict */
	assert_true(td_witness_compare(&witness, &huge, &err));
	bytes[0] = 1;
	assert_false(td_witness_compare(&witness, &huge, &err));
	td_witness_free(&witness);
}

static void a_log_without_it_was_cut(void **state)
{
	td_witness_t witness = td_witness_make();
	td_raw_t judged = raw_of(8, 80, "h");
	td_err_t err = {0};

	(void)state;
	td_witness_keep(&witness, &judged);
	assert_false(td_witness_lost(&witness, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, "raw offset 8"));
	td_witness_free(&witness);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_is_said),
		cmocka_unit_test(the_event_kept_last_counts),
		cmocka_unit_test(of_a_huge_event_only_what_its_verdict_keeps_is_compared),
		cmocka_unit_test(a_log_without_it_was_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
