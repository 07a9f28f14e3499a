#include "common/kafka_producer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/kafka_internal.h"

struct td_kafka_out {
	td_kafka_producer_t *producer;
	rd_kafka_topic_t *topic;
	void *context;
	td_kafka_out_t *next;
};

struct td_kafka_producer {
	td_kafka_base_t base; /* first: librdkafka's opaque */
	td_kafka_delivered_fn *delivered;
	void *context;
	rd_kafka_queue_t *reports;
	td_kafka_out_t *outs;
	size_t waiting;
	bool silent; /* being freed: reports are nobody's business any more */
	bool broken;
	td_err_t why;
};

/* What the library carries along with a message is a pointer, as wide as the caller's number. */
static_assert(sizeof(void *) == sizeof(uint64_t), "a number does not fit");

static void *packed(uint64_t number)
{
	void *carried;
	memcpy(&carried, &number, sizeof carried);
	return carried;
}

static uint64_t unpacked(const void *carried)
{
	uint64_t number;
	memcpy(&number, &carried, sizeof number);
	return number;
}

/* The library's own word that it will send nothing more. */
static void look_for_fatal(td_kafka_producer_t *producer)
{
	char reason[256];
	if (producer->broken)
		return;
	rd_kafka_resp_err_t error =
		rd_kafka_fatal_error(producer->base.client, reason, sizeof reason);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	producer->broken = true;
	(void)td_err_set(&producer->why, TD_EUNAVAILABLE, "the Kafka producer broke: %s", reason);
}

/*
 * Marks it broken. The first reason counts, except that what a person must mend, which only the
 * report of the message says, counts more than the library's word that it broke.
 */
static void break_for(td_kafka_producer_t *producer, rd_kafka_resp_err_t error, const char *reason,
		      const char *topic)
{
	td_err_t why;
	(void)td_kafka_fail(&why, error, reason, "writing to", topic);
	look_for_fatal(producer);
	if (producer->broken &&
	    (producer->why.code != TD_EUNAVAILABLE || why.code == TD_EUNAVAILABLE))
		return;
	producer->broken = true;
	producer->why = why;
}

static void on_delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
	td_kafka_producer_t *producer = opaque;
	td_kafka_out_t *out = rd_kafka_topic_opaque(message->rkt);
	(void)client;
	producer->waiting--;
	if (producer->silent)
		return;
	/* What comes after a failure may be in the log behind a gap: nothing more may be sent. */
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		break_for(producer, message->err, NULL, rd_kafka_topic_name(message->rkt));
	if (!producer->delivered)
		return;
	bool fine = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
	producer->delivered(producer->context,
			    &(td_kafka_delivery_t){
				    .topic_context = out->context,
				    .number = unpacked(message->_private),
				    .offset = fine && message->offset >= 0 ? message->offset : -1,
				    .kind = td_kafka_classify(message->err),
				    .why = fine ? NULL : rd_kafka_err2str(message->err),
			    });
}

static bool start(td_kafka_producer_t *producer, const td_kafka_producer_settings_t *settings,
		  td_err_t *err)
{
	char linger[24], messages[24], kbytes[24], bytes[24];
	(void)snprintf(linger, sizeof linger, "%lld", (long long)settings->linger_ms);
	(void)snprintf(messages, sizeof messages, "%lld", (long long)settings->queue_messages);
	(void)snprintf(kbytes, sizeof kbytes, "%lld", (long long)settings->queue_bytes / 1024);
	/* Room for the protocol around the largest message. */
	(void)snprintf(bytes, sizeof bytes, "%lld", (long long)settings->message_bytes + 4096);
	const td_kafka_property_t defaults[] = {
		{"compression.codec", settings->codec},
		{"linger.ms", linger},
		{"queue.buffering.max.messages", messages},
		{"queue.buffering.max.kbytes", kbytes},
		{"message.max.bytes", bytes},
		{"batch.num.messages", "100000"},
		{"topic.metadata.refresh.interval.ms", "10000"},
	};
	static const td_kafka_property_t fixed[] = {
		{"enable.idempotence", "true"},
		{"enable.gapless.guarantee", "true"},
		{"acks", "all"},
		{"message.timeout.ms", "0"},
		{"delivery.report.only.error", "false"},
		{"allow.auto.create.topics", "false"},
	};
	const td_kafka_plan_t plan = {
		.settings = settings->cluster,
		.client_id = settings->client_id,
		.defaults = defaults,
		.default_count = TD_COUNT(defaults),
		.fixed = fixed,
		.fixed_count = TD_COUNT(fixed),
		.delivered = on_delivered,
	};
	return td_kafka_base_start(&producer->base, RD_KAFKA_PRODUCER, &plan, err);
}

td_kafka_producer_t *td_kafka_producer_new(const td_kafka_producer_settings_t *settings,
					   td_err_t *err)
{
	td_kafka_producer_t *producer = calloc(1, sizeof *producer);
	if (!producer) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a Kafka producer");
		return NULL;
	}
	producer->delivered = settings->delivered;
	producer->context = settings->context;
	if (!start(producer, settings, err)) {
		free(producer);
		return NULL;
	}
	producer->reports = rd_kafka_queue_get_main(producer->base.client);
	td_kafka_queue_wake(producer->reports, settings->wake_fd);
	return producer;
}

