/* kafka_topic: a range is read once and no further; what is followed ends when nothing comes. */
#include "common/kafka_topic.h"

#include "common/kafka_producer.h"
#include "tests/support/mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define TOPIC "thidua.verdicts.vn-06"

enum { QUIET_MS = 500 };

/* A topic, and what was read of it: letters that stand at their own offsets, from 'a' on. */
typedef struct world {
	td_kafka_producer_t *producer;
	td_kafka_out_t *out;
	char next; /* to be written */
	char read[32];
	size_t count;
	char more_at; /* when that letter is read another is written */
} world_t;

static void say(world_t *world, size_t count)
{
	td_err_t err;
	for (size_t i = 0; i < count; i++) {
		const uint8_t letter = (uint8_t)world->next++;
		const td_kafka_message_t message = {.value = {&letter, 1}};
		assert_int_equal(td_kafka_producer_send(world->out, &message, &err),
				 TD_KAFKA_SENT_QUEUED);
	}
	assert_true(td_kafka_producer_flush(world->producer, 20000, &err));
}

static world_t begin(const td_mock_t *mock, size_t count)
{
	const td_kafka_producer_settings_t settings = {
		.cluster = &mock->settings,
		.codec = "none",
		.queue_messages = 100,
		.queue_bytes = 1 << 20,
		.message_bytes = 10000,
		.wake_fd = -1,
	};
	td_err_t err;
	world_t world = {.next = 'a', .producer = td_kafka_producer_new(&settings, &err)};
	td_mock_topic(mock, TOPIC);
	assert_non_null(world.producer);
	world.out = td_kafka_producer_topic(world.producer, TOPIC, NULL, &err);
	assert_non_null(world.out);
	say(&world, count);
	return world;
}

static bool take(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	world_t *world = context;
	char letter = (char)record->value.data[0];
	assert_int_equal(record->offset, letter - 'a');
	world->read[world->count++] = letter;
	if (letter == world->more_at)
		say(world, 1);
	return letter != 'x' || td_err_set(err, TD_EDATA, "enough");
}

static td_kafka_reader_t *make(const td_mock_t *mock)
{
	td_err_t err;
	td_kafka_reader_t *reader = td_kafka_topic_reader(&mock->settings, "test", &err);
	assert_non_null(reader);
	return reader;
}

static void a_range_is_read_and_no_more(void **state)
{
	const td_mock_t *mock = *state;
	world_t world = begin(mock, 6);
	td_kafka_reader_t *reader = make(mock);
	td_err_t err;
	assert_true(td_kafka_topic_read(reader, TOPIC, 2, 4, take, &world, &err));
	assert_string_equal(world.read, "cd");
	assert_true(td_kafka_topic_read(reader, TOPIC, 4, 4, take, &world, &err));
	assert_true(td_kafka_topic_read_all(reader, TOPIC, NULL, take, &world, &err));
	assert_string_equal(world.read, "cdabcdef");
	td_kafka_reader_free(reader);
	td_kafka_producer_free(world.producer);
}

static void what_comes_meanwhile_is_followed_until_nothing_comes(void **state)
{
	const td_mock_t *mock = *state;
	world_t world = begin(mock, 3);
	td_kafka_reader_t *reader = make(mock);
	td_err_t err;
	world.more_at = 'c';
	assert_true(td_kafka_topic_follow(reader, TOPIC, 1, QUIET_MS, take, &world, &err));
	assert_string_equal(world.read, "bcd");
	/* At its end nothing is there: it is no error. */
	assert_true(td_kafka_topic_follow(reader, TOPIC, 4, QUIET_MS, take, &world, &err));
	assert_string_equal(world.read, "bcd");
	td_kafka_reader_free(reader);
	td_kafka_producer_free(world.producer);
}

static void who_has_enough_ends_it(void **state)
{
	const td_mock_t *mock = *state;
	world_t world = begin(mock, 'z' - 'a');
	td_kafka_reader_t *reader = make(mock);
	td_err_t err = {0};
	assert_false(td_kafka_topic_follow(reader, TOPIC, 'w' - 'a', QUIET_MS, take, &world, &err));
	assert_string_equal(world.read, "wx");
	assert_string_equal(err.text, "enough");
	td_kafka_reader_free(reader);
	td_kafka_producer_free(world.producer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, td_mock_start, td_mock_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_range_is_read_and_no_more),
		TEST(what_comes_meanwhile_is_followed_until_nothing_comes),
		TEST(who_has_enough_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
