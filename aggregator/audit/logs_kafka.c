/* The raw logs as they lie in Kafka. */
#include "aggregator/audit/logs_internal.h"
#include "common/kafka_topic.h"
#include "common/clock.h"
#include "common/kafka_admin.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ADMIN_TIMEOUT_MS = 15000,
	FEED_BYTES = 16 * 1024 * 1024,
	RESTING_MS = 10, /* of silence after which the client rests */
	FEED_BATCH = 2000,
	UNREADABLE_AT = 3, /* errors in a row at one offset: it cannot be read */
};

typedef struct kafka_logs {
	td_logs_t base; /* first */
	const td_kafka_settings_t *cluster;
} kafka_logs_t;

typedef struct kafka_feed {
	td_feed_t base; /* first */
	char topic[TD_TOPIC_MAX];
	const td_decisions_t *decisions;
	td_kafka_reader_t *reader;
	td_kafka_stream_t *stream;
	uint64_t next, end; /* offsets to be read */
	int64_t heard_ms;
	uint64_t bytes; /* of events since reading began, or began again */
	td_raw_t events[FEED_BATCH];
} kafka_feed_t;

static const td_logs_kind_t kind;

/* Names of raw topics, kept while they are listed. */
typedef struct listing {
	const char *only;
	bool is_full; /* there are more */
	size_t count;
	char reporters[TD_LOGS_MAX][TD_ID_MAX + 1];
	size_t alone_count;
	char alone[TD_LOGS_MAX][TD_TOPIC_MAX]; /* verdict topics whose raw topic is not there */
} listing_t;

static void list_topic(void *context, const td_kafka_topic_info_t *topic)
{
	listing_t *listing = context;
	const char *reporter = td_topic_reporter(topic->name);
	if (reporter == NULL || (listing->only != NULL && strcmp(reporter, listing->only) != 0))
		return;
	listing->is_full = listing->count == TD_LOGS_MAX;
	if (listing->is_full)
		return;
	(void)snprintf(listing->reporters[listing->count++], TD_ID_MAX + 1, "%s", reporter);
}

/* Topics with verdicts on a log that is not listed. */
static void list_verdicts(void *context, const td_kafka_topic_info_t *topic)
{
	listing_t *listing = context;
	uint32_t generation;
	const char *reporter = td_topic_judged(topic->name, &generation);
	bool known = reporter == NULL || listing->alone_count == TD_LOGS_MAX ||
		     (listing->only != NULL && strcmp(reporter, listing->only) != 0);
	for (size_t i = 0; !known && i < listing->count; i++)
		known = strcmp(listing->reporters[i], reporter) == 0;
	if (!known)
		(void)snprintf(listing->alone[listing->alone_count++], TD_TOPIC_MAX, "%s",
			       topic->name);
}

static bool list_reporters(const td_logs_settings_t *settings, listing_t *listing, td_err_t *err)
{
	td_kafka_admin_t *admin =
		td_kafka_admin_new(settings->kafka, "thidua-audit", ADMIN_TIMEOUT_MS, err);
	bool listed = admin != NULL && td_kafka_admin_topics(admin, list_topic, listing, err) &&
		      td_kafka_admin_topics(admin, list_verdicts, listing, err);
	td_kafka_admin_free(admin);
	if (listed && listing->is_full)
		return td_err_set(err, TD_EUSAGE,
				  "there are more than %d raw logs: audit them one by one, with "
				  "--reporter",
				  TD_LOGS_MAX);
	return listed;
}

/* The end is fixed here: now, or before the first event that was appended after the moment. */
static bool fix_bounds(kafka_logs_t *logs, td_kafka_reader_t *reader, const char *reporter,
		       int64_t as_of_ms, td_err_t *err)
{
	td_log_bounds_t bounds = {0};
	char topic[TD_TOPIC_MAX];
	int64_t low, high, after = -1;
	td_topic_raw(reporter, topic);
	if (!td_kafka_reader_bounds(reader, topic, &low, &high, err))
		return false;
	if (as_of_ms > 0 && high > low &&
	    !td_kafka_reader_offset_at(reader, topic, as_of_ms + 1, &after, err))
		return false;
	if (after >= 0 && after < high)
		high = after;
	(void)snprintf(bounds.reporter, sizeof bounds.reporter, "%s", reporter);
	bounds.first = (uint64_t)low;
	bounds.end = (uint64_t)high;
	return td_logs_add(&logs->base, &bounds, err);
}

