#include "workers/topics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static_assert(sizeof("thidua.verdicts.4294967295.") + TD_ID_MAX <= TD_TOPIC_MAX,
	      "a topic's name fits");

#define VERDICTS_PREFIX "thidua.verdicts."

void td_topic_raw(const char *reporter, char *topic)
{
	(void)snprintf(topic, TD_TOPIC_MAX, TD_TOPIC_RAW_PREFIX "%.*s", TD_ID_MAX, reporter);
}

void td_topic_verdicts(const char *reporter, uint32_t generation, char *topic)
{
	if (generation)
		(void)snprintf(topic, TD_TOPIC_MAX, VERDICTS_PREFIX "%" PRIu32 ".%.*s", generation,
			       TD_ID_MAX, reporter);
	else
		(void)snprintf(topic, TD_TOPIC_MAX, VERDICTS_PREFIX "%.*s", TD_ID_MAX, reporter);
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

const char *td_topic_judged(const char *verdict_topic, uint32_t *generation)
{
	char again[TD_TOPIC_MAX];
	const char *reporter = strrchr(verdict_topic, '.');
	if (reporter == NULL || !td_topic_reporter_valid(reporter + 1) ||
	    strncmp(verdict_topic, VERDICTS_PREFIX, strlen(VERDICTS_PREFIX)) != 0)
		return NULL;
	const char *number = verdict_topic + strlen(VERDICTS_PREFIX);
	unsigned long parsed = number <= reporter ? strtoul(number, NULL, 10) : 0;
	*generation = (uint32_t)parsed;
	/* One that is written in its own form, and no other. */
	td_topic_verdicts(reporter + 1, *generation, again);
	return parsed <= UINT32_MAX && strcmp(again, verdict_topic) == 0 ? reporter + 1 : NULL;
}
