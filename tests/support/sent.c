#include "tests/support/sent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { LINGER_MS = 300 };

static void on_delivered(void *context, const td_kafka_delivery_t *delivery)
{
	td_sent_t *sent = context;
	assert_true(sent->count < TD_SENT_REPORTS_MAX);
	assert_string_equal(delivery->topic_context, "ours");
	assert_int_equal(delivery->kind == TD_KAFKA_FINE, delivery->why == NULL);
	sent->items[sent->count].number = delivery->number;
	sent->items[sent->count].offset = delivery->offset;
	sent->items[sent->count++].kind = delivery->kind;
	if (delivery->kind == TD_KAFKA_FINE)
		sent->fine++;
}

td_kafka_producer_t *td_sent_producer(const td_mock_t *mock, td_sent_t *sent)
{
	const td_kafka_producer_settings_t settings = {
		.cluster = &mock->settings,
		.client_id = "test",
		.codec = "none",
		.linger_ms = LINGER_MS,
		.queue_messages = TD_SENT_QUEUE,
		.queue_bytes = 1 << 20,
		.message_bytes = 10000,
		.delivered = on_delivered,
		.context = sent,
		.wake_fd = -1,
	};
	td_err_t err;
	td_kafka_producer_t *producer = td_kafka_producer_new(&settings, &err);
	if (!producer)
		fail_msg("%s", err.text);
	return producer;
}

td_kafka_out_t *td_sent_topic(td_kafka_producer_t *producer, const char *name)
{
	static char ours[] = "ours";
	td_err_t err;
	td_kafka_out_t *out = td_kafka_producer_topic(producer, name, ours, &err);
	assert_non_null(out);
	return out;
}

td_kafka_sent_t td_sent_one(td_kafka_out_t *out, uint64_t number, td_err_t *err)
{
	const td_kafka_message_t message = {.value = td_slice_text("value"), .number = number};
	return td_kafka_producer_send(out, &message, err);
}

void td_sent_send(td_kafka_out_t *out, uint64_t first, uint64_t count)
{
	td_err_t err;
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(td_sent_one(out, first + i, &err), TD_KAFKA_SENT_QUEUED);
}

void td_sent_flush(td_kafka_producer_t *producer)
{
	td_err_t err;
	if (!td_kafka_producer_flush(producer, 20000, &err))
		fail_msg("%s", err.text);
}

void td_sent_break(td_kafka_producer_t *producer, td_err_t *err)
{
	for (td_until_t until = td_until();
	     !td_kafka_producer_broken(producer, err) && td_until_waits(&until);)
		td_kafka_producer_poll(producer, 10);
	assert_true(td_kafka_producer_broken(producer, err));
}

void td_sent_assert_in_order(const td_sent_t *sent, size_t count)
{
	assert_true(sent->count == count && sent->fine == count);
	for (size_t i = 0; i < count; i++) {
		assert_true(sent->items[i].number == i);
		assert_true(sent->items[i].offset == (int64_t)i);
	}
}
