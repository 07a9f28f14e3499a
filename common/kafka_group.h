/*
 * kafka_group: which topics are ours, decided among the members of a consumer group.
 *
 * A group says so and reads nothing: its owner opens streams (kafka_reader.h) at offsets that it
 * found out itself. So no position is ever taken from the group, a slow search for a position
 * holds nobody up, and no record is lost between two assignments. Offsets are committed for the
 * operators' lag tools only. Topics are found by a pattern, new ones within seconds; the assignor
 * is roundrobin, eager.
 */
#ifndef TD_COMMON_KAFKA_GROUP_H
#define TD_COMMON_KAFKA_GROUP_H

#include "common/kafka.h"

typedef struct td_kafka_group td_kafka_group_t;

typedef struct td_kafka_group_settings {
	const td_kafka_settings_t *cluster;
	const char *client_id;
	const char *group_id;
	const char *pattern; /* "^thidua\\.raw\\..*" */
	/* Called from td_kafka_group_poll and _free, in the caller's thread. */
	void (*assigned)(void *context, const char *topic);
	/* The topic is not ours after this call returns: finish or drop what is under way. `lost`:
	 * it was somebody else's already for a while. */
	void (*revoked)(void *context, const char *topic, bool lost);
	void *context;
	int wake_fd; /* an eventfd to be written when something waits; -1: none */
} td_kafka_group_settings_t;

/* Joins the group in the background. NULL and `err` (TD_ECONFIG) if settings are wrong. */
TD_MUST_USE td_kafka_group_t *td_kafka_group_new(const td_kafka_group_settings_t *settings,
						 td_err_t *err);

/* Revokes what is assigned, commits, leaves the group; NULL is allowed. If the broker is silent,
 * the library's part of it is left to the end of the process, which is to come now. */
void td_kafka_group_free(td_kafka_group_t *group);

/*
 * Serves the group for at most `timeout_ms`; call it every turn, at least every few minutes, or
 * the topics go to others. False only for what a person must mend (TD_ECONFIG: rights, settings)
 * or TD_EUNAVAILABLE when the object is finished; passing trouble is logged.
 */
TD_MUST_USE bool td_kafka_group_poll(td_kafka_group_t *group, int timeout_ms, td_err_t *err);

/* Notes that everything before `offset` of the assigned topic is done; committed every few seconds.
 * Another topic is ignored. */
void td_kafka_group_note(td_kafka_group_t *group, const char *topic, int64_t offset);

/* Topics assigned now. */
size_t td_kafka_group_count(const td_kafka_group_t *group);

#endif
