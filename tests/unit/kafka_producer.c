/* kafka_producer: what is reported, in which order, and which errors break it, against librdkafka's
 * mock cluster. */
#include "common/kafka_producer.h"

#include "tests/support/mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* What is sent within LINGER_MS, and then flushed, is one batch. */
enum { LINGER_MS = 300, MESSAGES = 200, REPORTS_MAX = 1000 };

/* What was reported, in the order of the reports. */
typedef struct reports {
	size_t count, fine;
	struct {
		uint64_t number;
		int64_t offset;
		td_kafka_class_t kind;
	} items[REPORTS_MAX];
} reports_t;

static void on_delivered(void *context, const td_kafka_delivery_t *delivery)
{
	reports_t *reports = context;
	assert_true(reports->count < REPORTS_MAX);
	assert_string_equal(delivery->topic_context, "ours");
	assert_int_equal(delivery->kind == TD_KAFKA_FINE, delivery->why == NULL);
	reports->items[reports->count].number = delivery->number;
	reports->items[reports->count].offset = delivery->offset;
	reports->items[reports->count++].kind = delivery->kind;
	if (delivery->kind == TD_KAFKA_FINE)
		reports->fine++;
}

static td_kafka_producer_t *make(const td_mock_t *mock, reports_t *reports)
{
	const td_kafka_producer_settings_t settings = {
		.cluster = &mock->settings,
		.client_id = "test",
		.codec = "none",
		.linger_ms = LINGER_MS,
		.queue_messages = MESSAGES,
		.queue_bytes = 1 << 20,
		.message_bytes = 10000,
		.delivered = on_delivered,
		.context = reports,
		.wake_fd = -1,
	};
	td_err_t err;
	td_kafka_producer_t *producer = td_kafka_producer_new(&settings, &err);
	if (!producer)
		fail_msg("%s", err.text);
	return producer;
}

static td_kafka_out_t *topic_of(td_kafka_producer_t *producer, const char *name)
{
	static char ours[] = "ours";
	td_err_t err;
	td_kafka_out_t *out = td_kafka_producer_topic(producer, name, ours, &err);
	assert_non_null(out);
	return out;
}

static td_kafka_sent_t send_one(td_kafka_out_t *out, uint64_t number, td_err_t *err)
{
	const td_kafka_message_t message = {.value = td_slice_text("value"), .number = number};
	return td_kafka_producer_send(out, &message, err);
}

static void send_all(td_kafka_out_t *out, uint64_t first, uint64_t count)
{
	td_err_t err;
	for (uint64_t i = 0; i < count; i++)
		assert_int_equal(send_one(out, first + i, &err), TD_KAFKA_SENT_QUEUED);
}

static void flush(td_kafka_producer_t *producer)
{
	td_err_t err;
	if (!td_kafka_producer_flush(producer, 20000, &err))
		fail_msg("%s", err.text);
}

/* The reports are of the messages from 0 on, delivered one behind the other. */
static void assert_in_order(const reports_t *reports, size_t count)
{
	assert_true(reports->count == count && reports->fine == count);
	for (size_t i = 0; i < count; i++) {
		assert_true(reports->items[i].number == i);
		assert_true(reports->items[i].offset == (int64_t)i);
	}
}

static void poll_until_broken(td_kafka_producer_t *producer, td_err_t *err)
{
	for (td_until_t until = td_until();
	     !td_kafka_producer_broken(producer, err) && td_until_waits(&until);)
		td_kafka_producer_poll(producer, 10);
	assert_true(td_kafka_producer_broken(producer, err));
}

