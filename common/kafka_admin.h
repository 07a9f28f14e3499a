/*
 * kafka_admin: topics, their settings and rights, for thidua-admin and for checks at start.
 *
 * Each call asks the cluster and waits for its answer, at most as long as given to
 * td_kafka_admin_new. TD_EUNAVAILABLE when it does not answer, TD_ECONFIG when it refuses.
 */
#ifndef TD_COMMON_KAFKA_ADMIN_H
#define TD_COMMON_KAFKA_ADMIN_H

#include "common/kafka.h"

typedef struct td_kafka_admin td_kafka_admin_t;

enum { TD_KAFKA_TOPIC_CONFIGS_MAX = 16 };

typedef struct td_kafka_topic_config {
	const char *name;  /* "retention.ms" */
	const char *value; /* "-1" */
} td_kafka_topic_config_t;

/* A topic to be made, with one partition. */
typedef struct td_kafka_topic_plan {
	const char *name;
	int replicas;
	size_t config_count;
	td_kafka_topic_config_t configs[TD_KAFKA_TOPIC_CONFIGS_MAX];
} td_kafka_topic_plan_t;

/* A topic that exists. */
typedef struct td_kafka_topic_info {
	const char *name; /* valid during the call */
	int partitions;
	int replicas; /* of partition 0 */
	int in_sync;  /* of partition 0 */
} td_kafka_topic_info_t;

typedef void td_kafka_topic_fn(void *context, const td_kafka_topic_info_t *topic);
typedef void td_kafka_config_fn(void *context, const td_kafka_topic_config_t *config);

typedef struct td_kafka_acl {
	const char *principal; /* "User:vn-06" */
	const char *resource;  /* topic or group name; "*": all */
	bool is_group;         /* else a topic */
	bool is_prefix;        /* every name that begins so */
	const char
		*operation; /* "read", "write", "describe", "describe-configs", "create", "all" */
} td_kafka_acl_t;

TD_MUST_USE td_kafka_admin_t *td_kafka_admin_new(const td_kafka_settings_t *cluster,
						 const char *client_id, int timeout_ms,
						 td_err_t *err);
void td_kafka_admin_free(td_kafka_admin_t *admin);

/* Brokers in the cluster; also the cheapest question whether it is there. */
TD_MUST_USE bool td_kafka_admin_brokers(td_kafka_admin_t *admin, int *count, td_err_t *err);

/* Makes the topic; one that exists is left as it is, with `created` false. */
TD_MUST_USE bool td_kafka_admin_create(td_kafka_admin_t *admin, const td_kafka_topic_plan_t *plan,
				       bool *created, td_err_t *err);

/* Deletes the topic with all that is in it; one that does not exist is fine. */
TD_MUST_USE bool td_kafka_admin_delete(td_kafka_admin_t *admin, const char *topic, td_err_t *err);

/* Deletes the records before `offset` for good: the log begins there then. */
TD_MUST_USE bool td_kafka_admin_delete_before(td_kafka_admin_t *admin, const char *topic,
					      int64_t offset, td_err_t *err);

/* Calls `each` for every topic, in no order. */
TD_MUST_USE bool td_kafka_admin_topics(td_kafka_admin_t *admin, td_kafka_topic_fn *each,
				       void *context, td_err_t *err);

/* One topic; `exists` false if there is none. `name` of `info` is the argument. */
TD_MUST_USE bool td_kafka_admin_topic(td_kafka_admin_t *admin, const char *name, bool *exists,
				      td_kafka_topic_info_t *info, td_err_t *err);

/* Calls `each` for every setting of the topic, defaults included. */
TD_MUST_USE bool td_kafka_admin_configs(td_kafka_admin_t *admin, const char *topic,
					td_kafka_config_fn *each, void *context, td_err_t *err);

/*
 * Refuses (TD_ECONFIG) a raw or verdict topic that does not keep what it is given: missing, more
 * than one partition, times not LogAppendTime, deletion by age or size, compaction, and, unless the
 * settings say single_node, fewer than three replicas or min.insync.replicas below two.
 */
TD_MUST_USE bool td_kafka_admin_check_hot(td_kafka_admin_t *admin, const char *topic,
					  td_err_t *err);

/* As td_kafka_reader_bounds. */
TD_MUST_USE bool td_kafka_admin_bounds(td_kafka_admin_t *admin, const char *topic, int64_t *low,
				       int64_t *high, td_err_t *err);

/* Grants one right; granting it again changes nothing. */
TD_MUST_USE bool td_kafka_admin_allow(td_kafka_admin_t *admin, const td_kafka_acl_t *acl,
				      td_err_t *err);

#endif
