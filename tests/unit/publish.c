/* publish: whatever the broker answers, every event of the spool gets into the log, in order, and
 * the cursor never passes one that is not there; against librdkafka's mock cluster. */
#include "producers/publish.h"

#include "common/clock.h"
#include "common/kafka_reader.h"
#include "tests/support/folders.h"
#include "tests/support/mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { EVENTS = 300, READ_MS = 100 };

#define TOPIC "thidua.raw.vn-06"

static td_err_t err;

/* A spool with EVENTS events, each its own number. */
static td_spool_store_t *make_store(const char *folder)
{
	td_spool_store_t *store =
		td_spool_store_open(&(td_spool_store_settings_t){.folder = folder,
								 .epoch = 7,
								 .segment_bytes = 1 << 20,
								 .total_bytes = 4 << 20},
				    &err);
	assert_non_null(store);
	for (unsigned i = 1; i <= EVENTS; i++) {
		char text[16];
		(void)snprintf(text, sizeof text, "%u", i);
		assert_true(td_spool_store_append(store, td_slice_text(text), &err));
	}
	assert_true(td_spool_store_sync(store, &err));
	return store;
}

static td_publish_t *make_publish(const td_mock_t *mock, td_spool_store_t *store)
{
	td_publish_t *publish = td_publish_new(
		&(td_publish_settings_t){&mock->settings, "vn-06", "main", -1}, store, &err);
	assert_non_null(publish);
	return publish;
}

/* Turns until all is acknowledged; whether the broker was ever said to refuse. */
static bool publish_all(td_publish_t *publish)
{
	bool refused = false;
	for (td_until_t until = td_until(); !td_publish_done(publish) && td_until_waits(&until);) {
		td_err_t why;
		if (!td_publish_turn(publish, td_clock_mono_ms(), &err))
			fail_msg("%s", err.text);
		refused = refused || td_publish_refused(publish, &why);
	}
	assert_true(td_publish_done(publish));
	return refused;
}

/* The next number that is new must be the one after the newest so far. */
static uint64_t take(const td_kafka_item_t *item, uint64_t newest)
{
	char text[16];
	assert_true(item->value.size < sizeof text);
	memcpy(text, item->value.data, item->value.size);
	text[item->value.size] = '\0';
	uint64_t number = strtoull(text, NULL, 10);
	if (number > newest)
		assert_int_equal(number, newest + 1);
	return number > newest ? number : newest;
}

static void assert_log_has_all(const td_mock_t *mock)
{
	bool ended = false;
	uint64_t newest = 0;
	td_kafka_reader_t *reader = td_kafka_reader_new(
		&(td_kafka_reader_settings_t){
			.cluster = &mock->settings, .client_id = "test", .wake_fd = -1},
		&err);
	assert_non_null(reader);
	assert_non_null(td_kafka_reader_open(
		reader, TOPIC, (td_kafka_start_t){.from = TD_KAFKA_FROM_BEGINNING}, NULL, &err));
	for (td_until_t until = td_until(); !ended && td_until_waits(&until);) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(reader, READ_MS, &items);
		for (size_t i = 0; i < count; i++) {
			if (items[i].kind == TD_KAFKA_ITEM_RECORD)
				newest = take(&items[i], newest);
			ended = ended || items[i].kind == TD_KAFKA_ITEM_END;
		}
	}
	td_kafka_reader_free(reader);
	assert_int_equal(newest, EVENTS);
}

static void whatever_the_broker_answers_all_gets_there(void **state)
{
	static const struct {
		rd_kafka_resp_err_t error;
		size_t times;
		bool refuses; /* a person must act */
	} answers[] = {
		{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 1, false},
		{RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, 1, false},
		{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 1, true},
		{RD_KAFKA_RESP_ERR_INVALID_RECORD, 1, true},
	};
	for (size_t i = 0; i < TD_COUNT(answers); i++) {
		char folder[PATH_MAX];
		td_folders_make(folder);
		assert_int_equal(td_mock_start(state), 0);
		const td_mock_t *mock = *state;
		td_mock_topic(mock, TOPIC);
		td_mock_fail(mock, MOCK_PRODUCE, answers[i].error, answers[i].times);
		td_spool_store_t *store = make_store(folder);
		td_publish_t *publish = make_publish(mock, store);
		bool refused = publish_all(publish);
		if (refused != answers[i].refuses)
			fail_msg("%s: %s", rd_kafka_err2name(answers[i].error),
				 refused ? "refused" : "not refused");
		assert_false(td_publish_refused(publish, &err));
		assert_true(td_publish_finish(publish, 0, &err));
		assert_int_equal(td_spool_store_cursor(store), EVENTS);
		assert_log_has_all(mock);
		td_publish_free(publish);
		td_spool_store_close(store);
		assert_int_equal(td_mock_stop(state), 0);
		td_folders_delete(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_the_broker_answers_all_gets_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
