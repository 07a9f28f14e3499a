/*
 * The raw logs of a cluster that begins with an archive: the archive first, the topics behind it.
 * Which archive that is, and where it ends, is a recorded decision; no other is taken.
 */
#include "aggregator/audit/archive_read.h"
#include "aggregator/audit/logs_internal.h"
#include "aggregator/audit/restored.h"

#include <inttypes.h>
#include <stdlib.h>

typedef struct restored_logs {
	td_logs_t base; /* first */
	td_logs_t *archive, *kafka;
} restored_logs_t;

typedef struct restored_feed {
	td_feed_t base; /* first */
	const restored_logs_t *logs;
	const char *reporter;
	td_feed_t *archive;     /* NULL once all of it was given, or none of it was asked for */
	td_feed_t *kafka;       /* NULL before it is needed: it does not wait for long */
	td_feed_range_t behind; /* what it is to give */
} restored_feed_t;

static const td_logs_kind_t kind;

static size_t find(const td_logs_t *logs, const char *reporter)
{
	size_t index = 0;
	while (index < logs->count && strcmp(logs->items[index].reporter, reporter) != 0)
		index++;
	return index;
}

/* Where the topic takes over from the archive; 0: it has all of the log. */
static uint64_t takes_over(const restored_logs_t *logs, const char *reporter)
{
	const Thidua__V1__RestoredLog *log = td_decisions_restored(logs->base.decisions, reporter);
	return log != NULL ? log->end_offset : 0;
}

/* One log, of both parts. */
static bool join(restored_logs_t *logs, const td_log_bounds_t *topic, td_err_t *err)
{
	td_log_bounds_t bounds = *topic;
	uint64_t over = takes_over(logs, topic->reporter);
	size_t at = find(logs->archive, topic->reporter);
	if (over == 0)
		return td_logs_add(&logs->base, &bounds, err);
	if (at == logs->archive->count || topic->first > over)
		return td_err_set(err, TD_EINTEGRITY,
				  "between offset %" PRIu64
				  ", where the archive of %s ends, and %" PRIu64
				  ", where its topic begins, nothing is there",
				  over, topic->reporter, topic->first);
	bounds.first = logs->archive->items[at].first;
	if (logs->archive->items[at].end < over) /* asked for as of a moment before the loss */
		bounds.end = logs->archive->items[at].end;
	return td_logs_add(&logs->base, &bounds, err);
}

static bool agrees(const restored_logs_t *logs, const char *folder, td_err_t *err)
{
	const Thidua__V1__GenerationDecision *decision =
		td_decisions_restoration(logs->base.decisions);
	if (decision == NULL)
		return td_err_set(
			err, TD_EUSAGE,
			"--archive-first: this cluster has its logs from their beginning; "
			"nobody restored it from an archive");
	td_archive_t *archive = td_archive_open(folder, err);
	bool same = archive != NULL && td_restored_agrees(archive, decision->archive, err);
	td_archive_free(archive);
	return same || td_err_prefix(err, "%s", folder);
}

/* The books are Kafka's: restore gave it those of the archive. */
static void take_books(restored_logs_t *logs)
{
	logs->base.versions = logs->kafka->versions;
	logs->base.decisions = logs->kafka->decisions;
	logs->kafka->versions = NULL;
	logs->kafka->decisions = NULL;
}

/* What the archive has and the topics have not was not asked back, or was deleted since. */
static void mention(restored_logs_t *logs)
{
	const char *reporter;
	for (size_t i = 0; (reporter = td_logs_gone(logs->kafka, i)) != NULL; i++)
		td_logs_mention(&logs->base, reporter);
	for (size_t i = 0; logs->archive != NULL && i < logs->archive->count; i++)
		td_logs_mention(&logs->base, logs->archive->items[i].reporter);
}

static bool fill(restored_logs_t *logs, const td_logs_settings_t *settings, td_err_t *err)
{
	td_logs_settings_t archived = *settings;
	archived.archive = settings->archive_first;
	logs->kafka = td_logs_open_kafka(settings, err);
	if (logs->kafka == NULL)
		return false;
	take_books(logs);
	if (!agrees(logs, settings->archive_first, err))
		return false;
	logs->archive = td_logs_open_archive(&archived, err);
	for (size_t i = 0; logs->archive != NULL && i < logs->kafka->count; i++)
		if (!join(logs, &logs->kafka->items[i], err))
			return false;
	mention(logs);
	return logs->archive != NULL;
}

