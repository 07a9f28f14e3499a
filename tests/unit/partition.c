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
static bool take(td_tail_t *tail, const told_t *told)
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
	td_slice_t bytes = td_tail_event_bytes(&verdict);

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

static void the_highest_raw_offset_decides_not_the_last_record(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_true(take(&tail, &(told_t){7, 7, "g"}));
	assert_true(take(&tail, &(told_t){8, 8, "h"}));
	assert_false(take(&tail, &(told_t){3, 3, "c"})); /* a zombie's */
	assert_int_equal(tail.next, 9);
	assert_int_equal(tail.event_offset, 8);
	assert_int_equal(tail.event_append_ms, 80);
}

static void of_two_verdicts_on_one_offset_the_first_is_compared(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_true(take(&tail, &(told_t){4, 4, "first"}));
	assert_false(take(&tail, &(told_t){4, 4, "second"}));
	assert_int_equal(tail.next, 5);
}

static void an_absent_range_moves_the_next_offset_but_is_not_compared(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_true(take(&tail, &(told_t){4, 4, "e"}));
	assert_false(take(&tail, &(told_t){5, 9, NULL}));
	assert_int_equal(tail.next, 10);
	assert_int_equal(tail.event_offset, 4);
}

static void only_absent_verdicts_leave_nothing_to_compare(void **state)
{
	td_tail_t tail = {0};

	(void)state;
	assert_false(take(&tail, &(told_t){0, 0, NULL}));
	assert_true(tail.any);
	assert_false(tail.event);
	assert_int_equal(tail.next, 1);
}

static void an_event_of_no_bytes_at_offset_0_is_compared(void **state)
{
	td_tail_t tail = {0};
	td_err_t err;

	(void)state;
	assert_true(take(&tail, &(told_t){0, 0, ""}));
	assert_true(tail.event);
	assert_true(td_tail_compare(&tail, td_slice_text(""), &(td_raw_t){0, 0, {NULL, 0}}, &err));
}

static void a_log_that_was_cut_or_replaced_is_noticed(void **state)
{
	td_tail_t tail = {
		.any = true, .next = 9, .event = true, .event_offset = 8, .event_append_ms = 80};
	static const struct {
		td_raw_t raw;
		const char *bytes, *said;
	} table[] = {
		{{.offset = 9, .append_ms = 80}, "h", "nothing there"},
		{{.offset = 8, .append_ms = 81}, "h", "append time"},
		{{.offset = 8, .append_ms = 80}, "i", "other bytes"},
		{{.offset = 8, .append_ms = 80}, "", "other bytes"},
		{{.offset = 8, .append_ms = 80}, "h", NULL},
	};

	(void)state;
	for (size_t i = 0; i < TD_COUNT(table); i++) {
		td_raw_t raw = table[i].raw;
		td_err_t err = {0};

		raw.bytes = td_slice_text(table[i].bytes);
		bool same = td_tail_compare(&tail, td_slice_text("h"), &raw, &err);

		assert_int_equal(same, !table[i].said);
		if (table[i].said) {
			assert_int_equal(err.code, TD_EINTEGRITY);
			assert_non_null(strstr(err.text, table[i].said));
		}
	}
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
		cmocka_unit_test(an_event_of_no_bytes_at_offset_0_is_compared),
		cmocka_unit_test(a_log_that_was_cut_or_replaced_is_noticed),
		cmocka_unit_test(what_was_judged_is_skipped_and_a_jump_is_seen),
		cmocka_unit_test(a_report_that_does_not_rise_means_a_cut_verdict_log),
		cmocka_unit_test(a_partition_goes_through_its_life),
		cmocka_unit_test(only_running_follows_a_comparison_that_agreed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
