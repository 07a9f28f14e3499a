/*
 * reconcile: nothing is found in honest logs, whatever workers and aggregators went through, and
 * everything that is done to them afterwards.
 */
#include "aggregator/audit/reconcile_sources.h"
#include "aggregator/audit/reconcile_verdicts.h"
#include "tests/model/chance.h"
#include "tests/model/pipeline.h"
#include "tests/model/told.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { RUNS = 200, RAW_MAX = 30, MOVES = 300, ARENA = 4 * 1024 * 1024, VERDICT_COPY_MAX = 2048 };

static td_arena_t *arena, *judging;
static td_versions_t *versions;
static td_model_story_t story;
static td_pipeline_t pipeline;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	judging = td_arena_new(TD_JUDGED_ARENA);
	versions = td_versions_new();
	if (arena == NULL || judging == NULL || versions == NULL)
		return -1;
	td_tables_publish(versions, 1, 0);
	story.reference = td_versions_find(versions, 1)->reference;
	td_pipeline_init(&pipeline, 3);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_pipeline_free(&pipeline);
	td_versions_free(versions);
	td_arena_free(judging);
	td_arena_free(arena);
	return 0;
}

/* How often each thing was found. */
typedef struct found {
	size_t count[TD_MISMATCHES], all;
} found_t;

static bool hear(void *context, const td_mismatch_t *mismatch, td_err_t *err)
{
	found_t *found = context;
	(void)err;
	found->count[mismatch->kind]++;
	found->all++;
	return true;
}

static td_raw_t raw_at(size_t offset)
{
	const td_model_record_t *record = &story.raw.records[offset];
	return (td_raw_t){offset, record->append_ms, record->bytes};
}

static const td_raw_t *raw_from(uint64_t offset, td_raw_t *raw)
{
	while (offset < story.raw.count && !story.raw.records[offset].is_there)
		offset++;
	if (offset >= story.raw.count)
		return NULL;
	*raw = raw_at((size_t)offset);
	return raw;
}

static void reconcile_verdicts(found_t *found)
{
	td_verdicts_t verdicts;
	td_err_t err;
	td_verdicts_init(&verdicts, &(td_verdicts_of_t){.reporter = TD_TOLD_REPORTER,
							.rule = {.versions = versions},
							.end = story.raw.count,
							.log_end = story.raw.count,
							.to = {hear, found}});
	for (size_t at = 0; at < pipeline.verdicts.count; at++) {
		td_verdict_record_t record = {at, pipeline.verdicts.records[at].bytes};
		uint64_t about = 0;
		td_raw_t raw;
		(void)!td_verdicts_about(&record, judging, &about);
		assert_true(
			td_verdicts_take(&verdicts, &record, raw_from(about, &raw), judging, &err));
	}
	assert_true(td_verdicts_finish(&verdicts, &err));
	assert_int_equal(verdicts.enriched + verdicts.rejected + verdicts.absent + verdicts.missing,
			 story.raw.count);
}

static void reconcile_sources(found_t *found)
{
	td_err_t err;
	td_sources_t *sources = td_sources_new(TD_TOLD_REPORTER, (td_mismatch_to_t){hear, found});
	int64_t end_ms = 0;
	assert_non_null(sources);
	for (size_t offset = 0; offset < story.raw.count; offset++) {
		td_judged_t judged;
		td_raw_t raw = raw_at(offset);
		if (!story.raw.records[offset].is_there)
			continue;
		td_arena_reset(judging);
		assert_true(
			td_judged_make(&raw, TD_TOLD_REPORTER, story.reference, judging, &judged));
		assert_true(td_sources_take(sources, &judged, &err));
		end_ms = raw.append_ms;
	}
	assert_true(td_sources_finish(sources, end_ms, &err));
	td_sources_free(sources);
}

/* What is said late does not count here: chance gives no checkpoint for long. */
static found_t reconcile(void)
{
	found_t found = {{0}, 0};
	reconcile_verdicts(&found);
	reconcile_sources(&found);
	found.all -= found.count[TD_MISMATCH_CHECKPOINT_MISSING];
	return found;
}

/* Works a story off with overlapping workers in trouble, but no verdict lost. */
static void work_off(td_chance_t *chance)
{
	static const td_move_t troubles[] = {TD_MOVE_WORKER_DIES, TD_MOVE_PRODUCER_BREAKS,
					     TD_MOVE_WORKER_SLEEPS, TD_MOVE_WORKER_WAKES};
	td_model_story_by_chance(&story, RAW_MAX, chance, arena);
	td_pipeline_begin(&pipeline, &story);
	pipeline.worker_count = TD_MODEL_ACTORS_MAX;
	for (size_t i = 0; i < MOVES; i++) {
		td_move_t move = td_chance_once_in(chance, 30)
					 ? troubles[td_chance_below(chance, TD_COUNT(troubles))]
					 : (td_move_t)td_chance_below(chance, TD_MOVE_FOLD);
		(void)td_pipeline_move(&pipeline, move,
				       (size_t)td_chance_below(chance, pipeline.worker_count));
	}
	assert_true(td_model_story_finish(&story));
	assert_true(td_pipeline_rests(&pipeline));
	td_model_story_free(&story);
}

