/*
 * pipeline: one reporter's raw log, workers and aggregators that may overlap, verdict log and
 * Redis, all in one process, moved step by step in whatever order a test wants.
 *
 * After every write that goes through, Redis must hold exactly what the raw log up to the head's
 * position says; in the end, what all of it says.
 */
#ifndef TD_TESTS_MODEL_PIPELINE_H
#define TD_TESTS_MODEL_PIPELINE_H

#include "tests/model/aggregator.h"
#include "tests/model/chance.h"
#include "tests/model/worker.h"

enum { TD_MODEL_ACTORS_MAX = 3 };

/* A raw log, and what Redis must hold of each part of it from its beginning. */
typedef struct td_model_story {
	td_model_log_t raw;
	const td_reference_t *reference;
	td_model_redis_t *expected; /* by the number of offsets; raw.count + 1 of them */
} td_model_story_t;

/* Tells 2 to `raw_max` raw offsets of one source by chance: accidents, corrections, what is
 * rejected, checkpoints, garbage, offsets with nothing, things sent again; the last one is a
 * checkpoint. What it says lives in `arena`. */
void td_model_story_by_chance(td_model_story_t *story, size_t raw_max, td_chance_t *chance,
			      td_arena_t *arena);

/* Works out what is expected; false, printed, when the fold and the oracle disagree. */
bool td_model_story_finish(td_model_story_t *story);
void td_model_story_free(td_model_story_t *story);

typedef struct td_pipeline {
	const td_model_story_t *story;
	td_model_judging_t judging;
	td_arena_t *arena;
	td_buf_t kept;
	td_model_log_t verdicts;
	td_model_redis_t redis, snapshot;
	td_model_worker_t workers[TD_MODEL_ACTORS_MAX];
	td_model_aggregator_t aggregators[TD_MODEL_ACTORS_MAX];
	size_t worker_count, aggregator_count; /* that are up */
	bool was_cut; /* then verdicts may have come in another order than their events */
	bool worker_sleeps, aggregator_sleeps; /* the first of them: a zombie when it wakes */
	size_t turn;                           /* which kind of move comes next */
	const char *wrong;                     /* NULL: nothing yet */
} td_pipeline_t;

/* One for a whole test; begun anew for each run, with a worker and an aggregator that are up. */
void td_pipeline_init(td_pipeline_t *pipeline, size_t batch_max);
void td_pipeline_free(td_pipeline_t *pipeline);
void td_pipeline_begin(td_pipeline_t *pipeline, const td_model_story_t *story);

/* What can happen; each names an actor, or none. */
typedef enum td_move {
	TD_MOVE_SAY,          /* the next raw event is there */
	TD_MOVE_WORK,         /* a worker's next step */
	TD_MOVE_APPEND,       /* the broker takes a message of it */
	TD_MOVE_APPEND_GHOST, /* or of the process that it was */
	TD_MOVE_FOLD,         /* an aggregator's next step */
	TD_MOVE_PROGRESS,     /* above: what goes on by itself; below: what happens to it */
	TD_MOVE_WORKER_DIES = TD_MOVE_PROGRESS,
	TD_MOVE_PRODUCER_BREAKS,
	TD_MOVE_AGGREGATOR_DIES,
	TD_MOVE_REPLY_IS_LOST,
	TD_MOVE_WORKER_SLEEPS, /* and another takes over, */
	TD_MOVE_WORKER_WAKES,  /* until it wakes */
	TD_MOVE_AGGREGATOR_SLEEPS,
	TD_MOVE_AGGREGATOR_WAKES,
	TD_MOVE_SNAPSHOT, /* Redis is saved, */
	TD_MOVE_PUT_BACK, /* put back to that, */
	TD_MOVE_EMPTY,    /* or emptied */
	TD_MOVE_CUT,      /* the verdict log loses its later half */
	TD_MOVES
} td_move_t;

/* Makes it; false when there was nothing to do. */
bool td_pipeline_move(td_pipeline_t *pipeline, td_move_t move, size_t actor);

/* The next step of everybody who is up and awake, for an order of steps that is always the same:
 * one kind of move a call, the next kind that moves anything; false when none does. */
bool td_pipeline_step(td_pipeline_t *pipeline);

/* Goes on, everybody in turn, until nobody has anything to do, `again` judging the holes that a cut
 * verdict log left if need be; true if Redis holds then what the whole raw log says. */
bool td_pipeline_rests(td_pipeline_t *pipeline);

#endif
