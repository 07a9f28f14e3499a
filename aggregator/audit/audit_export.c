/*
 * The command export: the raw logs, the verdicts on them, the reference data, the decisions and the
 * seals as files.
 *
 * Whole topics, up to ends that are fixed when it starts: a figure of a period may hang on any
 * event before it and on every correction after it. Into an archive that is there already only what
 * is new is written, into files of its own, once the last event that the archive has was found in
 * the log again as it was. The manifest is replaced last: before, all is as if nothing had
 * happened.
 */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/export.h"
#include "common/kafka_topic.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum {
	ARENA_BYTES = 4 * 1024 * 1024, /* what the manifest says of one topic */
	TOPICS_MAX = TD_MANIFEST_TOPICS_MAX,
};

typedef struct export
{
	const td_audit_t *audit;
	const char *folder;
	td_logs_t *logs;
	td_archive_t *before;         /* NULL: the folder has no archive yet */
	size_t count, first_verdicts; /* topics from that one on have verdicts */
	td_exporting_t topics[TOPICS_MAX];
}
export_t;

static bool add_topic(export_t *export, const char *name, const td_exporting_t *like, td_err_t *err)
{
	if (export->count == TOPICS_MAX)
		return td_err_set(err, TD_EMEMORY, "there are more than %d topics", TOPICS_MAX);
	td_exporting_t *topic = &export->topics[export->count++];
	*topic = *like;
	(void)snprintf(topic->name, sizeof topic->name, "%s", name);
	topic->arena = td_arena_new(ARENA_BYTES);
	if (export->before != NULL)
		topic->before = td_manifest_topic(td_archive_manifest(export->before), name);
	return topic->arena != NULL || td_err_set(err, TD_EMEMORY, "no memory to export");
}

static bool add_logs(export_t *export, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(export->logs); i++) {
		const td_log_bounds_t *bounds = td_logs_get(export->logs, i);
		char name[TD_TOPIC_MAX];
		td_logs_place(export->logs, i, name);
		if (!add_topic(export, name,
			       &(td_exporting_t){.kind = TD_EXPORTING_LOG,
						 .log = i,
						 .first = bounds->first,
						 .end = bounds->end,
						 .until_moment = export->audit->as_of_ms > 0},
			       err))
			return false;
	}
	return true;
}

/* Seals that came behind the moment of --as-of are of events that the archive does not have. */
static bool end_seals(const export_t *export, td_kafka_reader_t *reader, td_exporting_t *seals,
		      td_err_t *err)
{
	int64_t after = -1;
	seals->until_moment = export->audit->as_of_ms > 0;
	if (!seals->until_moment || seals->end == seals->first)
		return true;
	if (!td_kafka_reader_offset_at(reader, TD_TOPIC_SEALS, export->audit->as_of_ms + 1, &after,
				       err))
		return false;
	if (after >= 0 && (uint64_t)after < seals->end)
		seals->end = (uint64_t)after;
	return true;
}

/* The topics beside the raw logs; that of seals need not be there. */
static bool add_others(export_t *export, td_err_t *err)
{
	static const char *const names[] = {TD_TOPIC_REFERENCE, TD_TOPIC_DECISIONS, TD_TOPIC_SEALS};
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&export->audit->settings->kafka, "thidua-audit", err);
	bool done = reader != NULL;
	for (size_t i = 0; done && i < TD_COUNT(names); i++) {
		int64_t low, high;
		if (!td_kafka_reader_bounds(reader, names[i], &low, &high, err)) {
			done = err->code == TD_ECONFIG; /* there is no such topic */
			continue;
		}
		td_exporting_t topic = {
			.kind = TD_EXPORTING_OTHER, .first = (uint64_t)low, .end = (uint64_t)high};
		done = (strcmp(names[i], TD_TOPIC_SEALS) != 0 ||
			end_seals(export, reader, &topic, err)) &&
		       add_topic(export, names[i], &topic, err);
	}
	td_kafka_reader_free(reader);
	return done;
}

/* The log of that reporter; TD_LOGS_MAX: it is not exported. */
static size_t log_of(const export_t *export, const char *reporter)
{
	for (size_t i = 0; i < td_logs_count(export->logs); i++) {
		if (strcmp(td_logs_get(export->logs, i)->reporter, reporter) == 0)
			return i;
	}
	return TD_LOGS_MAX;
}

