/*
 * partition: where a worker stands with one reporter's raw log, and where it goes on.
 *
 * Pure: the decisions of invariant "one verdict for each raw offset, in order", without Kafka.
 *
 *   IDLE ─assigned─> WAITING ─ready─> TAIL ─tail read─> COMPARING ─same─> RUNNING
 *                       ^              │                    │             │   │
 *                       │              └─nothing to compare─┼────────> RUNNING│
 *                       │                                   └─different─> STOPPED
 *                       └──unsure (a report, a producer or a server broke)────┘
 *
 *   RUNNING ─unreadable─> BLOCKED ─decided─> RUNNING      any state ─revoked─> IDLE
 */
#ifndef TD_WORKERS_PARTITION_H
#define TD_WORKERS_PARTITION_H

#include "common/err.h"
#include "common/td.h"
#include "workers/verdict.h"

enum { TD_TAIL_RECORDS = 100000 }; /* records of a verdict log that are looked at */

typedef enum td_partition_state {
	TD_PARTITION_IDLE,      /* not ours */
	TD_PARTITION_WAITING,   /* ours; a topic or the reference data is not there yet */
	TD_PARTITION_TAIL,      /* the last records of the verdict log are read */
	TD_PARTITION_COMPARING, /* the last judged event is read again */
	TD_PARTITION_RUNNING,   /* raw events are judged in order */
	TD_PARTITION_BLOCKED,   /* what comes next cannot be read; waits for a decision */
	TD_PARTITION_STOPPED,   /* the logs contradict each other; a person must look */
	TD_PARTITION_STATES
} td_partition_state_t;

typedef enum td_partition_event {
	TD_PARTITION_ASSIGNED,
	TD_PARTITION_READY,      /* topics and reference data are there */
	TD_PARTITION_TAIL_READ,  /* there is an event to compare */
	TD_PARTITION_TAIL_PLAIN, /* nothing to compare: no verdict, or only absent ones */
	TD_PARTITION_SAME,       /* the raw event is the one that was judged */
	TD_PARTITION_DIFFERENT,  /* it is another, or gone */
	TD_PARTITION_UNREADABLE, /* the log cannot be read at the next offset */
	TD_PARTITION_DECIDED,    /* an operator's decision passes it */
	TD_PARTITION_UNSURE,     /* what is in the verdict log is not known any more */
	TD_PARTITION_REVOKED,
	TD_PARTITION_EVENTS
} td_partition_event_t;

/* The state after `event`; false, and `state` as it was, when the step is not allowed. */
TD_MUST_USE bool td_partition_step(td_partition_state_t *state, td_partition_event_t event);

/* "running", for logs. */
const char *td_partition_state_name(td_partition_state_t state);

/* What the last records of a verdict log say; all-zero before the first. */
typedef struct td_tail {
	bool any;                /* there was a verdict */
	size_t count;            /* how many */
	uint64_t first;          /* the lowest raw offset; 0 unless any */
	uint64_t next;           /* behind the highest one; 0 unless any */
	bool event;              /* one of them is about an event */
	uint64_t oldest, newest; /* the lowest and the highest raw offset of these */
} td_tail_t;

typedef enum td_tail_kept {
	TD_TAIL_OLDEST = 1,
	TD_TAIL_NEWEST = 2,
} td_tail_kept_t;

/*
 * Takes the next record of the tail, in the order of the log. Returns, as bits, what it is as far
 * as known; the caller keeps these events (td_witness_keep) to compare them with the raw log. Of
 * two verdicts on one offset the first in the log counts.
 */
TD_MUST_USE unsigned td_tail_take(td_tail_t *tail, const Thidua__V1__Verdict *verdict);

/*
 * The raw offset that is judged next, when the whole tail was read: the one behind the highest
 * verdict. But a verdict log that lies in the tail whole and begins behind `raw_low`, the first
 * offset of the raw log, was made anew while somebody wrote to it: then everything is judged again,
 * and readers skip what they have.
 */
uint64_t td_tail_start(const td_tail_t *tail, uint64_t raw_low);

/* What a raw offset that was read means to a worker that expects `next`. */
typedef enum td_arrival {
	TD_ARRIVAL_PAST,   /* judged before: skip it */
	TD_ARRIVAL_NEXT,   /* judge it */
	TD_ARRIVAL_BEHIND, /* nothing is at next..offset-1: a verdict "absent" first, then judge it
			    */
} td_arrival_t;

td_arrival_t td_partition_arrival(uint64_t next, uint64_t offset);

/*
 * Takes the verdict log's offset of a delivery report into `last` (-1 before the first). False when
 * it is not above the one before: the log was cut or made anew, and what it holds is not known. A
 * broker that already had the verdict does not say where (-1); that changes nothing.
 */
TD_MUST_USE bool td_partition_delivered(int64_t *last, int64_t offset);

#endif
