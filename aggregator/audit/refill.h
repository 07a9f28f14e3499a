/*
 * refill: records written into a topic at offsets that are known beforehand.
 *
 * Shell. What a cluster had is given to another one in the same order and at the same places; who
 * else writes to the topic meanwhile is noticed.
 */
#ifndef TD_AGGREGATOR_AUDIT_REFILL_H
#define TD_AGGREGATOR_AUDIT_REFILL_H

#include "common/err.h"
#include "common/kafka.h"
#include "common/td.h"

/* The key of records without value that stand where another cluster had none that is known. */
#define TD_REFILL_KEY "thidua.restore"

typedef struct td_refill td_refill_t;

typedef struct td_refill_settings {
	const td_kafka_settings_t *kafka;
	const char *topic, *codec;
	int64_t message_bytes; /* of the largest record */
	int64_t next;          /* where the topic ends: the first record comes there */
} td_refill_settings_t;

/* NULL and err. */
TD_MUST_USE td_refill_t *td_refill_new(const td_refill_settings_t *settings, td_err_t *err);
void td_refill_free(td_refill_t *refill);

/* The next record; copied. `value.data` NULL: none. Waits while too many are under way. */
TD_MUST_USE bool td_refill_add(td_refill_t *refill, td_slice_t key, td_slice_t value,
			       td_err_t *err);

/* So many records of TD_REFILL_KEY. */
TD_MUST_USE bool td_refill_skip(td_refill_t *refill, uint64_t count, td_err_t *err);

/* Waits until the brokers have all of it for good. */
TD_MUST_USE bool td_refill_finish(td_refill_t *refill, td_err_t *err);

/* Whether a record is one of td_refill_skip. */
bool td_refill_is_filler(td_slice_t key, td_slice_t value);

#endif
