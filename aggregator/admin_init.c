/* init: the topics of every reporter, and on demand the rights to them. */
#include "aggregator/admin.h"
#include "aggregator/admin_topics.h"
#include "aggregator/registry.h"

#include <stdlib.h>

enum { PRINCIPAL_MAX = TD_ID_MAX + 8 };

/* One run: what was found on the way. */
typedef struct init {
	const td_admin_t *admin;
	td_kafka_admin_t *kafka;
	size_t made, there, wrong;
} init_t;

/* Topics come before any shard: where none is named, the first generation is meant. */
static uint32_t generation_of(const td_admin_settings_t *settings)
{
	return settings->generation == TD_REGISTRY_LIVE ? 0 : (uint32_t)settings->generation;
}

static void hear_wrong(void *context, const char *wrong, const char *mend)
{
	init_t *init = context;
	init->wrong++;
	(void)fprintf(init->admin->out, "WRONG %s\n      mend: %s\n", wrong, mend);
}

static bool make_topic(init_t *init, const td_admin_topic_t *topic, td_err_t *err)
{
	bool created = false;
	if (!td_kafka_admin_create(init->kafka, &topic->plan, &created, err))
		return false;
	if (created) {
		init->made++;
		(void)fprintf(init->admin->out, "made  %s\n", topic->name);
		return true;
	}
	init->there++;
	return td_admin_topic_check(init->kafka, topic, hear_wrong, init, err);
}

static bool make_topics(init_t *init, const td_reference_t *reference, td_err_t *err)
{
	const td_admin_settings_t *settings = init->admin->settings;
	td_admin_topics_t topics;
	bool fine = td_admin_topics_make(reference, generation_of(settings),
					 settings->kafka.single_node, &topics, err);
	for (size_t i = 0; fine && i < topics.count; i++)
		fine = make_topic(init, &topics.items[i], err);
	td_admin_topics_free(&topics);
	return fine;
}

static bool allow(init_t *init, const td_kafka_acl_t *acl, td_err_t *err)
{
	if (!td_kafka_admin_allow(init->kafka, acl, err))
		return false;
	(void)fprintf(init->admin->out, "may   %s: %s %s %s%s\n", acl->principal, acl->operation,
		      acl->is_group ? "group" : "topic", acl->resource, acl->is_prefix ? "*" : "");
	return true;
}

/* A reporter writes its own log and reads what became of it. Nobody gets transactions: a right that
 * is not given is none. */
static bool allow_reporter(init_t *init, const td_reporter_t *reporter, td_err_t *err)
{
	char principal[PRINCIPAL_MAX], raw[TD_TOPIC_MAX], verdicts[TD_TOPIC_MAX];
	(void)snprintf(principal, sizeof principal, "User:%s", reporter->id);
	td_topic_raw(reporter->id, raw);
	td_topic_verdicts(reporter->id, generation_of(init->admin->settings), verdicts);
	const td_kafka_acl_t acls[] = {
		{.principal = principal, .resource = raw, .operation = "write"},
		{.principal = principal, .resource = raw, .operation = "describe"},
		{.principal = principal, .resource = verdicts, .operation = "read"},
		{.principal = principal, .resource = TD_TOPIC_REFERENCE, .operation = "read"},
	};
	for (size_t i = 0; i < TD_COUNT(acls); i++)
		if (!allow(init, &acls[i], err))
			return false;
	return true;
}

#define WORKER     "User:thidua-worker"
#define AGGREGATOR "User:thidua-aggregator"
#define AUDIT      "User:thidua-audit"
#define ADMIN      "User:thidua-admin"

/* The programs of the ministry's side, each under the name of its user. */
static const td_kafka_acl_t programs[] = {
	{WORKER, "thidua.raw.", false, true, "read"},
	{WORKER, "thidua.verdicts.", false, true, "read"},
	{WORKER, "thidua.verdicts.", false, true, "write"},
	{WORKER, "thidua.raw.", false, true, "describe-configs"},
	{WORKER, "thidua.verdicts.", false, true, "describe-configs"},
	{WORKER, TD_TOPIC_REFERENCE, false, false, "read"},
	{WORKER, TD_TOPIC_DECISIONS, false, false, "read"},
	{WORKER, "thidua-worker", true, true, "read"},
	{AGGREGATOR, "thidua.raw.", false, true, "read"},
	{AGGREGATOR, "thidua.verdicts.", false, true, "read"},
	{AGGREGATOR, TD_TOPIC_DECISIONS, false, false, "read"},
	{AGGREGATOR, "thidua.raw.", false, true, "describe-configs"},
	{AGGREGATOR, "thidua.verdicts.", false, true, "describe-configs"},
	{AGGREGATOR, "thidua-aggregator", true, true, "read"},
	{AUDIT, "thidua.", false, true, "read"},
	{AUDIT, TD_TOPIC_SEALS, false, false, "write"},
	{ADMIN, "thidua.", false, true, "all"},
};

static bool allow_all(init_t *init, const td_reference_t *reference, td_err_t *err)
{
	const td_reporter_t *reporter;
	for (size_t i = 0; (reporter = td_reference_reporter_at(reference, i)); i++)
		if (!allow_reporter(init, reporter, err))
			return false;
	for (size_t i = 0; i < TD_COUNT(programs); i++)
		if (!allow(init, &programs[i], err))
			return false;
	return true;
}

static bool run(init_t *init, const td_reference_t *reference, td_err_t *err)
{
	if (!make_topics(init, reference, err))
		return false;
	(void)fprintf(init->admin->out, "%zu topics made, %zu were there\n", init->made,
		      init->there);
	if (init->admin->settings->acl && !allow_all(init, reference, err))
		return false;
	if (init->wrong > 0)
		return td_err_set(err, TD_ECONFIG,
				  "%zu settings of topics that were there are wrong, see above; "
				  "init changes no topic that exists",
				  init->wrong);
	return true;
}

bool td_admin_init(const td_admin_t *admin, td_err_t *err)
{
	const td_admin_settings_t *settings = admin->settings;
	init_t init = {.admin = admin};
	td_reference_t *reference = td_reference_load(settings->reference.folder, err);
	if (!reference)
		return false;
	init.kafka = td_kafka_admin_new(&settings->kafka, "thidua-admin", TD_ADMIN_TIMEOUT_MS, err);
	bool fine = init.kafka && run(&init, reference, err);
	td_kafka_admin_free(init.kafka);
	td_reference_free(reference);
	return fine;
}
