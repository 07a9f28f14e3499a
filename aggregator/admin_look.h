/*
 * admin_look: one shard as an operator sees it: its head in Redis beside the ends of its logs.
 *
 * Shell, for `shard` and `doctor`.
 */
#ifndef TD_AGGREGATOR_ADMIN_LOOK_H
#define TD_AGGREGATOR_ADMIN_LOOK_H

#include "aggregator/head.h"
#include "aggregator/store.h"
#include "common/kafka_admin.h"
#include "workers/topics.h"

/* What was seen. The ends are -1 where the topic does not exist. */
typedef struct td_look {
	char reporter[TD_ID_MAX + 1];
	char raw_topic[TD_TOPIC_MAX], verdict_topic[TD_TOPIC_MAX];
	td_stored_head_t stored;
	bool readable; /* `head` is what `stored` says; else `why` */
	td_head_t head;
	td_err_t why;
	int64_t raw_end, verdict_end;
} td_look_t;

/* Names and logs of a reporter; no server is asked yet. */
void td_look_begin(const char *reporter, uint32_t generation, td_look_t *look);

/* Asks for the head; an altered one is no error here. */
TD_MUST_USE bool td_look_head(const td_redis_settings_t *redis, uint32_t generation,
			      td_look_t *look, td_err_t *err);

/* Asks for the ends of both logs. */
TD_MUST_USE bool td_look_ends(td_kafka_admin_t *kafka, td_look_t *look, td_err_t *err);

/* There is no such shard: fills err, TD_EUSAGE; returns false. */
bool td_look_none(const char *reporter, uint32_t generation, td_err_t *err);

/* "live", "clearing", ...; "none" without a head, "altered" for one that cannot be read. */
const char *td_look_state(const td_look_t *look);

#endif
