/* kafka_reader: records in order, the log's end, and what each error is, against librdkafka's mock
 * cluster. */
#include "common/kafka_reader.h"

#include "common/kafka_producer.h"
#include "tests/support/mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { RECORDS = 20 };

/* Writes the numbers from 0 on into the topic, as single letters from 'a' on. */
static void fill(const td_mock_t *mock, const char *topic, size_t count)
{
	const td_kafka_producer_settings_t settings = {
		.cluster = &mock->settings,
		.codec = "none",
		.queue_messages = 1000,
		.queue_bytes = 1 << 20,
		.message_bytes = 10000,
		.wake_fd = -1,
	};
	td_err_t err;
	td_mock_topic(mock, topic);
	td_kafka_producer_t *producer = td_kafka_producer_new(&settings, &err);
	assert_non_null(producer);
	td_kafka_out_t *out = td_kafka_producer_topic(producer, topic, NULL, &err);
	assert_non_null(out);
	for (size_t i = 0; i < count; i++) {
		const uint8_t letter = (uint8_t)('a' + i);
		const td_kafka_message_t message = {.key = {&letter, 1}, .value = {&letter, 1}};
		assert_int_equal(td_kafka_producer_send(out, &message, &err), TD_KAFKA_SENT_QUEUED);
	}
	if (!td_kafka_producer_flush(producer, 20000, &err))
		fail_msg("%s", err.text);
	td_kafka_producer_free(producer);
}

static td_kafka_reader_t *make(const td_mock_t *mock, int64_t batch_max)
{
	const td_kafka_reader_settings_t settings = {.cluster = &mock->settings,
						     .client_id = "test",
						     .batch_max = batch_max,
						     .wake_fd = -1};
	td_err_t err;
	td_kafka_reader_t *reader = td_kafka_reader_new(&settings, &err);
	if (!reader)
		fail_msg("%s", err.text);
	return reader;
}

static td_kafka_stream_t *open_at(td_kafka_reader_t *reader, const char *topic,
				  td_kafka_from_t from, int64_t number)
{
	td_err_t err;
	td_kafka_stream_t *stream =
		td_kafka_reader_open(reader, topic, (td_kafka_start_t){from, number}, reader, &err);
	if (!stream)
		fail_msg("%s", err.text);
	return stream;
}

/* What was read up to the log's end, or up to an error of a class that is not RETRY. */
typedef struct heard {
	char letters[RECORDS * 2 + 1];
	size_t count;
	int64_t first;
	td_kafka_item_t last;
	char why[256];
	bool ended;
} heard_t;

static void hear(heard_t *heard, const td_kafka_item_t *item)
{
	heard->last = *item;
	if (item->kind == TD_KAFKA_ITEM_RECORD) {
		assert_true(heard->count < sizeof heard->letters - 1);
		assert_true(item->value.size == 1 && item->key.size == 1);
		if (heard->count == 0)
			heard->first = item->offset;
		assert_true(item->offset == heard->first + (int64_t)heard->count);
		heard->letters[heard->count++] = (char)item->value.data[0];
	} else if (item->kind == TD_KAFKA_ITEM_END) {
		heard->ended = true;
	} else {
		(void)snprintf(heard->why, sizeof heard->why, "%s", item->why);
		heard->ended = item->error != TD_KAFKA_RETRY;
	}
}

static heard_t read_all(td_kafka_reader_t *reader)
{
	heard_t heard = {0};
	for (td_until_t until = td_until(); !heard.ended && td_until_waits(&until);) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(reader, 100, &items);
		for (size_t i = 0; i < count && !heard.ended; i++)
			hear(&heard, &items[i]);
	}
	assert_true(heard.ended);
	return heard;
}

