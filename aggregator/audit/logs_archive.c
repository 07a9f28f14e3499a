/* The raw logs as they lie in an archive. */
#include "aggregator/audit/archive.h"
#include "aggregator/audit/archived.h"
#include "aggregator/audit/frames.h"
#include "aggregator/audit/logs_internal.h"
#include "common/file.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEED_BATCH = 2000, ARENA_BYTES = 64 * 1024 * 1024 };

typedef struct archive_logs {
	td_logs_t base;     /* first */
	const char *folder; /* the setting */
} archive_logs_t;

typedef struct archive_feed {
	td_feed_t base; /* first */
	char path[PATH_MAX];
	td_frames_t *frames;
	size_t frame;             /* the next one to be loaded */
	td_slice_t rest;          /* of the one that is loaded */
	uint64_t next, end, last; /* last: behind the archive's last offset */
	td_raw_t events[FEED_BATCH];
} archive_feed_t;

static const td_logs_kind_t kind;

static void path_of(const archive_logs_t *logs, const char *reporter, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%s/%s.events.zst", logs->folder, reporter);
}

typedef bool record_fn(void *context, td_slice_t record, td_err_t *err);

static bool read_records(const archive_logs_t *logs, const char *name, record_fn *each,
			 void *context, td_err_t *err)
{
	char path[PATH_MAX];
	td_buf_t bytes = td_buf_make(TD_ARCHIVE_RECORDS_MAX);
	(void)snprintf(path, sizeof path, "%s/%s", logs->folder, name);
	bool done = td_file_read(path, &bytes, err);
	td_slice_t rest = td_buf_slice(&bytes), record;
	while (done && rest.size > 0)
		done = td_archived_read_bytes(&rest, &record)
			       ? each(context, record, err)
			       : td_err_set(err, TD_EINTEGRITY, "%s is not whole", path);
	td_buf_free(&bytes);
	return done;
}

static bool take_version(void *context, td_slice_t record, td_err_t *err)
{
	return td_versions_add(context, record, err);
}

static bool take_decision(void *context, td_slice_t record, td_err_t *err)
{
	/* One that says nothing is left out, as the workers do. */
	return td_decisions_add(context, record, err) || err->code == TD_EDATA;
}

static td_feed_t *open_feed(const td_logs_t *base, size_t index, td_feed_range_t range,
			    td_err_t *err);

/* Where the events that were appended by the moment end. */
static bool find_end(archive_logs_t *logs, size_t index, int64_t as_of_ms, td_err_t *err)
{
	td_log_bounds_t *bounds = &logs->base.items[index];
	td_feed_t *feed = open_feed(&logs->base, index, (td_feed_range_t){0, bounds->end}, err);
	td_fed_t fed = feed == NULL ? TD_FED_FAILED : TD_FED_EVENTS;
	bool found = false;
	while (fed == TD_FED_EVENTS && !found) {
		const td_raw_t *events;
		size_t count;
		fed = td_feed_next(feed, 0, &events, &count, err);
		for (size_t i = 0; fed == TD_FED_EVENTS && i < count && !found; i++) {
			found = events[i].append_ms > as_of_ms;
			if (found)
				bounds->end = events[i].offset;
		}
	}
	td_feed_free(feed);
	return fed != TD_FED_FAILED;
}

static bool add_log(archive_logs_t *logs, const Thidua__V1__ArchivedLog *log,
		    const td_logs_settings_t *settings, td_err_t *err)
{
	td_log_bounds_t bounds = {.first = log->first_offset, .end = log->end_offset};
	if (!td_topic_reporter_valid(log->reporter))
		return td_err_set(err, TD_EINTEGRITY, "the manifest of %s names no reporter: %s",
				  logs->folder, log->reporter);
	if (settings->reporter != NULL && strcmp(settings->reporter, log->reporter) != 0)
		return true;
	(void)snprintf(bounds.reporter, sizeof bounds.reporter, "%s", log->reporter);
	return td_logs_add(&logs->base, &bounds, err) &&
	       (settings->as_of_ms == 0 ||
		find_end(logs, logs->base.count - 1, settings->as_of_ms, err));
}

