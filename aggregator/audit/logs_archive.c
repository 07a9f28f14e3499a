/* The raw logs as they lie in an archive. */
#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/logs_internal.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEED_BATCH = 2000 };

typedef struct archive_logs {
	td_logs_t base; /* first */
	td_archive_t *archive;
} archive_logs_t;

typedef struct archive_feed {
	td_feed_t base; /* first */
	const td_archive_t *archive;
	const Thidua__V1__ArchiveTopic *topic;
	td_archive_cursor_t *cursor;
	uint64_t next, end; /* offsets to be given */
	td_raw_t events[FEED_BATCH];
} archive_feed_t;

static const td_logs_kind_t kind;

static bool add_log(archive_logs_t *logs, const Thidua__V1__ArchiveTopic *topic,
		    const td_logs_settings_t *settings, td_err_t *err)
{
	td_log_bounds_t bounds = {.first = topic->first_offset, .end = td_manifest_end(topic)};
	const char *reporter = td_topic_reporter(topic->name);
	if (reporter == NULL ||
	    (settings->reporter != NULL && strcmp(settings->reporter, reporter) != 0))
		return true;
	(void)snprintf(bounds.reporter, sizeof bounds.reporter, "%s", reporter);
	if (!td_archive_look(logs->archive, topic, err))
		return false;
	if (settings->as_of_ms > 0 &&
	    !td_archive_after(logs->archive, topic, settings->as_of_ms, &bounds.end, err))
		return false;
	return td_logs_add(&logs->base, &bounds, err);
}

static bool take_version(void *context, const td_archived_t *record, td_err_t *err)
{
	return record->value.size == 0 || td_versions_add(context, record->value, err);
}

static bool take_decision(void *context, const td_archived_t *record, td_err_t *err)
{
	return td_decisions_hear(context, record->key, record->value, err);
}

static bool read_topic(const archive_logs_t *logs, const char *name, td_archive_fn *each,
		       void *context, td_err_t *err)
{
	const Thidua__V1__ArchiveTopic *topic =
		td_manifest_topic(td_archive_manifest(logs->archive), name);
	return topic == NULL || td_archive_read(logs->archive, topic, each, context, err);
}

/* Who has verdicts had a log. */
static void mention(archive_logs_t *logs, const Thidua__V1__ArchiveTopic *topic,
		    const td_logs_settings_t *settings)
{
	uint32_t generation;
	const char *reporter = td_topic_judged(topic->name, &generation);
	if (reporter != NULL && topic->n_files > 0 &&
	    (settings->reporter == NULL || strcmp(settings->reporter, reporter) == 0))
		td_logs_mention(&logs->base, reporter);
}

static bool fill(archive_logs_t *logs, const td_logs_settings_t *settings, td_err_t *err)
{
	logs->archive = td_archive_open(settings->archive, err);
	if (logs->archive == NULL)
		return false;
	const Thidua__V1__ArchiveManifest *manifest = td_archive_manifest(logs->archive);
	for (size_t i = 0; i < manifest->n_topics; i++) {
		if (!add_log(logs, manifest->topics[i], settings, err))
			return false;
	}
	for (size_t i = 0; i < manifest->n_topics; i++)
		mention(logs, manifest->topics[i], settings);
	return read_topic(logs, TD_TOPIC_REFERENCE, take_version, logs->base.versions, err) &&
	       read_topic(logs, TD_TOPIC_DECISIONS, take_decision, logs->base.decisions, err);
}

td_logs_t *td_logs_open_archive(const td_logs_settings_t *settings, td_err_t *err)
{
	archive_logs_t *logs = calloc(1, sizeof *logs);
	if (logs == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the list of raw logs");
		return NULL;
	}
	if (td_logs_init(&logs->base, &kind, err) && fill(logs, settings, err))
		return &logs->base;
	td_logs_free(&logs->base);
	return NULL;
}

static void free_logs(td_logs_t *base)
{
	archive_logs_t *logs = (archive_logs_t *)base;
	td_archive_free(logs->archive);
	free(logs);
}

static const char *digest(const td_logs_t *base)
{
	return td_archive_digest(((const archive_logs_t *)base)->archive);
}

static void free_feed(td_feed_t *base)
{
	archive_feed_t *feed = (archive_feed_t *)base;
	td_archive_cursor_free(feed->cursor);
	free(feed);
}

static td_feed_t *open_feed(const td_logs_t *base, size_t index, td_feed_range_t range,
			    td_err_t *err)
{
	const archive_logs_t *logs = (const archive_logs_t *)base;
	const td_log_bounds_t *bounds = &base->items[index];
	char topic[TD_TOPIC_MAX];
	archive_feed_t *feed = calloc(1, sizeof *feed);
	if (feed == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", bounds->reporter);
		return NULL;
	}
	td_topic_raw(bounds->reporter, topic);
	feed->base.kind = &kind;
	feed->archive = logs->archive;
	feed->topic = td_manifest_topic(td_archive_manifest(logs->archive), topic);
	feed->next = range.from > bounds->first ? range.from : bounds->first;
	feed->end = range.end;
	feed->cursor = td_archive_cursor_open(logs->archive, feed->topic, feed->next, err);
	if (feed->cursor != NULL)
		return &feed->base;
	free_feed(&feed->base);
	return NULL;
}

