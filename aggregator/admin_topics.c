#include "aggregator/admin_topics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SENTENCE_MAX = 512 };

/* A setting that a topic must have, and what else happens. */
typedef struct rule {
	const char *name, *value, *else_what;
} rule_t;

/* Raw and verdict logs keep everything, in the order and with the time of the broker. */
static const rule_t kept[] = {
	{"message.timestamp.type", "LogAppendTime", "a sender's clock decides what time it is"},
	{"cleanup.policy", "delete", "events with equal keys replace each other"},
	{"retention.ms", "-1", "events are deleted by age"},
	{"retention.bytes", "-1", "events are deleted by size"},
	{NULL, NULL, NULL},
};

/* Versions and decisions: the last one of each number is all that is needed. */
static const rule_t compacted[] = {
	{"message.timestamp.type", "LogAppendTime", "a sender's clock decides what time it is"},
	{"cleanup.policy", "compact", "versions and decisions are deleted by age"},
	{"max.message.bytes", "5242880", "its largest records are refused"},
	{NULL, NULL, NULL},
};

/* The limit is that of a batch: a producer sends many events, each of at most 64 KiB, in one of a
 * megabyte. */
static const rule_t raw_size = {"max.message.bytes", "1048576",
				"a producer's full batch of events is refused"};
static const rule_t verdict_size = {"max.message.bytes", "2097152",
				    "the verdict about a large event is refused"};
static const rule_t seal_size = {"max.message.bytes", "5242880", "its largest records are refused"};
static const rule_t in_sync = {"min.insync.replicas", "2",
			       "one broker alone acknowledges what is lost with it"};

static_assert(TD_RAW_EVENT_MAX < 1048576, "a batch of raw_size holds the largest event");
static_assert(2 * TD_VERDICT_MAX == 2097152, "verdict_size says what td.h says");

static void add_rule(td_kafka_topic_plan_t *plan, const rule_t *rule)
{
	plan->configs[plan->config_count++] = (td_kafka_topic_config_t){rule->name, rule->value};
}

/* The next topic, its name still to be written. */
static td_admin_topic_t *add(td_admin_topics_t *topics, const rule_t *rules, const rule_t *size,
			     bool single_node)
{
	td_admin_topic_t *topic = &topics->items[topics->count++];
	*topic = (td_admin_topic_t){.plan = {.name = topic->name, .replicas = single_node ? 1 : 3}};
	for (; rules->name; rules++)
		add_rule(&topic->plan, rules);
	if (size)
		add_rule(&topic->plan, size);
	if (!single_node)
		add_rule(&topic->plan, &in_sync);
	return topic;
}

bool td_admin_topics_make(const td_reference_t *reference, uint32_t generation, bool single_node,
			  td_admin_topics_t *topics, td_err_t *err)
{
	static const char *const shared[] = {TD_TOPIC_REFERENCE, TD_TOPIC_DECISIONS};
	size_t reporters = 0;
	const td_reporter_t *reporter;
	while (td_reference_reporter_at(reference, reporters))
		reporters++;
	*topics = (td_admin_topics_t){
		.items = calloc(2 * reporters + TD_COUNT(shared) + 1, sizeof *topics->items)};
	if (!topics->items)
		return td_err_set(err, TD_EMEMORY, "no memory for the list of topics");
	for (size_t i = 0; i < TD_COUNT(shared); i++)
		(void)snprintf(add(topics, compacted, NULL, single_node)->name, TD_TOPIC_MAX, "%s",
			       shared[i]);
	/* A seal is never replaced by a later one. */
	(void)snprintf(add(topics, kept, &seal_size, single_node)->name, TD_TOPIC_MAX, "%s",
		       TD_TOPIC_SEALS);
	for (size_t i = 0; (reporter = td_reference_reporter_at(reference, i)); i++) {
		td_topic_raw(reporter->id, add(topics, kept, &raw_size, single_node)->name);
		td_admin_topic_t *verdicts = add(topics, kept, &verdict_size, single_node);
		verdicts->generation = generation;
		td_topic_verdicts(reporter->id, generation, verdicts->name);
	}
	return true;
}

void td_admin_topics_free(td_admin_topics_t *topics)
{
	free(topics->items);
	*topics = (td_admin_topics_t){0};
}

/* What is said while one topic is looked at. */
typedef struct check {
	const td_admin_topic_t *topic;
	td_admin_wrong_fn *each;
	void *context;
} check_t;

