/* batch: when it is full, and that nothing is lost then. */
#include "aggregator/batch.h"

#include "aggregator/batch_parts.h"
#include "tests/support/folding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static void a_full_batch_takes_no_more_and_loses_nothing(void **state)
{
	td_folding_t *folding = *state;
	uint64_t offset = 0;
	char id[16];
	td_added_t added = TD_ADDED;
	for (; added == TD_ADDED; offset++) {
		(void)snprintf(id, sizeof id, "%u/x", (unsigned)offset);
		added = td_folding_add(folding, td_folding_say(folding, id, 1, offset));
	}
	assert_int_equal(added, TD_ADDED_FULL);
	assert_int_equal(td_batch_count(folding->batch), TD_FOLDING_VERDICTS_MAX);
	assert_int_equal(td_folding_move(folding)->position.next, TD_FOLDING_VERDICTS_MAX);
	assert_int_equal(td_folding_add(folding, td_folding_say(folding, id, 1, offset - 1)),
			 TD_ADDED);
	assert_int_equal(td_folding_move(folding)->counts.records, TD_FOLDING_VERDICTS_MAX + 1);
}

static void as_many_sources_as_a_batch_holds_and_one_more(void **state)
{
	td_folding_t *folding = *state;
	for (uint64_t i = 0; i <= TD_BATCH_SOURCES_MAX; i++) {
		td_told_t told = td_folding_accident(folding, "a", 1, 7);
		told.event->epoch = 1 + i;
		td_added_t added = td_folding_add(folding, td_folding_verdict(folding, &told, i));
		assert_int_equal(added, i < TD_BATCH_SOURCES_MAX ? TD_ADDED : TD_ADDED_FULL);
	}
	(void)td_folding_move(folding);
	assert_int_not_equal(td_folding_stored(folding, "sources", "main/256").size, 0);
	assert_int_equal(td_folding_stored(folding, "sources", "main/257").size, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_folding_start, td_folding_stop)
	const struct CMUnitTest tests[] = {
		TEST(a_full_batch_takes_no_more_and_loses_nothing),
		TEST(as_many_sources_as_a_batch_holds_and_one_more),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
