#include "aggregator/audit/export.h"

#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/archive_write.h"
#include "common/kafka_topic.h"

#include <inttypes.h>

enum {
	FEED_WAIT_MS = 200,
	QUIET_MS = 2000, /* without a new verdict: those that are missing are not waited for */
};

uint64_t td_exporting_begin(const td_exporting_t *topic)
{
	return topic->before != NULL ? td_manifest_end(topic->before) : topic->first;
}

/* The last record that the archive has of a topic. */
typedef struct last {
	bool exists;
	uint64_t offset;
	int64_t append_ms;
	td_buf_t value;
} last_t;

static bool keep_last(void *context, const td_archived_t *record, td_err_t *err)
{
	last_t *last = context;
	last->exists = true;
	last->offset = record->offset;
	last->append_ms = record->append_ms;
	td_buf_clear(&last->value);
	td_buf_add_slice(&last->value, record->value);
	return !last->value.failed || td_err_set(err, TD_EMEMORY, "no memory to export");
}

static bool is_last(const last_t *last, const td_raw_t *raw)
{
	return raw->offset == last->offset && raw->append_ms == last->append_ms &&
	       td_slice_equal(raw->bytes, td_buf_slice(&last->value));
}

/* Reads the log where the archive ends: whether the same event is there. */
static bool meet_event(const td_export_way_t *way, const td_exporting_t *topic, const last_t *last,
		       bool *same, td_err_t *err)
{
	td_feed_t *feed = td_feed_open(way->logs, topic->log,
				       (td_feed_range_t){last->offset, last->offset + 1}, err);
	td_fed_t fed = feed == NULL ? TD_FED_FAILED : TD_FED_NONE;
	const td_raw_t *events;
	size_t count = 0;
	while (fed == TD_FED_NONE)
		fed = td_feed_next(feed, FEED_WAIT_MS, &events, &count, err);
	*same = fed == TD_FED_EVENTS && is_last(last, &events[0]);
	td_feed_free(feed);
	return fed != TD_FED_FAILED;
}

/* A record that is looked for, and whether it was found as it was. */
typedef struct meeting {
	const last_t *last;
	bool same;
} meeting_t;

static bool meet_verdict(void *context, const td_verdict_item_t *item, td_err_t *err)
{
	meeting_t *meeting = context;
	const td_raw_t found = {item->offset, item->append_ms, item->bytes};
	(void)err;
	meeting->same = is_last(meeting->last, &found);
	return true;
}

/* Reads the verdicts where the archive ends, likewise. */
static bool meet_verdicts(const td_export_way_t *way, const td_exporting_t *topic,
			  const last_t *last, bool *same, td_err_t *err)
{
	td_verdict_log_t one = {.exists = true, .first = last->offset, .end = last->offset + 1};
	meeting_t meeting = {last, false};
	memcpy(one.topic, topic->name, sizeof one.topic);
	bool done = td_verdict_log_read(way->logs, &one, meet_verdict, &meeting, err);
	*same = meeting.same;
	return done;
}

static bool meet(const td_export_way_t *way, const td_exporting_t *topic, const last_t *last,
		 bool *same, td_err_t *err)
{
	return topic->kind == TD_EXPORTING_LOG ? meet_event(way, topic, last, same, err)
					       : meet_verdicts(way, topic, last, same, err);
}

static bool other_log(const td_exporting_t *topic, uint64_t offset, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY,
			  "%s does not have at offset %" PRIu64
			  " what the archive has: the log was "
			  "cut or made again; give an empty folder",
			  topic->name, offset);
}

bool td_exporting_fix(const td_export_way_t *way, td_exporting_t *topic, td_err_t *err)
{
	td_verdict_log_t verdicts;
	if (topic->kind != TD_EXPORTING_VERDICTS)
		return true;
	if (!td_logs_verdicts(way->logs, topic->log, topic->generation, &verdicts, err))
		return false;
	topic->missing = !verdicts.exists;
	topic->first = verdicts.first;
	topic->end = verdicts.end;
	topic->log_end = verdicts.raw_end;
	topic->naming = topic->missing ? NULL : td_naming_new();
	if (topic->naming == NULL)
		return topic->missing || td_err_set(err, TD_EMEMORY, "no memory to export");
	return topic->before == NULL ||
	       td_archive_naming(way->archive, topic->before, topic->naming, err);
}

/* Whether the log goes on from what the archive has. Of the other topics, which forget what was
 * said anew, only the ends are compared. */