static bool add_verdicts_of(export_t *export, size_t log, uint32_t generation, td_err_t *err)
{
	/* The raw logs come first, in their own order. */
	const td_exporting_t *raw = &export->topics[log];
	uint64_t had = td_exporting_begin(raw);
	char name[TD_TOPIC_MAX];
	td_topic_verdicts(td_logs_get(export->logs, log)->reporter, generation, name);
	return add_topic(export, name,
			 &(td_exporting_t){.kind = TD_EXPORTING_VERDICTS,
					   .log = log,
					   .generation = generation,
					   .raw_end = raw->end > had ? raw->end : had},
			 err);
}

/* The verdicts of the generation that is asked about, and those that the archive has: else its raw
 * log would go on without them. */
static bool add_verdicts(export_t *export, td_err_t *err)
{
	const Thidua__V1__ArchiveManifest *before =
		export->before != NULL ? td_archive_manifest(export->before) : NULL;
	const uint32_t asked = (uint32_t) export->audit->settings->generation;
	bool done = true;
	export->first_verdicts = export->count;
	for (size_t i = 0; done && i < td_logs_count(export->logs); i++)
		done = add_verdicts_of(export, i, asked, err);
	for (size_t i = 0; done && before != NULL && i < before->n_topics; i++) {
		uint32_t generation;
		const char *reporter = td_topic_judged(before->topics[i]->name, &generation);
		size_t log = reporter != NULL ? log_of(export, reporter) : TD_LOGS_MAX;
		if (log < TD_LOGS_MAX && generation != asked)
			done = add_verdicts_of(export, log, generation, err);
	}
	return done;
}

/* Work on the topics from `first` on. */
typedef struct part {
	export_t *export;
	size_t first;
} part_t;

static bool work(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	const part_t *part = context;
	export_t *export = part->export;
	td_exporting_t *topic = &export->topics[part->first + index];
	const td_export_way_t way = {
		.kafka = &export->audit->settings->kafka,
		.logs = export->logs,
		.archive = export->before,
		.folder = export->folder,
	};
	return td_exporting_fix(&way, topic, err) && td_exporting_check(&way, topic, err) &&
	       td_exporting_write(&way, topic, crew, err);
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(Thidua__V1__ArchiveTopic *const *)a)->name,
		      (*(Thidua__V1__ArchiveTopic *const *)b)->name);
}

static bool is_exported(const export_t *export, const char *name)
{
	for (size_t i = 0; i < export->count; i++) {
		if (strcmp(export->topics[i].name, name) == 0)
			return true;
	}
	return false;
}

