#include "workers/topics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static_assert(sizeof("thidua.verdicts.4294967295.") + TD_ID_MAX <= TD_TOPIC_MAX,
	      "a topic's name fits");

void td_topic_raw(const char *reporter, char *topic)
{
	(void)snprintf(topic, TD_TOPIC_MAX, TD_TOPIC_RAW_PREFIX "%.*s", TD_ID_MAX, reporter);
}

void td_topic_verdicts(const char *reporter, uint32_t generation, char *topic)
{
	if (generation)
		(void)snprintf(topic, TD_TOPIC_MAX, "thidua.verdicts.%" PRIu32 ".%.*s", generation,
			       TD_ID_MAX, reporter);
	else
		(void)snprintf(topic, TD_TOPIC_MAX, "thidua.verdicts.%.*s", TD_ID_MAX, reporter);
}

bool td_topic_reporter_valid(const char *reporter)
{
	size_t size = strspn(reporter, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return size > 0 && size <= TD_ID_MAX && reporter[size] == '\0';
}

const char *td_topic_reporter(const char *raw_topic)
{
	size_t size = strlen(TD_TOPIC_RAW_PREFIX);

	if (strncmp(raw_topic, TD_TOPIC_RAW_PREFIX, size) != 0 ||
	    !td_topic_reporter_valid(raw_topic + size))
		return NULL;
	return raw_topic + size;
}
