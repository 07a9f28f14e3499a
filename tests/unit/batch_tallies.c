/* batch: what a record adds to the tallies of days, half-months, units and hours, and takes back.
 */
#include "aggregator/batch.h"

#include "tests/support/folding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

/* Other units, days and numbers: a correction leaves nothing of the old statement behind. */
static void a_correction_moves_a_record_whole(void **state)
{
	td_folding_t *folding = *state;
	td_told_t told = td_folding_accident(folding, "a", 1, 7);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 0)), TD_ADDED);
	(void)td_folding_move(folding);
	td_folding_assert_stored(folding, "d:20210305", "44.0.0.vn-06", "7");
	td_folding_assert_stored(folding, "m:202103a", "44.0.0.vn-06", "7");
	td_folding_assert_stored(folding, "D:20210305", "44.0.0.vn-06.pc08", "7");
	td_folding_assert_stored(folding, "h:20210305", "12.44.0.0.vn-06", "7");
	told = td_folding_accident(folding, "a", 2, 9);
	told.event->occurred_at->seconds -= 86400;
	told.event->unit = "vn-06.136";
	told = td_told_accepted(told.event, TD_TOLD_REPORTER, folding->arena);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 1)), TD_ADDED);
	(void)td_folding_move(folding);
	td_folding_assert_stored(folding, "d:20210305", "44.0.0.vn-06", "");
	td_folding_assert_stored(folding, "d:20210305", "#", "");
	td_folding_assert_stored(folding, "D:20210305", "44.0.0.vn-06.pc08", "");
	td_folding_assert_stored(folding, "h:20210305", "12.44.0.0.vn-06", "");
	td_folding_assert_stored(folding, "d:20210304", "44.0.0.vn-06", "9");
	td_folding_assert_stored(folding, "D:20210304", "44.0.0.vn-06.136", "9");
	td_folding_assert_stored(folding, "m:202103a", "44.0.0.vn-06", "9");
	td_folding_assert_stored(folding, "m:202103a", "40.0.0.vn-06", "1");
}

/* Numbers that nobody means are corrected one day; until then they are numbers like others. */
static void absurd_amounts_are_added_and_taken_back(void **state)
{
	td_folding_t *folding = *state;
	enum { RECORDS = 40 };
	for (uint64_t i = 0; i < 2 * RECORDS; i++) {
		char id[8];
		uint64_t damage = i < RECORDS ? 1000000000000000 : 1;
		(void)snprintf(id, sizeof id, "%02u", (unsigned)(i % RECORDS));
		td_told_t told = td_folding_accident(folding, id, 1 + i / RECORDS, damage);
		assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, i)),
				 TD_ADDED);
		if (i % 7 == 0 || i == RECORDS - 1)
			(void)td_folding_move(folding);
		if (i == RECORDS - 1)
			td_folding_assert_stored(folding, "m:202103a", "44.0.0.vn-06",
						 "40000000000000000");
	}
	(void)td_folding_move(folding);
	td_folding_assert_stored(folding, "m:202103a", "44.0.0.vn-06", "40");
}

static void hours_are_kept_for_the_last_days_of_the_log(void **state)
{
	td_folding_t *folding = *state;
	td_told_t told = td_folding_accident(folding, "a", 1, 7);
	assert_int_equal(td_folding_add(folding, td_told_verdict(&told, 0, TD_FOLDING_NOW_MS,
								 folding->arena)),
			 TD_ADDED);
	(void)td_folding_move(folding);
	td_folding_assert_stored(folding, "h:20210305", "12.44.0.0.vn-06", "7");
	for (int64_t later = TD_HOUR_DAYS - 1; later <= TD_HOUR_DAYS; later++) {
		td_told_t other = td_told_refused(td_folding_accident(folding, "b", 1, 7).event,
						  203, "unit", folding->arena);
		td_slice_t refused =
			td_told_verdict(&other, (uint64_t)later,
					TD_FOLDING_NOW_MS + later * 86400000, folding->arena);
		assert_int_equal(td_folding_add(folding, refused), TD_ADDED);
		(void)td_folding_move(folding);
		td_folding_assert_stored(folding, "h:20210305", "12.44.0.0.vn-06",
					 later < TD_HOUR_DAYS ? "7" : "");
	}
	/* Too old by now to be made again. */
	told = td_folding_accident(folding, "c", 1, 7);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 1)), TD_ADDED);
	(void)td_folding_move(folding);
	td_folding_assert_stored(folding, "h:20210305", "12.44.0.0.vn-06", "");
	td_folding_assert_stored(folding, "d:20210305", "44.0.0.vn-06", "14");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_folding_start, td_folding_stop)
	const struct CMUnitTest tests[] = {
		TEST(a_correction_moves_a_record_whole),
		TEST(absurd_amounts_are_added_and_taken_back),
		TEST(hours_are_kept_for_the_last_days_of_the_log),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
