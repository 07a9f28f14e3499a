#include "common/kafka_topic.h"

#include "common/clock.h"

#include <inttypes.h>

enum { POLL_MS = 200, QUEUE_BYTES = 64 * 1024 * 1024 };

td_kafka_reader_t *td_kafka_topic_reader(const td_kafka_settings_t *cluster, const char *client_id,
					 td_err_t *err)
{
	const td_kafka_reader_settings_t settings = {
		.cluster = cluster,
		.client_id = client_id,
		.queue_bytes = QUEUE_BYTES,
		.wake_fd = -1,
	};
	return td_kafka_reader_new(&settings, err);
}

/* One topic under way. */
typedef struct reading {
	const char *topic;
	int64_t next, end;
	int64_t quiet_ms; /* how long it is waited for what comes next */
	td_kafka_record_fn *each;
	void *context;
} reading_t;

static bool take(reading_t *reading, const td_kafka_item_t *item, td_err_t *err)
{
	if (item->kind == TD_KAFKA_ITEM_ERROR)
		return item->error == TD_KAFKA_RETRY ||
		       td_err_set(err, td_kafka_class_code(item->error),
				  "%s at offset %" PRId64 ": %s", reading->topic, reading->next,
				  item->why);
	if (item->kind == TD_KAFKA_ITEM_END) {
		reading->next = item->offset;
		return true;
	}
	reading->next = item->offset + 1;
	return item->offset >= reading->end || reading->each(reading->context, item, err);
}

/* Reads until the end, or until nothing has come for too long. */
static bool read_on(td_kafka_reader_t *reader, reading_t *reading, td_err_t *err)
{
	int64_t heard_ms = td_clock_mono_ms();
	while (reading->next < reading->end) {
		const td_kafka_item_t *items;
		int64_t before = reading->next;
		size_t count = td_kafka_reader_read(reader, POLL_MS, &items);
		for (size_t i = 0; i < count && reading->next < reading->end; i++) {
			if (!take(reading, &items[i], err))
				return false;
		}
		if (reading->next > before)
			heard_ms = td_clock_mono_ms();
		if (td_clock_mono_ms() - heard_ms > reading->quiet_ms)
			break;
	}
	return true;
}

static bool read_from(td_kafka_reader_t *reader, reading_t *reading, td_err_t *err)
{
	td_kafka_stream_t *stream = td_kafka_reader_open(
		reader, reading->topic, (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, reading->next},
		NULL, err);
	bool done = stream != NULL && read_on(reader, reading, err);
	td_kafka_stream_close(stream);
	return done;
}

bool td_kafka_topic_read(td_kafka_reader_t *reader, const char *topic, int64_t from, int64_t end,
			 td_kafka_record_fn *each, void *context, td_err_t *err)
{
	reading_t reading = {topic, from, end, TD_KAFKA_TOPIC_PATIENCE_MS, each, context};
	if (from >= end)
		return true;
	if (!read_from(reader, &reading, err))
		return false;
	return reading.next >= end ||
	       td_err_set(err, TD_EUNAVAILABLE, "%s: nothing came for %d s at offset %" PRId64,
			  topic, TD_KAFKA_TOPIC_PATIENCE_MS / 1000, reading.next);
}

bool td_kafka_topic_follow(td_kafka_reader_t *reader, const char *topic, int64_t from,
			   int64_t quiet_ms, td_kafka_record_fn *each, void *context, td_err_t *err)
{
	reading_t reading = {topic, from, INT64_MAX, quiet_ms, each, context};
	return read_from(reader, &reading, err);
}

bool td_kafka_topic_read_all(td_kafka_reader_t *reader, const char *topic, bool *exists,
			     td_kafka_record_fn *each, void *context, td_err_t *err)
{
	int64_t low, high;
	bool there = td_kafka_reader_bounds(reader, topic, &low, &high, err);
	if (exists != NULL)
		*exists = there;
	if (!there)
		return exists != NULL && err->code == TD_ECONFIG;
	return td_kafka_topic_read(reader, topic, low, high, each, context, err);
}