static void what_was_handed_out_before_a_seek_is_old(void **state)
{
	td_err_t err;
	const td_kafka_item_t *items;
	size_t count = 0;
	fill(*state, "t", RECORDS);
	td_kafka_reader_t *reader = make(*state, RECORDS);
	td_kafka_stream_t *stream = open_at(reader, "t", TD_KAFKA_FROM_BEGINNING, 0);
	for (td_until_t until = td_until(); count == 0 && td_until_waits(&until);)
		count = td_kafka_reader_read(reader, 100, &items);
	assert_true(count > 0);
	assert_false(td_kafka_item_is_old(&items[0]));
	assert_true(td_kafka_stream_seek(stream, RECORDS - 1, &err));
	for (size_t i = 0; i < count; i++)
		assert_true(td_kafka_item_is_old(&items[i]));
	heard_t heard = read_all(reader);
	assert_string_equal(heard.letters, "t");
	td_kafka_reader_free(reader);
}

static void records_come_in_order_and_then_the_end(void **state)
{
	static const int64_t batches[] = {0, 1, 7};
	fill(*state, "t", RECORDS);
	for (size_t i = 0; i < TD_COUNT(batches); i++) {
		td_kafka_reader_t *reader = make(*state, batches[i]);
		td_kafka_stream_t *stream = open_at(reader, "t", TD_KAFKA_FROM_BEGINNING, 0);
		heard_t heard = read_all(reader);
		assert_string_equal(heard.letters, "abcdefghijklmnopqrst");
		assert_int_equal(heard.last.kind, TD_KAFKA_ITEM_END);
		assert_true(heard.last.offset == RECORDS && heard.last.stream == stream);
		assert_ptr_equal(td_kafka_stream_context(stream), reader);
		td_kafka_reader_free(reader);
	}
}

static void reading_starts_where_it_is_told_to(void **state)
{
	static const struct {
		td_kafka_from_t from;
		int64_t number;
		const char *letters;
	} cases[] = {
		{TD_KAFKA_FROM_OFFSET, 17, "rst"},
		{TD_KAFKA_FROM_OFFSET, RECORDS, ""},
		{TD_KAFKA_FROM_TAIL, 2, "st"},
		{TD_KAFKA_FROM_TAIL, 0, ""},
		{TD_KAFKA_FROM_TAIL, 1000, "abcdefghijklmnopqrst"},
		{TD_KAFKA_FROM_END, 0, ""},
	};
	fill(*state, "t", RECORDS);
	td_kafka_reader_t *reader = make(*state, 0);
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_kafka_stream_t *stream = open_at(reader, "t", cases[i].from, cases[i].number);
		assert_string_equal(read_all(reader).letters, cases[i].letters);
		td_kafka_stream_close(stream);
	}
	td_kafka_reader_free(reader);
}

static void a_stream_can_be_sought_closed_and_opened_again(void **state)
{
	td_err_t err;
	fill(*state, "t", RECORDS);
	td_kafka_reader_t *reader = make(*state, 3);
	td_kafka_stream_t *stream = open_at(reader, "t", TD_KAFKA_FROM_BEGINNING, 0);
	const td_kafka_item_t *items;
	for (td_until_t until = td_until();
	     td_kafka_reader_read(reader, 100, &items) == 0 && td_until_waits(&until);)
		;
	assert_true(td_kafka_stream_seek(stream, 18, &err));
	assert_string_equal(read_all(reader).letters, "st");
	assert_null(td_kafka_reader_open(reader, "t", (td_kafka_start_t){0}, NULL, &err));
	assert_int_equal(err.code, TD_EBUG);
	td_kafka_stream_close(stream);
	td_kafka_stream_close(stream);
	td_kafka_stream_close(NULL);
	assert_true(td_kafka_reader_read(reader, 50, &items) == 0);
	assert_ptr_equal(open_at(reader, "t", TD_KAFKA_FROM_OFFSET, 19), stream);
	assert_string_equal(read_all(reader).letters, "t");
	td_kafka_reader_free(reader);
}

static void passing_errors_lose_and_repeat_nothing(void **state)
{
	static const rd_kafka_resp_err_t passing[] = {
		RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
		RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
		RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE,
		RD_KAFKA_RESP_ERR__TRANSPORT,
	};
	fill(*state, "t", RECORDS);
	for (size_t i = 0; i < TD_COUNT(passing); i++) {
		td_kafka_reader_t *reader = make(*state, 0);
		td_mock_fail(*state, MOCK_FETCH, passing[i], 3);
		(void)open_at(reader, "t", TD_KAFKA_FROM_BEGINNING, 0);
		heard_t heard = read_all(reader);
		assert_string_equal(heard.letters, "abcdefghijklmnopqrst");
		assert_int_equal(heard.last.kind, TD_KAFKA_ITEM_END);
		td_kafka_reader_free(reader);
	}
}

