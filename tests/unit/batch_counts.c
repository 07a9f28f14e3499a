/* batch: what each verdict is counted as, and what of it is listed: rejections, codes, conflicts.
 */
#include "aggregator/batch.h"

#include "tests/support/folding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void each_verdict_is_counted_for_what_it_is(void **state)
{
	td_folding_t *folding = *state;
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "a", 2, 0)), TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "a", 2, 0)),
			 TD_ADDED_SKIP);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "a", 1, 1)), TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "a", 2, 2)), TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_told_absent(3, 6, folding->arena)), TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_folding_refuse(folding, "b", 1, "unit", 8)),
			 TD_ADDED);
	assert_int_equal(
		td_folding_add(folding, td_folding_refuse(folding, "b", 1, "record_id", 9)),
		TD_ADDED);
	assert_int_equal(td_batch_count(folding->batch), 7);
	const struct td_head_counts *counts = &td_folding_move(folding)->counts;
	assert_int_equal(counts->verdicts, 6);
	assert_int_equal(counts->repeats, 1);
	assert_int_equal(counts->enriched, 3);
	assert_int_equal(counts->newer, 1);
	assert_int_equal(counts->older, 1);
	assert_int_equal(counts->repeated, 1);
	assert_int_equal(counts->absent, 4);
	assert_int_equal(counts->holes, 1);
	assert_int_equal(counts->rejected, 2);
	assert_int_equal(counts->unreadable, 1);
	assert_int_equal(counts->records, 2);
	assert_int_equal(counts->open_rejections, 1);
}

/* Where a row stood is not what it says: fed again on another line, it is a repeat. */
static void a_row_said_again_on_another_line_is_a_repeat(void **state)
{
	td_folding_t *folding = *state;
	for (uint64_t line = 0; line < 3; line++) {
		td_told_t told = td_folding_accident(folding, "a", 2, 7);
		told.event->source_line = line;
		assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, line)),
				 TD_ADDED);
	}
	const struct td_head_counts *counts = &td_folding_move(folding)->counts;
	assert_int_equal(counts->newer, 1);
	assert_int_equal(counts->repeated, 2);
	assert_int_equal(counts->conflicts, 0);
}

static void a_rejection_is_open_with_its_codes_until_it_is_corrected(void **state)
{
	td_folding_t *folding = *state;
	assert_int_equal(td_folding_add(folding, td_folding_refuse(folding, "b", 5, "unit", 0)),
			 TD_ADDED);
	assert_int_equal(td_folding_move(folding)->counts.open_rejections, 1);
	td_folding_assert_stored(folding, "open", "3/b", "5 E203");
	td_folding_assert_stored(folding, "codes", "E203", "1");
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "b", 4, 1)), TD_ADDED);
	assert_int_equal(td_folding_move(folding)->counts.open_rejections, 1);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "b", 5, 2)), TD_ADDED);
	assert_int_equal(td_folding_move(folding)->counts.open_rejections, 0);
	td_folding_assert_stored(folding, "open", "3/b", "");
	td_folding_assert_stored(folding, "codes", "E203", "1");
}

/* Each code counts once a verdict, and warnings as well as errors. */
static void every_code_of_a_verdict_is_counted_and_shown_once(void **state)
{
	td_folding_t *folding = *state;
	static const uint32_t codes[] = {203, 203, 305, 401};
	Thidua__V1__Finding findings[TD_COUNT(codes)], *list[TD_COUNT(codes)];
	td_told_t told = td_folding_accident(folding, "b", 5, 7);
	for (size_t i = 0; i < TD_COUNT(codes); i++) {
		thidua__v1__finding__init(&findings[i]);
		findings[i].code = codes[i];
		list[i] = &findings[i];
	}
	told = td_told_refused(told.event, 0, "", folding->arena);
	told.rejected->reasons = list;
	told.rejected->n_reasons = TD_COUNT(codes);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 0)), TD_ADDED);
	told = td_folding_accident(folding, "a", 1, 7);
	findings[0].code = 1001;
	told.enriched->warnings = list;
	told.enriched->n_warnings = 1;
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &told, 1)), TD_ADDED);
	assert_int_equal(td_folding_move(folding)->counts.warned, 1);
	td_folding_assert_stored(folding, "open", "3/b", "5 E203 E305 E401");
	td_folding_assert_stored(folding, "codes", "E203", "1");
	td_folding_assert_stored(folding, "codes", "E401", "1");
	td_folding_assert_stored(folding, "codes", "W001", "1");
	assert_int_equal(td_folding_add(folding, td_folding_refuse(folding, "c", 5, "unit", 2)),
			 TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_folding_refuse(folding, "d", 5, "unit", 3)),
			 TD_ADDED);
	(void)td_folding_move(folding);
	td_folding_assert_stored(folding, "codes", "E203", "3");
}

static void a_conflict_is_listed_with_its_revision(void **state)
{
	td_folding_t *folding = *state;
	td_told_t other = td_folding_accident(folding, "a", 3, 8);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, "a", 3, 0)), TD_ADDED);
	assert_int_equal(td_folding_add(folding, td_folding_verdict(folding, &other, 1)), TD_ADDED);
	assert_int_equal(td_folding_move(folding)->counts.conflicts, 1);
	td_folding_assert_stored(folding, "conflicts", "3/a", "3");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_folding_start, td_folding_stop)
	const struct CMUnitTest tests[] = {
		TEST(each_verdict_is_counted_for_what_it_is),
		TEST(a_row_said_again_on_another_line_is_a_repeat),
		TEST(a_rejection_is_open_with_its_codes_until_it_is_corrected),
		TEST(every_code_of_a_verdict_is_counted_and_shown_once),
		TEST(a_conflict_is_listed_with_its_revision),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