static void drop_all(td_kafka_producer_t *producer)
{
	/* Only a wrong flag or a consumer makes it fail. */
	(void)rd_kafka_purge(producer->base.client, RD_KAFKA_PURGE_F_QUEUE |
							    RD_KAFKA_PURGE_F_INFLIGHT |
							    RD_KAFKA_PURGE_F_NON_BLOCKING);
	/* Purging itself is done by the library's threads. */
	for (int turns = 0; turns < 50 && producer->waiting > 0; turns++)
		(void)rd_kafka_poll(producer->base.client, 20);
}

void td_kafka_producer_free(td_kafka_producer_t *producer)
{
	if (!producer)
		return;
	producer->silent = true;
	drop_all(producer);
	rd_kafka_queue_destroy(producer->reports);
	for (td_kafka_out_t *out = producer->outs; out; out = out->next)
		rd_kafka_topic_destroy(out->topic);
	rd_kafka_destroy(producer->base.client);
	while (producer->outs) {
		td_kafka_out_t *out = producer->outs;
		producer->outs = out->next;
		free(out);
	}
	free(producer);
}

td_kafka_out_t *td_kafka_producer_topic(td_kafka_producer_t *producer, const char *name,
					void *context, td_err_t *err)
{
	for (td_kafka_out_t *out = producer->outs; out; out = out->next) {
		if (strcmp(rd_kafka_topic_name(out->topic), name) == 0)
			return out;
	}
	td_kafka_out_t *out = calloc(1, sizeof *out);
	if (!out) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to write to %s", name);
		return NULL;
	}
	*out = (td_kafka_out_t){.producer = producer, .context = context, .next = producer->outs};
	rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(producer->base.client);
	rd_kafka_topic_conf_set_opaque(conf, out);
	out->topic = rd_kafka_topic_new(producer->base.client, name, conf);
	if (!out->topic) {
		(void)td_kafka_fail(err, rd_kafka_last_error(), NULL, "writing to", name);
		rd_kafka_topic_conf_destroy(conf);
		free(out);
		return NULL;
	}
	producer->outs = out;
	return out;
}

/* What librdkafka's refusal to queue means. */
static td_kafka_sent_t refusal(td_kafka_out_t *out, rd_kafka_resp_err_t error, td_err_t *err)
{
	const char *name = rd_kafka_topic_name(out->topic);
	if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return TD_KAFKA_SENT_FULL;
	look_for_fatal(out->producer);
	if (!out->producer->broken) {
		(void)td_kafka_fail(err, error, NULL, "writing to", name);
		return TD_KAFKA_SENT_REFUSED;
	}
	*err = out->producer->why;
	return TD_KAFKA_SENT_BROKEN;
}

td_kafka_sent_t td_kafka_producer_send(td_kafka_out_t *out, const td_kafka_message_t *message,
				       td_err_t *err)
{
	static const int flags[] = {
		[TD_KAFKA_COPY] = RD_KAFKA_MSG_F_COPY,
		[TD_KAFKA_TAKE] = RD_KAFKA_MSG_F_FREE,
		[TD_KAFKA_BORROW] = 0,
	};
	td_kafka_producer_t *producer = out->producer;
	if (producer->broken) {
		*err = producer->why;
		return TD_KAFKA_SENT_BROKEN;
	}
	const void *key = message->key.size > 0 ? message->key.data : NULL;
	if (rd_kafka_produce(out->topic, 0, flags[message->memory], (void *)message->value.data,
			     message->value.size, key, message->key.size,
			     packed(message->number)) != 0)
		return refusal(out, rd_kafka_last_error(), err);
	producer->waiting++;
	return TD_KAFKA_SENT_QUEUED;
}

void td_kafka_producer_poll(td_kafka_producer_t *producer, int timeout_ms)
{
	(void)rd_kafka_poll(producer->base.client, timeout_ms);
	look_for_fatal(producer);
}

bool td_kafka_producer_flush(td_kafka_producer_t *producer, int timeout_ms, td_err_t *err)
{
	rd_kafka_resp_err_t error = rd_kafka_flush(producer->base.client, timeout_ms);
	look_for_fatal(producer);
	if (producer->broken) {
		*err = producer->why;
		return false;
	}
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR || producer->waiting > 0)
		return td_err_set(err, TD_EUNAVAILABLE,
				  "%zu messages not acknowledged within %d ms; is Kafka there? %s",
				  producer->waiting, timeout_ms, producer->base.why);
	return true;
}

void td_kafka_producer_purge(td_kafka_producer_t *producer)
{
	break_for(producer, RD_KAFKA_RESP_ERR__PURGE_QUEUE, "purged by its owner", "Kafka");
	drop_all(producer);
}

bool td_kafka_producer_broken(const td_kafka_producer_t *producer, td_err_t *err)
{
	if (producer->broken)
		*err = producer->why;
	return producer->broken;
}

size_t td_kafka_producer_waiting(const td_kafka_producer_t *producer)
{
	return producer->waiting;
}
