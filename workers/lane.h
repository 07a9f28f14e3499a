/*
 * lane: one reporter's way through a worker: its raw stream, its verdict topic, where it stands.
 *
 * Shell; only worker.c and lane*.c include it.
 */
#ifndef TD_WORKERS_LANE_H
#define TD_WORKERS_LANE_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/kafka_admin.h"
#include "common/kafka_group.h"
#include "common/kafka_producer.h"
#include "common/kafka_reader.h"
#include "common/log.h"
#include "workers/books.h"
#include "workers/missing.h"
#include "workers/partition.h"
#include "workers/topics.h"
#include "workers/witness.h"
#include "workers/worker.h"

enum {
	TD_LANE_RETRY_MS = 2000,   /* between two looks at what is not there */
	TD_LANE_WATCH_MS = 5000,   /* between two looks whether the raw log still is the same */
	TD_LANE_DECIDE_MS = 500,   /* BLOCKED: between two looks for a decision */
	TD_LANE_SAY_MS = 30000,    /* between two log lines about the same trouble */
	TD_LANE_UNREADABLE_AT = 3, /* errors in a row at one offset: it cannot be read */
};

/* What lanes share. */
typedef struct td_lane_context {
	td_kafka_reader_t *reader;
	td_kafka_reader_t *watch; /* a second one, that reads what was judged once more */
	td_kafka_producer_t *producer;
	td_kafka_admin_t *admin;
	td_kafka_group_t *group; /* NULL: one lane, to be filled */
	td_books_t *books;
	td_arena_t *arena;
	uint32_t generation;
	int64_t now_ms; /* monotonic, of this turn */
} td_lane_context_t;

/* What a lane has to do that only writes the verdicts that are missing in a range. */
typedef struct td_fill {
	uint64_t first, last;  /* as asked for */
	uint64_t end;          /* behind the last that is filled: none above the highest verdict */
	td_missing_t *missing; /* of first..last, as the verdict log was read */
} td_fill_t;

typedef struct td_lane {
	td_lane_context_t *shared;
	char reporter[TD_ID_MAX + 1];
	char raw_topic[TD_TOPIC_MAX], verdict_topic[TD_TOPIC_MAX];
	td_partition_state_t state;
	td_kafka_stream_t *raw, *verdicts, *watch; /* NULL: not read */
	td_kafka_out_t *out;                       /* of the present producer */
	td_tail_t tail;
	td_witness_t oldest, newest;   /* of the tail; while it runs, newest is moved on */
	const td_witness_t *comparing; /* COMPARING: which of them */
	bool compared;                 /* newest is the same: the next event takes its place */
	int64_t watch_ms;              /* RUNNING: when to compare it again */
	uint64_t next;                 /* raw offset that is judged next */
	int64_t done;                  /* raw offset behind the last acknowledged; -1: none yet */
	int64_t last_delivered;        /* in the verdict log; -1: none since the tail was read */
	int64_t retry_ms;              /* WAITING, BLOCKED: when to look again */
	bool unsure;                   /* what is in the verdict log is not known */
	bool unreadable;  /* the log had an error behind the last event that was judged */
	td_fill_t *fill;  /* NULL: what follows the highest verdict */
	td_err_t trouble; /* what was said last of what keeps it from running */
	uint64_t judged_count, absent_count, alien_count;
	td_log_limit_t limit;
} td_lane_t;

typedef enum td_lane_took {
	TD_LANE_TOOK,
	TD_LANE_FULL,  /* the producer takes no more now: give the same item again */
	TD_LANE_BROKE, /* the producer is broken: everything begins at the tails again */
} td_lane_took_t;

/* A lane of that reporter, not ours yet; NULL when memory is out. */
TD_MUST_USE td_lane_t *td_lane_new(td_lane_context_t *shared, const char *reporter);
void td_lane_free(td_lane_t *lane);

/* Only the verdicts that are missing in first..last are to be written; before it is assigned.
 * False when memory is out. */
TD_MUST_USE bool td_lane_fill(td_lane_t *lane, uint64_t first, uint64_t last);

/* Whether all of them were sent. */
bool td_lane_filled(const td_lane_t *lane);

/* It is ours, or not any more. */
void td_lane_assign(td_lane_t *lane);
void td_lane_revoke(td_lane_t *lane);

/* Tells the group how far it has come, for lag tools. */
void td_lane_note(const td_lane_t *lane);

/* Begins at the verdict log's tail again, not before `retry_ms`; not if it is stopped or not ours.
 */
void td_lane_restart(td_lane_t *lane, int64_t retry_ms);

/* What is due by time: topics looked at again, decisions looked up. */
TD_MUST_USE td_lane_took_t td_lane_turn(td_lane_t *lane);

/* Takes one item of its raw stream or its verdict log. */
TD_MUST_USE td_lane_took_t td_lane_take(td_lane_t *lane, const td_kafka_item_t *item);

/* Takes one item of the event that is read once more. */
void td_lane_take_watched(td_lane_t *lane, const td_kafka_item_t *item);

/* Takes one delivery report; false if the verdict log is not what it was. */
TD_MUST_USE bool td_lane_delivered(td_lane_t *lane, const td_kafka_delivery_t *delivery);

/* The parts: opening (lane_open.c), judging (lane_judge.c), watching (lane_watch.c), filling
 * (lane_fill.c), beginning behind an archive (lane_restored.c). */
void td_lane_step(td_lane_t *lane, td_partition_event_t event);
void td_lane_stop(td_lane_t *lane, const td_err_t *why);
void td_lane_unsure(td_lane_t *lane, const td_err_t *why);
void td_lane_say(td_lane_t *lane, td_log_level_t level, const char *event, const td_err_t *why);
void td_lane_open(td_lane_t *lane);
/* The tail was read; false when the lane cannot begin behind the archive yet, and waits. */
TD_MUST_USE bool td_lane_begin_restored(td_lane_t *lane, int64_t low);
void td_lane_take_tail(td_lane_t *lane, const td_kafka_item_t *item);
void td_lane_take_compared(td_lane_t *lane, const td_kafka_item_t *item);
void td_lane_watch(td_lane_t *lane);
TD_MUST_USE bool td_lane_fill_begin(td_lane_t *lane, td_err_t *err);
void td_lane_fill_from(td_lane_t *lane);
TD_MUST_USE bool td_lane_due(const td_lane_t *lane, uint64_t through, uint64_t *first,
			     uint64_t *last);
TD_MUST_USE td_lane_took_t td_lane_judge(td_lane_t *lane, const td_kafka_item_t *item);
TD_MUST_USE td_lane_took_t td_lane_decide(td_lane_t *lane);

#endif