bool td_exporting_check(const td_export_way_t *way, const td_exporting_t *topic, td_err_t *err)
{
	uint64_t begin = td_exporting_begin(topic);
	last_t last = {.value = td_buf_make(TD_ARCHIVE_RECORD_MAX)};
	bool same = true;
	if (topic->before == NULL || topic->missing)
		return true;
	if (topic->first > begin)
		return other_log(topic, begin, err);
	if (topic->end < begin)
		return topic->until_moment || other_log(topic, begin - 1, err);
	bool done = topic->kind == TD_EXPORTING_OTHER ||
		    (td_archive_read_last(way->archive, topic->before, keep_last, &last, err) &&
		     (!last.exists || meet(way, topic, &last, &same, err)));
	td_buf_free(&last.value);
	return done && (same || other_log(topic, last.offset, err));
}

static bool take_item(void *context, const td_kafka_item_t *item, td_err_t *err)
{
	const td_archived_t record = {.offset = (uint64_t)item->offset,
				      .append_ms = item->append_ms,
				      .key = item->key,
				      .value = item->value};
	return td_archive_writer_add(context, &record, err);
}

static bool write_other(const td_export_way_t *way, const td_exporting_t *topic,
			td_archive_writer_t *writer, td_err_t *err)
{
	td_kafka_reader_t *reader = td_kafka_topic_reader(way->kafka, "thidua-audit", err);
	bool done = reader != NULL &&
		    td_kafka_topic_read(reader, topic->name, (int64_t)td_exporting_begin(topic),
					(int64_t)topic->end, take_item, writer, err);
	td_kafka_reader_free(reader);
	return done;
}

static bool write_events(td_archive_writer_t *writer, const td_raw_t *events, size_t count,
			 td_err_t *err)
{
	for (size_t i = 0; i < count; i++) {
		const td_archived_t record = {.offset = events[i].offset,
					      .append_ms = events[i].append_ms,
					      .value = events[i].bytes};
		if (!td_archive_writer_add(writer, &record, err))
			return false;
	}
	return true;
}

static bool write_log(const td_export_way_t *way, const td_exporting_t *topic,
		      td_archive_writer_t *writer, td_crew_t *crew, td_err_t *err)
{
	td_feed_t *feed =
		td_feed_open(way->logs, topic->log,
			     (td_feed_range_t){td_exporting_begin(topic), topic->end}, err);
	bool done = feed != NULL;
	td_fed_t fed = TD_FED_NONE;
	while (done && fed != TD_FED_END && !td_crew_stopping(crew)) {
		const td_raw_t *events;
		size_t count = 0;
		fed = td_feed_next(feed, FEED_WAIT_MS, &events, &count, err);
		done = fed != TD_FED_FAILED && write_events(writer, events, count, err);
		td_crew_add(crew, count);
	}
	td_feed_free(feed);
	return done;
}

/* Verdicts on their way. */
typedef struct judging {
	td_exporting_t *topic;
	td_archive_writer_t *writer;
	td_kafka_reader_t *reader;
	const td_crew_t *crew;
	uint64_t fixed_end; /* of the topic; what came since is taken if the archive needs it */
	bool ended;
} judging_t;

/* Whether every event in the archive has its verdict there, but for holes. */
static bool is_judged(const td_exporting_t *topic)
{
	return td_naming_end(topic->naming) >= topic->raw_end;
}

/* Whether the verdict is about an event that is in the log, but not in the archive yet. */
static bool is_later(judging_t *judging, const td_naming_run_t *run, bool *later, td_err_t *err)
{
	td_exporting_t *topic = judging->topic;
	char raw[TD_TOPIC_MAX];
	int64_t low, high;
	if (run->last >= topic->log_end) {
		td_topic_raw(td_topic_judged(topic->name, &topic->generation), raw);
		if (!td_kafka_reader_bounds(judging->reader, raw, &low, &high, err))
			return false;
		topic->log_end = (uint64_t)high;
	}
	*later = run->last >= topic->raw_end && run->last < topic->log_end;
	return true;
}