static void say(const check_t *check, const char *mend, const char *format, ...) TD_FORMAT(3, 4);

static void say(const check_t *check, const char *mend, const char *format, ...)
{
	char wrong[SENTENCE_MAX];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(wrong, sizeof wrong, format, args);
	va_end(args);
	check->each(check->context, wrong, mend);
}

/* Why a setting of that name and value matters. */
static const char *reason(const td_kafka_topic_config_t *wanted)
{
	const rule_t *const tables[] = {kept, compacted};
	const rule_t *const single[] = {&raw_size, &verdict_size, &in_sync};
	for (size_t i = 0; i < TD_COUNT(single); i++)
		if (strcmp(single[i]->name, wanted->name) == 0 &&
		    strcmp(single[i]->value, wanted->value) == 0)
			return single[i]->else_what;
	for (size_t i = 0; i < TD_COUNT(tables); i++)
		for (const rule_t *rule = tables[i]; rule->name; rule++)
			if (strcmp(rule->name, wanted->name) == 0 &&
			    strcmp(rule->value, wanted->value) == 0)
				return rule->else_what;
	return "";
}

/* More is as good where the setting is a minimum. */
static bool is_enough(const td_kafka_topic_config_t *wanted, const char *value)
{
	bool is_minimum = strcmp(wanted->name, "max.message.bytes") == 0 ||
			  strcmp(wanted->name, "min.insync.replicas") == 0;
	if (is_minimum)
		return strtoll(value, NULL, 10) >= strtoll(wanted->value, NULL, 10);
	return strcmp(wanted->value, value) == 0;
}

static void compare(void *context, const td_kafka_topic_config_t *config)
{
	const check_t *check = context;
	const td_kafka_topic_plan_t *plan = &check->topic->plan;
	char mend[SENTENCE_MAX];
	for (size_t i = 0; i < plan->config_count; i++) {
		const td_kafka_topic_config_t *wanted = &plan->configs[i];
		if (strcmp(wanted->name, config->name) != 0 || is_enough(wanted, config->value))
			continue;
		(void)snprintf(mend, sizeof mend,
			       "kafka-configs.sh --alter --entity-type topics --entity-name %s "
			       "--add-config %s=%s",
			       plan->name, wanted->name, wanted->value);
		say(check, mend, "%s: %s is %s, not %s: %s", plan->name, config->name,
		    config->value, wanted->value, reason(wanted));
	}
}

static void compare_shape(const check_t *check, const td_kafka_topic_info_t *info)
{
	const td_kafka_topic_plan_t *plan = &check->topic->plan;
	if (info->partitions != 1)
		say(check,
		    "if it is empty, delete it and let thidua-admin init make it; if not, its "
		    "events have to be sent again into one that init has made",
		    "%s has %d partitions: an order of events needs exactly one", plan->name,
		    info->partitions);
	if (info->replicas < plan->replicas)
		say(check,
		    "kafka-reassign-partitions.sh gives it more replicas; for a trial, "
		    "--single-node accepts it",
		    "%s has %d replica%s, not %d: a broker that dies takes events along",
		    plan->name, info->replicas, info->replicas == 1 ? "" : "s", plan->replicas);
	if (info->in_sync < info->replicas)
		say(check, "see which broker is down or behind",
		    "%s: %d of its %d replicas are in sync", plan->name, info->in_sync,
		    info->replicas);
}

static void say_missing(const check_t *check)
{
	const td_admin_topic_t *topic = check->topic;
	char mend[64] = "thidua-admin init";
	if (topic->generation > 0)
		(void)snprintf(mend, sizeof mend, "thidua-admin init --generation %" PRIu32,
			       topic->generation);
	say(check, mend, "%s does not exist", topic->name);
}

bool td_admin_topic_check(td_kafka_admin_t *kafka, const td_admin_topic_t *topic,
			  td_admin_wrong_fn *each, void *context, td_err_t *err)
{
	bool exists = false;
	td_kafka_topic_info_t info = {0};
	check_t check = {topic, each, context};
	if (!td_kafka_admin_topic(kafka, topic->name, &exists, &info, err))
		return false;
	if (!exists) {
		say_missing(&check);
		return true;
	}
	compare_shape(&check, &info);
	return td_kafka_admin_configs(kafka, topic->name, compare, &check, err);
}
