/*
 * worker: one worker's way through one reporter's logs, in steps between which it may be stopped:
 * it does what workers/lane*.c do, and decides by the same pure functions.
 */
#ifndef TD_TESTS_MODEL_WORKER_H
#define TD_TESTS_MODEL_WORKER_H

#include "common/arena.h"
#include "common/buf.h"
#include "tests/model/log.h"
#include "workers/partition.h"
#include "workers/verdict.h"
#include "workers/witness.h"

/* What all workers share. */
typedef struct td_model_judging {
	const td_model_log_t *raw;
	size_t raw_count; /* how much of it is there by now */
	td_model_log_t *verdicts;
	const td_reference_t *reference;
	td_arena_t *arena; /* for one step */
	td_buf_t *kept;    /* verdicts live here; never moves */
} td_model_judging_t;

typedef struct td_model_worker {
	const td_model_judging_t *with;
	td_partition_state_t state;
	td_tail_t tail;
	size_t tail_at, tail_end;    /* of the verdict log: read next, and where the tail ends */
	td_witness_t oldest, newest; /* events of the tail, to be compared with the raw log */
	td_witness_t *comparing;
	uint64_t next;  /* raw offset judged next */
	size_t read_at; /* raw offset read next */
	bool has_raw;
	td_raw_t raw;       /* what was read, not yet judged */
	td_slice_t verdict; /* what was judged, not yet sent; data NULL: none */
	td_model_line_t line;
	td_model_line_t ghost; /* what a process that is dead by now had sent */
	int64_t reported[TD_MODEL_LINE_MAX], last_delivered;
	size_t report_count;
	const char *wrong; /* what should not have happened; NULL: nothing */
} td_model_worker_t;

void td_model_worker_init(td_model_worker_t *worker, const td_model_judging_t *with);
void td_model_worker_free(td_model_worker_t *worker);

/* One step; false when there was nothing to do. */
bool td_model_worker_step(td_model_worker_t *worker);

/* The broker takes one message: of it, or of the process that it was before. False when there is
 * none. */
bool td_model_worker_append(td_model_worker_t *worker);
bool td_model_worker_append_ghost(td_model_worker_t *worker);

/* It is killed and started again; or its producer breaks. What was sent may still arrive. */
void td_model_worker_crash(td_model_worker_t *worker);
void td_model_worker_unsure(td_model_worker_t *worker);

/* `thidua-worker --again`: judges raw offsets first..last again, straight into the log. */
void td_model_worker_again(const td_model_judging_t *with, uint64_t first, uint64_t last);

#endif