/* Who has verdicts had a log. */
static bool mention(kafka_logs_t *logs, td_kafka_reader_t *reader, const char *verdicts,
		    td_err_t *err)
{
	int64_t low, high;
	uint32_t generation;
	if (!td_kafka_reader_bounds(reader, verdicts, &low, &high, err))
		return false;
	if (high > 0)
		td_logs_mention(&logs->base, td_topic_judged(verdicts, &generation));
	return true;
}

static bool take_version(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	return record->value.data == NULL || td_versions_add(context, record->value, err);
}

static bool take_decision(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	return td_decisions_hear(context, record->key, record->value, err);
}

static bool fill(kafka_logs_t *logs, td_kafka_reader_t *reader, const td_logs_settings_t *settings,
		 td_err_t *err)
{
	static const char *const topics[] = {TD_TOPIC_REFERENCE, TD_TOPIC_DECISIONS};
	bool exists;
	listing_t listing = {.only = settings->reporter};
	if (!list_reporters(settings, &listing, err))
		return false;
	for (size_t i = 0; i < listing.count; i++) {
		if (!fix_bounds(logs, reader, listing.reporters[i], settings->as_of_ms, err))
			return false;
	}
	for (size_t i = 0; i < listing.alone_count; i++) {
		if (!mention(logs, reader, listing.alone[i], err))
			return false;
	}
	return td_kafka_topic_read_all(reader, topics[0], &exists, take_version,
				       logs->base.versions, err) &&
	       td_kafka_topic_read_all(reader, topics[1], &exists, take_decision,
				       logs->base.decisions, err);
}

td_logs_t *td_logs_open_kafka(const td_logs_settings_t *settings, td_err_t *err)
{
	kafka_logs_t *logs = calloc(1, sizeof *logs);
	if (logs == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the list of raw logs");
		return NULL;
	}
	logs->cluster = settings->kafka;
	bool done = td_logs_init(&logs->base, &kind, err);
	td_kafka_reader_t *reader =
		done ? td_kafka_topic_reader(settings->kafka, "thidua-audit", err) : NULL;
	done = reader != NULL && fill(logs, reader, settings, err);
	td_kafka_reader_free(reader);
	if (done)
		return &logs->base;
	td_logs_free(&logs->base);
	return NULL;
}

static void free_logs(td_logs_t *logs)
{
	free(logs);
}

static void free_feed(td_feed_t *base)
{
	kafka_feed_t *feed = (kafka_feed_t *)base;
	td_kafka_reader_free(feed->reader);
	free(feed);
}

static td_feed_t *open_feed(const td_logs_t *base, size_t index, td_feed_range_t range,
			    td_err_t *err)
{
	const kafka_logs_t *logs = (const kafka_logs_t *)base;
	const td_log_bounds_t *bounds = &base->items[index];
	const td_kafka_reader_settings_t settings = {
		.cluster = logs->cluster,
		.client_id = "thidua-audit",
		.queue_bytes = FEED_BYTES,
		.batch_max = FEED_BATCH,
		.wake_fd = -1,
	};
	kafka_feed_t *feed = calloc(1, sizeof *feed);
	if (feed == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", bounds->reporter);
		return NULL;
	}
	feed->base.kind = &kind;
	td_topic_raw(bounds->reporter, feed->topic);
	feed->decisions = base->decisions;
	feed->next = range.from > bounds->first ? range.from : bounds->first;
	feed->end = range.end;
	feed->heard_ms = td_clock_mono_ms();
	feed->reader = td_kafka_reader_new(&settings, err);
	if (feed->reader != NULL)
		feed->stream = td_kafka_reader_open(
			feed->reader, feed->topic,
			(td_kafka_start_t){TD_KAFKA_FROM_OFFSET, (int64_t)feed->next}, NULL, err);
	if (feed->stream != NULL)
		return &feed->base;
	free_feed(&feed->base);
	return NULL;
}

/* What comes next cannot be read: a decision passes it, or the audit ends here. */
static bool pass(kafka_feed_t *feed, const char *why, td_err_t *err)
{
	const Thidua__V1__AbsentDecision *decision =
		td_decisions_find(feed->decisions, feed->topic, feed->next);
	if (decision == NULL)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s cannot be read at offset %" PRIu64 ": %s; no recorded "
				  "decision passes it",
				  feed->topic, feed->next, why);
	feed->next = decision->through_offset + 1;
	return td_kafka_stream_seek(feed->stream, (int64_t)feed->next, err);
}

static bool take_error(kafka_feed_t *feed, const td_kafka_item_t *item, td_err_t *err)
{
	if (item->error == TD_KAFKA_RETRY)
		return true;
	if (item->error == TD_KAFKA_DATA)
		return item->repeats < UNREADABLE_AT || pass(feed, item->why, err);
	return td_err_set(err, td_kafka_class_code(item->error), "%s at offset %" PRIu64 ": %s",
			  feed->topic, feed->next, item->why);
}

