/*
 * aggregator: the loop of thidua-aggregator: its shards, served in turn.
 *
 * Shell. The consumer group says which verdict topics are ours; each is a shard
 * (aggregator/shard.h) that finds its own position.
 */
#ifndef TD_AGGREGATOR_AGGREGATOR_H
#define TD_AGGREGATOR_AGGREGATOR_H

#include "common/err.h"
#include "common/kafka.h"
#include "common/opt.h"
#include "common/redis.h"
#include "common/run.h"
#include "common/td.h"

/* The section [aggregator]. */
typedef struct td_aggregator_settings {
	const char
		*group; /* consumer group; NULL: thidua-aggregator, and the generation if above 0 */
	int64_t generation;
	int64_t batch;       /* verdicts of one batch, at most */
	int64_t batch_bytes; /* memory of one batch, at most */
	int64_t linger_ms;   /* how long a verdict waits for company */
	int64_t queue_bytes; /* read ahead for all shards, at most */
} td_aggregator_settings_t;

extern const td_opt_t td_aggregator_options[]; /* into td_aggregator_settings_t */
extern const size_t td_aggregator_option_count;

typedef struct td_aggregator td_aggregator_t;

/* Joins the group; the settings and `run` must outlive it. NULL and err when a setting is wrong or
 * memory is out; servers that are away are waited for. */
TD_MUST_USE td_aggregator_t *td_aggregator_new(const td_aggregator_settings_t *settings,
					       const td_kafka_settings_t *kafka,
					       const td_redis_settings_t *redis, td_run_t *run,
					       td_err_t *err);

/* Writes what was taken, leaves the group, and frees; NULL is allowed. */
void td_aggregator_free(td_aggregator_t *aggregator);

/* Runs until `run` is stopping (true), or until something that only a person can mend. */
TD_MUST_USE bool td_aggregator_run(td_aggregator_t *aggregator, td_err_t *err);

#endif
