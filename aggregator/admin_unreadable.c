#include "aggregator/admin_unreadable.h"

#include "common/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 15000, POLL_MS = 200, QUEUE_BYTES = 1024 * 1024 };

struct td_prober {
	td_kafka_settings_t cluster;
	td_kafka_reader_t *reader;
};

td_prober_t *td_prober_new(const td_kafka_settings_t *cluster, td_err_t *err)
{
	td_prober_t *prober = calloc(1, sizeof *prober);
	if (!prober) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for reading the log");
		return NULL;
	}
	prober->cluster = *cluster;
	/* A batch that cannot be read is not asked for again and again: no pause is needed. */
	td_opt_list_t *properties = &prober->cluster.properties;
	if (properties->count < TD_OPT_LIST_MAX)
		properties->items[properties->count++] = "fetch.error.backoff.ms=0";
	prober->reader = td_kafka_reader_new(
		&(td_kafka_reader_settings_t){
			.cluster = &prober->cluster,
			.client_id = "thidua-admin",
			.queue_bytes = QUEUE_BYTES,
			.batch_max = 1,
			.wake_fd = -1,
		},
		err);
	if (prober->reader)
		return prober;
	td_prober_free(prober);
	return NULL;
}

void td_prober_free(td_prober_t *prober)
{
	if (!prober)
		return;
	td_kafka_reader_free(prober->reader);
	free(prober);
}

bool td_prober_bounds(td_prober_t *prober, const char *topic, int64_t *low, int64_t *high,
		      td_err_t *err)
{
	return td_kafka_reader_bounds(prober->reader, topic, low, high, err);
}

/* One try under way. */
typedef struct attempt {
	const char *topic;
	int64_t offset;
	td_kafka_stream_t *stream;
	td_probed_t *probed;
	td_probe_t probe;
	bool decided;
} attempt_t;

static void hear_error(attempt_t *attempt, const td_kafka_item_t *item, td_err_t *err)
{
	/* Behind a batch with a wrong checksum librdkafka takes bytes from inside it for the next
	 * offset, and finds that one out of range: begin again. */
	bool astray = item->error == TD_KAFKA_LOST && item->offset != attempt->offset;
	if (item->error == TD_KAFKA_RETRY ||
	    (astray && td_kafka_stream_seek(attempt->stream, attempt->offset, err)))
		return;
	attempt->decided = true;
	attempt->probe = TD_PROBE_FAILED;
	if (item->error == TD_KAFKA_DATA) {
		(void)snprintf(attempt->probed->why, sizeof attempt->probed->why, "%s", item->why);
		attempt->probe = TD_PROBE_UNREADABLE;
	} else if (!astray) {
		(void)td_err_set(err, td_kafka_class_code(item->error), "%s at offset %lld: %s",
				 attempt->topic, (long long)item->offset, item->why);
	}
}

static void hear(attempt_t *attempt, const td_kafka_item_t *item, td_err_t *err)
{
	if (item->kind == TD_KAFKA_ITEM_ERROR) {
		hear_error(attempt, item, err);
		return;
	}
	bool is_record = item->kind == TD_KAFKA_ITEM_RECORD;
	attempt->decided = true;
	attempt->probe = is_record ? TD_PROBE_RECORD : TD_PROBE_END;
	attempt->probed->at = item->offset;
	attempt->probed->append_ms = item->append_ms;
}

td_probe_t td_prober_try(td_prober_t *prober, const char *topic, int64_t offset,
			 td_probed_t *probed, td_err_t *err)
{
	attempt_t attempt = {.topic = topic, .offset = offset, .probed = probed};
	int64_t give_up_ms = td_clock_mono_ms() + PATIENCE_MS;
	attempt.stream = td_kafka_reader_open(
		prober->reader, topic, (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, offset}, NULL, err);
	if (!attempt.stream)
		return TD_PROBE_FAILED;
	while (!attempt.decided && td_clock_mono_ms() < give_up_ms) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(prober->reader, POLL_MS, &items);
		if (count > 0 && items[0].stream == attempt.stream)
			hear(&attempt, &items[0], err);
	}
	td_kafka_stream_close(attempt.stream);
	if (attempt.decided)
		return attempt.probe;
	(void)td_err_set(err, TD_EUNAVAILABLE, "%s at offset %lld: nothing came within %d s", topic,
			 (long long)offset, PATIENCE_MS / 1000);
	return TD_PROBE_FAILED;
}

bool td_prober_extent(td_prober_t *prober, const char *topic, int64_t from, int64_t end,
		      int64_t *through, td_err_t *err)
{
	td_probed_t probed;
	int64_t bad = from, good = end; /* the last known of one kind, the first of the other */
	for (int64_t step = 1; bad + step < good; step *= 2) {
		td_probe_t probe = td_prober_try(prober, topic, bad + step, &probed, err);
		if (probe == TD_PROBE_FAILED)
			return false;
		if (probe != TD_PROBE_UNREADABLE) {
			good = bad + step;
			break;
		}
		bad += step;
	}
	while (good - bad > 1) {
		int64_t middle = bad + (good - bad) / 2;
		td_probe_t probe = td_prober_try(prober, topic, middle, &probed, err);
		if (probe == TD_PROBE_FAILED)
			return false;
		if (probe == TD_PROBE_UNREADABLE)
			bad = middle;
		else
			good = middle;
	}
	*through = bad;
	return true;
}
