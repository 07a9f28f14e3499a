/* kafka_admin: the client, and what it learns from the cluster's metadata. */
#include "common/kafka_admin.h"

#include <stdlib.h>

#include "common/kafka_admin_internal.h"

/* A consumer, because it never makes a topic by asking about it; it is in no group. */
static const td_kafka_property_t fixed[] = {
	{"allow.auto.create.topics", "false"},
	{"enable.auto.commit", "false"},
	/* The log's end is the readers', also while somebody's transaction is open. */
	{"isolation.level", "read_uncommitted"},
};

td_kafka_admin_t *td_kafka_admin_new(const td_kafka_settings_t *cluster, const char *client_id,
				     int timeout_ms, td_err_t *err)
{
	const td_kafka_plan_t plan = {
		.settings = cluster,
		.client_id = client_id,
		.fixed = fixed,
		.fixed_count = TD_COUNT(fixed),
	};
	td_kafka_admin_t *admin = calloc(1, sizeof *admin);
	if (!admin) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a Kafka administrator");
		return NULL;
	}
	admin->timeout_ms = timeout_ms;
	admin->single_node = cluster->single_node;
	if (!td_kafka_base_start(&admin->base, RD_KAFKA_CONSUMER, &plan, err)) {
		free(admin);
		return NULL;
	}
	admin->queue = rd_kafka_queue_new(admin->base.client);
	return admin;
}

void td_kafka_admin_free(td_kafka_admin_t *admin)
{
	if (!admin)
		return;
	rd_kafka_queue_destroy(admin->queue);
	rd_kafka_destroy(admin->base.client);
	free(admin);
}

/* Asks about one topic, or about all for NULL. */
static bool ask(td_kafka_admin_t *admin, rd_kafka_topic_t *topic, bool all,
		const struct rd_kafka_metadata **metadata, td_err_t *err)
{
	admin->base.trouble = TD_KAFKA_FINE;
	rd_kafka_resp_err_t error =
		rd_kafka_metadata(admin->base.client, all, topic, metadata, admin->timeout_ms);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		const char *reason = NULL;
		td_kafka_base_blame(&admin->base, &error, &reason);
		return td_kafka_fail(err, error, reason, "asking the Kafka cluster for its topics",
				     NULL);
	}
	td_kafka_base_answered(&admin->base);
	return true;
}

bool td_kafka_admin_brokers(td_kafka_admin_t *admin, int *count, td_err_t *err)
{
	const struct rd_kafka_metadata *metadata;
	if (!ask(admin, NULL, false, &metadata, err))
		return false;
	*count = metadata->broker_cnt;
	rd_kafka_metadata_destroy(metadata);
	return true;
}

static td_kafka_topic_info_t describe(const struct rd_kafka_metadata_topic *topic, const char *name)
{
	td_kafka_topic_info_t info = {.name = name, .partitions = topic->partition_cnt};
	for (int i = 0; i < topic->partition_cnt; i++) {
		if (topic->partitions[i].id == 0) {
			info.replicas = topic->partitions[i].replica_cnt;
			info.in_sync = topic->partitions[i].isr_cnt;
		}
	}
	return info;
}

bool td_kafka_admin_topics(td_kafka_admin_t *admin, td_kafka_topic_fn *each, void *context,
			   td_err_t *err)
{
	const struct rd_kafka_metadata *metadata;
	if (!ask(admin, NULL, true, &metadata, err))
		return false;
	for (int i = 0; i < metadata->topic_cnt; i++) {
		td_kafka_topic_info_t info =
			describe(&metadata->topics[i], metadata->topics[i].topic);
		each(context, &info);
	}
	rd_kafka_metadata_destroy(metadata);
	return true;
}

/* What the answer about one topic says of it. */
static bool judge(const struct rd_kafka_metadata *metadata, const char *name, bool *exists,
		  td_kafka_topic_info_t *info, td_err_t *err)
{
	const struct rd_kafka_metadata_topic *topic = metadata->topics;
	*exists = false;
	if (metadata->topic_cnt != 1)
		return td_err_set(err, TD_EUNAVAILABLE, "Kafka says nothing of topic %s", name);
	if (topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		return true;
	if (topic->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return td_kafka_fail(err, topic->err, NULL, "asking for topic", name);
	*exists = true;
	*info = describe(topic, name);
	return true;
}

bool td_kafka_admin_topic(td_kafka_admin_t *admin, const char *name, bool *exists,
			  td_kafka_topic_info_t *info, td_err_t *err)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_t *topic = rd_kafka_topic_new(admin->base.client, name, NULL);
	if (!topic)
		return td_kafka_fail(err, rd_kafka_last_error(), NULL, "asking for topic", name);
	bool done = ask(admin, topic, false, &metadata, err);
	if (done) {
		done = judge(metadata, name, exists, info, err);
		rd_kafka_metadata_destroy(metadata);
	}
	rd_kafka_topic_destroy(topic);
	return done;
}

bool td_kafka_admin_bounds(td_kafka_admin_t *admin, const char *topic, int64_t *low, int64_t *high,
			   td_err_t *err)
{
	return td_kafka_ask_bounds(&admin->base, topic, low, high, err);
}
