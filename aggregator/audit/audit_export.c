/* export: the raw logs, the reference data and the seals as files. */
#include "aggregator/audit/archive.h"
#include "aggregator/audit/archived.h"
#include "aggregator/audit/audit.h"
#include "aggregator/audit/frames.h"
#include "aggregator/audit/leaves.h"
#include "aggregator/audit/topic.h"
#include "common/file.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAIT_MS = 200, FILES_MAX = TD_LOGS_MAX + 20000 + 8, PIECE_MAX = TD_RAW_EVENT_MAX * 17 };

/* A file that was written. */
typedef struct written {
	char name[TD_ID_MAX + 32];
	uint64_t size;
	td_hash_t sha256;
} written_t;

typedef struct exported {
	uint64_t events;
	td_hash_t root;
	written_t file;
} exported_t;

typedef struct exporting {
	td_audit_t *audit;
	const td_logs_t *logs;
	const char *folder;
	exported_t of_log[TD_LOGS_MAX];
	size_t file_count;
	written_t files[FILES_MAX];
} exporting_t;

static void path_of(const exporting_t *exporting, const char *name, char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%s/%s", exporting->folder, name);
}

/* Copies the feed into the file. */
static bool copy(td_crew_t *crew, td_feed_t *feed, td_frames_out_t *out, td_leaves_t *leaves,
		 td_err_t *err)
{
	td_buf_t piece = td_buf_make(PIECE_MAX);
	td_fed_t fed = TD_FED_NONE;
	bool done = true;
	while (done && fed != TD_FED_END && !td_crew_stopping(crew)) {
		const td_raw_t *events;
		size_t count;
		fed = td_feed_next(feed, WAIT_MS, &events, &count, err);
		done = fed != TD_FED_FAILED;
		for (size_t i = 0; done && fed == TD_FED_EVENTS && i < count; i++) {
			td_buf_clear(&piece);
			td_archived_write(&events[i], &piece);
			(void)td_leaves_take(leaves, &events[i]);
			done = td_frames_add(out, td_buf_slice(&piece), err);
		}
		if (done && fed == TD_FED_EVENTS)
			td_crew_add(crew, count);
	}
	td_buf_free(&piece);
	return done;
}

static bool write_log(td_crew_t *crew, exporting_t *exporting, size_t index, td_leaves_t *leaves,
		      td_err_t *err)
{
	const td_log_bounds_t *bounds = td_logs_get(exporting->logs, index);
	exported_t *exported = &exporting->of_log[index];
	char path[PATH_MAX];
	(void)snprintf(exported->file.name, sizeof exported->file.name, "%s.events.zst",
		       bounds->reporter);
	path_of(exporting, exported->file.name, path);
	td_feed_t *feed =
		td_feed_open(exporting->logs, index, (td_feed_range_t){0, bounds->end}, err);
	td_frames_out_t *out = feed != NULL ? td_frames_create(path, err) : NULL;
	bool done = out != NULL && copy(crew, feed, out, leaves, err);
	td_feed_free(feed);
	if (!done || td_crew_stopping(crew)) {
		td_frames_abandon(out);
		return done;
	}
	exported->events = leaves->tree.size;
	return td_frames_finish(out, &exported->file.size, &exported->file.sha256, err);
}

static bool work(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	exporting_t *exporting = context;
	td_leaves_t leaves;
	bool done = td_leaves_init(&leaves, NULL, 0) ||
		    td_err_set(err, TD_EMEMORY, "no memory to hash a log");
	done = done && write_log(crew, exporting, index, &leaves, err);
	if (done && !td_merkle_root(&leaves.tree, leaves.hasher, &exporting->of_log[index].root))
		done = td_err_set(err, TD_EBUG, "a log cannot be hashed");
	td_leaves_free(&leaves);
	return done;
}

static bool write_logs(exporting_t *exporting, td_err_t *err)
{
	td_crew_plan_t plan = {
		.doing = "export",
		.work = work,
		.context = exporting,
		.count = td_logs_count(exporting->logs),
		.threads_max = (size_t)exporting->audit->settings->threads,
	};
	for (size_t i = 0; i < plan.count; i++) {
		const td_log_bounds_t *bounds = td_logs_get(exporting->logs, i);
		plan.total += bounds->end - bounds->first;
	}
	td_crew_end_t end = td_crew_run(&plan, exporting->audit->run, err);
	if (end == TD_CREW_STOPPED)
		(void)td_err_set(err, TD_ESUPERSEDED,
				 "stopped; without its manifest %s is no "
				 "archive",
				 exporting->folder);
	for (size_t i = 0; end == TD_CREW_DONE && i < plan.count; i++)
		exporting->files[exporting->file_count++] = exporting->of_log[i].file;
	return end == TD_CREW_DONE;
}

static bool add_file(exporting_t *exporting, const char *name, td_slice_t bytes, td_err_t *err)
{
	char path[PATH_MAX];
	written_t *file = &exporting->files[exporting->file_count];
	path_of(exporting, name, path);
	if (exporting->file_count == FILES_MAX)
		return td_err_set(err, TD_EMEMORY, "more than %d files", FILES_MAX);
	(void)snprintf(file->name, sizeof file->name, "%s", name);
	exporting->file_count++;
	return td_file_write_durable(path, bytes, 0644, err) &&
	       td_archive_digest(path, &file->size, &file->sha256, err);
}

static bool take_record(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	td_buf_t *records = context;
	if (record->value.data != NULL)
		td_archived_write_bytes(record->value, records);
	return !records->failed || td_err_set(err, TD_EMEMORY, "the reference data is too large");
}

