/* redis_session: slots that moved to another server, or are being moved. */
#include "common/redis.h"

#include "tests/support/redis_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static void a_slot_that_moved_is_followed(void **state)
{
	(void)state;
	static const td_fake_step_t there[] = {
		TALK_HELLO,
		{"GET a", "$1\r\n1\r\n"},
		{"GET b", "$1\r\n2\r\n"},
		{"GET c", "$1\r\n3\r\n"},
		{NULL, NULL},
	};
	char moved[64];
	const td_fake_step_t here[] = {
		TALK_HELLO, {"GET a", moved}, {"GET b", moved}, {NULL, NULL}};
	td_fake_redis_t *target = td_fake_redis_start(there);
	(void)snprintf(moved, sizeof moved, "-MOVED 7 %s\r\n", td_fake_redis_address(target));
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, here);
	td_redis_add_words(redis, "GET", "a");
	td_redis_add_words(redis, "GET", "b");
	td_redis_talk_runs(redis);
	td_redis_talk_assert_text(td_redis_reply(redis, 1), "2");
	td_redis_add_words(redis, "GET", "c");
	td_redis_talk_runs(redis);
	td_redis_talk_assert_text(td_redis_reply(redis, 0), "3");
	td_redis_talk_end(&talk);
	td_fake_redis_finish(target);
}

static void a_watched_transaction_does_not_follow_but_the_next_run_does(void **state)
{
	(void)state;
	static const td_fake_step_t there[] = {TALK_HELLO, {"WATCH k", TALK_OK}, {NULL, NULL}};
	char moved[64];
	const td_fake_step_t here[] = {
		TALK_HELLO,
		{"WATCH k", TALK_OK},
		{"MULTI", TALK_OK},
		{"SET k 1", moved},
		{"EXEC", "-EXECABORT Transaction discarded because of previous errors.\r\n"},
		{NULL, NULL},
	};
	td_fake_redis_t *target = td_fake_redis_start(there);
	(void)snprintf(moved, sizeof moved, "-MOVED 7 %s\r\n", td_fake_redis_address(target));
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, here);
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_talk_runs(redis);
	td_redis_add_words(redis, "SET", "k", "1");
	td_redis_talk_exec_fails(redis, TD_EUNAVAILABLE, "MOVED");
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_talk_runs(redis);
	td_redis_talk_end(&talk);
	td_fake_redis_finish(target);
}

static void servers_that_point_at_each_other_are_left(void **state)
{
	(void)state;
	char moved[64] = "";
	const td_fake_step_t script[] = {
		TALK_HELLO,   {"GET a", moved}, TALK_HELLO, {"GET a", moved},
		TALK_HELLO,   {"GET a", moved}, TALK_HELLO, {"GET a", moved},
		TALK_HELLO,   {"GET a", moved}, TALK_HELLO, {"GET a", moved},
		{NULL, NULL},
	};
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	(void)snprintf(moved, sizeof moved, "-MOVED 7 %s\r\n", talk.settings.address);
	td_redis_add_words(redis, "GET", "a");
	td_redis_talk_run_fails(redis, TD_EUNAVAILABLE, "MOVED");
	td_redis_talk_end(&talk);
}

static void a_slot_that_is_being_moved_is_waited_for(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		TALK_HELLO, {"GET a", "-ASK 7 127.0.0.1:1\r\n"}, {NULL, NULL}};
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	td_redis_talk_run_fails(redis, TD_EUNAVAILABLE, "its slot is being moved");
	td_redis_talk_end(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_that_moved_is_followed),
		cmocka_unit_test(a_watched_transaction_does_not_follow_but_the_next_run_does),
		cmocka_unit_test(servers_that_point_at_each_other_are_left),
		cmocka_unit_test(a_slot_that_is_being_moved_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
