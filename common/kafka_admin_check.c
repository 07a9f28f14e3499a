/* kafka_admin_check: whether a raw or verdict topic keeps what it is given. */
#include <stdio.h>
#include <stdlib.h>

#include "common/kafka_admin_internal.h"

/* What a setting has to be, and why. */
typedef struct rule {
	const char *name;
	const char *value;
	const char *why;
} rule_t;

static const rule_t rules[] = {
	{"message.timestamp.type", "LogAppendTime", "or a sender's clock decides what is deleted"},
	{"retention.ms", "-1", "or events are deleted by age"},
	{"retention.bytes", "-1", "or events are deleted by size"},
	{"cleanup.policy", "delete", "or events with an equal key replace each other"},
};

/* What was heard of one topic. */
typedef struct heard {

	long min_in_sync;
	const rule_t *broken; /* the first */
	char value[64];
} heard_t;

static void hear(void *context, const td_kafka_topic_config_t *config)
{
	heard_t *heard = context;
	if (strcmp(config->name, "min.insync.replicas") == 0)
		heard->min_in_sync = strtol(config->value, NULL, 10);
	for (size_t i = 0; i < TD_COUNT(rules) && !heard->broken; i++) {
		if (strcmp(rules[i].name, config->name) != 0 ||
		    strcmp(rules[i].value, config->value) == 0)
			continue;
		heard->broken = &rules[i];
		(void)snprintf(heard->value, sizeof heard->value, "%s", config->value);
	}
}

static bool check_replicas(const td_kafka_topic_info_t *info, const heard_t *heard, td_err_t *err)
{
	if (info->replicas < 3)
		return td_err_set(err, TD_ECONFIG,
				  "topic %s has %d replica%s; a broker that dies takes events "
				  "along: give it 3, or accept that with --single-node",
				  info->name, info->replicas, info->replicas == 1 ? "" : "s");
	if (heard->min_in_sync < 2)
		return td_err_set(err, TD_ECONFIG,
				  "topic %s: min.insync.replicas is %ld; one broker alone "
				  "acknowledges events: set it to 2, or accept that with "
				  "--single-node",
				  info->name, heard->min_in_sync);
	return true;
}

bool td_kafka_admin_check_hot(td_kafka_admin_t *admin, const char *topic, td_err_t *err)
{
	bool exists = false;
	td_kafka_topic_info_t info = {0};
	heard_t heard = {0};
	if (!td_kafka_admin_topic(admin, topic, &exists, &info, err))
		return false;
	if (!exists)
		return td_err_set(err, TD_ECONFIG,
				  "topic %s does not exist; 'thidua admin init' makes the topics",
				  topic);
	if (info.partitions != 1)
		return td_err_set(err, TD_ECONFIG,
				  "topic %s has %d partitions; an order of events needs exactly "
				  "one: delete it if it is empty, and let 'thidua admin init' make "
				  "it",
				  topic, info.partitions);
	if (!td_kafka_admin_configs(admin, topic, hear, &heard, err))
		return false;
	if (heard.broken)
		return td_err_set(err, TD_ECONFIG, "topic %s: %s is %s; set it to %s, %s", topic,
				  heard.broken->name, heard.value, heard.broken->value,
				  heard.broken->why);
	return admin->single_node || check_replicas(&info, &heard, err);
}
