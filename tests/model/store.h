/*
 * store: moves a batch's bytes between it and the model of Redis, as aggregator/store.h does with
 * the real one: reads, and writes that go through only if the head is the expected one.
 */
#ifndef TD_TESTS_MODEL_STORE_H
#define TD_TESTS_MODEL_STORE_H

#include "aggregator/batch.h"
#include "aggregator/head.h"
#include "aggregator/layout.h"
#include "tests/model/redis.h"

/* A head as it lies in Redis; size 0: none. */
typedef struct td_model_head {
	size_t size;
	uint8_t bytes[TD_HEAD_PACKED_MAX];
} td_model_head_t;

typedef struct td_model_store {
	td_model_redis_t *redis;
	char head_key[TD_KEY_MAX + 8];
	uint8_t *values; /* what was read for the present batch */
	size_t used;
	uint64_t boots; /* the Redis to which it is connected */
	bool is_watching;
	uint64_t watched;
} td_model_store_t;

void td_model_store_init(td_model_store_t *store, td_model_redis_t *redis, const char *reporter);
void td_model_store_free(td_model_store_t *store);

/* Whether its connection is whole; connects anew if it is not. */
bool td_model_store_connected(td_model_store_t *store);

void td_model_store_head(const td_model_store_t *store, td_model_head_t *head);

/* Fills the values of `entries`; they live until the next forget. */
void td_model_store_read(td_model_store_t *store, td_entries_t entries);
void td_model_store_forget(td_model_store_t *store);

/* WATCH and GET: false when the head is another than expected. An earlier WATCH stays in force
 * until something is executed or all is forgotten. */
bool td_model_store_watch(td_model_store_t *store, const td_model_head_t *expected);

typedef enum td_model_exec {
	TD_MODEL_EXEC_DONE,
	TD_MODEL_EXEC_MOVED, /* the head changed since it was watched: nothing was written */
} td_model_exec_t;

/* MULTI, all of it, SET head, EXEC. `batch` NULL writes the head alone. */
td_model_exec_t td_model_store_exec(td_model_store_t *store, const td_batch_t *batch,
				    const td_head_t *head, td_model_head_t *written);

/* Whether the shard has another key than its head; and, under the same watch, deletes one. */
bool td_model_store_has_more(const td_model_store_t *store);
td_model_exec_t td_model_store_unlink_one(td_model_store_t *store);

/* Begins the batch from the head in Redis, or from none; false when it is no head. */
bool td_model_store_begin(td_model_store_t *store, td_batch_t *batch, td_err_t *err);

/* All steps of one batch in one go; false when fold or finish refuse. The head must be there or
 * be the first one. */
bool td_model_store_move(td_model_store_t *store, td_batch_t *batch, td_err_t *err);

#endif
