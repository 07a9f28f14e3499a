/*
 * redis: as much of a Redis as a shard uses, in memory: hashes and strings, WATCH and EXEC, copies
 * to fall back to.
 *
 * Entries are kept in order, so that two models with the same content are equal byte for byte. A
 * string is a hash whose only field has no name.
 */
#ifndef TD_TESTS_MODEL_REDIS_H
#define TD_TESTS_MODEL_REDIS_H

#include "common/td.h"

typedef struct td_model_item {
	size_t key, field, value; /* where they begin among the bytes */
	size_t key_size, field_size, value_size;
} td_model_item_t;

typedef struct td_model_redis {
	td_model_item_t *items; /* ascending by key and field */
	size_t count, room;
	uint8_t *bytes;
	size_t used, bytes_room, garbage;
	uint64_t version; /* of the strings: what WATCH on a head sees */
	uint64_t boots;   /* how often it was put back to a copy: connections broke */
} td_model_redis_t;

void td_model_redis_init(td_model_redis_t *redis);
void td_model_redis_free(td_model_redis_t *redis);

/* Makes `redis` hold what `from` holds, as if it had been started again from a copy. */
void td_model_redis_put_back(td_model_redis_t *redis, const td_model_redis_t *from);

/* FLUSHALL: connections stay. */
void td_model_redis_empty(td_model_redis_t *redis);

/* The value, size 0 when there is none; lives until the next change. */
td_slice_t td_model_redis_get(const td_model_redis_t *redis, td_slice_t key, td_slice_t field);

/* Sets one field; a value of size 0 deletes it. */
void td_model_redis_set(td_model_redis_t *redis, td_slice_t key, td_slice_t field,
			td_slice_t value);
void td_model_redis_unlink(td_model_redis_t *redis, td_slice_t key);

/* The entry's parts, in order. */
td_slice_t td_model_redis_key(const td_model_redis_t *redis, size_t at);
td_slice_t td_model_redis_field(const td_model_redis_t *redis, size_t at);
td_slice_t td_model_redis_value(const td_model_redis_t *redis, size_t at);

/* Whether both hold the same below keys that `counts` says yes to (NULL: all); prints the first
 * difference. */
typedef bool td_model_counts_t(td_slice_t key);
bool td_model_redis_same(const td_model_redis_t *a, const td_model_redis_t *b,
			 td_model_counts_t *counts);

#endif