static bool fill(archive_logs_t *logs, const td_logs_settings_t *settings, td_err_t *err)
{
	td_arena_t *arena = td_arena_new(ARENA_BYTES);
	if (arena == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for a manifest");
	const Thidua__V1__ArchiveManifest *manifest =
		td_archive_read_manifest(logs->folder, arena, err);
	bool done = manifest != NULL;
	for (size_t i = 0; done && i < manifest->n_logs; i++)
		done = add_log(logs, manifest->logs[i], settings, err);
	td_arena_free(arena);
	return done &&
	       read_records(logs, TD_ARCHIVE_REFERENCE, take_version, logs->base.versions, err) &&
	       read_records(logs, TD_ARCHIVE_DECISIONS, take_decision, logs->base.decisions, err);
}

td_logs_t *td_logs_open_archive(const td_logs_settings_t *settings, td_err_t *err)
{
	archive_logs_t *logs = calloc(1, sizeof *logs);
	if (logs == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the list of raw logs");
		return NULL;
	}
	logs->folder = settings->archive;
	if (td_logs_init(&logs->base, &kind, err) && fill(logs, settings, err))
		return &logs->base;
	td_logs_free(&logs->base);
	return NULL;
}

static void free_logs(td_logs_t *logs)
{
	free(logs);
}

static void place(const td_logs_t *base, size_t index, char *text)
{
	(void)base;
	(void)snprintf(text, TD_TOPIC_MAX, "%s.events.zst", base->items[index].reporter);
}

static void free_feed(td_feed_t *base)
{
	archive_feed_t *feed = (archive_feed_t *)base;
	td_frames_free(feed->frames);
	free(feed);
}

static bool broken(const archive_feed_t *feed, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY,
			  "%s holds something that is no event behind offset "
			  "%" PRIu64,
			  feed->path, feed->next);
}

/* The offset of a frame's first event. */
static bool first_of(archive_feed_t *feed, size_t frame, uint64_t *offset, td_err_t *err)
{
	td_raw_t raw;
	td_slice_t content;
	if (!td_frames_load(feed->frames, frame, &content, err))
		return false;
	if (!td_archived_read(&content, &raw))
		return broken(feed, err);
	*offset = raw.offset;
	return true;
}

/* Goes to the last frame that begins at `from` or before it. */
static bool go_to(archive_feed_t *feed, uint64_t from, td_err_t *err)
{
	size_t low = 0, high = td_frames_count(feed->frames);
	while (from > 0 && high - low > 1) {
		size_t middle = low + (high - low) / 2;
		uint64_t offset;
		if (!first_of(feed, middle, &offset, err))
			return false;
		if (offset <= from)
			low = middle;
		else
			high = middle;
	}
	feed->frame = low;
	feed->rest = (td_slice_t){NULL, 0};
	return true;
}

static td_feed_t *open_feed(const td_logs_t *base, size_t index, td_feed_range_t range,
			    td_err_t *err)
{
	const archive_logs_t *logs = (const archive_logs_t *)base;
	const td_log_bounds_t *bounds = &base->items[index];
	archive_feed_t *feed = calloc(1, sizeof *feed);
	if (feed == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", bounds->reporter);
		return NULL;
	}
	feed->base.kind = &kind;
	path_of(logs, bounds->reporter, feed->path);
	feed->next = range.from > bounds->first ? range.from : bounds->first;
	feed->end = range.end;
	feed->last = bounds->end;
	feed->frames = td_frames_open(feed->path, err);
	if (feed->frames != NULL && go_to(feed, feed->next, err))
		return &feed->base;
	free_feed(&feed->base);
	return NULL;
}

/* Loads the next frame when the last one is used up; false at the end, or with err. */
static bool load(archive_feed_t *feed, td_err_t *err)
{
	if (feed->rest.size > 0)
		return true;
	if (feed->frame == td_frames_count(feed->frames)) {
		feed->next = feed->end;
		return false;
	}
	return td_frames_load(feed->frames, feed->frame++, &feed->rest, err);
}

static td_fed_t next(td_feed_t *base, int timeout_ms, const td_raw_t **events, size_t *count,
		     td_err_t *err)
{
	archive_feed_t *feed = (archive_feed_t *)base;
	(void)timeout_ms;
	*events = feed->events;
	*count = 0;
	*err = (td_err_t){0};
	/* A frame at a time: what was given lies in it. */
	while (feed->next < feed->end && *count < FEED_BATCH &&
	       (*count == 0 || feed->rest.size > 0)) {
		td_raw_t *raw = &feed->events[*count];
		if (!load(feed, err))
			return err->code != TD_OK ? TD_FED_FAILED : TD_FED_END;
		if (!td_archived_read(&feed->rest, raw)) {
			(void)broken(feed, err);
			return TD_FED_FAILED;
		}
		if (raw->offset < feed->next)
			continue;
		if (raw->offset >= feed->end) {
			feed->next = feed->end;
			break;
		}
		feed->next = raw->offset + 1;
		(*count)++;
	}
	return *count > 0 ? TD_FED_EVENTS : TD_FED_END;
}

static bool extend(td_feed_t *base, uint64_t end, td_err_t *err)
{
	archive_feed_t *feed = (archive_feed_t *)base;
	if (end <= feed->end)
		return true;
	if (end > feed->last)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s ends at offset %" PRIu64 ", but the tallies speak for events "
				  "up to %" PRIu64,
				  feed->path, feed->last, end);
	feed->end = end;
	return go_to(feed, feed->next, err);
}

static const td_logs_kind_t kind = {
	.free = free_logs,
	.place = place,
	.feed_open = open_feed,
	.feed_free = free_feed,
	.feed_next = next,
	.feed_extend = extend,
};