/* Takes one record; counts it if it is an event that is asked for. */
static void take(archive_feed_t *feed, const td_archived_t *archived, size_t *count)
{
	uint64_t end = td_archived_end(archived);
	if (archived->absent == 0 && archived->offset >= feed->next && archived->offset < feed->end)
		feed->events[(*count)++] =
			(td_raw_t){archived->offset, archived->append_ms, archived->value};
	if (end > feed->next)
		feed->next = end < feed->end ? end : feed->end;
}

/* Events of one frame at a time, since they lie in it. */
static td_fed_t next(td_feed_t *base, int timeout_ms, const td_raw_t **events, size_t *count,
		     td_err_t *err)
{
	archive_feed_t *feed = (archive_feed_t *)base;
	td_archive_step_t step = TD_ARCHIVE_RECORD;
	td_archived_t archived;
	(void)timeout_ms; /* a file makes nobody wait */
	*events = feed->events;
	*count = 0;
	while (*count < FEED_BATCH && feed->next < feed->end) {
		step = td_archive_cursor_next(feed->cursor, &archived, err);
		if (step == TD_ARCHIVE_RECORD)
			take(feed, &archived, count);
		else if (step == TD_ARCHIVE_FRAME && *count > 0)
			return TD_FED_EVENTS;
		else if (step == TD_ARCHIVE_FRAME)
			step = td_archive_cursor_load(feed->cursor, err);
		if (step == TD_ARCHIVE_FAILED)
			return TD_FED_FAILED;
		if (step == TD_ARCHIVE_END)
			break;
	}
	if (*count > 0)
		return TD_FED_EVENTS;
	return TD_FED_END;
}

static bool extend(td_feed_t *base, uint64_t end, td_err_t *err)
{
	archive_feed_t *feed = (archive_feed_t *)base;
	if (end <= feed->end)
		return true;
	if (end > td_manifest_end(feed->topic))
		return td_err_set(err, TD_EUNAVAILABLE,
				  "the archive has %s up to offset %" PRIu64
				  ", but the tallies speak for events up to %" PRIu64
				  "; export into it again",
				  feed->topic->name, td_manifest_end(feed->topic), end);
	feed->end = end;
	/* What lies behind the end before may have been passed over. */
	td_archive_cursor_free(feed->cursor);
	feed->cursor = td_archive_cursor_open(feed->archive, feed->topic, feed->next, err);
	return feed->cursor != NULL;
}

static bool find_verdicts(const td_logs_t *base, size_t index, td_verdict_log_t *verdicts,
			  td_err_t *err)
{
	const archive_logs_t *logs = (const archive_logs_t *)base;
	const Thidua__V1__ArchiveManifest *manifest = td_archive_manifest(logs->archive);
	const Thidua__V1__ArchiveTopic *topic = td_manifest_topic(manifest, verdicts->topic);
	char raw[TD_TOPIC_MAX];
	if (topic == NULL)
		return true;
	td_topic_raw(base->items[index].reporter, raw);
	verdicts->exists = true;
	verdicts->first = topic->first_offset;
	verdicts->end = td_manifest_end(topic);
	/* What is archived ends before the first verdict on a later event. */
	verdicts->raw_end = td_manifest_end(td_manifest_topic(manifest, raw));
	return td_archive_look(logs->archive, topic, err);
}

/* Who is told of which verdicts. */
typedef struct telling {
	const td_verdict_log_t *verdicts;
	td_verdict_item_fn *each;
	void *context;
} telling_t;

static bool take_verdict(void *context, const td_archived_t *record, td_err_t *err)
{
	const telling_t *telling = context;
	const td_verdict_item_t verdict = {record->offset, record->append_ms, record->value};
	return record->offset < telling->verdicts->first ||
	       record->offset >= telling->verdicts->end ||
	       telling->each(telling->context, &verdict, err);
}

static bool read_verdicts(const td_logs_t *base, const td_verdict_log_t *verdicts,
			  td_verdict_item_fn *each, void *context, td_err_t *err)
{
	telling_t telling = {verdicts, each, context};
	return read_topic((const archive_logs_t *)base, verdicts->topic, take_verdict, &telling,
			  err);
}

static bool name_verdicts(const td_logs_t *base, const char *topic, td_naming_t *naming,
			  td_err_t *err)
{
	const archive_logs_t *logs = (const archive_logs_t *)base;
	const Thidua__V1__ArchiveTopic *verdicts =
		td_manifest_topic(td_archive_manifest(logs->archive), topic);
	return verdicts == NULL || td_archive_naming(logs->archive, verdicts, naming, err);
}

static const td_logs_kind_t kind = {
	.free = free_logs,
	.digest = digest,
	.feed_open = open_feed,
	.feed_free = free_feed,
	.feed_next = next,
	.feed_extend = extend,
	.verdicts_find = find_verdicts,
	.verdicts_read = read_verdicts,
	.verdicts_name = name_verdicts,
};
