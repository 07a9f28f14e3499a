/* shard_state: every step of a shard's life is listed here; all others are refused. */
#include "aggregator/shard_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct {
	td_shard_state_t from;
	td_shard_event_t event;
	td_shard_state_t to;
} allowed[] = {
	{TD_SHARD_OPENING, TD_SHARD_FOUND_CLEARING, TD_SHARD_CLEARING},
	{TD_SHARD_OPENING, TD_SHARD_FOUND_REBUILDING, TD_SHARD_REBUILDING},
	{TD_SHARD_OPENING, TD_SHARD_FOUND_LIVE, TD_SHARD_LIVE},
	{TD_SHARD_OPENING, TD_SHARD_FOUND_STOPPED, TD_SHARD_STOPPED},
	{TD_SHARD_OPENING, TD_SHARD_FOUND_OTHER_OWNER, TD_SHARD_SUPERSEDED},
	{TD_SHARD_OPENING, TD_SHARD_TORN, TD_SHARD_CLEARING},
	{TD_SHARD_OPENING, TD_SHARD_CONTRADICTED, TD_SHARD_STOPPED},
	{TD_SHARD_OPENING, TD_SHARD_LOST, TD_SHARD_OPENING},
	{TD_SHARD_CLEARING, TD_SHARD_CLEARED, TD_SHARD_REBUILDING},
	{TD_SHARD_CLEARING, TD_SHARD_LOST, TD_SHARD_OPENING},
	{TD_SHARD_REBUILDING, TD_SHARD_CAUGHT_UP, TD_SHARD_LIVE},
	{TD_SHARD_REBUILDING, TD_SHARD_TORN, TD_SHARD_CLEARING},
	{TD_SHARD_REBUILDING, TD_SHARD_CONTRADICTED, TD_SHARD_STOPPED},
	{TD_SHARD_REBUILDING, TD_SHARD_LOST, TD_SHARD_OPENING},
	{TD_SHARD_LIVE, TD_SHARD_TORN, TD_SHARD_CLEARING},
	{TD_SHARD_LIVE, TD_SHARD_CONTRADICTED, TD_SHARD_STOPPED},
	{TD_SHARD_LIVE, TD_SHARD_LOST, TD_SHARD_OPENING},
	{TD_SHARD_STOPPED, TD_SHARD_LOST, TD_SHARD_OPENING},
};

static const td_shard_state_t *next_of(td_shard_state_t from, td_shard_event_t event)
{
	for (size_t i = 0; i < TD_COUNT(allowed); i++)
		if (allowed[i].from == from && allowed[i].event == event)
			return &allowed[i].to;
	return NULL;
}

static void only_the_listed_steps_are_taken(void **state)
{
	(void)state;
	for (int from = 0; from < TD_SHARD_STATES; from++) {
		for (int event = 0; event < TD_SHARD_EVENTS; event++) {
			td_shard_state_t at = (td_shard_state_t)from;
			const td_shard_state_t *to = next_of(at, (td_shard_event_t)event);
			assert_int_equal(td_shard_state_step(&at, (td_shard_event_t)event),
					 to != NULL);
			assert_int_equal(at, to != NULL ? *to : (td_shard_state_t)from);
		}
	}
}

static void a_number_that_is_no_state_or_event_is_refused(void **state)
{
	(void)state;
	td_shard_state_t at = TD_SHARD_STATES;
	assert_false(td_shard_state_step(&at, TD_SHARD_LOST));
	at = TD_SHARD_LIVE;
	assert_false(td_shard_state_step(&at, TD_SHARD_EVENTS));
	assert_string_equal(td_shard_state_name(TD_SHARD_STATES), "?");
	assert_string_equal(td_shard_state_name(TD_SHARD_LIVE), "live");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_listed_steps_are_taken),
		cmocka_unit_test(a_number_that_is_no_state_or_event_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
