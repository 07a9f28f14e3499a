/* reconcile_sources: what a source numbered and the log has not, has otherwise, or has too late. */
#include "aggregator/audit/reconcile_sources.h"

#include "aggregator/position.h"
#include "producers/segment.h"
#include "tests/model/told.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ARENA = 1024 * 1024, EVENT_MAX = 512, TEXT_MAX = 4096, MINUTE_MS = 60000 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

static td_arena_t *arena, *judging;
static td_reference_t *reference;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	judging = td_arena_new(TD_JUDGED_ARENA);
	reference = td_tables_read(1);
	return arena == NULL || judging == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	td_reference_free(reference);
	td_arena_free(judging);
	td_arena_free(arena);
	return 0;
}

/* The event `sequence` of a source that says `script`: "eec" is two events and a checkpoint. */
static td_slice_t said(const char *script, uint64_t epoch, uint64_t sequence, bool altered)
{
	static uint8_t packed[EVENT_MAX];
	Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
	Thidua__V1__Checkpoint checkpoint = THIDUA__V1__CHECKPOINT__INIT;
	td_chain_t chain = {{0}};
	td_arena_reset(arena);
	for (uint64_t before = 1; script[sequence - 1] == 'c' && before < sequence; before++)
		chain = td_chain_next(chain, said(script, epoch, before, false));
	bool is_event = script[sequence - 1] == 'e';
	Thidua__V1__Event *event = td_told_event(
		is_event ? THIDUA__V1__KIND__KIND_ACCIDENT : THIDUA__V1__KIND__KIND_CHECKPOINT,
		is_event ? "2021-000001" : "", is_event ? sequence : 0, 20210305, arena);
	event->source = "main";
	event->epoch = epoch;
	event->sequence = sequence;
	if (is_event) {
		accident.mode = THIDUA__V1__TRAFFIC_MODE__TRAFFIC_MODE_ROAD;
		accident.class_ = THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_SERIOUS;
		accident.damage_vnd = altered ? 2 : 1;
		event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
		event->accident = &accident;
	} else {
		chain.bytes[0] ^= altered ? 1 : 0;
		checkpoint.last_sequence = sequence - 1;
		checkpoint.running_sha256 = (ProtobufCBinaryData){TD_CHAIN_SIZE, chain.bytes};
		checkpoint.complete_until = event->occurred_at;
		event->unit = "";
		event->occurred_at = NULL;
		event->occurred_precision = 0;
		event->body_case = THIDUA__V1__EVENT__BODY_CHECKPOINT;
		event->checkpoint = &checkpoint;
	}
	return (td_slice_t){packed, thidua__v1__event__pack(event, packed)};
}

/* "sequence_gap 2-3, " */
static bool hear(void *context, const td_mismatch_t *mismatch, td_err_t *err)
{
	char *text = context;
	size_t used = strlen(text);
	(void)err;
	assert_string_equal(mismatch->source, "main");
	(void)snprintf(text + used, TEXT_MAX - used, "%s%s %u", used > 0 ? ", " : "",
		       td_mismatch_info(mismatch->kind)->code, (unsigned)mismatch->first_sequence);
	used = strlen(text);
	if (mismatch->last_sequence != mismatch->first_sequence)
		(void)snprintf(text + used, TEXT_MAX - used, "-%u",
			       (unsigned)mismatch->last_sequence);
	return true;
}

/* Takes a log: "1 2! +15 @6 1": event 1, event 2 altered, 15 minutes later, of epoch 6 event 1. */
static void take(td_sources_t *sources, const char *script, const char *log, td_err_t *err)
{
	uint64_t epoch = 5, offset = 0;
	int64_t now_ms = NOW_MS;
	while (*log != '\0') {
		char *end;
		bool is_time = *log == '+', is_epoch = *log == '@';
		uint64_t number = strtoull(log + (is_time || is_epoch ? 1 : 0), &end, 10);
		now_ms += is_time ? (int64_t)number * MINUTE_MS : 0;
		epoch = is_epoch ? number : epoch;
		if (!is_time && !is_epoch) {
			td_judged_t judged;
			const td_raw_t raw = {offset++, now_ms,
					      said(script, epoch, number, *end == '!')};
			td_arena_reset(judging);
			assert_true(td_judged_make(&raw, TD_TOLD_REPORTER, reference, judging,
						   &judged));
			assert_true(td_sources_take(sources, &judged, err));
		}
		log = end + strspn(end, "! ");
	}
	assert_true(td_sources_finish(sources, now_ms, err));
}

