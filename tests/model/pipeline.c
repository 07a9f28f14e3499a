#include "tests/model/pipeline.h"

#include "common/localday.h"
#include "tests/model/oracle.h"
#include "tests/model/told.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEPT_MAX = 16 * 1024 * 1024, ROUNDS_MAX = 20000 };

static const char HEAD_KEY[] = "{" TD_TOLD_REPORTER "}:0:head";

void td_pipeline_init(td_pipeline_t *pipeline, size_t batch_max)
{
	memset(pipeline, 0, sizeof *pipeline);
	pipeline->arena = td_arena_new(TD_VERDICT_ARENA);
	pipeline->kept = td_buf_make(KEPT_MAX);
	if (pipeline->arena == NULL || td_buf_extend(&pipeline->kept, KEPT_MAX) == NULL)
		abort();
	td_model_redis_init(&pipeline->redis);
	td_model_redis_init(&pipeline->snapshot);
	for (size_t i = 0; i < TD_MODEL_ACTORS_MAX; i++) {
		td_model_worker_init(&pipeline->workers[i], &pipeline->judging);
		td_model_aggregator_init(&pipeline->aggregators[i], &pipeline->verdicts,
					 &pipeline->redis, batch_max);
	}
}

void td_pipeline_free(td_pipeline_t *pipeline)
{
	for (size_t i = 0; i < TD_MODEL_ACTORS_MAX; i++) {
		td_model_worker_free(&pipeline->workers[i]);
		td_model_aggregator_free(&pipeline->aggregators[i]);
	}
	td_model_redis_free(&pipeline->redis);
	td_model_redis_free(&pipeline->snapshot);
	td_buf_free(&pipeline->kept);
	td_arena_free(pipeline->arena);
}

void td_pipeline_begin(td_pipeline_t *pipeline, const td_model_story_t *story)
{
	pipeline->story = story;
	pipeline->judging = (td_model_judging_t){.raw = &story->raw,
						 .raw_count = 1,
						 .verdicts = &pipeline->verdicts,
						 .reference = story->reference,
						 .arena = pipeline->arena,
						 .kept = &pipeline->kept};
	pipeline->worker_count = pipeline->aggregator_count = 1;
	pipeline->was_cut = pipeline->worker_sleeps = pipeline->aggregator_sleeps = false;
	pipeline->turn = 0;
	pipeline->wrong = NULL;
	td_buf_clear(&pipeline->kept);
	td_model_log_cut(&pipeline->verdicts, 0);
	td_model_redis_empty(&pipeline->redis);
	td_model_redis_empty(&pipeline->snapshot);
	for (size_t i = 0; i < TD_MODEL_ACTORS_MAX; i++) {
		td_model_worker_crash(&pipeline->workers[i]);
		pipeline->workers[i].ghost.count = 0;
		td_model_aggregator_crash(&pipeline->aggregators[i]);
	}
}

static bool is_no_head(td_slice_t key)
{
	return !td_slice_equal(key, td_slice_text(HEAD_KEY));
}

static bool read_head(const td_model_redis_t *redis, td_head_t *head)
{
	td_err_t err;
	td_slice_t found =
		td_model_redis_get(redis, td_slice_text(HEAD_KEY), (td_slice_t){NULL, 0});
	return found.size > 0 && td_head_unpack(found, head, &err);
}

/* Whether Redis holds what the raw log up to the head's position says. */
static bool is_as_its_head_says(const td_pipeline_t *pipeline)
{
	td_head_t head;
	if (!read_head(&pipeline->redis, &head))
		return false;
	if (head.state == THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING ||
	    head.position.hole_count > 0)
		return true;
	return head.position.next <= pipeline->story->raw.count &&
	       td_model_redis_same(&pipeline->redis, &pipeline->story->expected[head.position.next],
				   pipeline->was_cut ? td_oracle_counts : is_no_head);
}

static bool fold_step(td_pipeline_t *pipeline, size_t actor)
{
	td_model_aggregator_t *aggregator = &pipeline->aggregators[actor];
	bool writes = aggregator->phase == TD_MODEL_EXEC;
	bool moved = td_model_aggregator_step(aggregator);
	writes = writes && aggregator->phase == TD_MODEL_REPLY;
	if (aggregator->wrong != NULL)
		pipeline->wrong = aggregator->wrong;
	if (writes && aggregator->outcome == TD_MODEL_EXEC_DONE && !is_as_its_head_says(pipeline))
		pipeline->wrong = "Redis holds something else than its head says";
	return moved;
}

/* While the first one sleeps, a second one is up. */
static bool set_sleep(bool *sleeps, bool now, size_t *up)
{
	bool moved = *sleeps != now;
	*sleeps = now;
	if (now && *up < 2)
		*up = 2;
	return moved;
}