static void nothing_is_found_in_honest_logs(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(run);
		work_off(&chance);
		assert_int_equal(reconcile().all, 0);
	}
}

static size_t a_verdict(td_chance_t *chance)
{
	return (size_t)td_chance_below(chance, pipeline.verdicts.count);
}

/* Whether it says that nothing is where nothing is: as true as what overlapping workers say. */
static bool is_true(td_slice_t bytes)
{
	td_arena_reset(judging);
	const Thidua__V1__Verdict *verdict = td_verdict_read(bytes.data, bytes.size, judging);
	if (verdict == NULL || verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_ABSENT ||
	    verdict->absent->reason != THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD)
		return false;
	uint64_t offset = verdict->raw_offset, through = td_verdict_through(verdict);
	while (offset <= through && offset < story.raw.count && !story.raw.records[offset].is_there)
		offset++;
	return offset > through;
}

/* Every altered bit, whether it leaves a verdict behind or none. */
static void an_altered_verdict_is_found(void **state)
{
	(void)state;
	static uint8_t copy[VERDICT_COPY_MAX];
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(RUNS + run);
		work_off(&chance);
		td_slice_t *verdict = &pipeline.verdicts.records[a_verdict(&chance)].bytes;
		assert_true(verdict->size <= sizeof copy);
		memcpy(copy, verdict->data, verdict->size);
		uint64_t bit = td_chance_below(&chance, 8 * verdict->size);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		verdict->data = copy;
		assert_true(reconcile().all > 0 || is_true(*verdict));
	}
}

static td_range_t about(td_slice_t bytes)
{
	td_arena_reset(judging);
	const Thidua__V1__Verdict *verdict = td_verdict_read(bytes.data, bytes.size, judging);
	assert_non_null(verdict);
	return (td_range_t){verdict->raw_offset, td_verdict_through(verdict)};
}

/* Workers that overlap may have begun the same absent range at other offsets. */
static void a_verdict_that_is_gone_is_missed(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(2 * RUNS + run);
		work_off(&chance);
		uint64_t gone = about(pipeline.verdicts.records[a_verdict(&chance)].bytes).first;
		size_t kept = 0;
		for (size_t at = 0; at < pipeline.verdicts.count; at++) {
			td_range_t range = about(pipeline.verdicts.records[at].bytes);
			if (gone < range.first || gone > range.last)
				pipeline.verdicts.records[kept++] = pipeline.verdicts.records[at];
		}
		pipeline.verdicts.count = kept;
		assert_true(reconcile().count[TD_MISMATCH_VERDICT_MISSING] > 0);
	}
}

/* An event altered in the log itself: its verdict is on another one, and so is its checkpoint. */
static void an_altered_event_is_found(void **state)
{
	(void)state;
	static uint8_t copy[VERDICT_COPY_MAX];
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(3 * RUNS + run);
		work_off(&chance);
		size_t offset = (size_t)td_chance_below(&chance, story.raw.count);
		td_model_record_t *record = &story.raw.records[offset];
		if (!record->is_there)
			continue;
		memcpy(copy, record->bytes.data, record->bytes.size);
		uint64_t bit = td_chance_below(&chance, 8 * record->bytes.size);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		record->bytes.data = copy;
		assert_true(reconcile().count[TD_MISMATCH_VERDICT_OF_OTHER] > 0);
	}
}

/* The source's side alone: the log was made anew, judged and all, without one of its events. */
static void a_dropped_event_breaks_the_source_s_numbers(void **state)
{
	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		td_chance_t chance = td_chance_of(4 * RUNS + run);
		found_t found = {{0}, 0};
		td_model_story_by_chance(&story, RAW_MAX, &chance, arena);
		/* The first event that was not sent again later. */
		size_t dropped = (size_t)td_chance_below(&chance, story.raw.count - 1);
		td_slice_t bytes = story.raw.records[dropped].bytes;
		bool garbage = td_slice_equal(bytes, td_slice_text("garbage"));
		for (size_t at = 0; at < story.raw.count; at++) {
			if (td_slice_equal(story.raw.records[at].bytes, bytes))
				story.raw.records[at].is_there = false;
		}
		reconcile_sources(&found);
		assert_int_equal(found.count[TD_MISMATCH_GAP], bytes.size == 0 || garbage ? 0 : 1);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_found_in_honest_logs),
		cmocka_unit_test(an_altered_verdict_is_found),
		cmocka_unit_test(a_verdict_that_is_gone_is_missed),
		cmocka_unit_test(an_altered_event_is_found),
		cmocka_unit_test(a_dropped_event_breaks_the_source_s_numbers),
	};
	td_chance_begin(argc, argv);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