static const struct {
	const char *shows, *script, *log, *found;
	uint64_t received, repeats, missing, checkpoints, proven;
} cases[] = {
	{"a whole source", "eeceec", "1 2 3 4 5 6", "", 6, 0, 0, 2, 2},
	{"a source that sends again", "eecec", "1 2 1 2 3 4 3 4 5", "", 9, 4, 0, 2, 2},
	{"an event dropped", "eecec", "1 3 4 5", "checkpoint_unproven 3, sequence_gap 2", 4, 0, 1,
	 2, 1},
	{"an event altered", "eecec", "1 2! 3 4 5", "checkpoint_differs 3", 5, 0, 0, 2, 1},
	{"a checkpoint altered", "eecec", "1 2 3! 4 5",
	 "checkpoint_differs 3, checkpoint_differs 5", 5, 0, 0, 2, 0},
	{"an event sent again as another", "eecec", "1 2 2! 3 4 5", "repeat_differs 2", 6, 1, 0, 2,
	 2},
	{"the first one sent again as another", "eec", "1 1! 2 3", "repeat_differs 1", 4, 1, 0, 1,
	 1},
	{"two events moved", "eeec", "1 3 2 4", "sequence_order 2, checkpoint_unproven 4", 4, 0, 0,
	 1, 0},
	{"what comes after a gap that a checkpoint ends is proven again", "eeceeec", "1 3 4 5 6 7",
	 "checkpoint_unproven 3, sequence_gap 2", 6, 0, 1, 2, 1},
	{"a repeat after a gap is compared from the next checkpoint on", "eecee", "1 3 4 4! 5 1!",
	 "checkpoint_unproven 3, repeat_differs 4, sequence_gap 2", 6, 2, 1, 1, 0},
	{"the beginning missing", "eeec", "3 4", "checkpoint_unproven 4, sequence_gap 1-2", 2, 0, 2,
	 1, 0},
	{"no checkpoint for long", "eeec", "1 2 +11 3 4", "checkpoint_missing 1", 4, 0, 0, 1, 1},
	{"a checkpoint just in time", "ecec", "1 +10 2 +60 3 +10 4", "", 4, 0, 0, 2, 2},
	{"an end without a checkpoint", "ece", "1 2 3 +11", "checkpoint_missing 3", 3, 0, 0, 1, 1},
	{"an end that waits for its checkpoint", "ece", "1 2 3 +9", "", 3, 0, 0, 1, 1},
	{"nothing at all for an hour after a checkpoint", "ec", "1 2 +60", "", 2, 0, 0, 1, 1},
	{"an old epoch that returns", "eec", "1 2 @6 1 @5 3", "epoch_returned 3", 3, 0, 0, 1, 1},
	{"an old epoch that is only sent again", "eec", "1 2 3 @6 1 @5 2", "", 4, 1, 0, 1, 1},
};

static void each_trail_is_told_as_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char text[TEXT_MAX] = "";
		td_err_t err;
		td_sources_t *sources =
			td_sources_new(TD_TOLD_REPORTER, (td_mismatch_to_t){hear, text});
		assert_non_null(sources);
		print_message("%s\n", cases[i].shows);
		take(sources, cases[i].script, cases[i].log, &err);
		assert_string_equal(text, cases[i].found);
		const td_trail_t *trail = td_sources_get(sources, 0);
		assert_int_equal(trail->received, cases[i].received);
		assert_int_equal(trail->enriched + trail->rejected, trail->received);
		assert_int_equal(trail->repeats, cases[i].repeats);
		assert_int_equal(trail->missing, cases[i].missing);
		assert_int_equal(trail->checkpoints, cases[i].checkpoints);
		assert_int_equal(trail->proven, cases[i].proven);
		td_sources_free(sources);
	}
}

