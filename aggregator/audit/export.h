/*
 * export: one topic on its way from Kafka into an archive.
 *
 * Shell. What the archive has of a topic is never written again: once its last event was found in
 * the log as it was, what is new goes into a file of its own.
 */
#ifndef TD_AGGREGATOR_AUDIT_EXPORT_H
#define TD_AGGREGATOR_AUDIT_EXPORT_H

#include "aggregator/audit/archive_read.h"
#include "aggregator/audit/crew.h"
#include "aggregator/audit/logs.h"

#define TD_NO_LOG SIZE_MAX

/* One topic. */
typedef struct td_exporting {
	char name[TD_TOPIC_MAX];
	size_t log;                             /* of a raw log, its index; else TD_NO_LOG */
	uint64_t first, end;                    /* as the topic has them now */
	const Thidua__V1__ArchiveTopic *before; /* what the archive has; NULL: nothing */
	Thidua__V1__ArchiveFile *file;          /* what is new; NULL: nothing */
	td_arena_t *arena;                      /* of `file` */
} td_exporting_t;

/* Where topics come from and go to. */
typedef struct td_export_way {
	const td_kafka_settings_t *kafka;
	const td_logs_t *logs;
	const td_archive_t *archive; /* as it was before; NULL: there was none */
	const char *folder;
	bool until_moment; /* logs end by --as-of, not where they end */
} td_export_way_t;

/* The first offset that the archive does not have yet. */
uint64_t td_exporting_begin(const td_exporting_t *topic);

/* Whether the topic goes on from what the archive has of it; TD_EINTEGRITY. */
TD_MUST_USE bool td_exporting_check(const td_export_way_t *way, const td_exporting_t *topic,
				    td_err_t *err);

/* Writes what is new, so that `file` says what the manifest must say; nothing is left, and `file`
 * stays NULL, when there is nothing new or the crew stops. */
TD_MUST_USE bool td_exporting_write(const td_export_way_t *way, td_exporting_t *topic,
				    td_crew_t *crew, td_err_t *err);

#endif
