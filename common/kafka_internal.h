/*
 * kafka_internal: what kafka_*.c share; nobody else includes it.
 */
#ifndef TD_COMMON_KAFKA_INTERNAL_H
#define TD_COMMON_KAFKA_INTERNAL_H

#include <librdkafka/rdkafka.h>

#include "common/kafka.h"

typedef struct td_kafka_property {
	const char *name;
	const char *value;
} td_kafka_property_t;

/* What each object begins with; librdkafka's opaque points to it. */
typedef struct td_kafka_base {
	rd_kafka_t *client;
	td_kafka_class_t trouble; /* of the last error that concerns the whole client */
	rd_kafka_resp_err_t error;
	unsigned errors; /* how many came */
	char why[256];
} td_kafka_base_t;

/* How to make a client. */
typedef struct td_kafka_plan {
	const td_kafka_settings_t *settings;
	const char *client_id;
	const td_kafka_property_t *defaults; /* weaker than the operator's -X */
	size_t default_count;
	const td_kafka_property_t *fixed; /* which -X may not touch */
	size_t fixed_count;
	void (*rebalance)(rd_kafka_t *, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t *,
			  void *);
	void (*delivered)(rd_kafka_t *, const rd_kafka_message_t *, void *);
} td_kafka_plan_t;

/* Makes base->client; TD_ECONFIG names the property that is wrong. */
TD_MUST_USE bool td_kafka_base_start(td_kafka_base_t *base, rd_kafka_type_t type,
				     const td_kafka_plan_t *plan, td_err_t *err);

/* Where an answer is missing because the whole client is in trouble, that is the error and the
 * reason: a password that is wrong ends in a time-out of whatever was asked. */
void td_kafka_base_blame(td_kafka_base_t *base, rd_kafka_resp_err_t *error, const char **reason);

/* An answer came: whatever the trouble was, it has passed. */
void td_kafka_base_answered(td_kafka_base_t *base);

/* Writes to `fd` (if it is not -1) whenever `queue` stops being empty. */
void td_kafka_queue_wake(rd_kafka_queue_t *queue, int fd);

/* The one place that says what an error of librdkafka means for us. */
td_kafka_class_t td_kafka_classify(rd_kafka_resp_err_t error);

/* Fills `err` with "<what> <name>: <reason>" and the class's code; `reason` NULL: librdkafka's
 * own. Returns false. */
bool td_kafka_fail(td_err_t *err, rd_kafka_resp_err_t error, const char *reason, const char *what,
		   const char *name);

/* The first and the next offset of partition 0. */
TD_MUST_USE bool td_kafka_ask_bounds(td_kafka_base_t *base, const char *topic, int64_t *low,
				     int64_t *high, td_err_t *err);

/* The first offset of partition 0 appended at `append_ms` or later; -1 if there is none. */
TD_MUST_USE bool td_kafka_ask_offset_at(td_kafka_base_t *base, const char *topic, int64_t append_ms,
					int64_t *offset, td_err_t *err);

#endif
