/*
 * shard_state: where a shard is in its life, and which steps are allowed.
 *
 * Pure.
 *                  ┌────────────── lost: the head is read again ──────────────┐
 *                  v                                                          │
 *     assigned ─> OPENING ─> CLEARING ─> REBUILDING ─> LIVE                   │
 *                  │  │         ^            │          │                     │
 *                  │  │         └─── torn ───┴──────────┤                     │
 *                  │  └──> STOPPED <──── contradicted ──┘ ────────────────────┘
 *                  └─────> SUPERSEDED, until the shard is assigned anew
 */
#ifndef TD_AGGREGATOR_SHARD_STATE_H
#define TD_AGGREGATOR_SHARD_STATE_H

#include "common/td.h"

typedef enum td_shard_state {
	TD_SHARD_OPENING,    /* the head is read and owned, the logs are compared with it */
	TD_SHARD_CLEARING,   /* the keys are deleted, in bounded steps */
	TD_SHARD_REBUILDING, /* folded from the log's start to the end that it had then */
	TD_SHARD_LIVE,       /* follows the log */
	TD_SHARD_STOPPED,    /* head and logs contradict each other; a person must look */
	TD_SHARD_SUPERSEDED, /* another owner has it */
	TD_SHARD_STATES
} td_shard_state_t;

typedef enum td_shard_event {
	TD_SHARD_FOUND_CLEARING, /* opened; the head says this state */
	TD_SHARD_FOUND_REBUILDING,
	TD_SHARD_FOUND_LIVE,
	TD_SHARD_FOUND_STOPPED,
	TD_SHARD_FOUND_OTHER_OWNER,
	TD_SHARD_CLEARED,      /* no key is left but the head */
	TD_SHARD_CAUGHT_UP,    /* the end that the log had when the rebuild began is reached */
	TD_SHARD_TORN,         /* something in Redis was altered */
	TD_SHARD_CONTRADICTED, /* the logs are not those from which the shard was folded */
	TD_SHARD_LOST,         /* the head is another than expected, or a server went away */
	TD_SHARD_EVENTS
} td_shard_event_t;

/* The state after `event`; false, and `state` as it was, when the step is not allowed. */
TD_MUST_USE bool td_shard_state_step(td_shard_state_t *state, td_shard_event_t event);

/* "live", for logs and metrics. */
const char *td_shard_state_name(td_shard_state_t state);

#endif
