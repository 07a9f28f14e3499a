/* standing: preliminary, signed off while the figures are those that were signed, closed, amended.
 */
#include "aggregator/standing.h"
#include "tests/support/closed.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define STATE(name) THIDUA__V1__PERIOD_STATE__PERIOD_STATE_##name

static const char *const BOTH[] = {"vn-06", "vn-69"};
static td_reference_t *reference;
static td_err_t err;

static int set_up(void **state)
{
	reference = td_tables_read(1);
	*state = td_standing_new("police-2021-Q2");
	return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	td_standing_free(*state);
	td_reference_free(reference);
	return 0;
}

static void add(td_standing_t *standing, const char *reporter, int64_t value)
{
	assert_true(td_standing_add(standing, reporter, "44.0.0.vn-06", value, &err));
}

static td_totals_t *totals_of(int64_t value)
{
	td_totals_t *totals = td_totals_new();
	assert_non_null(totals);
	assert_true(td_totals_add(totals, "44.0.0.vn-06", value));
	return totals;
}

static void sign(td_standing_t *standing, const char *reporter, int64_t value)
{
	td_signed_t said = {.revision = 1, .stands = true};
	char text[TD_SIGNED_TEXT_MAX];
	td_totals_t *totals = totals_of(value);
	assert_true(td_totals_digest(totals, said.figures_sha256));
	td_signed_write(&said, text);
	assert_true(td_standing_sign(standing, reporter, td_slice_text(text), &err));
	td_totals_free(totals);
}

static bool keep(td_standing_t *standing, const char *reporter, int64_t value, bool altered)
{
	char totals[64];
	td_buf_t bytes = td_buf_make(4096);
	(void)snprintf(totals, sizeof totals, "44.0.0.vn-06 %lld\n", (long long)value);
	td_closed_snapshot(totals, "", &bytes);
	bytes.data[bytes.size - 2] ^= altered ? 1 : 0;
	bool kept =
		td_standing_close(standing, td_slice_text(reporter), td_buf_slice(&bytes), &err);
	td_buf_free(&bytes);
	return kept;
}

static Thidua__V1__PeriodState state_of(td_standing_t *standing, size_t count)
{
	return td_standing_of(standing, reference, BOTH, count);
}

static void a_sign_off_holds_for_the_figures_that_were_signed(void **state)
{
	td_standing_t *standing = *state;
	assert_int_equal(state_of(standing, 1), STATE(PRELIMINARY));
	add(standing, "vn-06", 3);
	add(standing, "vn-06", 4);
	assert_true(td_standing_sign(standing, "vn-06", (td_slice_t){NULL, 0}, &err));
	assert_int_equal(state_of(standing, 1), STATE(PRELIMINARY));
	sign(standing, "vn-06", 7);
	assert_int_equal(state_of(standing, 1), STATE(SIGNED_OFF));
	/* Of both the weakest. */
	assert_int_equal(state_of(standing, 2), STATE(PRELIMINARY));
	add(standing, "vn-69", 1);
	sign(standing, "vn-69", 1);
	assert_int_equal(state_of(standing, 2), STATE(SIGNED_OFF));
	add(standing, "vn-06", 1);
	assert_int_equal(state_of(standing, 2), STATE(PRELIMINARY));
	assert_true(td_standing_sign(standing, "vn-06", td_slice_text("2 -"), &err));
	assert_int_equal(state_of(standing, 1), STATE(PRELIMINARY));
	assert_false(td_standing_sign(standing, "vn-06", td_slice_text("2 x"), &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
}

static void a_closed_period_is_amended_by_what_comes_behind(void **state)
{
	td_standing_t *standing = *state;
	assert_false(td_standing_is_closed(standing));
	assert_true(keep(standing, "vn-06", 7, false));
	assert_true(td_standing_is_closed(standing));
	add(standing, "vn-06", 7);
	assert_int_equal(state_of(standing, 2), STATE(CLOSED));
	add(standing, "vn-06", -1);
	assert_int_equal(state_of(standing, 1), STATE(AMENDED));
	/* One that had no log when the period was closed. */
	add(standing, "vn-06", 1);
	add(standing, "vn-69", 1);
	assert_int_equal(state_of(standing, 1), STATE(CLOSED));
	assert_int_equal(state_of(standing, 2), STATE(AMENDED));
}

static void altered_figures_are_an_error(void **state)
{
	assert_false(keep(*state, "vn-06", 7, true));
	assert_int_equal(err.code, TD_EINTEGRITY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_sign_off_holds_for_the_figures_that_were_signed),
		TEST(a_closed_period_is_amended_by_what_comes_behind),
		TEST(altered_figures_are_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