static void a_repeat_is_compared_as_long_as_it_lies_in_the_window(void **state)
{
	(void)state;
	static char script[2 * TD_TRAIL_WINDOW + 1], log[16 * TD_TRAIL_WINDOW];
	char text[TEXT_MAX] = "";
	size_t used = 0;
	td_err_t err;
	memset(script, 'e', sizeof script - 1);
	for (unsigned sequence = 1; sequence <= 2 * TD_TRAIL_WINDOW; sequence++)
		used += (size_t)snprintf(log + used, sizeof log - used, "%u ", sequence);
	(void)snprintf(log + used, sizeof log - used, "%d! %d! %d", TD_TRAIL_WINDOW + 2,
		       TD_TRAIL_WINDOW, 2 * TD_TRAIL_WINDOW);
	td_sources_t *sources = td_sources_new(TD_TOLD_REPORTER, (td_mismatch_to_t){hear, text});
	assert_non_null(sources);
	take(sources, script, log, &err);
	assert_string_equal(text, "repeat_differs 258");
	td_sources_free(sources);
}

static void more_gaps_than_can_be_remembered_are_named_at_once(void **state)
{
	(void)state;
	enum { EVENTS = TD_HOLES_MAX + 2 };
	static char script[2 * EVENTS + 1], log[8 * EVENTS];
	char text[TEXT_MAX] = "";
	size_t used = 0;
	td_err_t err;
	memset(script, 'e', sizeof script - 1);
	for (unsigned i = 1; i <= EVENTS; i++)
		used += (size_t)snprintf(log + used, sizeof log - used, "%u ", 2 * i);
	td_sources_t *sources = td_sources_new(TD_TOLD_REPORTER, (td_mismatch_to_t){hear, text});
	assert_non_null(sources);
	take(sources, script, log, &err);
	assert_int_equal(strncmp(text, "sequence_gap 129, sequence_gap 131, sequence_gap 1,", 51),
			 0);
	assert_int_equal(td_sources_get(sources, 0)->missing, EVENTS);
	assert_int_equal(td_sources_get(sources, 0)->next_sequence, 2 * EVENTS + 1);
	td_sources_free(sources);
}

static void what_is_another_reporter_s_or_nobody_s_is_counted_apart(void **state)
{
	(void)state;
	char text[TEXT_MAX] = "";
	td_err_t err;
	td_sources_t *sources = td_sources_new("vn-07", (td_mismatch_to_t){hear, text});
	assert_non_null(sources);
	take(sources, "ee", "1 2", &err);
	assert_int_equal(td_sources_count(sources), 0);
	assert_int_equal(td_sources_unnamed(sources), 2);
	assert_string_equal(text, "");
	td_sources_free(sources);
}

static void every_mismatch_has_a_code_and_two_sentences(void **state)
{
	(void)state;
	for (int kind = 0; kind < TD_MISMATCHES; kind++) {
		const td_mismatch_info_t *info = td_mismatch_info((td_mismatch_kind_t)kind);
		assert_true(strlen(info->code) > 3);
		assert_true(strlen(info->vi) > 10 && strlen(info->en) > 10);
		for (int other = 0; other < kind; other++)
			assert_string_not_equal(info->code,
						td_mismatch_info((td_mismatch_kind_t)other)->code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_trail_is_told_as_it_was),
		cmocka_unit_test(a_repeat_is_compared_as_long_as_it_lies_in_the_window),
		cmocka_unit_test(more_gaps_than_can_be_remembered_are_named_at_once),
		cmocka_unit_test(what_is_another_reporter_s_or_nobody_s_is_counted_apart),
		cmocka_unit_test(every_mismatch_has_a_code_and_two_sentences),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
