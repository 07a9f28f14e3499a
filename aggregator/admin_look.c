#include "aggregator/admin_look.h"

#include <stdio.h>

void td_look_begin(const char *reporter, uint32_t generation, td_look_t *look)
{
	*look = (td_look_t){.raw_end = -1, .verdict_end = -1};
	(void)snprintf(look->reporter, sizeof look->reporter, "%s", reporter);
	td_topic_raw(look->reporter, look->raw_topic);
	td_topic_verdicts(look->reporter, generation, look->verdict_topic);
}

bool td_look_head(const td_redis_settings_t *redis, uint32_t generation, td_look_t *look,
		  td_err_t *err)
{
	td_store_t *store = td_store_new(redis, look->reporter, generation, err);
	td_stored_t stored = store ? td_store_head(store, &look->stored, err) : TD_STORED_AWAY;
	td_store_free(store);
	if (stored == TD_STORED_AWAY)
		return false;
	look->readable = false;
	if (stored == TD_STORED_TORN)
		look->why = *err;
	else if (look->stored.exists)
		look->readable = td_head_unpack((td_slice_t){look->stored.bytes, look->stored.size},
						&look->head, &look->why);
	return true;
}

bool td_look_none(const char *reporter, uint32_t generation, td_err_t *err)
{
	return td_err_set(err, TD_EUSAGE,
			  "there is no shard of '%s' in generation %u; thidua-admin shard show "
			  "lists those that there are",
			  reporter, (unsigned)generation);
}

static bool end_of(td_kafka_admin_t *kafka, const char *topic, int64_t *end, td_err_t *err)
{
	bool exists = false;
	int64_t low;
	td_kafka_topic_info_t info;
	*end = -1;
	if (!td_kafka_admin_topic(kafka, topic, &exists, &info, err))
		return false;
	return !exists || td_kafka_admin_bounds(kafka, topic, &low, end, err);
}

bool td_look_ends(td_kafka_admin_t *kafka, td_look_t *look, td_err_t *err)
{
	return end_of(kafka, look->raw_topic, &look->raw_end, err) &&
	       end_of(kafka, look->verdict_topic, &look->verdict_end, err);
}

const char *td_look_state(const td_look_t *look)
{
	static const char *const states[] = {
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE] = "live",
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING] = "clearing",
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING] = "rebuilding",
		[THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED] = "stopped",
	};
	if (!look->readable)
		return look->stored.exists || look->stored.alien ? "altered" : "none";
	size_t state = (size_t)look->head.state;
	return state < TD_COUNT(states) && states[state] ? states[state] : "unknown";
}