static void an_error_that_stays_is_an_item_with_its_class(void **state)
{
	static const struct {
		rd_kafka_resp_err_t error;
		td_kafka_class_t kind;
	} cases[] = {
		{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TD_KAFKA_REFUSED},
		{RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, TD_KAFKA_LOST},
	};
	fill(*state, "t", RECORDS);
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_kafka_reader_t *reader = make(*state, 0);
		td_mock_fail(*state, MOCK_FETCH, cases[i].error, 1);
		td_kafka_stream_t *stream = open_at(reader, "t", TD_KAFKA_FROM_OFFSET, 3);
		heard_t heard = read_all(reader);
		assert_int_equal(heard.last.kind, TD_KAFKA_ITEM_ERROR);
		assert_int_equal(heard.last.error, cases[i].kind);
		assert_true(heard.last.stream == stream && heard.last.repeats == 1);
		assert_true(heard.count == 0 && heard.why[0] != '\0');
		td_kafka_reader_free(reader);
	}
}

static void a_position_that_is_not_in_the_log_is_lost_and_not_guessed(void **state)
{
	fill(*state, "t", RECORDS);
	td_kafka_reader_t *reader = make(*state, 0);
	(void)open_at(reader, "t", TD_KAFKA_FROM_OFFSET, RECORDS + 100);
	heard_t heard = read_all(reader);
	assert_int_equal(heard.last.kind, TD_KAFKA_ITEM_ERROR);
	assert_int_equal(heard.last.error, TD_KAFKA_LOST);
	assert_int_equal(td_kafka_class_code(heard.last.error), TD_EINTEGRITY);
	td_kafka_reader_free(reader);
}

static void a_topic_that_is_not_there_is_refused(void **state)
{
	const td_mock_t *mock = *state;
	int64_t low, high;
	td_err_t err;
	rd_kafka_mock_topic_set_error(mock->cluster, "absent",
				      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	td_kafka_reader_t *reader = make(mock, 0);
	assert_false(td_kafka_reader_bounds(reader, "absent", &low, &high, &err));
	assert_int_equal(err.code, TD_ECONFIG);
	assert_non_null(strstr(err.text, "absent"));
	(void)open_at(reader, "absent", TD_KAFKA_FROM_BEGINNING, 0);
	heard_t heard = read_all(reader);
	assert_int_equal(heard.last.error, TD_KAFKA_REFUSED);
	td_kafka_reader_free(reader);
}

static void bounds_are_asked_from_the_broker(void **state)
{
	int64_t low = -1, high = -1;
	td_err_t err;
	fill(*state, "t", RECORDS);
	td_mock_topic(*state, "empty");
	td_kafka_reader_t *reader = make(*state, 0);
	if (!td_kafka_reader_bounds(reader, "t", &low, &high, &err))
		fail_msg("%s", err.text);
	assert_true(low == 0 && high == RECORDS);
	assert_true(td_kafka_reader_bounds(reader, "empty", &low, &high, &err));
	assert_true(low == 0 && high == 0);
	td_mock_fail(*state, MOCK_LIST_OFFSETS, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 1);
	assert_false(td_kafka_reader_bounds(reader, "t", &low, &high, &err));
	assert_int_equal(err.code, TD_ECONFIG);
	td_kafka_reader_free(reader);
	td_kafka_reader_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, td_mock_start, td_mock_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_come_in_order_and_then_the_end),
		TEST(what_was_handed_out_before_a_seek_is_old),
		TEST(reading_starts_where_it_is_told_to),
		TEST(a_stream_can_be_sought_closed_and_opened_again),
		TEST(passing_errors_lose_and_repeat_nothing),
		TEST(an_error_that_stays_is_an_item_with_its_class),
		TEST(a_position_that_is_not_in_the_log_is_lost_and_not_guessed),
		TEST(a_topic_that_is_not_there_is_refused),
		TEST(bounds_are_asked_from_the_broker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
