/* partition: where a worker goes on after whatever the end of a verdict log looks like. */
#include "workers/partition.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef struct told {
	uint64_t first, through; /* equal unless absent */
	const char *raw;         /* NULL: absent */
} told_t;

static uint64_t through_of(const Thidua__V1__Verdict *verdict)
{
	return verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ABSENT
		       ? verdict->absent->through_offset
		       : verdict->raw_offset;
}

/* Takes one verdict; every second event is a rejected one. */
static unsigned take(td_tail_t *tail, const told_t *told)
{
	Thidua__V1__Verdict verdict = THIDUA__V1__VERDICT__INIT;
	Thidua__V1__Enriched enriched = THIDUA__V1__ENRICHED__INIT;
	Thidua__V1__Rejected rejected = THIDUA__V1__REJECTED__INIT;
	Thidua__V1__Absent absent = THIDUA__V1__ABSENT__INIT;

	verdict.raw_offset = told->first;
	verdict.append_ms = (int64_t)told->first * 10;
	if (!told->raw) {
		absent.through_offset = told->through;
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ABSENT;
		verdict.absent = &absent;
	} else if (told->first % 2) {
		rejected.raw = (ProtobufCBinaryData){strlen(told->raw), (uint8_t *)told->raw};
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_REJECTED;
		verdict.rejected = &rejected;
	} else {
		enriched.raw = (ProtobufCBinaryData){strlen(told->raw), (uint8_t *)told->raw};
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ENRICHED;
		verdict.enriched = &enriched;
	}
	assert_int_equal(td_verdict_through(&verdict), through_of(&verdict));
	td_slice_t bytes = td_verdict_raw(&verdict);
	assert_int_equal(bytes.data != NULL, told->raw != NULL);
	if (told->raw)
		assert_true(td_slice_equal(bytes, td_slice_text(told->raw)));
	return td_tail_take(tail, &verdict);
}

static void an_empty_verdict_log_begins_at_the_first_offset(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_false(tail.any);
	assert_false(tail.event);
	assert_int_equal(tail.next, 0);
}

enum { BOTH = TD_TAIL_OLDEST | TD_TAIL_NEWEST };

static void the_highest_raw_offset_decides_not_the_last_record(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_int_equal(take(&tail, &(told_t){7, 7, "g"}), BOTH);
	assert_int_equal(take(&tail, &(told_t){8, 8, "h"}), TD_TAIL_NEWEST);
	assert_int_equal(take(&tail, &(told_t){3, 3, "c"}), TD_TAIL_OLDEST); /* a zombie's */
	assert_int_equal(tail.next, 9);
	assert_int_equal(tail.first, 3);
	assert_int_equal(tail.newest, 8);
	assert_int_equal(tail.oldest, 3);
	assert_int_equal(tail.count, 3);
}

static void of_two_verdicts_on_one_offset_the_first_is_compared(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_int_equal(take(&tail, &(told_t){4, 4, "first"}), BOTH);
	assert_int_equal(take(&tail, &(told_t){4, 4, "second"}), 0);
	assert_int_equal(tail.next, 5);
}

static void an_absent_range_moves_the_next_offset_but_is_not_compared(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_int_equal(take(&tail, &(told_t){4, 4, "e"}), BOTH);
	assert_int_equal(take(&tail, &(told_t){5, 9, NULL}), 0);
	assert_int_equal(tail.next, 10);
	assert_int_equal(tail.newest, 4);
}

static void only_absent_verdicts_leave_nothing_to_compare(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_int_equal(take(&tail, &(told_t){0, 0, NULL}), 0);
	assert_true(tail.any);
	assert_false(tail.event);
	assert_int_equal(tail.next, 1);
}

static void an_event_of_no_bytes_is_one_to_compare(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_int_equal(take(&tail, &(told_t){0, 0, ""}), BOTH);
	assert_true(tail.event);
}

static void a_verdict_log_that_begins_late_was_made_anew_and_is_filled(void **state)
{
	static const struct {
		td_tail_t tail;
		uint64_t raw_low, start;
	} table[] = {
		{{.any = false}, 0, 0},
		{{.any = true, .count = 5, .first = 0, .next = 5}, 0, 5},
		{{.any = true, .count = 5, .first = 40, .next = 45}, 0, 0},
		{{.any = true, .count = 5, .first = 40, .next = 45}, 7, 7},
		{{.any = true, .count = 5, .first = 40, .next = 45}, 40, 45},
		/* More than the tail: where it begins is not known. */
		{{.any = true, .count = TD_TAIL_RECORDS, .first = 40, .next = 200000}, 0, 200000},
	};

	(void)state;
	for (size_t i = 0; i < TD_COUNT(table); i++)
		assert_int_equal(td_tail_start(&table[i].tail, table[i].raw_low), table[i].start);
}

