/* targets: a target for a figure that nobody counts is named until it is corrected. */
#include "aggregator/targets.h"

#include "common/buf.h"
#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ARENA = 1024 * 1024, DAY = 20210304 };

static td_arena_t *arena;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

/* One statement: of a record, its revision, for a figure; NULL takes the target back. */
typedef struct said {
	const char *record_id;
	uint64_t revision;
	const char *code;
} said_t;

static td_told_t told(const said_t *said)
{
	static Thidua__V1__Target target;
	static Thidua__V1__Retraction retraction;
	Thidua__V1__Event *event = td_told_event(THIDUA__V1__KIND__KIND_TARGET, said->record_id,
						 said->revision, DAY, arena);
	thidua__v1__target__init(&target);
	thidua__v1__retraction__init(&retraction);
	event->body_case = said->code != NULL ? THIDUA__V1__EVENT__BODY_TARGET
					      : THIDUA__V1__EVENT__BODY_RETRACTION;
	if (said->code != NULL) {
		target.metric = (char *)(uintptr_t)said->code;
		event->target = &target;
	} else {
		event->retraction = &retraction;
	}
	return td_told_accepted(event, TD_TOLD_REPORTER, arena);
}

static void add(void *context, const char *record_id, const char *code)
{
	td_buf_t *found = context;
	td_buf_add_text(found, record_id);
	td_buf_add_text(found, " ");
	td_buf_add_text(found, code);
	td_buf_add_text(found, "\n");
}

static void assert_unknown(td_targets_t *targets, const char *expected)
{
	td_buf_t found = td_buf_make(ARENA);
	assert_true(td_targets_unknown(targets, add, &found));
	td_buf_add_byte(&found, 0);
	assert_string_equal((const char *)found.data, expected);
	td_buf_free(&found);
}

static void take_all(td_targets_t *targets, const said_t *said, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const td_told_t one = told(&said[i]);
		assert_true(td_targets_take(targets, td_told_verdict(&one, i, 1, arena)));
	}
}

static void the_latest_statement_of_each_record_decides(void **state)
{
	(void)state;
	static const said_t said[] = {
		{"b", 1, "cases.solvd"},      {"a", 1, "clearence"},
		{"known", 1, "clearance"},    {"sum", 1, "cases.reported"},
		{"corrected", 1, "clearanc"}, {"corrected", 2, "clearance"},
		{"back", 1, "clearanc"},      {"back", 2, NULL},
		{"late", 2, "clearance"},     {"late", 1, "clearanc"},
		{"worse", 1, "clearance"},    {"worse", 2, "cleared"},
		{"worse", 2, "cleared"},
	};
	td_targets_t *targets = td_targets_new();
	assert_non_null(targets);
	take_all(targets, said, TD_COUNT(said));
	assert_unknown(targets, "a clearence\nb cases.solvd\nworse cleared\n");
	td_targets_free(targets);
}

static void what_is_no_accepted_target_is_passed_over(void **state)
{
	(void)state;
	static const said_t refused = {"a", 1, "clearence"};
	td_targets_t *targets = td_targets_new();
	assert_non_null(targets);
	const td_told_t rejected = td_told_refused(told(&refused).event, 101, "unit", arena);
	Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, "b", 1, DAY, arena);
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = &accident;
	const td_told_t other = td_told_accepted(event, TD_TOLD_REPORTER, arena);
	assert_true(td_targets_take(targets, td_told_verdict(&rejected, 0, 1, arena)));
	assert_true(td_targets_take(targets, td_told_verdict(&other, 1, 1, arena)));
	assert_true(td_targets_take(targets, td_told_absent(2, 3, arena)));
	assert_true(td_targets_take(targets, td_slice_text("no verdict")));
	assert_true(td_targets_take(targets, (td_slice_t){NULL, 0}));
	assert_unknown(targets, "");
	td_targets_free(targets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_statement_of_each_record_decides),
		cmocka_unit_test(what_is_no_accepted_target_is_passed_over),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
