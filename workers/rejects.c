#include "workers/rejects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/kafka_admin.h"
#include "common/kafka_topic.h"
#include "workers/topics.h"

enum {
	REPORTERS_MAX = 512,
	ASK_MS = 10000,
};

typedef struct rejects {
	const td_rejects_asked_t *asked;
	td_rejections_t *list;
	td_kafka_reader_t *reader;
	char reporters[REPORTERS_MAX][TD_ID_MAX + 1];
	size_t count;
} rejects_t;

/* Takes one verdict; false when memory is out. */
typedef bool take_fn(td_rejections_t *list, const char *reporter, td_slice_t packed, td_err_t *err);

/* One log under way. */
typedef struct reading {
	td_rejections_t *list;
	const char *reporter;
	take_fn *take;
} reading_t;

static bool answer(td_rejections_t *list, const char *reporter, td_slice_t packed, td_err_t *err)
{
	(void)err;
	td_rejections_answer(list, reporter, packed);
	return true;
}

static void add_topic(void *context, const td_kafka_topic_info_t *topic)
{
	rejects_t *rejects = context;
	const char *reporter = td_topic_reporter(topic->name);

	/* A reporter is one that has a raw topic. */
	if (!reporter || rejects->count == REPORTERS_MAX)
		return;
	(void)snprintf(rejects->reporters[rejects->count++], TD_ID_MAX + 1, "%s", reporter);
}

static int compare_reporters(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool find_reporters(rejects_t *rejects, const td_kafka_settings_t *cluster, td_err_t *err)
{
	if (rejects->asked->reporter) {
		(void)snprintf(rejects->reporters[rejects->count++], TD_ID_MAX + 1, "%s",
			       rejects->asked->reporter);
		return true;
	}
	td_kafka_admin_t *admin = td_kafka_admin_new(cluster, "thidua-rejects", ASK_MS, err);
	bool fine = admin && td_kafka_admin_topics(admin, add_topic, rejects, err);

	td_kafka_admin_free(admin);
	qsort(rejects->reporters, rejects->count, sizeof(rejects->reporters[0]), compare_reporters);
	return fine &&
	       (rejects->count > 0 || td_err_set(err, TD_ECONFIG,
						 "there are no raw topics: 'thidua admin init' "
						 "makes them"));
}

static bool take_record(void *context, const td_kafka_item_t *verdict, td_err_t *err)
{
	const reading_t *reading = context;

	return reading->take(reading->list, reading->reporter, verdict->value, err);
}

static bool read_log(rejects_t *rejects, const char *reporter, take_fn *each, td_err_t *err)
{
	char topic[TD_TOPIC_MAX];
	reading_t reading = {rejects->list, reporter, each};

	td_topic_verdicts(reporter, rejects->asked->generation, topic);
	return td_kafka_topic_read_all(rejects->reader, topic, NULL, take_record, &reading, err);
}

static bool read_all(rejects_t *rejects, take_fn *each, td_err_t *err)
{
	for (size_t i = 0; i < rejects->count; i++)
		if (!read_log(rejects, rejects->reporters[i], each, err))
			return false;
	return true;
}

bool td_rejects_read(const td_kafka_settings_t *cluster, const td_rejects_asked_t *asked,
		     td_rejections_t *list, td_err_t *err)
{
	rejects_t *rejects = calloc(1, sizeof(*rejects));
	bool fine = rejects != NULL;

	if (!fine)
		return td_err_set(err, TD_EMEMORY, "no memory to look for rejections");
	rejects->asked = asked;
	rejects->list = list;
	rejects->reader = td_kafka_topic_reader(cluster, "thidua-rejects", err);
	fine = rejects->reader && find_reporters(rejects, cluster, err) &&
	       read_all(rejects, td_rejections_add, err);
	td_rejections_seal(list);
	fine = fine && (td_rejections_count(list) == 0 || read_all(rejects, answer, err));
	td_rejections_settle(list);
	td_kafka_reader_free(rejects->reader);
	free(rejects);
	return fine;
}
