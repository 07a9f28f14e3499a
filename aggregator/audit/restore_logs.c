/*
 * Raw topics that go on at the offsets at which the archive ends. A broker counts offsets by
 * records: so many fillers are written, and deleted before anybody may read them, since no worker
 * judges a log of which it is decided that it begins with an archive before it begins where the
 * archive ends.
 */
#include "aggregator/audit/refill.h"
#include "aggregator/audit/restore.h"
#include "common/kafka_topic.h"

#include <inttypes.h>

/* Fillers alone lie below the end, and none behind it. */
typedef struct fillers {
	const char *topic;
	uint64_t end;
} fillers_t;

static bool is_filler(void *context, const td_kafka_item_t *item, td_err_t *err)
{
	const fillers_t *fillers = context;
	bool below = (uint64_t)item->offset < fillers->end;
	bool is_one = td_refill_is_filler(item->key, item->value);
	if (below && !is_one)
		return td_err_set(err, TD_EINTEGRITY,
				  "%s has an event at offset %" PRId64
				  ", where the archive has another: it was sent before the cluster "
				  "was restored; delete the topic, restore again, and let the "
				  "province send it again",
				  fillers->topic, item->offset);
	return below || !is_one ||
	       td_err_set(err, TD_EINTEGRITY,
			  "%s was filled beyond offset %" PRIu64
			  ", where the archive ends; delete the topic and restore again",
			  fillers->topic, fillers->end);
}

bool td_restore_logs_look(const td_restore_t *restore, td_err_t *err)
{
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&restore->audit->settings->kafka, "thidua-audit", err);
	bool done = reader != NULL;
	for (size_t i = 0; done && i < td_logs_count(restore->logs); i++) {
		char topic[TD_TOPIC_MAX];
		int64_t low, high;
		fillers_t fillers = {topic, td_restore_end(restore, i)};
		td_logs_place(restore->logs, i, topic);
		done = td_restore_bounds(restore, topic, &low, &high, err);
		if (done && restore->is_new && high > 0)
			done = td_err_set(err, TD_EINTEGRITY,
					  "%s has events already; after a loss, restore comes "
					  "before all else: delete the topic, and let the province "
					  "send them again",
					  topic);
		else if (done && (uint64_t)low < fillers.end)
			done = td_kafka_topic_read(reader, topic, low, high, is_filler, &fillers,
						   err);
	}
	td_kafka_reader_free(reader);
	return done;
}

static bool fill(const td_restore_t *restore, td_crew_t *crew, const char *topic, int64_t from,
		 uint64_t end, td_err_t *err)
{
	enum { STEP = 10000 };
	td_refill_t *refill =
		td_refill_new(&(td_refill_settings_t){.kafka = &restore->audit->settings->kafka,
						      .topic = topic,
						      .codec = "lz4",
						      .message_bytes = TD_RAW_EVENT_MAX,
						      .next = from},
			      err);
	bool done = refill != NULL;
	for (uint64_t next = (uint64_t)from; done && next < end && !td_crew_stopping(crew);) {
		uint64_t count = end - next < STEP ? end - next : STEP;
		done = td_refill_skip(refill, count, err);
		next += count;
		td_crew_add(crew, count);
	}
	done = done && td_refill_finish(refill, err);
	td_refill_free(refill);
	return done;
}

static bool fill_log(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	const td_restore_t *restore = context;
	char topic[TD_TOPIC_MAX];
	int64_t low, high;
	uint64_t end = td_restore_end(restore, index);
	td_logs_place(restore->logs, index, topic);
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&restore->audit->settings->kafka, "thidua-audit", err);
	bool done = reader != NULL && td_kafka_reader_bounds(reader, topic, &low, &high, err);
	td_kafka_reader_free(reader);
	return done && ((uint64_t)high >= end || fill(restore, crew, topic, high, end, err));
}

bool td_restore_logs(const td_restore_t *restore, td_err_t *err)
{
	if (!td_restore_each(restore, "fill", fill_log, err))
		return false;
	for (size_t i = 0; i < td_logs_count(restore->logs); i++) {
		char topic[TD_TOPIC_MAX];
		int64_t low, high, end = (int64_t)td_restore_end(restore, i);
		td_logs_place(restore->logs, i, topic);
		if (!td_restore_bounds(restore, topic, &low, &high, err) ||
		    (low < end && !td_kafka_admin_delete_before(restore->admin, topic, end, err)))
			return false;
	}
	return true;
}
