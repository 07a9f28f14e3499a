/* shard_internal: what the files of a shard share; included by aggregator/shard*.c only. */
#ifndef TD_AGGREGATOR_SHARD_INTERNAL_H
#define TD_AGGREGATOR_SHARD_INTERNAL_H

#include "aggregator/batch.h"
#include "aggregator/shard.h"
#include "aggregator/shard_state.h"
#include "aggregator/store.h"
#include "common/log.h"
#include "workers/topics.h"

struct td_shard {
	const td_shard_env_t *env;
	char reporter[TD_ID_MAX + 1];
	char topic[TD_TOPIC_MAX], raw_topic[TD_TOPIC_MAX];
	td_shard_state_t state;
	td_store_t *store;

	td_head_t head;          /* what Redis holds */
	td_stored_head_t stored; /* its bytes */
	uint64_t owner;          /* the number that we last claimed it with; 0: not yet */

	td_kafka_stream_t *stream; /* closed at the next turn when no longer reading */
	bool reading;
	int64_t next_verdict; /* verdict offset to be read next */
	int64_t done_verdict; /* all before it is written */
	int64_t rebuilt_at;   /* verdict offset at which a rebuild is complete */

	td_batch_t *batch;       /* what is taken goes there, */
	td_batch_t *other_batch; /* while this one is under way to Redis */
	td_head_t sent_head;     /* of that one, */
	int64_t sent_verdict;    /* all before it is in it */
	int64_t sent_ms;
	int64_t batch_since_ms; /* when its first verdict came; -1: empty */

	td_store_clearing_t clearing;
	int64_t next_try_ms; /* opening, stopped, superseded: nothing is due before */
	unsigned failures;   /* in a row */
	uint64_t repeats_seen;
	int64_t next_look_ms; /* at the head, while nothing else comes */
	td_log_limit_t trouble;
};

/* Takes an edge of the shard's life and logs it. */
void td_shard_step(td_shard_t *shard, td_shard_event_t event);

/* Falls back to what Redis says, after a pause that grows with each failure in a row. */
void td_shard_lost(td_shard_t *shard, const td_err_t *err, int64_t now_ms);

/* Something in Redis was altered: marks the head, to be cleared and folded anew. */
void td_shard_torn(td_shard_t *shard, const td_err_t *err, int64_t now_ms);

/* The logs are others than those it was folded from: marks the head as stopped. */
void td_shard_contradicted(td_shard_t *shard, const td_err_t *err, int64_t now_ms);

/* Writes `head` alone in place of the known one; true when done, else the shard is lost or torn. */
bool td_shard_put_head(td_shard_t *shard, const td_head_t *head, int64_t now_ms);

/* Sends what was taken, and goes on with the other batch while Redis works; takes the answer to
 * what is under way. False when the shard is lost or torn by now. */
bool td_shard_flush(td_shard_t *shard, int64_t now_ms);
bool td_shard_settle(td_shard_t *shard, int64_t now_ms);

/* Whether verdicts that do not come will never come where `head` awaits them, because the log was
 * cut and grew again while nobody looked; else workers are behind. False when the broker does not
 * answer. */
TD_MUST_USE bool td_shard_waits_in_vain(td_shard_t *shard, const td_head_t *head, bool *in_vain,
					td_err_t *err);

/* One try to open it; one step of clearing; a look at what somebody else may have done to it. */
void td_shard_open(td_shard_t *shard, int64_t now_ms);
void td_shard_clear(td_shard_t *shard, int64_t now_ms);
void td_shard_look_again(td_shard_t *shard, int64_t now_ms);

#endif
