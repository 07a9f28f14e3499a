#include "aggregator/audit/refill.h"

#include "common/fault.h"
#include "common/kafka_producer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	QUEUE_MESSAGES = 100000,
	QUEUE_BYTES = 64 * 1024 * 1024,
	LINGER_MS = 20,
	WAIT_MS = 100,
	PATIENCE_MS = 60000, /* without a single report */
	NAME_MAX_ = 256,
};

struct td_refill {
	td_kafka_producer_t *producer;
	td_kafka_out_t *out;
	char topic[NAME_MAX_];
	int64_t next;
	bool failed; /* then err says why */
	td_err_t err;
};

static void hear(void *context, const td_kafka_delivery_t *delivery)
{
	td_refill_t *refill = context;
	if (refill->failed)
		return;
	if (delivery->kind != TD_KAFKA_FINE)
		refill->failed =
			!td_err_set(&refill->err, td_kafka_class_code(delivery->kind),
				    "%s did not take a record: %s", refill->topic, delivery->why);
	/* A broker that already had it does not say where. */
	else if (delivery->offset >= 0 && (uint64_t)delivery->offset != delivery->number)
		refill->failed = !td_err_set(&refill->err, TD_EINTEGRITY,
					     "%s: a record came to offset %" PRId64 " instead of "
					     "%" PRIu64 ": somebody else writes there",
					     refill->topic, delivery->offset, delivery->number);
}

td_refill_t *td_refill_new(const td_refill_settings_t *settings, td_err_t *err)
{
	td_refill_t *refill = calloc(1, sizeof *refill);
	if (refill == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to write %s", settings->topic);
		return NULL;
	}
	(void)snprintf(refill->topic, sizeof refill->topic, "%s", settings->topic);
	refill->next = settings->next;
	refill->producer = td_kafka_producer_new(
		&(td_kafka_producer_settings_t){
			.cluster = settings->kafka,
			.client_id = "thidua-restore",
			.codec = settings->codec,
			.linger_ms = LINGER_MS,
			.queue_messages = QUEUE_MESSAGES,
			.queue_bytes = QUEUE_BYTES,
			.message_bytes = settings->message_bytes,
			.delivered = hear,
			.context = refill,
			.wake_fd = -1,
		},
		err);
	if (refill->producer != NULL)
		refill->out = td_kafka_producer_topic(refill->producer, settings->topic, NULL, err);
	if (refill->out != NULL)
		return refill;
	td_refill_free(refill);
	return NULL;
}

void td_refill_free(td_refill_t *refill)
{
	if (refill == NULL)
		return;
	td_kafka_producer_free(refill->producer);
	free(refill);
}

static bool is_well(const td_refill_t *refill, td_err_t *err)
{
	if (refill->failed)
		*err = refill->err;
	return !refill->failed;
}

/* Makes room in the queue; false when nothing goes out any more. */
static bool wait(td_refill_t *refill, int *waited_ms, td_err_t *err)
{
	size_t before = td_kafka_producer_waiting(refill->producer);
	td_kafka_producer_poll(refill->producer, WAIT_MS);
	*waited_ms =
		td_kafka_producer_waiting(refill->producer) < before ? 0 : *waited_ms + WAIT_MS;
	return *waited_ms < PATIENCE_MS ||
	       td_err_set(err, TD_EUNAVAILABLE, "%s took nothing for %d s", refill->topic,
			  PATIENCE_MS / 1000);
}

bool td_refill_add(td_refill_t *refill, td_slice_t key, td_slice_t value, td_err_t *err)
{
	const td_kafka_message_t message = {.key = key,
					    .value = value,
					    .number = (uint64_t)refill->next,
					    .memory = TD_KAFKA_COPY};
	int waited_ms = 0;
	td_fault("restore.write");
	for (;;) {
		td_kafka_sent_t sent = td_kafka_producer_send(refill->out, &message, err);
		if (sent == TD_KAFKA_SENT_QUEUED)
			break;
		if (sent != TD_KAFKA_SENT_FULL)
			return td_err_prefix(err, "%s", refill->topic);
		if (!wait(refill, &waited_ms, err) || !is_well(refill, err))
			return false;
	}
	refill->next++;
	td_kafka_producer_poll(refill->producer, 0);
	return is_well(refill, err);
}

bool td_refill_skip(td_refill_t *refill, uint64_t count, td_err_t *err)
{
	const td_slice_t key = td_slice_text(TD_REFILL_KEY);
	for (uint64_t i = 0; i < count; i++) {
		if (!td_refill_add(refill, key, (td_slice_t){NULL, 0}, err))
			return false;
	}
	return true;
}

bool td_refill_finish(td_refill_t *refill, td_err_t *err)
{
	return td_kafka_producer_flush(refill->producer, PATIENCE_MS, err) && is_well(refill, err);
}

bool td_refill_is_filler(td_slice_t key, td_slice_t value)
{
	return value.data == NULL && td_slice_equal(key, td_slice_text(TD_REFILL_KEY));
}
