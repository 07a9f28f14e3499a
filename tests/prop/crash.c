/*
 * crash: three workers and three aggregators that all believe to own one reporter, in any order of
 * steps, with kills, lost replies, broken producers, zombies, a Redis put back or emptied and a
 * verdict log cut: always the sums of the set, and after every write what the raw log up to the
 * position says.
 */
#include "tests/model/chance.h"
#include "tests/model/pipeline.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum {
	RUNS = 600,
	RAW_MAX = 30,
	MOVES = 900,
	ARENA = 4 * 1024 * 1024,
	BATCH_MAX = 3,
};

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
		story.reference = reference;
		td_model_story_by_chance(&story, RAW_MAX, &chance, arena);
		assert_true(td_model_story_finish(&story));
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
