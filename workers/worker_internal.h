/*
 * worker_internal: a worker's parts, for worker.c, which is the loop, and worker_setup.c, which
 * makes them.
 */
#ifndef TD_WORKERS_WORKER_INTERNAL_H
#define TD_WORKERS_WORKER_INTERNAL_H

#include "workers/lane.h"
#include "workers/worker.h"

enum { TD_WORKER_LANES_MAX = 512, TD_WORKER_NAME_BYTES = 128 };

struct td_worker {
	td_run_t *run;
	const td_kafka_settings_t *cluster;
	const td_worker_settings_t *settings;
	td_lane_context_t shared;
	td_lane_t
		*lanes[TD_WORKER_LANES_MAX]; /* kept when they are given up: items point to them */
	size_t count;
	size_t looked; /* the lane that is looked at first in this turn */
	const td_kafka_item_t *items;
	size_t held, taken; /* items read, and how many of them the lanes have */
	int64_t note_ms;    /* when the group is told next how far the lanes are */
	int64_t renewed_ms; /* when the producer was made anew */
	const char *unsure; /* why nothing is known of the verdict logs; NULL: they are known */
	td_lane_t *filled;  /* the one lane that is judged again; NULL: work for the group */
	td_log_limit_t lonely, waits;
	char group_id[TD_WORKER_NAME_BYTES];
};

/* A producer of verdicts. NULL and err. */
TD_MUST_USE td_kafka_producer_t *td_worker_new_producer(td_worker_t *worker, td_err_t *err);

#endif
