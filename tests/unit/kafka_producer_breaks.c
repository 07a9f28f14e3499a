/* kafka_producer: what breaks it, and what it then says that has to be mended. */
#include "common/kafka_producer.h"

#include "tests/support/sent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

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
		td_sent_t sent = {0};
		td_err_t err;
		(void)snprintf(topic, sizeof topic, "t%zu", i);
		td_mock_topic(mock, topic);
		td_kafka_producer_t *producer = td_sent_producer(mock, &sent);
		td_kafka_out_t *out = td_sent_topic(producer, topic);
		td_sent_send(out, 0, 10);
		td_sent_flush(producer);
		td_mock_fail(mock, MOCK_PRODUCE, cases[i].error, 1);
		td_sent_send(out, 10, 10);
		for (td_until_t until = td_until(); sent.count < 20 && td_until_waits(&until);)
			td_kafka_producer_poll(producer, 10);
		assert_true(sent.count == 20 && sent.fine == 10);
		for (size_t at = 10; at < 20; at++) {
			assert_true(sent.items[at].number == at);
			assert_true(sent.items[at].offset == -1);
			assert_int_equal(sent.items[at].kind, cases[i].kind);
		}
		assert_true(td_kafka_producer_broken(producer, &err));
		assert_int_equal(err.code, td_kafka_class_code(cases[i].kind));
		assert_non_null(strstr(err.text, topic));
		assert_int_equal(td_sent_one(out, 20, &err), TD_KAFKA_SENT_BROKEN);
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
		td_sent_t sent = {0};
		td_err_t err;
		(void)snprintf(topic, sizeof topic, "f%zu", i);
		td_mock_topic(*state, topic);
		td_kafka_producer_t *producer = td_sent_producer(*state, &sent);
		td_kafka_out_t *out = td_sent_topic(producer, topic);
		td_mock_fail(*state, MOCK_PRODUCE, fatal[i], 1);
		td_sent_send(out, 0, 5);
		td_sent_break(producer, &err);
		assert_int_equal(err.code, TD_EUNAVAILABLE);
		assert_int_equal(td_sent_one(out, 5, &err), TD_KAFKA_SENT_BROKEN);
		td_kafka_producer_free(producer);
		assert_true(sent.fine == 0);

		sent = (td_sent_t){0};
		producer = td_sent_producer(*state, &sent);
		td_sent_send(td_sent_topic(producer, topic), 0, 5);
		td_sent_flush(producer);
		td_sent_assert_in_order(&sent, 5);
		td_kafka_producer_free(producer);
	}
}

static void a_purge_reports_everything_and_breaks_it(void **state)
{
	td_sent_t sent = {0};
	td_err_t err;
	const td_mock_t *mock = *state;
	td_mock_topic(mock, "t");
	assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
	td_kafka_producer_t *producer = td_sent_producer(mock, &sent);
	td_kafka_out_t *out = td_sent_topic(producer, "t");
	td_sent_send(out, 0, 50);
	td_kafka_producer_purge(producer);
	assert_true(td_kafka_producer_waiting(producer) == 0);
	assert_true(sent.count == 50 && sent.fine == 0);
	assert_true(td_kafka_producer_broken(producer, &err));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	td_kafka_producer_free(producer);
}

static void a_topic_that_is_not_there_breaks_it_with_what_to_do(void **state)
{
	td_sent_t sent = {0};
	td_err_t err;
	td_kafka_producer_t *producer = td_sent_producer(*state, &sent);
	const td_mock_t *mock = *state;
	rd_kafka_mock_topic_set_error(mock->cluster, "absent",
				      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	td_kafka_out_t *out = td_sent_topic(producer, "absent");
	td_kafka_sent_t taken = td_sent_one(out, 0, &err);
	assert_true(taken == TD_KAFKA_SENT_QUEUED || taken == TD_KAFKA_SENT_REFUSED);
	if (taken == TD_KAFKA_SENT_QUEUED)
		td_sent_break(producer, &err);
	assert_int_equal(err.code, TD_ECONFIG);
	assert_non_null(strstr(err.text, "absent"));
	assert_non_null(strstr(err.text, "thidua admin init"));
	td_kafka_producer_free(producer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_mock_start, td_mock_stop)
	const struct CMUnitTest tests[] = {
		TEST(a_refusal_breaks_it_and_says_what_to_mend),
		TEST(a_fatal_error_breaks_it_and_a_new_one_goes_on),
		TEST(a_purge_reports_everything_and_breaks_it),
		TEST(a_topic_that_is_not_there_breaks_it_with_what_to_do),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
