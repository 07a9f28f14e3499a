/*
 * folding: one shard's batch over a model of Redis, and verdicts about accidents for it.
 *
 *	TEST(name) = cmocka_unit_test_setup_teardown(name, td_folding_start, td_folding_stop)
 *	td_folding_add(folding, td_folding_say(folding, "a", 1, 0));
 *	head = td_folding_move(folding);
 *	td_folding_assert_stored(folding, "d:20210305", "44.0.0.vn-06", "7");
 */
#ifndef TD_TESTS_SUPPORT_FOLDING_H
#define TD_TESTS_SUPPORT_FOLDING_H

#include "aggregator/batch.h"
#include "tests/model/store.h"
#include "tests/model/told.h"

enum { TD_FOLDING_VERDICTS_MAX = 2000 }; /* that the batch takes */

/* When the event at raw offset 0 was appended, each other a millisecond later:
 * 2021-03-05T16:00+07:00. */
#define TD_FOLDING_NOW_MS INT64_C(1614934800000)

/* A shard with its Redis. */
typedef struct td_folding {
	td_arena_t *arena;
	td_batch_t *batch;
	td_model_redis_t redis;
	td_model_store_t store;
	uint64_t verdict_offset; /* of the next verdict */
	td_err_t err;            /* of what failed last */
} td_folding_t;

/* For cmocka: *state is a td_folding_t whose batch has begun. */
int td_folding_start(void **state);
int td_folding_stop(void **state);

/* Begins a batch from what lies in Redis. */
void td_folding_begin(td_folding_t *folding);

/* Adds a verdict, at the next offset of its log. */
td_added_t td_folding_add(td_folding_t *folding, td_slice_t verdict);

/* Writes what was added and begins a new batch; the head that was written, until the next call.
 * Fails the test when it cannot. */
const td_head_t *td_folding_move(td_folding_t *folding);

/* An accident of 5 March 2021 with that damage, from source main/5 as its first event, accepted. */
td_told_t td_folding_accident(td_folding_t *folding, const char *id, uint64_t revision,
			      uint64_t damage);

/* The verdict about it, at `raw_offset`. */
td_slice_t td_folding_verdict(td_folding_t *folding, const td_told_t *told, uint64_t raw_offset);

/* The verdict about such an accident with damage 7: accepted, or refused with E203. */
td_slice_t td_folding_say(td_folding_t *folding, const char *id, uint64_t revision,
			  uint64_t raw_offset);
td_slice_t td_folding_refuse(td_folding_t *folding, const char *id, uint64_t revision,
			     const char *field, uint64_t raw_offset);

/* One field of the shard, its key without the prefix: read, written by hand, compared ("": not
 * there). */
td_slice_t td_folding_stored(td_folding_t *folding, const char *key, const char *field);
void td_folding_store(td_folding_t *folding, const char *key, const char *field, const char *value);
void td_folding_assert_stored(td_folding_t *folding, const char *key, const char *field,
			      const char *value);

#endif
