/*
 * admin_topics: which topics there must be, and how each must be set.
 *
 * Shell, for init, which makes them, and doctor, which compares.
 */
#ifndef TD_AGGREGATOR_ADMIN_TOPICS_H
#define TD_AGGREGATOR_ADMIN_TOPICS_H

#include "common/err.h"
#include "common/kafka_admin.h"
#include "workers/reference.h"
#include "workers/topics.h"

/* A topic that must be there; `plan.name` points to `name`. */
typedef struct td_admin_topic {
	char name[TD_TOPIC_MAX];
	uint32_t generation; /* of a verdict topic; 0 of the others */
	td_kafka_topic_plan_t plan;
} td_admin_topic_t;

typedef struct td_admin_topics {
	size_t count;
	td_admin_topic_t *items;
} td_admin_topics_t;

/* The topics for all reporters of `reference` in that generation, and those of all; false, with
 * err, when memory is out. Free with td_admin_topics_free in either case. */
TD_MUST_USE bool td_admin_topics_make(const td_reference_t *reference, uint32_t generation,
				      bool single_node, td_admin_topics_t *topics, td_err_t *err);
void td_admin_topics_free(td_admin_topics_t *topics);

/* What is wrong with the topic that exists, each as a sentence with what to do; `each` may be
 * called for none or several. */
typedef void td_admin_wrong_fn(void *context, const char *wrong, const char *mend);

TD_MUST_USE bool td_admin_topic_check(td_kafka_admin_t *kafka, const td_admin_topic_t *topic,
				      td_admin_wrong_fn *each, void *context, td_err_t *err);

#endif
