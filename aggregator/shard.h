/*
 * shard: one reporter's verdict log, followed into Redis.
 *
 * Shell; drives aggregator/shard_state.h. A shard is opened from what Redis and the logs say, never
 * from what this process remembers, and falls back to that whenever something is not as expected.
 * All trouble that may pass is retried with growing pauses and logged; nothing here ends the
 * program.
 */
#ifndef TD_AGGREGATOR_SHARD_H
#define TD_AGGREGATOR_SHARD_H

#include "common/err.h"
#include "common/kafka_admin.h"
#include "common/kafka_reader.h"
#include "common/redis.h"
#include "common/td.h"

typedef struct td_shard td_shard_t;

/* What all shards of a program share. */
typedef struct td_shard_env {
	const td_redis_settings_t *redis;
	td_kafka_reader_t *streams; /* reads the verdict logs of all shards */
	td_kafka_reader_t *look;    /* for looking at single records */
	td_kafka_admin_t *admin;    /* for looking at topics */
	uint32_t generation;
	size_t batch_max;   /* verdicts */
	size_t batch_bytes; /* memory of one batch; a shard has two */
	int64_t linger_ms;  /* how long a verdict may wait for others while nothing more comes */
	int64_t age_max_ms; /* and while more comes */
} td_shard_env_t;

/* The shard behind `verdict_topic`, in OPENING. NULL and err when the name is none or memory is
 * out. Caller frees. */
TD_MUST_USE td_shard_t *td_shard_new(const td_shard_env_t *env, const char *verdict_topic,
				     td_err_t *err);
/* Drops what was not written, and frees; NULL is allowed. */
void td_shard_free(td_shard_t *shard);

/* Takes what its stream said; may write a full batch. */
void td_shard_take(td_shard_t *shard, const td_kafka_item_t *item, int64_t now_ms);

/* Does one bounded piece of what is due: opening, a step of clearing, writing a batch. `drained`:
 * nothing more waits in the streams just now. */
void td_shard_turn(td_shard_t *shard, bool drained, int64_t now_ms);

/* Compares the logs with what was folded of them, when there is nothing else to do and something
 * about them is odd; asks the broker, and is false when it does not answer. */
TD_MUST_USE bool td_shard_check(td_shard_t *shard, int64_t now_ms);

/* Writes what it has taken, before it is freed in peace. */
void td_shard_drain(td_shard_t *shard, int64_t now_ms);

/* Milliseconds until the next turn has something to do, at most a second. */
int64_t td_shard_due_ms(const td_shard_t *shard, int64_t now_ms);

const char *td_shard_topic(const td_shard_t *shard);

/* The verdict offset up to which all is written, for the operators' lag tools; false if unknown. */
TD_MUST_USE bool td_shard_done(const td_shard_t *shard, int64_t *offset);

#endif
