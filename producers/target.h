/*
 * target: whether the raw topic of a reporter keeps what it is given.
 *
 * Looks at what a reporter has the right to see: that the topic is there, has one partition, and
 * three replicas unless the settings say single_node. What else matters is for workers and
 * thidua-admin doctor to look at.
 */
#ifndef TD_PRODUCERS_TARGET_H
#define TD_PRODUCERS_TARGET_H

#include "common/kafka.h"

/* TD_ECONFIG when it must not be written to; TD_EUNAVAILABLE when Kafka does not answer soon. */
TD_MUST_USE bool td_target_check(const td_kafka_settings_t *cluster, const char *reporter,
				 td_err_t *err);

#endif
