/*
 * kafka_admin_internal: what kafka_admin*.c share; nobody else includes it.
 */
#ifndef TD_COMMON_KAFKA_ADMIN_INTERNAL_H
#define TD_COMMON_KAFKA_ADMIN_INTERNAL_H

#include "common/kafka_admin.h"
#include "common/kafka_internal.h"

struct td_kafka_admin {
	td_kafka_base_t base; /* first: librdkafka's opaque */
	rd_kafka_queue_t *queue;
	int timeout_ms;
	bool single_node;
};

#endif
