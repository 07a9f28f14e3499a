/* The verdicts on the logs. */
#include "aggregator/audit/logs_internal.h"
#include "aggregator/audit/topic.h"

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
		return err->code == TD_ECONFIG; /* there is no such topic */
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
	td_kafka_reader_t *reader = td_topic_reader(cluster, err);
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
	td_kafka_reader_t *reader = td_topic_reader(cluster, err);
	bool done =
		reader != NULL && td_topic_read(reader, verdicts->topic, (int64_t)verdicts->first,
						(int64_t)verdicts->end, take, &telling, err);
	td_kafka_reader_free(reader);
	return done;
}
