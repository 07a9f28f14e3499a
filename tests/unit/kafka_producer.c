/* kafka_producer: what is reported of messages, in which order, and what waits or is refused
 * meanwhile. */
#include "common/kafka_producer.h"

#include "tests/support/sent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void messages_are_reported_in_order_with_their_offsets(void **state)
{
	td_sent_t sent = {0};
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = td_sent_producer(*state, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
	assert_ptr_equal(td_sent_topic(producer, "t"), out);
	td_sent_send(out, 0, TD_SENT_QUEUE);
	assert_true(td_kafka_producer_waiting(producer) == TD_SENT_QUEUE);
	td_sent_flush(producer);
	assert_true(td_kafka_producer_waiting(producer) == 0);
	td_sent_assert_in_order(&sent, TD_SENT_QUEUE);
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
	td_sent_t sent = {0};
	td_err_t err;
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = td_sent_producer(*state, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
	for (size_t i = 0; i < TD_COUNT(passing); i++) {
		td_mock_fail(*state, MOCK_PRODUCE, passing[i], 2);
		td_sent_send(out, sent.count, 10);
		td_sent_flush(producer);
		assert_false(td_kafka_producer_broken(producer, &err));
	}
	td_sent_assert_in_order(&sent, 10 * TD_COUNT(passing));
	td_kafka_producer_free(producer);
}

static void what_is_too_large_is_refused_alone(void **state)
{
	td_sent_t sent = {0};
	td_err_t err;
	static uint8_t large[30000];
	const td_kafka_message_t message = {.value = {large, sizeof large}};
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = td_sent_producer(*state, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
	assert_int_equal(td_kafka_producer_send(out, &message, &err), TD_KAFKA_SENT_REFUSED);
	assert_int_equal(err.code, TD_EDATA);
	assert_true(td_kafka_producer_waiting(producer) == 0);
	td_sent_send(out, 0, 3);
	td_sent_flush(producer);
	td_sent_assert_in_order(&sent, 3);
	td_kafka_producer_free(producer);
}

static void a_full_queue_says_so_and_takes_more_after_reports(void **state)
{
	td_sent_t sent = {0};
	td_err_t err;
	const td_mock_t *mock = *state;
	td_mock_topic(mock, "t");
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_kafka_producer_t *producer = td_sent_producer(mock, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
	td_sent_send(out, 0, TD_SENT_QUEUE);
	assert_int_equal(td_sent_one(out, TD_SENT_QUEUE, &err), TD_KAFKA_SENT_FULL);
	assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
	td_sent_flush(producer);
	td_sent_send(out, TD_SENT_QUEUE, 1);
	td_sent_flush(producer);
	td_sent_assert_in_order(&sent, TD_SENT_QUEUE + 1);
	td_kafka_producer_free(producer);
}

static void a_flush_says_that_nobody_answered_and_may_be_repeated(void **state)
{
	td_sent_t sent = {0};
	td_err_t err;
	const td_mock_t *mock = *state;
	td_mock_topic(mock, "t");
	td_kafka_producer_t *producer = td_sent_producer(mock, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
	td_sent_send(out, 0, 1);
	td_sent_flush(producer);
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_sent_send(out, 1, 3);
	assert_false(td_kafka_producer_flush(producer, 100, &err));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	assert_non_null(strstr(err.text, "3 messages not acknowledged within 100 ms"));
	assert_false(td_kafka_producer_broken(producer, &err));
	assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
	td_sent_flush(producer);
	td_sent_assert_in_order(&sent, 4);
	td_kafka_producer_free(producer);
}

/* Freed with messages that nobody took: no report, and not for long. */
static void freeing_asks_nobody(void **state)
{
	td_sent_t sent = {0};
	const td_mock_t *mock = *state;
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_kafka_producer_t *producer = td_sent_producer(mock, &sent);
	td_sent_send(td_sent_topic(producer, "t"), 0, 50);
	td_kafka_producer_free(producer);
	assert_true(sent.count == 0);
	td_kafka_producer_free(NULL);
}

static void memory_that_is_given_is_freed_once_and_borrowed_memory_never(void **state)
{
	td_sent_t sent = {0};
	td_err_t err;
	uint8_t *given = malloc(10), *kept = malloc(30000);
	static const uint8_t lent[] = "lent";
	td_mock_topic(*state, "t");
	td_kafka_producer_t *producer = td_sent_producer(*state, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
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
	td_sent_flush(producer);
	td_sent_assert_in_order(&sent, 2);
	td_kafka_producer_free(producer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_mock_start, td_mock_stop)
	const struct CMUnitTest tests[] = {
		TEST(messages_are_reported_in_order_with_their_offsets),
		TEST(passing_errors_are_retried_without_a_gap_or_a_repeat),
		TEST(what_is_too_large_is_refused_alone),
		TEST(a_full_queue_says_so_and_takes_more_after_reports),
		TEST(a_flush_says_that_nobody_answered_and_may_be_repeated),
		TEST(freeing_asks_nobody),
		TEST(memory_that_is_given_is_freed_once_and_borrowed_memory_never),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