static void what_was_judged_is_skipped_and_a_jump_is_seen(void **state)
{
	(void)state;
	assert_int_equal(td_partition_arrival(5, 4), TD_ARRIVAL_PAST);
	assert_int_equal(td_partition_arrival(5, 5), TD_ARRIVAL_NEXT);
	assert_int_equal(td_partition_arrival(5, 6), TD_ARRIVAL_BEHIND);
	assert_int_equal(td_partition_arrival(0, 0), TD_ARRIVAL_NEXT);
}

static void a_report_that_does_not_rise_means_a_cut_verdict_log(void **state)
{
	int64_t last = -1;

	(void)state;
	assert_true(td_partition_delivered(&last, 0));
	assert_true(td_partition_delivered(&last, 7));
	assert_false(td_partition_delivered(&last, 7));
	assert_false(td_partition_delivered(&last, 0));
	assert_int_equal(last, 7);
	assert_true(
		td_partition_delivered(&last, -1)); /* it had it already, and does not say where */
	assert_int_equal(last, 7);
}

static void a_partition_goes_through_its_life(void **state)
{
	static const struct {
		td_partition_event_t event;
		td_partition_state_t after;
	} life[] = {
		{TD_PARTITION_ASSIGNED, TD_PARTITION_WAITING},
		{TD_PARTITION_READY, TD_PARTITION_TAIL},
		{TD_PARTITION_TAIL_READ, TD_PARTITION_COMPARING},
		{TD_PARTITION_SAME, TD_PARTITION_RUNNING},
		{TD_PARTITION_UNREADABLE, TD_PARTITION_BLOCKED},
		{TD_PARTITION_DECIDED, TD_PARTITION_RUNNING},
		{TD_PARTITION_UNSURE, TD_PARTITION_WAITING},
		{TD_PARTITION_READY, TD_PARTITION_TAIL},
		{TD_PARTITION_TAIL_PLAIN, TD_PARTITION_RUNNING},
		{TD_PARTITION_REVOKED, TD_PARTITION_IDLE},
	};
	td_partition_state_t at = TD_PARTITION_IDLE;

	(void)state;
	for (size_t i = 0; i < TD_COUNT(life); i++) {
		assert_true(td_partition_step(&at, life[i].event));
		assert_int_equal(at, life[i].after);
	}
}

static void only_running_follows_a_comparison_that_agreed(void **state)
{
	(void)state;
	for (int from = 0; from < TD_PARTITION_STATES; from++)
		for (int event = 0; event < TD_PARTITION_EVENTS; event++) {
			td_partition_state_t at = (td_partition_state_t)from;

			if (!td_partition_step(&at, (td_partition_event_t)event)) {
				assert_int_equal(at, from);
				continue;
			}
			if (at == TD_PARTITION_RUNNING)
				assert_true(event == TD_PARTITION_SAME ||
					    event == TD_PARTITION_TAIL_PLAIN ||
					    event == TD_PARTITION_DECIDED);
			if (from == TD_PARTITION_STOPPED)
				assert_int_equal(event, TD_PARTITION_REVOKED);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_verdict_log_begins_at_the_first_offset),
		cmocka_unit_test(the_highest_raw_offset_decides_not_the_last_record),
		cmocka_unit_test(of_two_verdicts_on_one_offset_the_first_is_compared),
		cmocka_unit_test(an_absent_range_moves_the_next_offset_but_is_not_compared),
		cmocka_unit_test(only_absent_verdicts_leave_nothing_to_compare),
		cmocka_unit_test(an_event_of_no_bytes_is_one_to_compare),
		cmocka_unit_test(a_verdict_log_that_begins_late_was_made_anew_and_is_filled),
		cmocka_unit_test(what_was_judged_is_skipped_and_a_jump_is_seen),
		cmocka_unit_test(a_report_that_does_not_rise_means_a_cut_verdict_log),
		cmocka_unit_test(a_partition_goes_through_its_life),
		cmocka_unit_test(only_running_follows_a_comparison_that_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