static void messages_are_reported_in_order_with_their_offsets(void **state)
{
	reports_t reports = {0};
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = make(*state, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	assert_ptr_equal(topic_of(producer, "t"), out);
	send_all(out, 0, MESSAGES);
	assert_true(td_kafka_producer_waiting(producer) == MESSAGES);
	flush(producer);
	assert_true(td_kafka_producer_waiting(producer) == 0);
	assert_in_order(&reports, MESSAGES);
	td_kafka_producer_free(producer);
}

static void passing_errors_are_retried_without_a_gap_or_a_repeat(void **state)
{
	static const rd_kafka_resp_err_t passing[] = {
		RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
		RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
		RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
		RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
		RD_KAFKA_RESP_ERR__TRANSPORT,
	};
	reports_t reports = {0};
	td_err_t err;
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = make(*state, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	for (size_t i = 0; i < TD_COUNT(passing); i++) {
		td_mock_fail(*state, MOCK_PRODUCE, passing[i], 2);
		send_all(out, reports.count, 10);
		flush(producer);
		assert_false(td_kafka_producer_broken(producer, &err));
	}
	assert_in_order(&reports, 10 * TD_COUNT(passing));
	td_kafka_producer_free(producer);
}

/* A batch that the broker refuses for good; that nothing behind it gets into the log is the
 * broker's part, which the mock does not play. */
static void a_refusal_breaks_it_and_says_what_to_mend(void **state)
{
	static const struct {
		rd_kafka_resp_err_t error;
		td_kafka_class_t kind;
	} cases[] = {
		{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, TD_KAFKA_DATA},
		{RD_KAFKA_RESP_ERR_INVALID_RECORD, TD_KAFKA_DATA},
		{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TD_KAFKA_REFUSED},
	};
	const td_mock_t *mock = *state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		char topic[16];
		reports_t reports = {0};
		td_err_t err;
		(void)snprintf(topic, sizeof topic, "t%zu", i);
		td_mock_topic(mock, topic);
		td_kafka_producer_t *producer = make(mock, &reports);
		td_kafka_out_t *out = topic_of(producer, topic);
		send_all(out, 0, 10);
		flush(producer);
		td_mock_fail(mock, MOCK_PRODUCE, cases[i].error, 1);
		send_all(out, 10, 10);
		for (td_until_t until = td_until(); reports.count < 20 && td_until_waits(&until);)
			td_kafka_producer_poll(producer, 10);
		assert_true(reports.count == 20 && reports.fine == 10);
		for (size_t at = 10; at < 20; at++) {
			assert_true(reports.items[at].number == at);
			assert_true(reports.items[at].offset == -1);
			assert_int_equal(reports.items[at].kind, cases[i].kind);
		}
		assert_true(td_kafka_producer_broken(producer, &err));
		assert_int_equal(err.code, td_kafka_class_code(cases[i].kind));
		assert_non_null(strstr(err.text, topic));
		assert_int_equal(send_one(out, 20, &err), TD_KAFKA_SENT_BROKEN);
		assert_false(td_kafka_producer_flush(producer, 1000, &err));
		td_kafka_producer_free(producer);
	}
}

/* What the idempotent protocol gives up at: another producer goes on. */
static void a_fatal_error_breaks_it_and_a_new_one_goes_on(void **state)
{
	static const rd_kafka_resp_err_t fatal[] = {
		RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
		RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
	};
	for (size_t i = 0; i < TD_COUNT(fatal); i++) {
		char topic[16];
		reports_t reports = {0};
		td_err_t err;
		(void)snprintf(topic, sizeof topic, "f%zu", i);
		td_mock_topic(*state, topic);
		td_kafka_producer_t *producer = make(*state, &reports);
		td_kafka_out_t *out = topic_of(producer, topic);
		td_mock_fail(*state, MOCK_PRODUCE, fatal[i], 1);
		send_all(out, 0, 5);
		poll_until_broken(producer, &err);
		assert_int_equal(err.code, TD_EUNAVAILABLE);
		assert_int_equal(send_one(out, 5, &err), TD_KAFKA_SENT_BROKEN);
		td_kafka_producer_free(producer);
		assert_true(reports.fine == 0);

		reports = (reports_t){0};
		producer = make(*state, &reports);
		send_all(topic_of(producer, topic), 0, 5);
		flush(producer);
		assert_in_order(&reports, 5);
		td_kafka_producer_free(producer);
	}
}

static void what_is_too_large_is_refused_alone(void **state)
{
	reports_t reports = {0};
	td_err_t err;
	static uint8_t large[30000];
	const td_kafka_message_t message = {.value = {large, sizeof large}};
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = make(*state, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	assert_int_equal(td_kafka_producer_send(out, &message, &err), TD_KAFKA_SENT_REFUSED);
	assert_int_equal(err.code, TD_EDATA);
	assert_true(td_kafka_producer_waiting(producer) == 0);
	send_all(out, 0, 3);
	flush(producer);
	assert_in_order(&reports, 3);
	td_kafka_producer_free(producer);
}

static void a_full_queue_says_so_and_takes_more_after_reports(void **state)
{
	reports_t reports = {0};
	td_err_t err;
	const td_mock_t *mock = *state;
	td_mock_topic(mock, "t");
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_kafka_producer_t *producer = make(mock, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	send_all(out, 0, MESSAGES);
	assert_int_equal(send_one(out, MESSAGES, &err), TD_KAFKA_SENT_FULL);
	assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
	flush(producer);
	send_all(out, MESSAGES, 1);
	flush(producer);
	assert_in_order(&reports, MESSAGES + 1);
	td_kafka_producer_free(producer);
}

static void a_flush_says_that_nobody_answered_and_may_be_repeated(void **state)
{
	reports_t reports = {0};
	td_err_t err;
	const td_mock_t *mock = *state;
	td_mock_topic(mock, "t");
	td_kafka_producer_t *producer = make(mock, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	send_all(out, 0, 1);
	flush(producer);
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	send_all(out, 1, 3);
	assert_false(td_kafka_producer_flush(producer, 100, &err));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	assert_non_null(strstr(err.text, "3 messages not acknowledged within 100 ms"));
	assert_false(td_kafka_producer_broken(producer, &err));
	assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
	flush(producer);
	assert_in_order(&reports, 4);
	td_kafka_producer_free(producer);
}

static void a_purge_reports_everything_and_breaks_it(void **state)
{
	reports_t reports = {0};
	td_err_t err;
	const td_mock_t *mock = *state;
	td_mock_topic(mock, "t");
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_kafka_producer_t *producer = make(mock, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	send_all(out, 0, 50);
	td_kafka_producer_purge(producer);
	assert_true(td_kafka_producer_waiting(producer) == 0);
	assert_true(reports.count == 50 && reports.fine == 0);
	assert_true(td_kafka_producer_broken(producer, &err));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	td_kafka_producer_free(producer);
}

/* Freed with messages that nobody took: no report, and not for long. */
static void freeing_asks_nobody(void **state)
{
	reports_t reports = {0};
	const td_mock_t *mock = *state;
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_kafka_producer_t *producer = make(mock, &reports);
	send_all(topic_of(producer, "t"), 0, 50);
	td_kafka_producer_free(producer);
	assert_true(reports.count == 0);
	td_kafka_producer_free(NULL);
}

static void a_topic_that_is_not_there_breaks_it_with_what_to_do(void **state)
{
	reports_t reports = {0};
	td_err_t err;
	td_kafka_producer_t *producer = make(*state, &reports);
	const td_mock_t *mock = *state;
	rd_kafka_mock_topic_set_error(mock->cluster, "absent",
				      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	td_kafka_out_t *out = topic_of(producer, "absent");
	td_kafka_sent_t sent = send_one(out, 0, &err);
	assert_true(sent == TD_KAFKA_SENT_QUEUED || sent == TD_KAFKA_SENT_REFUSED);
	if (sent == TD_KAFKA_SENT_QUEUED)
		poll_until_broken(producer, &err);
	assert_int_equal(err.code, TD_ECONFIG);
	assert_non_null(strstr(err.text, "absent"));
	assert_non_null(strstr(err.text, "thidua admin init"));
	td_kafka_producer_free(producer);
}

static void memory_that_is_given_is_freed_once_and_borrowed_memory_never(void **state)
{
	reports_t reports = {0};
	td_err_t err;
	uint8_t *given = malloc(10), *kept = malloc(30000);
	static const uint8_t lent[] = "lent";
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = make(*state, &reports);
	td_kafka_out_t *out = topic_of(producer, "t");
	memset(given, 'x', 10);
	memset(kept, 'y', 30000);
	const td_kafka_message_t messages[] = {
		{.value = {given, 10}, .memory = TD_KAFKA_TAKE},
		{.value = {lent, 4}, .number = 1, .memory = TD_KAFKA_BORROW},
		{.value = {kept, 30000}, .number = 2, .memory = TD_KAFKA_TAKE}, /* too large */
	};
	assert_int_equal(td_kafka_producer_send(out, &messages[0], &err), TD_KAFKA_SENT_QUEUED);
	assert_int_equal(td_kafka_producer_send(out, &messages[1], &err), TD_KAFKA_SENT_QUEUED);
	assert_int_equal(td_kafka_producer_send(out, &messages[2], &err), TD_KAFKA_SENT_REFUSED);
	free(kept);
	flush(producer);
	assert_in_order(&reports, 2);
	td_kafka_producer_free(producer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, td_mock_start, td_mock_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_are_reported_in_order_with_their_offsets),
		TEST(passing_errors_are_retried_without_a_gap_or_a_repeat),
		TEST(a_refusal_breaks_it_and_says_what_to_mend),
		TEST(a_fatal_error_breaks_it_and_a_new_one_goes_on),
		TEST(what_is_too_large_is_refused_alone),
		TEST(a_full_queue_says_so_and_takes_more_after_reports),
		TEST(a_flush_says_that_nobody_answered_and_may_be_repeated),
		TEST(a_purge_reports_everything_and_breaks_it),
		TEST(freeing_asks_nobody),
		TEST(a_topic_that_is_not_there_breaks_it_with_what_to_do),
		TEST(memory_that_is_given_is_freed_once_and_borrowed_memory_never),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