td_logs_t *td_logs_open_restored(const td_logs_settings_t *settings, td_err_t *err)
{
	restored_logs_t *logs = calloc(1, sizeof *logs);
	if (logs == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the list of raw logs");
		return NULL;
	}
	logs->base.kind = &kind;
	if (fill(logs, settings, err))
		return &logs->base;
	td_logs_free(&logs->base);
	return NULL;
}

static void free_logs(td_logs_t *base)
{
	restored_logs_t *logs = (restored_logs_t *)base;
	td_logs_free(logs->archive);
	td_logs_free(logs->kafka);
	free(logs);
}

static const char *digest(const td_logs_t *base)
{
	return td_logs_digest(((const restored_logs_t *)base)->archive);
}

static void free_feed(td_feed_t *base)
{
	restored_feed_t *feed = (restored_feed_t *)base;
	td_feed_free(feed->archive);
	td_feed_free(feed->kafka);
	free(feed);
}

static bool open_archive(restored_feed_t *feed, td_feed_range_t range, td_err_t *err)
{
	const td_logs_t *archive = feed->logs->archive;
	uint64_t over = takes_over(feed->logs, feed->reporter);
	td_feed_range_t before = {range.from, range.end < over ? range.end : over};
	feed->behind = (td_feed_range_t){range.from > over ? range.from : over, range.end};
	if (before.from >= before.end)
		return true;
	feed->archive = td_feed_open(archive, find(archive, feed->reporter), before, err);
	return feed->archive != NULL;
}

static bool open_kafka(restored_feed_t *feed, td_err_t *err)
{
	const td_logs_t *kafka = feed->logs->kafka;
	if (feed->kafka == NULL)
		feed->kafka = td_feed_open(kafka, find(kafka, feed->reporter), feed->behind, err);
	return feed->kafka != NULL;
}

static td_feed_t *open_feed(const td_logs_t *base, size_t index, td_feed_range_t range,
			    td_err_t *err)
{
	restored_feed_t *feed = calloc(1, sizeof *feed);
	if (feed == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s",
				 base->items[index].reporter);
		return NULL;
	}
	feed->base.kind = &kind;
	feed->logs = (const restored_logs_t *)base;
	feed->reporter = base->items[index].reporter;
	if (open_archive(feed, range, err))
		return &feed->base;
	free_feed(&feed->base);
	return NULL;
}

static td_fed_t next(td_feed_t *base, int timeout_ms, const td_raw_t **events, size_t *count,
		     td_err_t *err)
{
	restored_feed_t *feed = (restored_feed_t *)base;
	if (feed->archive != NULL) {
		td_fed_t fed = td_feed_next(feed->archive, timeout_ms, events, count, err);
		if (fed != TD_FED_END)
			return fed;
		td_feed_free(feed->archive);
		feed->archive = NULL;
	}
	*count = 0;
	if (feed->behind.from >= feed->behind.end)
		return TD_FED_END;
	return open_kafka(feed, err) ? td_feed_next(feed->kafka, timeout_ms, events, count, err)
				     : TD_FED_FAILED;
}

static bool extend(td_feed_t *base, uint64_t end, td_err_t *err)
{
	restored_feed_t *feed = (restored_feed_t *)base;
	if (feed->behind.end < feed->behind.from)
		return td_err_set(err, TD_EUSAGE,
				  "a log as of a moment before the cluster was lost has no more");
	if (feed->kafka == NULL && end <= feed->behind.end)
		return true;
	if (!open_kafka(feed, err) || !td_feed_extend(feed->kafka, end, err))
		return false;
	feed->behind.end = end > feed->behind.end ? end : feed->behind.end;
	return true;
}

/* The generation judged all of the log in the new cluster: the archive's events, too. */
static bool find_verdicts(const td_logs_t *base, size_t index, td_verdict_log_t *verdicts,
			  td_err_t *err)
{
	const td_logs_t *kafka = ((const restored_logs_t *)base)->kafka;
	return kafka->kind->verdicts_find(kafka, find(kafka, base->items[index].reporter), verdicts,
					  err);
}

static bool read_verdicts(const td_logs_t *base, const td_verdict_log_t *verdicts,
			  td_verdict_item_fn *each, void *context, td_err_t *err)
{
	return td_verdict_log_read(((const restored_logs_t *)base)->kafka, verdicts, each, context,
				   err);
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
};
