/*
 * tally_read: what the shards hold for a question, read from Redis.
 *
 * Shell. Each shard is read inside one MULTI with its head, so that a figure and its position
 * belong together; every hash is checked against its checksum, so that a cell altered by hand is
 * an error and no figure.
 */
#ifndef TD_AGGREGATOR_TALLY_READ_H
#define TD_AGGREGATOR_TALLY_READ_H

#include "aggregator/answer.h"
#include "aggregator/completeness.h"
#include "aggregator/standing.h"
#include "common/arena.h"
#include "common/err.h"
#include "common/redis.h"

/* What is asked: answers to queries over the same days. */
typedef struct td_tally_ask {
	const td_query_t *query; /* whose days, grain and by_unit say which hashes are read */
	td_answer_t *const *answers;
	size_t answer_count;     /* 0: only heads and sources */
	td_standing_t *standing; /* learns how far the period has come; NULL: nobody asks */
	uint32_t generation;
} td_tally_ask_t;

/*
 * Reads all shards of the generation, in the order of their names, and feeds the answers.
 *
 *   arena   holds the views
 *   shards  out: what was seen of each shard
 *
 * TD_EUNAVAILABLE: Redis is away; TD_EINTEGRITY: a hash or a head was altered; TD_ENOINPUT: there
 * are no shards.
 */
TD_MUST_USE bool td_tally_read(td_redis_t *redis, const td_tally_ask_t *ask, td_arena_t *arena,
			       td_shard_view_t **shards, size_t *count, td_err_t *err);

#endif