/* Takes an item; counts it if it is an event before the end. */
static bool take(kafka_feed_t *feed, const td_kafka_item_t *item, size_t *count, td_err_t *err)
{
	uint64_t offset = (uint64_t)item->offset;
	if (item->kind == TD_KAFKA_ITEM_ERROR)
		return take_error(feed, item, err);
	if (offset < feed->next)
		return true;
	if (item->kind == TD_KAFKA_ITEM_END || offset >= feed->end) {
		feed->next = offset < feed->end ? offset : feed->end;
		return true;
	}
	if (!item->by_broker)
		return td_err_set(err, TD_ECONFIG,
				  "%s: offset %" PRIu64 " has the producer's time; its topic must "
				  "have message.timestamp.type=LogAppendTime",
				  feed->topic, offset);
	feed->events[(*count)++] = (td_raw_t){offset, item->append_ms, item->value};
	feed->next = offset + 1;
	feed->bytes += item->value.size;
	return true;
}

/* Whether the queue was filled since reading began: librdkafka before 2.2 then rests for a second,
 * even if the queue is emptied within half of it. To begin again costs milliseconds. */
static bool may_rest(const kafka_feed_t *feed)
{
	return feed->bytes >= FEED_BYTES / 2;
}

static td_fed_t begin_again(kafka_feed_t *feed, td_err_t *err)
{
	feed->bytes = 0;
	return td_kafka_stream_seek(feed->stream, (int64_t)feed->next, err) ? TD_FED_NONE
									    : TD_FED_FAILED;
}

static td_fed_t next(td_feed_t *base, int timeout_ms, const td_raw_t **events, size_t *count,
		     td_err_t *err)
{
	kafka_feed_t *feed = (kafka_feed_t *)base;
	const td_kafka_item_t *items;
	*events = feed->events;
	*count = 0;
	if (feed->next >= feed->end)
		return TD_FED_END;
	uint64_t before = feed->next;
	int wait_ms = may_rest(feed) && timeout_ms > RESTING_MS ? RESTING_MS : timeout_ms;
	size_t got = td_kafka_reader_read(feed->reader, wait_ms, &items);
	for (size_t i = 0; i < got && feed->next < feed->end; i++) {
		if (!take(feed, &items[i], count, err))
			return TD_FED_FAILED;
	}
	if (feed->next != before)
		feed->heard_ms = td_clock_mono_ms();
	if (*count > 0)
		return TD_FED_EVENTS;
	if (got == 0 && may_rest(feed))
		return begin_again(feed, err);
	if (td_clock_mono_ms() - feed->heard_ms <= TD_KAFKA_TOPIC_PATIENCE_MS)
		return TD_FED_NONE;
	(void)td_err_set(err, TD_EUNAVAILABLE, "%s: nothing came for %d s at offset %" PRIu64,
			 feed->topic, TD_KAFKA_TOPIC_PATIENCE_MS / 1000, feed->next);
	return TD_FED_FAILED;
}

static bool extend(td_feed_t *base, uint64_t end, td_err_t *err)
{
	kafka_feed_t *feed = (kafka_feed_t *)base;
	int64_t low, high;
	if (end <= feed->end)
		return true;
	if (!td_kafka_reader_bounds(feed->reader, feed->topic, &low, &high, err))
		return false;
	if ((uint64_t)high < end)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s ends at offset %" PRId64 ", but the tallies speak for events "
				  "up to %" PRIu64 ": the log was cut",
				  feed->topic, high, end);
	feed->end = end;
	feed->heard_ms = td_clock_mono_ms();
	return td_kafka_stream_seek(feed->stream, (int64_t)feed->next, err);
}

static bool find_verdicts(const td_logs_t *base, size_t index, td_verdict_log_t *verdicts,
			  td_err_t *err)
{
	return td_kafka_verdicts_find(((const kafka_logs_t *)base)->cluster,
				      base->items[index].reporter, verdicts, err);
}

static bool read_verdicts(const td_logs_t *base, const td_verdict_log_t *verdicts,
			  td_verdict_item_fn *each, void *context, td_err_t *err)
{
	return td_kafka_verdicts_read(((const kafka_logs_t *)base)->cluster, verdicts, each,
				      context, err);
}

static const td_logs_kind_t kind = {
	.free = free_logs,
	.feed_open = open_feed,
	.feed_free = free_feed,
	.feed_next = next,
	.feed_extend = extend,
	.verdicts_find = find_verdicts,
	.verdicts_read = read_verdicts,
};
