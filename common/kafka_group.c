#include "common/kafka_group.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/kafka_internal.h"
#include "common/log.h"

enum { COMMIT_EVERY_MS = 5000, SAY_EVERY_MS = 10000, LEAVE_TURNS = 30, LEAVE_TURN_MS = 100 };

typedef struct td_kafka_member {
	char *topic;
	int64_t noted;     /* everything before it is done; -1: nothing noted */
	int64_t committed; /* what was committed last */
} td_kafka_member_t;

struct td_kafka_group {
	td_kafka_base_t base; /* first: librdkafka's opaque */
	td_kafka_group_settings_t settings;
	rd_kafka_queue_t *queue;
	td_kafka_member_t *members; /* the topics assigned now */
	size_t count;
	int64_t commit_ms; /* when to commit next */
	bool joined;       /* the servers and our rights were right once */
	td_log_limit_t limit;
};

static const td_kafka_property_t defaults[] = {
	{"session.timeout.ms", "10000"},
	{"heartbeat.interval.ms", "1000"},
	{"topic.metadata.refresh.interval.ms", "3000"},
};

static const td_kafka_property_t fixed[] = {
	/* "range" would give all topics of one partition to one member. */
	{"partition.assignment.strategy", "roundrobin"}, {"enable.auto.commit", "false"},
	{"enable.auto.offset.store", "false"},           {"auto.offset.reset", "error"},
	{"allow.auto.create.topics", "false"},
};

static td_kafka_member_t *find(td_kafka_group_t *group, const char *topic)
{
	for (size_t i = 0; i < group->count; i++) {
		if (strcmp(group->members[i].topic, topic) == 0)
			return &group->members[i];
	}
	return NULL;
}

/* Commits what was noted since; lag tools alone look at it, so a failure is no matter. */
static void commit(td_kafka_group_t *group)
{
	rd_kafka_topic_partition_list_t *list =
		rd_kafka_topic_partition_list_new((int)group->count + 1);
	for (size_t i = 0; i < group->count; i++) {
		td_kafka_member_t *member = &group->members[i];
		if (member->noted < 0 || member->noted == member->committed)
			continue;
		rd_kafka_topic_partition_list_add(list, member->topic, 0)->offset = member->noted;
		member->committed = member->noted;
	}
	if (list->cnt > 0)
		(void)rd_kafka_commit(group->base.client, list, 1);
	rd_kafka_topic_partition_list_destroy(list);
}

static void forget_all(td_kafka_group_t *group)
{
	for (size_t i = 0; i < group->count; i++)
		free(group->members[i].topic);
	free(group->members);
	group->members = NULL;
	group->count = 0;
}

static void revoke_all(td_kafka_group_t *group, bool lost)
{
	for (size_t i = 0; i < group->count; i++)
		group->settings.revoked(group->settings.context, group->members[i].topic, lost);
	if (!lost)
		commit(group);
	forget_all(group);
}

static void assign_one(td_kafka_group_t *group, const rd_kafka_topic_partition_t *part)
{
	if (part->partition != 0) {
		td_log(TD_LOG_ERROR, "partition_ignored", td_log_text("topic", part->topic),
		       td_log_int("partition", part->partition),
		       td_log_text("why", "topics of thidua have one partition, 0"));
		return;
	}
	char *topic = strdup(part->topic);
	if (!topic) {
		td_log(TD_LOG_ERROR, "no_memory", td_log_text("topic", part->topic));
		return;
	}
	group->members[group->count++] =
		(td_kafka_member_t){.topic = topic, .noted = -1, .committed = -1};
}

static void assign_all(td_kafka_group_t *group, const rd_kafka_topic_partition_list_t *list)
{
	revoke_all(group, true); /* nothing is left, unless a revocation never came */
	group->members = calloc((size_t)list->cnt + 1, sizeof *group->members);
	if (!group->members) {
		td_log(TD_LOG_ERROR, "no_memory", td_log_int("topics", list->cnt));
		return;
	}
	for (int i = 0; i < list->cnt; i++)
		assign_one(group, &list->elems[i]);
	for (size_t i = 0; i < group->count; i++)
		group->settings.assigned(group->settings.context, group->members[i].topic);
}

/* The library's own assignment stays empty: it shall fetch nothing, and readers do. */
static void on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t error,
			 rd_kafka_topic_partition_list_t *list, void *opaque)
{
	td_kafka_group_t *group = opaque;
	group->joined = true;
	if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(1);
		error = rd_kafka_assign(client, none);
		rd_kafka_topic_partition_list_destroy(none);
		assign_all(group, list);
	} else {
		revoke_all(group, rd_kafka_assignment_lost(client) != 0);
		error = rd_kafka_assign(client, NULL);
	}
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		td_log(TD_LOG_WARN, "rebalance", td_log_text("error", rd_kafka_err2str(error)));
}

static bool subscribe(td_kafka_group_t *group, const char *pattern, td_err_t *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, pattern, RD_KAFKA_PARTITION_UA);
	rd_kafka_resp_err_t error = rd_kafka_subscribe(group->base.client, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return td_kafka_fail(err, error, NULL, "subscribing to", pattern);
	return true;
}

