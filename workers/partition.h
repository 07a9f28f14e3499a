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
	bool any;              /* there was a verdict */
	uint64_t next;         /* raw offset behind the highest; 0 unless any */
	bool event;            /* one of them is about an event */
	uint64_t event_offset; /* the highest of these, by raw offset; the first in the log */
	int64_t event_append_ms;
} td_tail_t;

/*
 * Takes the next record of the tail, in the order of the log. True if it is the one to compare as
 * far as known: the caller keeps the event's bytes (td_tail_event_bytes) until a later one is.
 */
TD_MUST_USE bool td_tail_take(td_tail_t *tail, const Thidua__V1__Verdict *verdict);

/* The raw bytes that a verdict carries; data NULL for absent. Point into the verdict. */
td_slice_t td_tail_event_bytes(const Thidua__V1__Verdict *verdict);

/*
 * Whether `raw`, read from the log now, is the event that was judged: same offset, append time and
 * bytes. False with TD_EINTEGRITY and a sentence that says what differs; only if tail->event.
 *   judged  bytes of the event that td_tail_take chose
 */
TD_MUST_USE bool td_tail_compare(const td_tail_t *tail, td_slice_t judged, const td_raw_t *raw,
				 td_err_t *err);

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
 * it is not above the one before: the log was cut or made anew, and what it holds is not known.
 */
TD_MUST_USE bool td_partition_delivered(int64_t *last, int64_t offset);

#endif