bool td_pipeline_move(td_pipeline_t *pipeline, td_move_t move, size_t actor)
{
	td_model_worker_t *worker = &pipeline->workers[actor];
	td_model_aggregator_t *aggregator = &pipeline->aggregators[actor];
	bool moved = true;
	switch (move) {
	case TD_MOVE_SAY:
		moved = pipeline->judging.raw_count < pipeline->story->raw.count;
		pipeline->judging.raw_count += moved ? 1 : 0;
		break;
	case TD_MOVE_WORK:
		moved = td_model_worker_step(worker);
		break;
	case TD_MOVE_APPEND:
		moved = td_model_worker_append(worker);
		break;
	case TD_MOVE_APPEND_GHOST:
		moved = td_model_worker_append_ghost(worker);
		break;
	case TD_MOVE_FOLD:
		moved = fold_step(pipeline, actor);
		break;
	case TD_MOVE_WORKER_DIES:
		td_model_worker_crash(worker);
		break;
	case TD_MOVE_PRODUCER_BREAKS:
		td_model_worker_unsure(worker);
		break;
	case TD_MOVE_AGGREGATOR_DIES:
		td_model_aggregator_crash(aggregator);
		break;
	case TD_MOVE_REPLY_IS_LOST:
		moved = aggregator->phase == TD_MODEL_REPLY;
		if (moved)
			td_model_aggregator_lose_reply(aggregator);
		break;
	case TD_MOVE_WORKER_SLEEPS:
	case TD_MOVE_WORKER_WAKES:
		moved = set_sleep(&pipeline->worker_sleeps, move == TD_MOVE_WORKER_SLEEPS,
				  &pipeline->worker_count);
		break;
	case TD_MOVE_AGGREGATOR_SLEEPS:
	case TD_MOVE_AGGREGATOR_WAKES:
		moved = set_sleep(&pipeline->aggregator_sleeps, move == TD_MOVE_AGGREGATOR_SLEEPS,
				  &pipeline->aggregator_count);
		break;
	case TD_MOVE_SNAPSHOT:
		td_model_redis_put_back(&pipeline->snapshot, &pipeline->redis);
		break;
	case TD_MOVE_PUT_BACK:
		td_model_redis_put_back(&pipeline->redis, &pipeline->snapshot);
		break;
	case TD_MOVE_EMPTY:
		td_model_redis_empty(&pipeline->redis);
		break;
	default:
		pipeline->was_cut = true;
		td_model_log_cut(&pipeline->verdicts, pipeline->verdicts.count / 2);
		break;
	}
	if (worker->wrong != NULL)
		pipeline->wrong = worker->wrong;
	return moved;
}

/* What goes on by itself, one kind of move of everybody who is awake. */
static bool everybody(td_pipeline_t *pipeline, td_move_t move)
{
	bool folds = move == TD_MOVE_FOLD, moved = false;
	size_t count = folds ? pipeline->aggregator_count : pipeline->worker_count;
	bool sleeps = folds ? pipeline->aggregator_sleeps : pipeline->worker_sleeps;
	for (size_t actor = sleeps ? 1 : 0; actor < count; actor++)
		moved |= td_pipeline_move(pipeline, move, actor);
	return moved;
}

bool td_pipeline_step(td_pipeline_t *pipeline)
{
	static const td_move_t order[] = {TD_MOVE_WORK, TD_MOVE_APPEND, TD_MOVE_FOLD,
					  TD_MOVE_APPEND_GHOST};
	for (size_t tries = 0; tries < TD_COUNT(order); tries++) {
		if (everybody(pipeline, order[pipeline->turn++ % TD_COUNT(order)]))
			return true;
	}
	return false;
}

static bool comes_to_rest(td_pipeline_t *pipeline)
{
	for (size_t round = 0; pipeline->wrong == NULL && round < ROUNDS_MAX; round++) {
		if (!td_pipeline_step(pipeline))
			return true;
	}
	if (pipeline->wrong == NULL)
		pipeline->wrong = "it does not come to rest";
	return false;
}

/* Judges again what a cut verdict log left out. */
static void fill_holes(td_pipeline_t *pipeline)
{
	td_head_t head;
	if (!read_head(&pipeline->redis, &head)) {
		pipeline->wrong = "there is no head in the end";
		return;
	}
	if (head.position.hole_count > 0 && !pipeline->was_cut)
		pipeline->wrong = "there is a hole though the verdict log lost nothing";
	for (size_t i = 0; i < head.position.hole_count; i++)
		td_model_worker_again(&pipeline->judging, head.position.holes[i].first,
				      head.position.holes[i].last);
}

bool td_pipeline_rests(td_pipeline_t *pipeline)
{
	td_head_t head = {0};
	pipeline->worker_sleeps = pipeline->aggregator_sleeps = false;
	if (!comes_to_rest(pipeline))
		return false;
	/* Only what comes after them tells of some troubles. */
	while (td_pipeline_move(pipeline, TD_MOVE_SAY, 0))
		continue;
	if (!comes_to_rest(pipeline))
		return false;
	fill_holes(pipeline);
	if (!comes_to_rest(pipeline) || !read_head(&pipeline->redis, &head))
		return false;
	if (head.position.next != pipeline->story->raw.count || head.position.hole_count > 0)
		pipeline->wrong = "the raw log was not folded to its end";
	else if (head.state != THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE)
		pipeline->wrong = "the shard is not live in the end";
	else if (!is_as_its_head_says(pipeline))
		pipeline->wrong = "Redis holds something else than the raw log says";
	return pipeline->wrong == NULL;
}
