/*
 * spool: what the durable spool and its sender cost beside the sending itself.
 *
 *     spool through BROKERS REPORTER EVENTS FOLDER   through a spool in FOLDER, as thidua-producer
 *     spool bare    BROKERS REPORTER EVENTS          handed straight to librdkafka, tuned alike
 *
 * The events are made before the clock starts. Prints "<events> <bytes> <seconds>" on standard
 * output: from the first event to the last acknowledgement.
 */
#include "common/clock.h"
#include "common/run.h"
#include "producers/publish.h"
#include "producers/spool.h"
#include "tests/bench/sample.h"
#include "workers/topics.h"

#include <librdkafka/rdkafka.h>

#include <stdio.h>
#include <stdlib.h>

enum { GIB = 1024 * 1024 * 1024, SEGMENT_BYTES = 16 * 1024 * 1024, POLL_MS = 100 };

/* All events, one behind the other. */
typedef struct events {
	size_t count;
	uint8_t *bytes;
	size_t *ends; /* [0] is 0 */
} events_t;

static td_slice_t event_at(const events_t *events, size_t number)
{
	return (td_slice_t){events->bytes + events->ends[number],
			    events->ends[number + 1] - events->ends[number]};
}

static bool make_events(const char *reporter, size_t count, events_t *events, td_err_t *err)
{
	events->count = count;
	events->bytes = malloc(count * 160 + TD_SAMPLE_MAX);
	events->ends = calloc(count + 1, sizeof *events->ends);
	if (events->bytes == NULL || events->ends == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for %zu events", count);
	for (size_t i = 0; i < count; i++)
		events->ends[i + 1] = events->ends[i] +
				      td_sample_event(reporter, i, events->bytes + events->ends[i]);
	return true;
}

/* Through the spool */

typedef struct through {
	td_run_t *run;
	td_spool_t *spool;
	td_publish_t *publish;
} through_t;

static bool append_group(td_spool_store_t *store, const events_t *events, size_t *next,
			 td_err_t *err)
{
	while (*next < events->count && !td_spool_store_due(store))
		if (!td_spool_store_append(store, event_at(events, (*next)++), err))
			return false;
	return td_spool_store_sync(store, err);
}

static bool pass(const through_t *through, const events_t *events, td_err_t *err)
{
	size_t next = 0;
	td_spool_store_t *store = td_spool_store(through->spool);
	for (;;) {
		int64_t now_ms = td_clock_mono_ms();
		if (!append_group(store, events, &next, err) ||
		    !td_publish_turn(through->publish, now_ms, err))
			return false;
		if (next == events->count && td_publish_done(through->publish))
			break;
		int wait_ms =
			next < events->count ? 0 : td_publish_timeout_ms(through->publish, now_ms);
		if (!td_run_wait(through->run, wait_ms, err))
			return false;
	}
	return td_publish_finish(through->publish, 0, err);
}

static bool open_through(through_t *through, char **argv, const td_kafka_settings_t *cluster,
			 td_err_t *err)
{
	const td_spool_settings_t spool = {argv[5], argv[3], "bench", SEGMENT_BYTES, 4LL * GIB};
	through->run = td_run_new(err);
	if (through->run == NULL)
		return false;
	through->spool = td_spool_open(&spool, err);
	if (through->spool == NULL)
		return false;
	const td_publish_settings_t publish = {cluster, argv[3], "bench",
					       td_run_wake_fd(through->run)};
	through->publish = td_publish_new(&publish, td_spool_store(through->spool), err);
	return through->publish != NULL;
}

static bool send_through(char **argv, const events_t *events, int64_t *us, td_err_t *err)
{
	through_t through = {0};
	const td_kafka_settings_t cluster = {.brokers = argv[2], .single_node = true};
	bool fine = open_through(&through, argv, &cluster, err);
	int64_t began_us = td_clock_mono_us();
	fine = fine && pass(&through, events, err);
	*us = td_clock_mono_us() - began_us;
	td_publish_free(through.publish);
	td_spool_close(through.spool);
	td_run_free(through.run);
	return fine;
}

/* Bare */

static rd_kafka_t *new_producer(const char *brokers, td_err_t *err)
{
	static const char *const settings[][2] = {
		{"enable.idempotence", "true"},
		{"enable.gapless.guarantee", "true"},
		{"message.timeout.ms", "0"},
		{"compression.codec", "zstd"},
		{"linger.ms", "5"},
		{"queue.buffering.max.messages", "100000"},
		{"queue.buffering.max.kbytes", "65536"},
		{"batch.num.messages", "100000"},
	};
	char why[256] = "";
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool fine = rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why) == 0;
	for (size_t i = 0; fine && i < TD_COUNT(settings); i++)
		fine = rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why) ==
		       RD_KAFKA_CONF_OK;
	rd_kafka_t *producer = fine ? rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why) : NULL;
	if (producer == NULL) {
		rd_kafka_conf_destroy(conf);
		(void)td_err_set(err, TD_ECONFIG, "librdkafka: %s", why);
	}
	return producer;
}

static bool produce(rd_kafka_t *producer, rd_kafka_topic_t *topic, td_slice_t event, td_err_t *err)
{
	while (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, (void *)event.data, event.size, NULL,
				0, NULL) != 0) {
		if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			return td_err_set(err, TD_EUNAVAILABLE, "produce: %s",
					  rd_kafka_err2str(rd_kafka_last_error()));
		(void)rd_kafka_poll(producer, POLL_MS);
	}
	return true;
}

static bool send_bare(char **argv, const events_t *events, int64_t *us, td_err_t *err)
{
	char name[TD_TOPIC_MAX];
	td_topic_raw(argv[3], name);
	rd_kafka_t *producer = new_producer(argv[2], err);
	if (producer == NULL)
		return false;
	rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);
	bool fine = topic != NULL;
	int64_t began_us = td_clock_mono_us();
	for (size_t i = 0; fine && i < events->count; i++)
		fine = produce(producer, topic, event_at(events, i), err);
	if (fine && rd_kafka_flush(producer, 600000) != RD_KAFKA_RESP_ERR_NO_ERROR)
		fine = td_err_set(err, TD_EUNAVAILABLE, "not all was acknowledged");
	*us = td_clock_mono_us() - began_us;
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(producer);
	return fine;
}

int main(int argc, char **argv)
{
	td_err_t err = {.text = "see the head of this file for the arguments"};
	events_t events = {0};
	int64_t us = 0;
	bool through = argc == 6 && strcmp(argv[1], "through") == 0;
	bool fine = through || (argc == 5 && strcmp(argv[1], "bare") == 0);
	fine = fine && make_events(argv[3], strtoul(argv[4], NULL, 10), &events, &err) &&
	       (through ? send_through(argv, &events, &us, &err)
			: send_bare(argv, &events, &us, &err));
	if (fine)
		(void)printf("%zu %zu %.6f\n", events.count, events.ends[events.count],
			     (double)us / 1e6);
	else
		(void)fprintf(stderr, "spool: %s\n", err.text);
	free(events.bytes);
	free(events.ends);
	return fine ? 0 : 70;
}
