/*
 * put: one record into a topic, now and for good.
 *
 * Shell; for what is written seldom: reference data, decisions, seals.
 */
#ifndef TD_AGGREGATOR_PUT_H
#define TD_AGGREGATOR_PUT_H

#include "common/err.h"
#include "common/kafka.h"

enum { TD_PUT_MAX = 4 * 1024 * 1024 }; /* bytes of a record */

typedef struct td_put {
	const char *topic, *key;
	td_slice_t value; /* data NULL: a tombstone */
} td_put_t;

/* The brokers have the record for good when it returns true. */
TD_MUST_USE bool td_put(const td_kafka_settings_t *cluster, const td_put_t *record, td_err_t *err);

#endif
