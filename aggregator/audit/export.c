#include "aggregator/audit/export.h"

#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/archive_write.h"
#include "aggregator/audit/topic.h"

#include <inttypes.h>

enum { FEED_WAIT_MS = 200 };

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
static bool meet(const td_export_way_t *way, const td_exporting_t *topic, const last_t *last,
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

static bool other_log(const td_exporting_t *topic, uint64_t offset, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY,
			  "%s does not have at offset %" PRIu64
			  " what the archive has: the log was "
			  "cut or made again; give an empty folder",
			  topic->name, offset);
}

/* Whether the log goes on from what the archive has. Of the other topics, which forget what was
 * said anew, only the ends are compared. */
bool td_exporting_check(const td_export_way_t *way, const td_exporting_t *topic, td_err_t *err)
{
	uint64_t begin = td_exporting_begin(topic);
	last_t last = {.value = td_buf_make(TD_ARCHIVE_RECORD_MAX)};
	bool same = true;
	if (topic->before == NULL)
		return true;
	if (topic->first > begin)
		return other_log(topic, begin, err);
	if (topic->end < begin)
		/* With --as-of the end says nothing of the log's own. */
		return way->until_moment && topic->log != TD_NO_LOG
			       ? true
			       : other_log(topic, begin - 1, err);
	bool done = topic->log == TD_NO_LOG ||
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
	td_kafka_reader_t *reader = td_topic_reader(way->kafka, err);
	bool done = reader != NULL &&
		    td_topic_read(reader, topic->name, (int64_t)td_exporting_begin(topic),
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

bool td_exporting_write(const td_export_way_t *way, td_exporting_t *topic, td_crew_t *crew,
			td_err_t *err)
{
	uint64_t begin = td_exporting_begin(topic);
	if (topic->end <= begin)
		return true;
	td_archive_writer_t *writer = td_archive_writer_new(way->folder, topic->name, begin, err);
	if (writer == NULL)
		return false;
	bool done = topic->log == TD_NO_LOG ? write_other(way, topic, writer, err)
					    : write_log(way, topic, writer, crew, err);
	if (done && !td_crew_stopping(crew))
		done = td_archive_writer_finish(writer, topic->end, topic->arena, &topic->file,
						err);
	td_archive_writer_free(writer);
	return done;
}