static bool take_verdict(void *context, const td_kafka_item_t *item, td_err_t *err)
{
	judging_t *judging = context;
	td_exporting_t *topic = judging->topic;
	td_naming_run_t run;
	uint64_t next = (uint64_t)item->offset + 1;
	bool says = td_naming_read(item->value, &run), later = false;
	if (says && !is_later(judging, &run, &later, err))
		return false;
	judging->ended = later || td_crew_stopping(judging->crew);
	if (judging->ended) {
		topic->end = next - 1;
		return false;
	}
	if (!take_item(judging->writer, item, err) ||
	    (says && !td_naming_add(topic->naming, &run, err)))
		return false;
	topic->end = next > topic->end ? next : topic->end;
	judging->ended = next >= judging->fixed_end && is_judged(topic);
	return !judging->ended;
}

/* Events that came last get their verdicts while this is at work: they are waited for as long as
 * verdicts come. */
static bool write_verdicts(const td_export_way_t *way, td_exporting_t *topic,
			   td_archive_writer_t *writer, const td_crew_t *crew, td_err_t *err)
{
	judging_t judging = {.topic = topic,
			     .writer = writer,
			     .reader = td_kafka_topic_reader(way->kafka, "thidua-audit", err),
			     .crew = crew,
			     .fixed_end = topic->end};
	bool done = judging.reader != NULL &&
		    td_kafka_topic_follow(judging.reader, topic->name,
					  (int64_t)td_exporting_begin(topic), QUIET_MS,
					  take_verdict, &judging, err);
	td_kafka_reader_free(judging.reader);
	return done || judging.ended;
}

static bool write(const td_export_way_t *way, td_exporting_t *topic, td_archive_writer_t *writer,
		  td_crew_t *crew, td_err_t *err)
{
	switch (topic->kind) {
	case TD_EXPORTING_LOG:
		return write_log(way, topic, writer, crew, err);
	case TD_EXPORTING_VERDICTS:
		return write_verdicts(way, topic, writer, crew, err);
	case TD_EXPORTING_OTHER:
		break;
	}
	return write_other(way, topic, writer, err);
}

bool td_exporting_write(const td_export_way_t *way, td_exporting_t *topic, td_crew_t *crew,
			td_err_t *err)
{
	uint64_t begin = td_exporting_begin(topic);
	bool waits = topic->kind == TD_EXPORTING_VERDICTS && !topic->missing && !is_judged(topic);
	if (topic->missing || (topic->end <= begin && !waits))
		return true;
	td_archive_writer_t *writer = td_archive_writer_new(way->folder, topic->name, begin, err);
	if (writer == NULL)
		return false;
	bool done = write(way, topic, writer, crew, err);
	if (done && !td_crew_stopping(crew) && topic->end > begin)
		done = td_archive_writer_finish(writer, topic->end, topic->arena, &topic->file,
						err);
	td_archive_writer_free(writer);
	return done;
}

/* By which versions verdicts judged, unless that is too long for a manifest. */
static bool describe_judged(const td_exporting_t *topic, Thidua__V1__ArchiveTopic *said)
{
	size_t count = td_naming_count(topic->naming);
	if (count > TD_MANIFEST_JUDGED_MAX)
		return true;
	Thidua__V1__ArchiveJudged *judged = td_arena_take(topic->arena, count * sizeof *judged);
	said->judged = td_arena_take(topic->arena, count * sizeof(void *));
	if (judged == NULL || said->judged == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const td_naming_run_t *run = td_naming_get(topic->naming, i);
		thidua__v1__archive_judged__init(&judged[i]);
		judged[i].first_offset = run->first;
		judged[i].end_offset = run->last + 1;
		judged[i].reference_version = run->version;
		said->judged[said->n_judged++] = &judged[i];
	}
	return true;
}

Thidua__V1__ArchiveTopic *td_exporting_describe(const td_exporting_t *topic)
{
	const Thidua__V1__ArchiveTopic *before = topic->before;
	size_t count = before != NULL ? before->n_files : 0;
	Thidua__V1__ArchiveTopic *said = td_arena_take(topic->arena, sizeof *said);
	void *files = td_arena_take(topic->arena, (count + 1) * sizeof(void *));
	if (said == NULL || files == NULL)
		return NULL;
	thidua__v1__archive_topic__init(said);
	said->name = (char *)topic->name;
	said->first_offset = before != NULL ? before->first_offset : topic->first;
	said->files = files;
	for (size_t i = 0; i < count; i++)
		said->files[said->n_files++] = before->files[i];
	if (topic->file != NULL)
		said->files[said->n_files++] = topic->file;
	if (topic->naming != NULL)
		return describe_judged(topic, said) ? said : NULL;
	if (before != NULL) {
		said->n_judged = before->n_judged;
		said->judged = before->judged;
	}
	return said;
}
