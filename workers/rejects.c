#include "workers/rejects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/kafka_admin.h"
#include "common/kafka_reader.h"
#include "workers/topics.h"

enum {
	REPORTERS_MAX = 512,
	ASK_MS = 10000,
	PATIENCE_MS = 30000, /* without anything from a log that has more */
	POLL_MS = 100,
	QUEUE_BYTES = 64 * 1024 * 1024,
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

/* What one item means; *at is the offset behind it. */
static bool take_item(rejects_t *rejects, const char *reporter, const td_kafka_item_t *item,
		      take_fn *take, int64_t *at, td_err_t *err)
{
	switch (item->kind) {
	case TD_KAFKA_ITEM_RECORD:
		*at = item->offset + 1;
		return take(rejects->list, reporter, item->value, err);
	case TD_KAFKA_ITEM_END:
		*at = INT64_MAX;
		return true;
	case TD_KAFKA_ITEM_ERROR:
		break;
	}
	return item->error == TD_KAFKA_RETRY ||
	       td_err_set(err, td_kafka_class_code(item->error), "%s at offset %" PRId64 ": %s",
			  td_kafka_stream_topic(item->stream), item->offset, item->why);
}

/* Reads the open stream up to `end`. */
static bool read_stream(rejects_t *rejects, const char *reporter, int64_t end, take_fn *take,
			td_err_t *err)
{
	int64_t at = 0, heard_ms = td_clock_mono_ms();

	while (at < end) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(rejects->reader, POLL_MS, &items);

		for (size_t i = 0; i < count && at < end; i++)
			if (!take_item(rejects, reporter, &items[i], take, &at, err))
				return false;
		if (count > 0 && items[0].kind != TD_KAFKA_ITEM_ERROR)
			heard_ms = td_clock_mono_ms();
		if (td_clock_mono_ms() - heard_ms > PATIENCE_MS)
			return td_err_set(err, TD_EUNAVAILABLE,
					  "the verdicts of %s: nothing comes for %d s", reporter,
					  PATIENCE_MS / 1000);
	}
	return true;
}

static bool read_log(rejects_t *rejects, const char *reporter, take_fn *take, td_err_t *err)
{
	char topic[TD_TOPIC_MAX];
	int64_t low, end;

	td_topic_verdicts(reporter, rejects->asked->generation, topic);
	if (!td_kafka_reader_bounds(rejects->reader, topic, &low, &end, err))
		return false;
	if (low == end)
		return true;
	td_kafka_stream_t *stream = td_kafka_reader_open(
		rejects->reader, topic, (td_kafka_start_t){TD_KAFKA_FROM_BEGINNING, 0}, NULL, err);
	bool fine = stream && read_stream(rejects, reporter, end, take, err);

	td_kafka_stream_close(stream);
	return fine;
}

static bool read_all(rejects_t *rejects, take_fn *take, td_err_t *err)
{
	for (size_t i = 0; i < rejects->count; i++)
		if (!read_log(rejects, rejects->reporters[i], take, err))
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
	rejects->reader = td_kafka_reader_new(
		&(td_kafka_reader_settings_t){
			.cluster = cluster,
			.client_id = "thidua-rejects",
			.queue_bytes = QUEUE_BYTES,
			.wake_fd = -1,
		},
		err);
	fine = rejects->reader && find_reporters(rejects, cluster, err) &&
	       read_all(rejects, td_rejections_add, err);
	td_rejections_seal(list);
	fine = fine && (td_rejections_count(list) == 0 || read_all(rejects, answer, err));
	td_rejections_settle(list);
	td_kafka_reader_free(rejects->reader);
	free(rejects);
	return fine;
}
