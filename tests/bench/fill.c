/*
 * fill: fills a topic with sample events or verdicts, as fast as the broker takes them.
 *
 *     fill BROKERS TOPIC REPORTER COUNT events|verdicts [PER_SECOND]
 *
 * With PER_SECOND it keeps that pace, for measuring how fresh figures are; without, no pace.
 */
#include "common/clock.h"
#include "tests/bench/sample.h"

#include <librdkafka/rdkafka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct fill {
	rd_kafka_t *producer;
	rd_kafka_topic_t *topic;
	const char *reporter;
	bool verdicts;
	uint64_t refused;
} fill_t;

static void delivered(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
	fill_t *fill = opaque;
	(void)producer;
	fill->refused += message->err != 0;
}

static bool connect_to(fill_t *fill, const char *brokers, const char *topic)
{
	static const char *const settings[][2] = {
		{"enable.idempotence", "true"}, {"compression.type", "lz4"}, {"linger.ms", "5"}};
	char text[256] = "";
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool ok = rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof(text)) == 0;
	for (size_t i = 0; ok && i < TD_COUNT(settings); i++)
		ok = rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text, sizeof(text)) ==
		     0;
	rd_kafka_conf_set_opaque(conf, fill);
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	fill->producer = ok ? rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text)) : NULL;
	if (!fill->producer) {
		rd_kafka_conf_destroy(conf);
		fprintf(stderr, "fill: %s\n", text);
		return false;
	}
	fill->topic = rd_kafka_topic_new(fill->producer, topic, NULL);
	return fill->topic != NULL;
}

static bool send_one(fill_t *fill, uint64_t number)
{
	uint8_t packed[TD_SAMPLE_MAX];
	size_t size = fill->verdicts ? td_sample_verdict(fill->reporter, number, td_clock_wall_ms(),
							 packed)
				     : td_sample_event(fill->reporter, number, packed);
	while (rd_kafka_produce(fill->topic, 0, RD_KAFKA_MSG_F_COPY, packed, size, NULL, 0, NULL)) {
		if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
			fprintf(stderr, "fill: %s\n", rd_kafka_err2str(rd_kafka_last_error()));
			return false;
		}
		rd_kafka_poll(fill->producer, 100);
	}
	return true;
}

/* Waits until event `number` is due at that pace. */
static void keep_pace(fill_t *fill, uint64_t number, uint64_t per_second, int64_t began_us)
{
	int64_t due_us = began_us + (int64_t)(number * 1000000 / per_second);
	int64_t left_us;
	while ((left_us = due_us - td_clock_mono_us()) > 0)
		rd_kafka_poll(fill->producer, left_us > 1000 ? (int)(left_us / 1000) : 0);
}

int main(int argc, char **argv)
{
	if (argc < 6 || argc > 7) {
		fprintf(stderr, "usage: fill BROKERS TOPIC REPORTER COUNT events|verdicts "
				"[PER_SECOND]\n");
		return 64;
	}
	fill_t fill = {.reporter = argv[3], .verdicts = strcmp(argv[5], "verdicts") == 0};
	uint64_t count = strtoull(argv[4], NULL, 10);
	uint64_t per_second = argc == 7 ? strtoull(argv[6], NULL, 10) : 0;
	int64_t began_us = td_clock_mono_us();
	bool ok = connect_to(&fill, argv[1], argv[2]);
	for (uint64_t i = 0; ok && i < count; i++) {
		if (per_second > 0)
			keep_pace(&fill, i, per_second, began_us);
		ok = send_one(&fill, i);
		rd_kafka_poll(fill.producer, 0);
	}
	ok = ok && rd_kafka_flush(fill.producer, 60000) == 0 && fill.refused == 0;
	if (fill.topic)
		rd_kafka_topic_destroy(fill.topic);
	if (fill.producer)
		rd_kafka_destroy(fill.producer);
	return ok ? 0 : 70;
}
