/*
 * bare_kafka: the least that a client of this broker has to do, as a yardstick for thidua's
 * programs.
 *
 *     bare_kafka consume BROKERS FROM...      reads topics from their first to their present ends
 *     bare_kafka relay   BROKERS FROM TO      and writes each record's bytes into another topic
 *
 * Tuned as the programs are: the same fetch queue and way to empty it, compression, batches, linger
 * and idempotence. Prints "<records> <bytes> <seconds>" on standard output; the seconds begin with
 * the first record.
 */
#include <librdkafka/rdkafka.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PER_CALL = 1000, TIMEOUT_MS = 1000, IDLE_CALLS_MAX = 30, TOPICS_MAX = 64 };

typedef struct bare {
	const char *brokers, *to;
	char **from; /* topics */
	size_t from_count, ended_count;
	rd_kafka_t *consumer, *producer;
	rd_kafka_topic_t *sink;
	uint64_t records, bytes, acknowledged, refused;
	double began, ended;
} bare_t;

static double now(void)
{
	struct timespec time;
	if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
		return 0;
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool fail(const char *what, const char *why)
{
	fprintf(stderr, "bare_kafka: %s: %s\n", what, why);
	return false;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char text[256];
	if (rd_kafka_conf_set(conf, name, value, text, sizeof(text)) != RD_KAFKA_CONF_OK)
		return fail(name, text);
	return true;
}

static void delivered(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
	bare_t *bare = opaque;
	(void)producer;
	if (message->err)
		bare->refused++;
	else
		bare->acknowledged++;
}

static rd_kafka_t *new_client(bare_t *bare, rd_kafka_type_t type)
{
	static const char *const settings[2][10][2] = {
		[RD_KAFKA_PRODUCER] = {{"enable.idempotence", "true"},
				       {"enable.gapless.guarantee", "true"},
				       {"message.timeout.ms", "0"},
				       {"compression.type", "lz4"},
				       {"linger.ms", "5"},
				       {"batch.num.messages", "100000"},
				       {"queue.buffering.max.messages", "50000"},
				       {"queue.buffering.max.kbytes", "262144"}},
		[RD_KAFKA_CONSUMER] = {{"group.id", "bare"},
				       {"enable.auto.commit", "false"},
				       {"auto.offset.reset", "error"},
				       {"isolation.level", "read_uncommitted"},
				       {"queued.min.messages", "1000000"},
				       {"queued.max.messages.kbytes", "131072"},
				       {"fetch.wait.max.ms", "50"},
				       {"enable.partition.eof", "true"},
				       {"check.crcs", "true"}},
	};
	char text[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool set_all = set(conf, "bootstrap.servers", bare->brokers);
	for (size_t i = 0; set_all && i < 10 && settings[type][i][0]; i++)
		set_all = set(conf, settings[type][i][0], settings[type][i][1]);
	rd_kafka_conf_set_opaque(conf, bare);
	if (type == RD_KAFKA_PRODUCER)
		rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rd_kafka_t *client = set_all ? rd_kafka_new(type, conf, text, sizeof(text)) : NULL;
	if (!client) {
		rd_kafka_conf_destroy(conf);
		(void)fail("client", text);
	}
	return client;
}

/* Hands one record's bytes to the producer, waiting for room in its queue. */
static bool send_on(bare_t *bare, const rd_kafka_message_t *message)
{
	for (;;) {
		if (rd_kafka_produce(bare->sink, 0, RD_KAFKA_MSG_F_COPY, message->payload,
				     message->len, NULL, 0, NULL) == 0)
			return true;
		if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			return fail("produce", rd_kafka_err2str(rd_kafka_last_error()));
		rd_kafka_poll(bare->producer, TIMEOUT_MS);
	}
}

/* Takes what one call gave. */
static bool take(bare_t *bare, rd_kafka_message_t **messages, size_t count)
{
	bool ok = true;
	for (size_t i = 0; i < count; i++) {
		const rd_kafka_message_t *message = messages[i];
		if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			bare->ended_count++;
		} else if (message->err) {
			ok = ok && fail(bare->from[0], rd_kafka_message_errstr(message));
		} else {
			if (bare->records++ == 0)
				bare->began = now();
			bare->bytes += message->len;
			ok = ok && (!bare->producer || send_on(bare, message));
		}
		rd_kafka_message_destroy(messages[i]);
	}
	return ok;
}

static bool start(bare_t *bare, rd_kafka_queue_t *queue, rd_kafka_topic_t **topics)
{
	bool ok = queue != NULL;
	for (size_t i = 0; ok && i < bare->from_count; i++) {
		topics[i] = rd_kafka_topic_new(bare->consumer, bare->from[i], NULL);
		ok = topics[i] && rd_kafka_consume_start_queue(
					  topics[i], 0, RD_KAFKA_OFFSET_BEGINNING, queue) == 0;
	}
	return ok;
}

static void stop(rd_kafka_queue_t *queue, rd_kafka_topic_t **topics)
{
	for (size_t i = 0; i < TOPICS_MAX && topics[i]; i++) {
		rd_kafka_consume_stop(topics[i], 0);
		rd_kafka_topic_destroy(topics[i]);
	}
	if (queue)
		rd_kafka_queue_destroy(queue);
}

/* What waits, up to PER_CALL; a batch call with a time-out would wait for a full batch. */
static ssize_t fetch(rd_kafka_queue_t *queue, rd_kafka_message_t **messages)
{
	ssize_t count = rd_kafka_consume_batch_queue(queue, 0, messages, PER_CALL);
	if (count != 0)
		return count;
	messages[0] = rd_kafka_consume_queue(queue, TIMEOUT_MS);
	if (!messages[0])
		return 0;
	count = rd_kafka_consume_batch_queue(queue, 0, messages + 1, PER_CALL - 1);
	return count < 0 ? count : count + 1;
}

/* Reads the sources to their ends; the sink, if there is one, gets all of it. */
static bool pump(bare_t *bare)
{
	rd_kafka_message_t *messages[PER_CALL];
	rd_kafka_topic_t *topics[TOPICS_MAX] = {NULL};
	rd_kafka_queue_t *queue = rd_kafka_queue_new(bare->consumer);
	bool ok = start(bare, queue, topics);
	for (int idle = 0; ok && bare->ended_count < bare->from_count && idle < IDLE_CALLS_MAX;) {
		ssize_t count = fetch(queue, messages);
		idle = count > 0 ? 0 : idle + 1;
		ok = count >= 0 && take(bare, messages, (size_t)count);
		if (bare->producer)
			rd_kafka_poll(bare->producer, 0);
	}
	if (bare->producer && rd_kafka_flush(bare->producer, 60000) != RD_KAFKA_RESP_ERR_NO_ERROR)
		ok = fail(bare->to, "not all was acknowledged within a minute");
	bare->ended = now();
	stop(queue, topics);
	return ok &&
	       (bare->ended_count == bare->from_count || fail(bare->from[0], "nothing arrives"));
}

static bool relay(bare_t *bare)
{
	bare->producer = new_client(bare, RD_KAFKA_PRODUCER);
	bare->sink = bare->producer ? rd_kafka_topic_new(bare->producer, bare->to, NULL) : NULL;
	bool ok = bare->sink && pump(bare);
	if (ok && (bare->refused || bare->acknowledged != bare->records))
		ok = fail(bare->to, "some records were refused");
	return ok;
}

static void close_all(bare_t *bare)
{
	if (bare->sink)
		rd_kafka_topic_destroy(bare->sink);
	if (bare->producer)
		rd_kafka_destroy(bare->producer);
	if (bare->consumer)
		rd_kafka_destroy(bare->consumer);
}

int main(int argc, char **argv)
{
	bool relays = argc == 5 && strcmp(argv[1], "relay") == 0;
	bool consumes = argc >= 4 && argc < 4 + TOPICS_MAX && strcmp(argv[1], "consume") == 0;
	if (!relays && !consumes) {
		fprintf(stderr, "usage: bare_kafka consume BROKERS FROM...\n"
				"       bare_kafka relay BROKERS FROM TO\n");
		return 64;
	}
	bare_t bare = {.brokers = argv[2],
		       .from = argv + 3,
		       .from_count = relays ? 1 : (size_t)argc - 3,
		       .to = relays ? argv[4] : NULL};
	bare.consumer = new_client(&bare, RD_KAFKA_CONSUMER);
	bool ok = bare.consumer && (relays ? relay(&bare) : pump(&bare));
	close_all(&bare);
	if (ok)
		printf("%llu %llu %.6f\n", (unsigned long long)bare.records,
		       (unsigned long long)bare.bytes, bare.ended - bare.began);
	return ok ? 0 : 70;
}