/* What the archive has of topics that were not asked for now, stays. */
static bool collect(const export_t *export, Thidua__V1__ArchiveManifest *manifest, td_err_t *err)
{
	const Thidua__V1__ArchiveManifest *before =
		export->before != NULL ? td_archive_manifest(export->before) : NULL;
	for (size_t i = 0; i < export->count; i++) {
		if (export->topics[i].missing && export->topics[i].before == NULL)
			continue;
		manifest->topics[manifest->n_topics] = td_exporting_describe(&export->topics[i]);
		if (manifest->topics[manifest->n_topics++] == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory for a manifest");
	}
	for (size_t i = 0; before != NULL && i < before->n_topics; i++) {
		if (is_exported(export, before->topics[i]->name))
			continue;
		if (manifest->n_topics == TD_MANIFEST_TOPICS_MAX)
			return td_err_set(err, TD_EMEMORY, "more than %d topics",
					  TD_MANIFEST_TOPICS_MAX);
		manifest->topics[manifest->n_topics++] = before->topics[i];
	}
	qsort(manifest->topics, manifest->n_topics, sizeof *manifest->topics, by_name);
	return true;
}

static bool write_manifest(const export_t *export, td_err_t *err)
{
	char path[PATH_MAX];
	Thidua__V1__ArchiveTopic *topics[TD_MANIFEST_TOPICS_MAX];
	Thidua__V1__ArchiveManifest manifest = THIDUA__V1__ARCHIVE_MANIFEST__INIT;
	Google__Protobuf__Timestamp now = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	int64_t now_ms = td_clock_wall_ms();
	td_buf_t text = td_buf_make(TD_MANIFEST_MAX);
	now.seconds = now_ms / 1000;
	now.nanos = (int32_t)(now_ms % 1000) * 1000000;
	manifest.format = TD_MANIFEST_FORMAT;
	manifest.generation = (uint32_t) export->audit->settings->generation;
	manifest.exported_at = &now;
	manifest.topics = topics;
	(void)snprintf(path, sizeof path, "%s/%s", export->folder, TD_MANIFEST_NAME);
	td_fault("export_manifest");
	/* The files' names must be on disk before the manifest that names them. */
	bool done = collect(export, &manifest, err) && td_file_sync_folder(export->folder, err) &&
		    td_manifest_write(&manifest, &text, err) &&
		    td_file_write_durable(path, td_buf_slice(&text), 0644, err);
	td_buf_free(&text);
	return done;
}

/* The digest of the manifest as it is now: who notes it elsewhere can tell this archive from any
 * other. */
static bool say_digest(td_audit_t *audit, const export_t *export, td_err_t *err)
{
	static const td_report_column_t where = {"archive", "Kho lưu trữ", "Archive", false};
	static const td_report_column_t manifest = {"manifest_sha256", "SHA-256 của bản kê",
						    "SHA-256 of the manifest", false};
	td_archive_t *archive = td_archive_open(export->folder, err);
	if (archive == NULL)
		return false;
	td_report_fact(audit->report, &where, (td_report_cell_t){export->folder, 0});
	td_report_fact(audit->report, &manifest, (td_report_cell_t){td_archive_digest(archive), 0});
	td_archive_free(archive);
	return true;
}

static uint64_t steps_of(size_t index, const void *context)
{
	const part_t *part = context;
	const td_exporting_t *topic = &part->export->topics[part->first + index];
	bool has_more = topic->kind == TD_EXPORTING_LOG && topic->end > td_exporting_begin(topic);
	return has_more ? topic->end - td_exporting_begin(topic) : 0;
}

static bool write_part(td_audit_t *audit, export_t *export, size_t first, size_t end, td_err_t *err)
{
	part_t part = {export, first};
	const td_crew_plan_t plan = {
		.doing = "export",
		.work = work,
		.steps = steps_of,
		.context = &part,
		.count = end - first,
		.threads_max = (size_t)audit->settings->threads,
	};
	td_crew_end_t ended = td_crew_run(&plan, audit->run, err);
	if (ended == TD_CREW_STOPPED)
		return td_err_set(err, TD_ESUPERSEDED, "stopped; the archive is as it was before");
	return ended == TD_CREW_DONE;
}

/* Verdicts come last: meanwhile the last events get theirs. */
static bool write_all(td_audit_t *audit, export_t *export, td_err_t *err)
{
	return write_part(audit, export, 0, export->first_verdicts, err) &&
	       write_part(audit, export, export->first_verdicts, export->count, err) &&
	       write_manifest(export, err);
}

/* One export at a time: the folder's lock, -1 and err when another has it. */
static int lock_folder(const char *folder, td_err_t *err)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		(void)td_err_set(err, TD_EIO, "%s: cannot open the folder: %s", folder,
				 strerror(errno));
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	(void)td_err_set(err, TD_EUNAVAILABLE, "%s: another export is writing there", folder);
	(void)close(fd);
	return -1;
}

static bool open_before(export_t *export, td_err_t *err)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "%s/%s", export->folder, TD_MANIFEST_NAME);
	if (td_file_exists(path))
		export->before = td_archive_open(export->folder, err);
	return !td_file_exists(path) || export->before != NULL;
}

static bool run(td_audit_t *audit, export_t *export, td_err_t *err)
{
	if (!td_file_make_folder(export->folder, 0755, err))
		return false;
	int lock = lock_folder(export->folder, err);
	if (lock < 0)
		return false;
	export->logs = td_audit_logs(audit, err);
	bool done = export->logs != NULL && open_before(export, err) && add_logs(export, err) &&
		    add_others(export, err) && add_verdicts(export, err) &&
		    write_all(audit, export, err) && say_digest(audit, export, err);
	if (done)
		td_exporting_say(audit->report, export->topics, export->count);
	(void)close(lock);
	return done;
}

bool td_audit_export(td_audit_t *audit, td_err_t *err)
{
	if (audit->settings->archive != NULL)
		return td_err_set(err, TD_EUSAGE,
				  "export writes what Kafka has; copy an archive as it is");
	if (td_audit_has_days(audit))
		return td_err_set(
			err, TD_EUSAGE,
			"an archive has whole logs, since the figures of a period hang on "
			"what was said before it and corrected after it; end it by "
			"--as-of");
	export_t *export = calloc(1, sizeof *export);
	if (export == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to export");
	export->audit = audit;
	export->folder = audit->arguments[0];
	bool done = run(audit, export, err);
	for (size_t i = 0; i < export->count; i++) {
		td_naming_free(export->topics[i].naming);
		td_arena_free(export->topics[i].arena);
	}
	td_archive_free(export->before);
	td_logs_free(export->logs);
	free(export);
	return done;
}
