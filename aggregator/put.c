#include "aggregator/put.h"

#include "common/kafka_producer.h"

enum { PATIENCE_MS = 30000, QUEUE_BYTES = 16 * 1024 * 1024 };

static void hear(void *context, const td_kafka_delivery_t *delivery)
{
	bool *delivered = context;
	*delivered = delivery->kind == TD_KAFKA_FINE;
}

static bool send(td_kafka_producer_t *producer, const td_put_t *record, td_err_t *err)
{
	td_kafka_out_t *out = td_kafka_producer_topic(producer, record->topic, NULL, err);
	const td_kafka_message_t message = {
		.key = td_slice_text(record->key), .value = record->value, .memory = TD_KAFKA_COPY};
	if (!out)
		return false;
	switch (td_kafka_producer_send(out, &message, err)) {
	case TD_KAFKA_SENT_QUEUED:
		return td_kafka_producer_flush(producer, PATIENCE_MS, err);
	case TD_KAFKA_SENT_FULL:
		return td_err_set(err, TD_EBUG, "one record fills the queue");
	default:
		return false;
	}
}

bool td_put(const td_kafka_settings_t *cluster, const td_put_t *record, td_err_t *err)
{
	bool delivered = false;
	td_kafka_producer_t *producer = td_kafka_producer_new(
		&(td_kafka_producer_settings_t){
			.cluster = cluster,
			.client_id = "thidua-put",
			.codec = "zstd",
			.queue_messages = 1,
			.queue_bytes = QUEUE_BYTES,
			.message_bytes = TD_PUT_MAX,
			.delivered = hear,
			.context = &delivered,
			.wake_fd = -1,
		},
		err);
	if (!producer)
		return false;
	bool sent = send(producer, record, err);
	td_kafka_producer_free(producer);
	return sent && (delivered || td_err_set(err, TD_EUNAVAILABLE, "%s did not take the record",
						record->topic));
}