static bool write_records(exporting_t *exporting, td_kafka_reader_t *reader, const char *topic,
			  const char *name, td_err_t *err)
{
	td_buf_t records = td_buf_make(TD_ARCHIVE_RECORDS_MAX);
	bool exists, done = td_topic_read_all(reader, topic, &exists, take_record, &records, err) &&
			    add_file(exporting, name, td_buf_slice(&records), err);
	td_buf_free(&records);
	return done;
}

static bool take_seal(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	char name[48];
	(void)snprintf(name, sizeof name, TD_ARCHIVE_SEALS "/%012" PRId64 ".seal", record->offset);
	return add_file(context, name, record->value, err);
}

static bool write_books(exporting_t *exporting, td_err_t *err)
{
	bool exists;
	td_kafka_reader_t *reader = td_topic_reader(&exporting->audit->settings->kafka, err);
	bool done =
		reader != NULL &&
		write_records(exporting, reader, TD_TOPIC_REFERENCE, TD_ARCHIVE_REFERENCE, err) &&
		write_records(exporting, reader, TD_TOPIC_DECISIONS, TD_ARCHIVE_DECISIONS, err) &&
		td_topic_read_all(reader, TD_TOPIC_SEALS, &exists, take_seal, exporting, err);
	td_kafka_reader_free(reader);
	return done;
}

static ProtobufCBinaryData bytes_of(td_hash_t *hash)
{
	return (ProtobufCBinaryData){TD_HASH_SIZE, hash->bytes};
}

/* An array of messages and of pointers to them, in the arena. */
static bool make_manifest(exporting_t *exporting, Thidua__V1__ArchiveManifest *manifest)
{
	td_arena_t *arena = exporting->audit->arena;
	size_t logs = td_logs_count(exporting->logs), files = exporting->file_count;
	Thidua__V1__ArchivedLog *log = td_arena_take(arena, logs * sizeof *log);
	Thidua__V1__ArchivedFile *file = td_arena_take(arena, files * sizeof *file);
	manifest->logs = td_arena_take(arena, logs * sizeof(void *));
	manifest->files = td_arena_take(arena, files * sizeof(void *));
	if (log == NULL || file == NULL || manifest->logs == NULL || manifest->files == NULL)
		return false;
	for (size_t i = 0; i < logs; i++) {
		const td_log_bounds_t *bounds = td_logs_get(exporting->logs, i);
		thidua__v1__archived_log__init(&log[i]);
		log[i].reporter = (char *)bounds->reporter;
		log[i].first_offset = bounds->first;
		log[i].end_offset = bounds->end;
		log[i].events = exporting->of_log[i].events;
		log[i].root = bytes_of(&exporting->of_log[i].root);
		manifest->logs[manifest->n_logs++] = &log[i];
	}
	for (size_t i = 0; i < files; i++) {
		thidua__v1__archived_file__init(&file[i]);
		file[i].name = exporting->files[i].name;
		file[i].size = exporting->files[i].size;
		file[i].sha256 = bytes_of(&exporting->files[i].sha256);
		manifest->files[manifest->n_files++] = &file[i];
	}
	return true;
}

static void say(const exporting_t *exporting)
{
	static const td_report_kind_t kind = {
		"exported",
		"Đã xuất",
		"Exported",
		false,
		4,
		{{"file", "Tệp", "File", false},
		 {"events", "Sự kiện", "Events", true},
		 {"next_raw_offset", "Đến vị trí", "Up to offset", true},
		 {"bytes", "Byte", "Bytes", true}}};
	for (size_t i = 0; i < td_logs_count(exporting->logs); i++) {
		const exported_t *exported = &exporting->of_log[i];
		const td_report_cell_t cells[] = {
			{exported->file.name, 0},
			{NULL, (int64_t)exported->events},
			{NULL, (int64_t)td_logs_get(exporting->logs, i)->end},
			{NULL, (int64_t)exported->file.size}};
		td_report_row(exporting->audit->report, &kind, cells);
	}
}

static bool export_all(exporting_t *exporting, td_err_t *err)
{
	Thidua__V1__ArchiveManifest manifest = THIDUA__V1__ARCHIVE_MANIFEST__INIT;
	Google__Protobuf__Timestamp now = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	char seals[PATH_MAX], path[PATH_MAX];
	path_of(exporting, TD_ARCHIVE_SEALS, seals);
	path_of(exporting, TD_ARCHIVE_MANIFEST, path);
	if (td_file_exists(path))
		return td_err_set(err, TD_EUSAGE, "%s is an archive already; give another folder",
				  exporting->folder);
	if (!td_file_make_folder(seals, 0755, err) || !write_logs(exporting, err) ||
	    !write_books(exporting, err))
		return false;
	now.seconds = exporting->audit->now_ms / 1000;
	manifest.format = TD_ARCHIVE_FORMAT;
	manifest.written_at = &now;
	if (!make_manifest(exporting, &manifest))
		return td_err_set(err, TD_EMEMORY, "no memory for a manifest");
	say(exporting);
	return td_archive_write_manifest(exporting->folder, &manifest, err);
}

bool td_audit_export(td_audit_t *audit, td_err_t *err)
{
	if (audit->settings->archive != NULL)
		return td_err_set(err, TD_EUSAGE, "an archive is copied as it is, with cp");
	exporting_t *exporting = calloc(1, sizeof *exporting);
	if (exporting == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to export");
	exporting->audit = audit;
	exporting->folder = audit->arguments[0];
	td_logs_t *logs = td_audit_logs(audit, err);
	exporting->logs = logs;
	bool done = logs != NULL && export_all(exporting, err);
	td_logs_free(logs);
	free(exporting);
	return done;
}
