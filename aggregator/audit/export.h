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
#include "aggregator/audit/naming.h"
#include "aggregator/audit/report.h"

typedef enum td_exporting_kind {
	TD_EXPORTING_LOG,
	TD_EXPORTING_VERDICTS, /* whose end is fixed once the raw logs are written */
	TD_EXPORTING_OTHER,
} td_exporting_kind_t;

/* One topic. */
typedef struct td_exporting {
	char name[TD_TOPIC_MAX];
	td_exporting_kind_t kind;
	size_t log;                             /* of LOG and VERDICTS: the raw log's index */
	uint32_t generation;                    /* of VERDICTS */
	uint64_t raw_end, log_end;              /* of VERDICTS: where the raw log ends, in the
						   archive and now */
	uint64_t first, end;                    /* as the topic has them now */
	bool until_moment;                      /* `end` is that of --as-of, not the topic's own */
	bool missing;                           /* there is no such topic */
	const Thidua__V1__ArchiveTopic *before; /* what the archive has; NULL: nothing */
	Thidua__V1__ArchiveFile *file;          /* what is new; NULL: nothing */
	td_naming_t *naming;                    /* of VERDICTS that are written: of all of them */
	td_arena_t *arena;                      /* of `file` */
} td_exporting_t;

/* Where topics come from and go to. */
typedef struct td_export_way {
	const td_kafka_settings_t *kafka;
	const td_logs_t *logs;
	const td_archive_t *archive; /* as it was before; NULL: there was none */
	const char *folder;
} td_export_way_t;

/* The first offset that the archive does not have yet. */
uint64_t td_exporting_begin(const td_exporting_t *topic);

/* Fixes the end of VERDICTS, and sees what those in the archive name. */
TD_MUST_USE bool td_exporting_fix(const td_export_way_t *way, td_exporting_t *topic, td_err_t *err);

/* Whether the topic goes on from what the archive has of it; TD_EINTEGRITY. */
TD_MUST_USE bool td_exporting_check(const td_export_way_t *way, const td_exporting_t *topic,
				    td_err_t *err);

/* Writes what is new, of VERDICTS up to the first on an event that the archive does not have: so
 * that `file` says what the manifest must say; nothing is left, and `file` stays NULL, when there
 * is nothing new or the crew stops. */
TD_MUST_USE bool td_exporting_write(const td_export_way_t *way, td_exporting_t *topic,
				    td_crew_t *crew, td_err_t *err);

/* What the manifest says of the topic: the files that were there, and the new one; it lives as long
 * as the topic's arena and the archive before. NULL when memory is out. */
TD_MUST_USE Thidua__V1__ArchiveTopic *td_exporting_describe(const td_exporting_t *topic);

/* Says what became of each topic. */
void td_exporting_say(td_report_t *report, const td_exporting_t *topics, size_t count);

#endif
