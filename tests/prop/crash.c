/*
 * crash: three workers and three aggregators that all believe to own one reporter, in any order of
 * steps, with kills, lost replies, broken producers, zombies, a Redis put back or emptied and a
 * verdict log cut: always the sums of the set, and after every write what the raw log up to the
 * position says.
 */
#include "tests/model/chance.h"
#include "tests/model/pipeline.h"
#include "tests/model/told.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum {
	RUNS = 600,
	RAW_MAX = 30,
	MOVES = 900,
	EVENT_MAX = 512,
	ARENA = 4 * 1024 * 1024,
	BATCH_MAX = 3,
	MINUTE_MS = 60000,
};

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

static td_arena_t *arena;
static td_reference_t *reference;
static td_model_story_t story;
static td_pipeline_t pipeline;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	reference = td_tables_read(1);
	td_pipeline_init(&pipeline, BATCH_MAX);
	return arena == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	td_pipeline_free(&pipeline);
	td_reference_free(reference);
	td_arena_free(arena);
	return 0;
}

static Thidua__V1__Event *an_event(td_chance_t *chance)
{
	static Thidua__V1__Accident about;
	static Thidua__V1__Retraction retraction;
	char id[32];
	(void)snprintf(id, sizeof id, "2021-%06u", (unsigned)td_chance_below(chance, 4));
	Thidua__V1__Event *event = td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, id,
						 1 + td_chance_below(chance, 4), 20210304, arena);
	thidua__v1__accident__init(&about);
	thidua__v1__retraction__init(&retraction);
	about.mode = (Thidua__V1__TrafficMode)(1 + td_chance_below(chance, 2));
	about.class_ = THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_SERIOUS;
	about.deaths = (uint32_t)td_chance_below(chance, 2);
	about.damage_vnd = td_chance_below(chance, 3) * 1000;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = &about;
	if (td_chance_once_in(chance, 6)) {
		retraction.reason = THIDUA__V1__RETRACTION_REASON__RETRACTION_REASON_ERROR;
		event->body_case = THIDUA__V1__EVENT__BODY_RETRACTION;
		event->retraction = &retraction;
	}
	event->occurred_at->seconds -= (int64_t)td_chance_below(chance, 60) * 86400;
	if (td_chance_once_in(chance, 6))
		event->unit = "vn-06.nobody"; /* is rejected */
	return event;
}

/* Appends an event, garbage, nothing, or one that was sent before. */
static void append(td_chance_t *chance, uint64_t *sequence)
{
	static uint8_t bytes[RAW_MAX][EVENT_MAX];
	td_model_log_t *raw = &story.raw;
	int64_t now_ms = NOW_MS + (int64_t)raw->count * MINUTE_MS;
	const td_model_record_t *before =
		raw->count > 0 ? &raw->records[td_chance_below(chance, raw->count)] : NULL;
	if (td_chance_once_in(chance, 12)) {
		td_model_log_skip(raw);
	} else if (td_chance_once_in(chance, 20)) {
		td_model_log_append(raw, td_slice_text("garbage"), now_ms);
	} else if (td_chance_once_in(chance, 6) && before != NULL && before->is_there) {
		td_model_log_append(raw, before->bytes, now_ms);
	} else {
		Thidua__V1__Event *event = an_event(chance);
		event->source = "main";
		event->epoch = 5;
		event->sequence = ++*sequence;
		td_slice_t packed = {bytes[raw->count], 0};
		packed.size = thidua__v1__event__pack(event, bytes[raw->count]);
		td_model_log_append(raw, packed, now_ms);
	}
}

static void tell_story(td_chance_t *chance)
{
	uint64_t sequence = 0;
	size_t count = 2 + td_chance_below(chance, RAW_MAX - 1);
	td_arena_reset(arena);
	td_model_log_cut(&story.raw, 0);
	story.reference = reference;
	while (story.raw.count < count)
		append(chance, &sequence);
	assert_true(td_model_story_finish(&story));
}

/* Some runs have hardly any trouble, some little else; a log is cut in few of them. */
static td_move_t a_move(td_chance_t *chance, uint64_t calm, bool may_cut)
{
	if (!td_chance_once_in(chance, calm))
		return (td_move_t)td_chance_below(chance, TD_MOVE_PROGRESS);
	td_move_t move = (td_move_t)(TD_MOVE_PROGRESS +
				     td_chance_below(chance, TD_MOVES - TD_MOVE_PROGRESS));
	return move == TD_MOVE_CUT && !may_cut ? TD_MOVE_SNAPSHOT : move;
}

static void overlapping_owners_in_any_trouble_end_in_the_sums_of_the_set(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(run);
		tell_story(&chance);
		td_pipeline_begin(&pipeline, &story);
		uint64_t calm = 4 + td_chance_below(&chance, 60);
		bool may_cut = td_chance_once_in(&chance, 4);
		pipeline.worker_count = 1 + td_chance_below(&chance, TD_MODEL_ACTORS_MAX);
		pipeline.aggregator_count = 1 + td_chance_below(&chance, TD_MODEL_ACTORS_MAX);
		for (size_t i = 0; i < MOVES && pipeline.wrong == NULL; i++) {
			td_move_t move = a_move(&chance, calm, may_cut);
			/* Only an event that comes later tells of some troubles. */
			if (move == TD_MOVE_SAY &&
			    pipeline.judging.raw_count + 1 >= story.raw.count)
				continue;
			bool folds = move == TD_MOVE_FOLD || move == TD_MOVE_AGGREGATOR_DIES ||
				     move == TD_MOVE_REPLY_IS_LOST;
			size_t actors = folds ? pipeline.aggregator_count : pipeline.worker_count;
			(void)td_pipeline_move(&pipeline, move,
					       (size_t)td_chance_below(&chance, actors));
		}
		if (!td_pipeline_rests(&pipeline))
			fail_msg("run %u: %s", (unsigned)run, pipeline.wrong);
		td_model_story_free(&story);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlapping_owners_in_any_trouble_end_in_the_sums_of_the_set),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
