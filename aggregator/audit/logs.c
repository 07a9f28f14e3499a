#include "aggregator/audit/logs.h"

#include "aggregator/audit/logs_internal.h"
#include "workers/topics.h"

#include <stdio.h>
#include <stdlib.h>

static int by_reporter(const void *a, const void *b)
{
	return strcmp(((const td_log_bounds_t *)a)->reporter,
		      ((const td_log_bounds_t *)b)->reporter);
}

/* What is not in the topics any more is not passed over: figures without it would be wrong. */
static bool begin_in_topics(const td_logs_t *logs, td_err_t *err)
{
	const Thidua__V1__GenerationDecision *decision = td_decisions_restoration(logs->decisions);
	for (size_t i = 0; i < logs->count; i++)
		if (td_decisions_restored(logs->decisions, logs->items[i].reporter) != NULL)
			return td_err_set(
				err, TD_ENOINPUT,
				"the log of %s begins in an archive, since the cluster was "
				"lost: give --archive-first DIR; the SHA-256 of its manifest "
				"was %s",
				logs->items[i].reporter, decision->archive->manifest_sha256);
	return true;
}

static bool check(const td_logs_t *logs, const td_logs_settings_t *settings, td_err_t *err)
{
	if (logs->count == 0 && settings->reporter != NULL)
		return td_err_set(err, TD_ENOINPUT, "there is no raw log of a reporter %s",
				  settings->reporter);
	if (logs->count == 0)
		return td_err_set(err, TD_ENOINPUT, "there are no raw logs");
	if (td_versions_count(logs->versions) == 0)
		return td_err_set(err, TD_ENOINPUT,
				  "there is no version of the reference data; has `thidua-admin "
				  "reference publish` been run?");
	return settings->archive != NULL || settings->archive_first != NULL ||
	       begin_in_topics(logs, err);
}

td_logs_t *td_logs_open(const td_logs_settings_t *settings, td_err_t *err)
{
	td_logs_t *logs = settings->archive != NULL         ? td_logs_open_archive(settings, err)
			  : settings->archive_first != NULL ? td_logs_open_restored(settings, err)
							    : td_logs_open_kafka(settings, err);
	if (logs == NULL)
		return NULL;
	logs->generation = settings->generation;
	logs->namings = td_namings_new();
	if (logs->namings == NULL)
		(void)td_err_set(err, TD_EMEMORY, "no memory for the verdicts' versions");
	else if (check(logs, settings, err)) {
		qsort(logs->items, logs->count, sizeof logs->items[0], by_reporter);
		return logs;
	}
	td_logs_free(logs);
	return NULL;
}

void td_logs_free(td_logs_t *logs)
{
	if (logs == NULL)
		return;
	td_namings_free(logs->namings);
	td_versions_free(logs->versions);
	td_decisions_free(logs->decisions);
	logs->kind->free(logs);
}

bool td_logs_init(td_logs_t *logs, const td_logs_kind_t *kind, td_err_t *err)
{
	logs->kind = kind;
	logs->versions = td_versions_new();
	logs->decisions = td_decisions_new();
	return (logs->versions != NULL && logs->decisions != NULL) ||
	       td_err_set(err, TD_EMEMORY, "no memory for the reference data");
}

bool td_logs_add(td_logs_t *logs, const td_log_bounds_t *bounds, td_err_t *err)
{
	if (logs->count == TD_LOGS_MAX)
		return td_err_set(err, TD_EMEMORY, "there are more than %d raw logs", TD_LOGS_MAX);
	logs->items[logs->count++] = *bounds;
	return true;
}

void td_logs_mention(td_logs_t *logs, const char *reporter)
{
	for (size_t i = 0; i < logs->count; i++)
		if (strcmp(logs->items[i].reporter, reporter) == 0)
			return;
	for (size_t i = 0; i < logs->gone_count; i++)
		if (strcmp(logs->gone[i], reporter) == 0)
			return;
	if (logs->gone_count < TD_LOGS_MAX)
		(void)snprintf(logs->gone[logs->gone_count++], sizeof logs->gone[0], "%s",
			       reporter);
}

const char *td_logs_gone(const td_logs_t *logs, size_t index)
{
	return index < logs->gone_count ? logs->gone[index] : NULL;
}

size_t td_logs_count(const td_logs_t *logs)
{
	return logs->count;
}

const td_log_bounds_t *td_logs_get(const td_logs_t *logs, size_t index)
{
	return &logs->items[index];
}

const td_versions_t *td_logs_versions(const td_logs_t *logs)
{
	return logs->versions;
}

const td_decisions_t *td_logs_decisions(const td_logs_t *logs)
{
	return logs->decisions;
}

td_rule_t td_logs_rule(const td_logs_t *logs)
{
	return (td_rule_t){logs->versions, logs->decisions, logs->generation};
}

const char *td_logs_digest(const td_logs_t *logs)
{
	return logs->kind->digest != NULL ? logs->kind->digest(logs) : NULL;
}

void td_logs_place(const td_logs_t *logs, size_t index, char *text)
{
	/* The topic that an event came from, wherever it lies now. */
	td_topic_raw(logs->items[index].reporter, text);
}

td_feed_t *td_feed_open(const td_logs_t *logs, size_t index, td_feed_range_t range, td_err_t *err)
{
	return logs->kind->feed_open(logs, index, range, err);
}

void td_feed_free(td_feed_t *feed)
{
	if (feed != NULL)
		feed->kind->feed_free(feed);
}

td_fed_t td_feed_next(td_feed_t *feed, int timeout_ms, const td_raw_t **events, size_t *count,
		      td_err_t *err)
{
	return feed->kind->feed_next(feed, timeout_ms, events, count, err);
}

bool td_feed_extend(td_feed_t *feed, uint64_t end, td_err_t *err)
{
	return feed->kind->feed_extend(feed, end, err);
}
