#include "producers/target.h"

#include "common/kafka_admin.h"
#include "workers/topics.h"

enum { TIMEOUT_MS = 3000, REPLICAS_MIN = 3 };

static bool judge(const td_kafka_settings_t *cluster, const char *topic, bool exists,
		  const td_kafka_topic_info_t *info, td_err_t *err)
{
	if (!exists)
		return td_err_set(err, TD_ECONFIG,
				  "topic %s does not exist, or this user may not see it; 'thidua "
				  "admin init' makes the topics",
				  topic);
	if (info->partitions != 1)
		return td_err_set(
			err, TD_ECONFIG,
			"topic %s has %d partitions; an order of events needs exactly one", topic,
			info->partitions);
	if (info->replicas < REPLICAS_MIN && !cluster->single_node)
		return td_err_set(err, TD_ECONFIG,
				  "topic %s has %d replica%s; a broker that dies takes events "
				  "along: give it 3, or accept that with --single-node",
				  topic, info->replicas, info->replicas == 1 ? "" : "s");
	return true;
}

bool td_target_check(const td_kafka_settings_t *cluster, const char *reporter, td_err_t *err)
{
	char topic[TD_TOPIC_MAX];
	bool exists;
	td_kafka_topic_info_t info;
	td_topic_raw(reporter, topic);
	td_kafka_admin_t *admin = td_kafka_admin_new(cluster, "thidua-producer", TIMEOUT_MS, err);
	bool fine = admin != NULL && td_kafka_admin_topic(admin, topic, &exists, &info, err) &&
		    judge(cluster, topic, exists, &info, err);
	td_kafka_admin_free(admin);
	return fine;
}
