/* The verdicts on the logs. */
#include "aggregator/audit/logs_internal.h"
#include "common/kafka_topic.h"

#include <stdlib.h>

struct td_namings {
	struct {
		td_naming_t *naming; /* NULL: nobody asked yet */
		uint64_t end;        /* the highest end that was asked for */
		uint64_t next;       /* of the verdict topic's offsets: read next */
	} items[TD_LOGS_MAX];
};

bool td_logs_verdicts(const td_logs_t *logs, size_t index, uint32_t generation,
		      td_verdict_log_t *verdicts, td_err_t *err)
{
	*verdicts = (td_verdict_log_t){.exists = false};
	td_topic_verdicts(logs->items[index].reporter, generation, verdicts->topic);
	return logs->kind->verdicts_find(logs, index, verdicts, err);
}

bool td_verdict_log_read(const td_logs_t *logs, const td_verdict_log_t *verdicts,
			 td_verdict_item_fn *each, void *context, td_err_t *err)
{
	return !verdicts->exists || verdicts->first >= verdicts->end ||
	       logs->kind->verdicts_read(logs, verdicts, each, context, err);
}

static bool find(td_kafka_reader_t *reader, const char *reporter, td_verdict_log_t *verdicts,
		 td_err_t *err)
{
	char raw[TD_TOPIC_MAX];
	int64_t low, high, raw_low, raw_high;
	if (!td_kafka_reader_bounds(reader, verdicts->topic, &low, &high, err))
		return err->code == TD_ECONFIG; /* no such topic, or no right to it */
	td_topic_raw(reporter, raw);
	if (!td_kafka_reader_bounds(reader, raw, &raw_low, &raw_high, err))
		return false;
	verdicts->exists = true;
	verdicts->first = (uint64_t)low;
	verdicts->end = (uint64_t)high;
	verdicts->raw_end = (uint64_t)raw_high;
	return true;
}

bool td_kafka_verdicts_find(const td_kafka_settings_t *cluster, const char *reporter,
			    td_verdict_log_t *verdicts, td_err_t *err)
{
	td_kafka_reader_t *reader = td_kafka_topic_reader(cluster, "thidua-audit", err);
	bool done = reader != NULL && find(reader, reporter, verdicts, err);
	td_kafka_reader_free(reader);
	return done;
}

/* Who is told. */
typedef struct telling {
	td_verdict_item_fn *each;
	void *context;
} telling_t;

static bool take(void *context, const td_kafka_item_t *item, td_err_t *err)
{
	const telling_t *telling = context;
	const td_verdict_item_t verdict = {(uint64_t)item->offset, item->append_ms, item->value};
	return telling->each(telling->context, &verdict, err);
}

bool td_kafka_verdicts_read(const td_kafka_settings_t *cluster, const td_verdict_log_t *verdicts,
			    td_verdict_item_fn *each, void *context, td_err_t *err)
{
	telling_t telling = {each, context};
	td_kafka_reader_t *reader = td_kafka_topic_reader(cluster, "thidua-audit", err);
	bool done = reader != NULL &&
		    td_kafka_topic_read(reader, verdicts->topic, (int64_t)verdicts->first,
					(int64_t)verdicts->end, take, &telling, err);
	td_kafka_reader_free(reader);
	return done;
}

td_namings_t *td_namings_new(void)
{
	return calloc(1, sizeof(td_namings_t));
}

void td_namings_free(td_namings_t *namings)
{
	for (size_t i = 0; namings != NULL && i < TD_LOGS_MAX; i++)
		td_naming_free(namings->items[i].naming);
	free(namings);
}

/* A reading under way. */
typedef struct reading {
	td_naming_t *naming;
	const td_crew_t *crew;
	bool stopped;
} reading_t;

static bool take_naming(void *context, const td_verdict_item_t *item, td_err_t *err)
{
	reading_t *reading = context;
	td_naming_run_t run;
	reading->stopped = reading->crew != NULL && td_crew_stopping(reading->crew);
	return !reading->stopped &&
	       (!td_naming_read(item->bytes, &run) || td_naming_add(reading->naming, &run, err));
}

/* Reads verdicts from where the reading before ended. */
static bool read_on(const td_logs_t *logs, size_t index, const td_naming_ask_t *ask, td_err_t *err)
{
	td_namings_t *namings = logs->namings;
	reading_t reading = {namings->items[index].naming, ask->crew, false};
	td_verdict_log_t verdicts;
	if (!td_logs_verdicts(logs, index, logs->generation, &verdicts, err))
		return false;
	if (verdicts.first < namings->items[index].next)
		verdicts.first = namings->items[index].next;
	if (!td_verdict_log_read(logs, &verdicts, take_naming, &reading, err))
		return reading.stopped; /* nothing is judged any more */
	namings->items[index].next = verdicts.end;
	namings->items[index].end = ask->end;
	return true;
}

static bool begin(const td_logs_t *logs, size_t index, td_err_t *err)
{
	td_naming_t *naming = logs->namings->items[index].naming = td_naming_new();
	char topic[TD_TOPIC_MAX];
	if (naming == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the verdicts' versions");
	td_topic_verdicts(logs->items[index].reporter, logs->generation, topic);
	return logs->kind->verdicts_name == NULL ||
	       logs->kind->verdicts_name(logs, topic, naming, err);
}

bool td_logs_naming(const td_logs_t *logs, size_t index, const td_naming_ask_t *ask,
		    const td_naming_t **naming, td_err_t *err)
{
	td_namings_t *namings = logs->namings;
	*naming = NULL;
	if (td_versions_count(logs->versions) < 2)
		return true;
	if (namings->items[index].naming == NULL && !begin(logs, index, err))
		return false;
	*naming = namings->items[index].naming;
	return logs->kind->verdicts_name != NULL || ask->end <= namings->items[index].end ||
	       read_on(logs, index, ask, err);
}