static bool start(td_kafka_group_t *group, const td_kafka_group_settings_t *settings, td_err_t *err)
{
	td_kafka_property_t all[TD_COUNT(fixed) + 1];
	memcpy(all, fixed, sizeof fixed);
	all[TD_COUNT(fixed)] = (td_kafka_property_t){"group.id", settings->group_id};
	const td_kafka_plan_t plan = {
		.settings = settings->cluster,
		.client_id = settings->client_id,
		.defaults = defaults,
		.default_count = TD_COUNT(defaults),
		.fixed = all,
		.fixed_count = TD_COUNT(all),
		.rebalance = on_rebalance,
	};
	if (!td_kafka_base_start(&group->base, RD_KAFKA_CONSUMER, &plan, err))
		return false;
	(void)rd_kafka_poll_set_consumer(group->base.client);
	group->queue = rd_kafka_queue_get_consumer(group->base.client);
	td_kafka_queue_wake(group->queue, settings->wake_fd);
	return subscribe(group, settings->pattern, err);
}

td_kafka_group_t *td_kafka_group_new(const td_kafka_group_settings_t *settings, td_err_t *err)
{
	td_kafka_group_t *group = calloc(1, sizeof *group);
	if (!group) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a Kafka group");
		return NULL;
	}
	group->settings = *settings;
	if (start(group, settings, err))
		return group;
	td_kafka_group_free(group);
	return NULL;
}

/*
 * Revokes through on_rebalance, then leaves the group. False when a broker is silent: a commit that
 * is under way is sent again until it answers, and rd_kafka_consumer_close and rd_kafka_destroy
 * wait for that without end (seen with 2.0.2).
 */
static bool leave(rd_kafka_t *client)
{
	rd_kafka_queue_t *events = rd_kafka_queue_new(client);
	rd_kafka_error_t *error = rd_kafka_consumer_close_queue(client, events);
	bool closed = error != NULL; /* it was before */
	for (int turns = 0; !closed && turns < LEAVE_TURNS; turns++) {
		(void)rd_kafka_queue_poll_callback(events, LEAVE_TURN_MS);
		closed = rd_kafka_consumer_closed(client) != 0;
	}
	if (error)
		rd_kafka_error_destroy(error);
	rd_kafka_queue_destroy(events);
	return closed;
}

void td_kafka_group_free(td_kafka_group_t *group)
{
	if (!group)
		return;
	if (group->base.client) {
		bool left = leave(group->base.client);
		revoke_all(group, true);
		rd_kafka_queue_io_event_enable(group->queue, -1, NULL, 0);
		rd_kafka_queue_destroy(group->queue);
		if (left)
			rd_kafka_destroy(group->base.client);
		else
			td_log(TD_LOG_WARN, "group_not_left",
			       td_log_text("group", group->settings.group_id),
			       td_log_text("why", "the broker is silent; the group will miss us"));
	}
	free(group);
}

/* What an error of the group means: true if it passes. */
static bool judge(td_kafka_group_t *group, rd_kafka_resp_err_t error, const char *reason,
		  td_err_t *err)
{
	td_kafka_class_t kind = td_kafka_classify(error);
	int64_t held = 0;
	if (kind == TD_KAFKA_REFUSED || kind == TD_KAFKA_RECREATE)
		return td_kafka_fail(err, error, reason, "group", group->settings.group_id);
	if (td_log_allowed(&group->limit, td_clock_mono_ms(), SAY_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "group_trouble", td_log_text("group", group->settings.group_id),
		       td_log_text("error", reason), td_log_int("held_back", held));
	return true;
}

bool td_kafka_group_poll(td_kafka_group_t *group, int timeout_ms, td_err_t *err)
{
	bool fine = true;
	rd_kafka_message_t *message = rd_kafka_consumer_poll(group->base.client, timeout_ms);
	/* The topics of a pattern may vanish, and none may be there yet. */
	if (message && message->err != RD_KAFKA_RESP_ERR_NO_ERROR &&
	    message->err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		fine = judge(group, message->err, rd_kafka_message_errstr(message), err);
	if (message)
		rd_kafka_message_destroy(message);
	/* Later it is a broker that is just starting or ending, and the log has it. */
	if (fine && !group->joined && group->base.trouble == TD_KAFKA_REFUSED)
		fine = td_err_set(err, TD_ECONFIG, "group %s: %s", group->settings.group_id,
				  group->base.why);
	int64_t now_ms = td_clock_mono_ms();
	if (now_ms >= group->commit_ms) {
		group->commit_ms = now_ms + COMMIT_EVERY_MS;
		commit(group);
	}
	return fine;
}

void td_kafka_group_note(td_kafka_group_t *group, const char *topic, int64_t offset)
{
	td_kafka_member_t *member = find(group, topic);
	if (member)
		member->noted = offset;
}

size_t td_kafka_group_count(const td_kafka_group_t *group)
{
	return group->count;
}
