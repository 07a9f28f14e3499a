/*
 * oracle: what Redis must hold of a set of statements, said anew: of each record the statement that
 * stands, of each tally the plain sum.
 *
 * Knows no batches, no order, no deltas: it looks at all statements at once.
 */
#ifndef TD_TESTS_MODEL_ORACLE_H
#define TD_TESTS_MODEL_ORACLE_H

#include "tests/model/redis.h"
#include "tests/model/told.h"

/* Fills `redis` with the record states and tallies of all that was told. `append_ms` is the latest
 * append time, which decides which days keep their hours. */
void td_oracle_fill(td_model_redis_t *redis, const td_told_t *told, size_t count,
		    int64_t append_ms);

/* Whether a key is one of those that td_oracle_fill fills: a state or a tally. */
bool td_oracle_counts(td_slice_t key);

/* Whether each day's tallies by province from `first_day` on are the sums of its hours, where all
 * statements had one; prints what is not. */
bool td_oracle_hours_agree(const td_model_redis_t *redis, int32_t first_day);

/* Whether each half-month is the sum of its days and no checksum is wrong; prints what is. */
bool td_oracle_sums_agree(const td_model_redis_t *redis);

#endif
