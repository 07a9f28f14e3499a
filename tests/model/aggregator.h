/*
 * aggregator: one aggregator's way with one shard, in steps between which it may be stopped: it
 * does what aggregator/shard*.c do, by the same batch and the same table of a shard's life.
 */
#ifndef TD_TESTS_MODEL_AGGREGATOR_H
#define TD_TESTS_MODEL_AGGREGATOR_H

#include "aggregator/batch.h"
#include "aggregator/shard_state.h"
#include "tests/model/log.h"
#include "tests/model/store.h"

/* Where it is with a batch, or with another write. */
typedef enum td_model_phase {
	TD_MODEL_TAKING, /* nothing is under way: verdicts are taken */
	TD_MODEL_WATCH,  /* the head is to be watched and compared, */
	TD_MODEL_STATES, /* for a batch the states read, */
	TD_MODEL_FOLD,   /* folded, */
	TD_MODEL_CELLS,  /* the tallies read */
	TD_MODEL_FINISH, /* and summed, */
	TD_MODEL_EXEC,   /* all of it written, */
	TD_MODEL_REPLY,  /* and the reply read */
} td_model_phase_t;

/* What is written, and so what follows. */
typedef enum td_model_write {
	TD_MODEL_WRITE_CLAIM,
	TD_MODEL_WRITE_BATCH,
	TD_MODEL_WRITE_TORN,
	TD_MODEL_WRITE_UNLINK, /* one key of a shard that is cleared */
	TD_MODEL_WRITE_CLEARED,
	TD_MODEL_WRITE_CAUGHT_UP,
} td_model_write_t;

typedef struct td_model_aggregator {
	const td_model_log_t *verdicts;
	td_model_store_t store;
	td_batch_t *batch;
	size_t batch_max;
	td_shard_state_t state;
	td_model_phase_t phase;
	td_model_write_t write;
	td_head_t head, next_head; /* what Redis holds; what is being written */
	td_model_head_t stored, written;
	td_model_exec_t outcome;
	uint64_t owner;
	size_t next_verdict, rebuilt_at, taken, looks;
	size_t written_count; /* batches that went through */
	const char *wrong;    /* what should not have happened; NULL: nothing */
	td_err_t err;
} td_model_aggregator_t;

void td_model_aggregator_init(td_model_aggregator_t *aggregator, const td_model_log_t *verdicts,
			      td_model_redis_t *redis, size_t batch_max);
void td_model_aggregator_free(td_model_aggregator_t *aggregator);

/* One step; false when there was nothing to do. */
bool td_model_aggregator_step(td_model_aggregator_t *aggregator);

/* It is killed and started again. */
void td_model_aggregator_crash(td_model_aggregator_t *aggregator);

/* It falls back to what Redis says; because the reply to what it wrote does not come. */
void td_model_aggregator_lose(td_model_aggregator_t *aggregator);
void td_model_aggregator_lose_reply(td_model_aggregator_t *aggregator);

#endif
