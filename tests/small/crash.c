/*
 * crash: workers and aggregators stopped between every two steps, alone and in pairs: always the
 * sums of the set, and after every write what the raw log up to the position says.
 *
 * One short raw log is worked off by a fixed order of steps (read, judge, send, append, report;
 * claim, take, read states, fold, read tallies, finish, watch, write, reply). Every trouble is made
 * to happen at every step of it, and every pair of troubles at every pair of steps; then all goes
 * on until it rests.
 */
#include "tests/model/pipeline.h"
#include "tests/model/told.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { ARENA = 1024 * 1024, BATCH_MAX = 2 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

/* Something that happens before step `at`. */
typedef struct trouble {
	td_move_t move;
	size_t at;
} trouble_t;

static td_arena_t *arena;
static td_reference_t *reference;
static td_model_story_t story;
static td_pipeline_t pipeline;
static size_t runs;

static void say(Thidua__V1__Event *event, uint64_t sequence)
{
	static uint8_t bytes[16][512];
	event->source = "main";
	event->epoch = 5;
	event->sequence = sequence;
	td_slice_t raw = {bytes[story.raw.count], 0};
	raw.size = thidua__v1__event__pack(event, bytes[story.raw.count]);
	td_model_log_append(&story.raw, raw, NOW_MS + (int64_t)story.raw.count);
}

static Thidua__V1__Event *accident(const char *id, uint64_t revision, uint32_t deaths)
{
	static Thidua__V1__Accident said[16];
	Thidua__V1__Accident *about = &said[story.raw.count];
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, id, revision, 20210305, arena);
	thidua__v1__accident__init(about);
	about->mode = THIDUA__V1__TRAFFIC_MODE__TRAFFIC_MODE_ROAD;
	about->class_ = THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_SERIOUS;
	about->deaths = deaths;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = about;
	return event;
}

/* An accident, nothing, its correction, something wrong about another, and the correction again. */
static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	reference = td_tables_read(1);
	story.reference = reference;
	say(accident("2021-000001", 1, 1), 1);
	td_model_log_skip(&story.raw);
	say(accident("2021-000001", 2, 0), 2);
	Thidua__V1__Event *wrong = accident("2021-000002", 2, 1);
	wrong->unit = "vn-06.nobody";
	say(wrong, 3);
	say(accident("2021-000001", 2, 0), 2);
	td_pipeline_init(&pipeline, BATCH_MAX);
	return td_model_story_finish(&story) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	td_pipeline_free(&pipeline);
	td_model_story_free(&story);
	td_reference_free(reference);
	td_arena_free(arena);
	return 0;
}

/* The next step that moves anything; the last event comes later. False when none does. */
static bool one_step(void)
{
	if (pipeline.judging.raw_count + 1 < story.raw.count)
		(void)td_pipeline_move(&pipeline, TD_MOVE_SAY, 0);
	return td_pipeline_step(&pipeline);
}

/* How many steps it takes undisturbed. */
static size_t undisturbed(void)
{
	size_t steps = 0;
	td_pipeline_begin(&pipeline, &story);
	while (one_step())
		steps++;
	assert_true(td_pipeline_rests(&pipeline));
	assert_int_equal(pipeline.verdicts.count, story.raw.count);
	assert_int_equal(pipeline.aggregators[0].head.counts.enriched, 3);
	assert_int_equal(pipeline.aggregators[0].head.counts.rejected, 1);
	assert_int_equal(pipeline.aggregators[0].head.counts.absent, 1);
	return steps;
}

/* False when a trouble had nothing to do at its step: then nothing more is to be seen. */
static bool ends_well(const trouble_t *troubles, size_t count, size_t steps)
{
	td_pipeline_begin(&pipeline, &story);
	for (size_t step = 0; step <= steps; step++) {
		for (size_t i = 0; i < count; i++) {
			if (troubles[i].at == step &&
			    !td_pipeline_move(&pipeline, troubles[i].move, 0))
				return false;
		}
		(void)one_step();
	}
	runs++;
	if (td_pipeline_rests(&pipeline))
		return true;
	for (size_t i = 0; i < count; i++)
		print_error("trouble %d before step %zu\n", troubles[i].move, troubles[i].at);
	fail_msg("%s", pipeline.wrong);
	return false;
}

static void every_trouble_at_every_step(void **state)
{
	(void)state;
	size_t steps = undisturbed();
	for (int move = TD_MOVE_PROGRESS; move < TD_MOVES; move++) {
		for (size_t at = 0; at <= steps; at++)
			(void)ends_well(&(trouble_t){(td_move_t)move, at}, 1, steps);
	}
	print_message("%zu steps, %zu runs\n", steps, runs);
	assert_true(runs > 8 * steps);
}

/* Of a pair, whether the second says something beside the first. */
static bool belong_together(td_move_t first, td_move_t second)
{
	bool wakes = second == TD_MOVE_WORKER_WAKES || second == TD_MOVE_AGGREGATOR_WAKES;
	if (first == TD_MOVE_SNAPSHOT || second == TD_MOVE_PUT_BACK)
		return first == TD_MOVE_SNAPSHOT && second == TD_MOVE_PUT_BACK;
	return !wakes || second == first + 1;
}

static void pairs_of(td_move_t first, td_move_t second, size_t steps)
{
	for (size_t at = 0; at <= steps; at++) {
		for (size_t then = at; then <= steps; then++) {
			const trouble_t pair[] = {{first, at}, {second, then}};
			(void)ends_well(pair, 2, steps);
		}
	}
}

static void every_pair_of_troubles_at_every_pair_of_steps(void **state)
{
	(void)state;
	size_t steps = undisturbed();
	runs = 0;
	for (int first = TD_MOVE_PROGRESS; first < TD_MOVES; first++) {
		for (int second = TD_MOVE_PROGRESS; second < TD_MOVES; second++) {
			if (belong_together((td_move_t)first, (td_move_t)second))
				pairs_of((td_move_t)first, (td_move_t)second, steps);
		}
	}
	print_message("%zu runs\n", runs);
	assert_true(runs > 8 * steps * steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_trouble_at_every_step),
		cmocka_unit_test(every_pair_of_troubles_at_every_pair_of_steps),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
