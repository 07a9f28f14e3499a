/* redis_session: what a transaction did, and what may be there of one that failed. */
#include "common/redis.h"

#include "tests/support/redis_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_transaction_happens_or_conflicts(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		TALK_HELLO,
		{"WATCH k", TALK_OK},
		{"GET k", "$-1\r\n"},
		{"MULTI", TALK_OK},
		{"SET k 1", TALK_QUEUED},
		{"HSET h f v", TALK_QUEUED},
		{"EXEC", "*2\r\n+OK\r\n:1\r\n"},
		{"WATCH k", TALK_OK},
		{"MULTI", TALK_OK},
		{"SET k 2", TALK_QUEUED},
		{"EXEC", "*-1\r\n"},
		{NULL, NULL},
	};
	int64_t number;
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_add_words(redis, "GET", "k");
	td_redis_talk_runs(redis);
	td_redis_add_words(redis, "SET", "k", "1");
	td_redis_add_words(redis, "HSET", "h", "f", "v");
	assert_int_equal(td_redis_talk_executes(redis), TD_REDIS_EXEC_DONE);
	td_redis_talk_assert_text(td_redis_reply(redis, 0), "OK");
	assert_true(td_redis_reply_number(td_redis_reply(redis, 1), &number) && number == 1);
	assert_null(td_redis_reply(redis, 2));
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_talk_runs(redis);
	td_redis_add_words(redis, "SET", "k", "2");
	assert_int_equal(td_redis_talk_executes(redis), TD_REDIS_EXEC_CONFLICT);
	assert_null(td_redis_reply(redis, 0));
	td_redis_talk_end(&talk);
}

static void a_transaction_that_failed_says_whether_a_part_may_be_there(void **state)
{
	(void)state;
	static const struct {
		const char *queued, *answer;
		td_code_t code;
		const char *said;
	} cases[] = {
		{TALK_QUEUED, "*2\r\n+OK\r\n-WRONGTYPE Operation against a key\r\n", TD_EINTEGRITY,
		 "torn: command 2 of 2"},
		{TALK_QUEUED, "*1\r\n+OK\r\n", TD_EINTEGRITY, "EXEC answered 1 of 2"},
		{TALK_QUEUED, "+OK\r\n", TD_EINTEGRITY, "EXEC answered 0 of 2"},
		{TALK_QUEUED, TD_FAKE_CLOSES, TD_EUNAVAILABLE, "closed the connection"},
		{TALK_QUEUED,
		 "-EXECABORT Transaction discarded because of: OOM command not allowed\r\n",
		 TD_EUNAVAILABLE, "OOM"},
		{"-OOM command not allowed\r\n",
		 "-EXECABORT Transaction discarded because of previous errors.\r\n",
		 TD_EUNAVAILABLE, "OOM"},
		{"-READONLY You can't write against a read only replica.\r\n",
		 "-EXECABORT Transaction discarded because of previous errors.\r\n",
		 TD_EUNAVAILABLE, "READONLY"},
		{"-NOPERM this user has no permissions\r\n",
		 "-EXECABORT Transaction discarded because of previous errors.\r\n", TD_ECONFIG,
		 "NOPERM"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		const td_fake_step_t script[] = {
			TALK_HELLO,
			{"MULTI", TALK_OK},
			{"SET a 1", TALK_QUEUED},
			{"SET b 2", cases[i].queued},
			{"EXEC", cases[i].answer},
			{NULL, NULL},
		};
		td_redis_talk_t talk = {0};
		td_redis_t *redis = td_redis_talk_begin(&talk, script);
		td_redis_add_words(redis, "SET", "a", "1");
		td_redis_add_words(redis, "SET", "b", "2");
		td_redis_talk_exec_fails(redis, cases[i].code, cases[i].said);
		td_redis_talk_end(&talk);
	}
}

/* Between WATCH and EXEC the connection is lost: without the WATCH nothing may be executed. */
static void a_watch_does_not_outlive_its_connection(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		TALK_HELLO,
		{"WATCH k", TALK_OK},
		{"GET k", "$1\r\n1\r\n"},
		{"MULTI", TD_FAKE_CLOSES},
		{NULL, NULL},
	};
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_add_words(redis, "GET", "k");
	td_redis_talk_runs(redis);
	td_redis_add_words(redis, "SET", "k", "2");
	td_redis_talk_exec_fails(redis, TD_EUNAVAILABLE, "Redis at");
	td_redis_talk_end(&talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_happens_or_conflicts),
		cmocka_unit_test(a_transaction_that_failed_says_whether_a_part_may_be_there),
		cmocka_unit_test(a_watch_does_not_outlive_its_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
