/* redis_session: logging in, replies, and connections that break. */
#include "common/redis.h"

#include "tests/support/redis_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static void each_command_has_its_reply(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		TALK_HELLO,           {"GET a", "$1\r\n1\r\n"},
		{"GET b", "$-1\r\n"}, {"HGETALL c", "*2\r\n$1\r\nf\r\n$1\r\nv\r\n"},
		{NULL, NULL},
	};
	int64_t number;
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	td_redis_add_words(redis, "GET", "b");
	td_redis_add_words(redis, "HGETALL", "c");
	td_redis_talk_runs(redis);
	assert_true(td_redis_reply_number(td_redis_reply(redis, 0), &number) && number == 1);
	assert_int_equal(td_redis_reply_kind(td_redis_reply(redis, 1)), TD_REDIS_NIL);
	td_redis_talk_assert_text(td_redis_reply_at(td_redis_reply(redis, 2), 1), "v");
	assert_null(td_redis_reply(redis, 3));
	td_redis_talk_end(&talk);
}

static void an_error_ends_the_connection_and_the_next_run_makes_a_new_one(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		TALK_HELLO,
		{"GET a", "-WRONGTYPE Operation against a key\r\n"},
		{"GET b", "$1\r\n1\r\n"},
		TALK_HELLO,
		{"GET c", "$1\r\n2\r\n"},
		{"GET d", TD_FAKE_CLOSES},
		TALK_HELLO,
		{"GET e", "nonsense\r\n"},
		TALK_HELLO,
		{"GET f", "$1\r\n3\r\n"},
		{NULL, NULL},
	};
	td_redis_talk_t talk = {0};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	td_redis_add_words(redis, "GET", "b");
	td_redis_talk_run_fails(redis, TD_EINTEGRITY, "WRONGTYPE");
	td_redis_add_words(redis, "GET", "c");
	td_redis_add_words(redis, "GET", "d");
	td_redis_talk_run_fails(redis, TD_EUNAVAILABLE, "closed the connection");
	td_redis_add_words(redis, "GET", "e");
	td_redis_talk_run_fails(redis, TD_EUNAVAILABLE, "Protocol error");
	td_redis_add_words(redis, "GET", "f");
	td_redis_talk_runs(redis);
	td_redis_talk_assert_text(td_redis_reply(redis, 0), "3");
	td_redis_talk_end(&talk);
}

static void a_server_that_says_nothing_is_not_waited_for_for_ever(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		TALK_HELLO, {"GET a", TD_FAKE_SILENT}, {NULL, NULL}};
	td_redis_talk_t talk = {.settings.command_timeout_ms = 50};
	td_redis_t *redis = td_redis_talk_begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	td_redis_talk_run_fails(redis, TD_EUNAVAILABLE, "no reply within the time-out");
	td_redis_talk_end(&talk);
}

static void it_logs_in_and_never_says_the_password(void **state)
{
	(void)state;
	static const struct {
		const char *user;
		td_fake_step_t script[4];
		td_code_t code; /* TD_OK: it gets in */
		const char *said;
	} cases[] = {
		{NULL, {{"AUTH hidden", TALK_OK}, TALK_HELLO, {"PING", "+PONG\r\n"}}, TD_OK, NULL},
		{"thidua",
		 {{"AUTH thidua hidden", TALK_OK}, TALK_HELLO, {"PING", "+PONG\r\n"}},
		 TD_OK,
		 NULL},
		{NULL,
		 {{"AUTH hidden", "-WRONGPASS invalid username-password pair\r\n"}},
		 TD_ECONFIG,
		 "WRONGPASS"},
		{NULL,
		 {{"AUTH hidden", "-ERR AUTH <password> called without any password\r\n"}},
		 TD_ECONFIG,
		 "without any password"},
		{NULL,
		 {{"AUTH hidden", "-ERR something else about it\r\n"}},
		 TD_ECONFIG,
		 "something else"},
		{NULL,
		 {{"AUTH hidden", TALK_OK}, {"INFO", "-NOPERM no permissions to run 'info'\r\n"}},
		 TD_ECONFIG,
		 "NOPERM"},
		{NULL,
		 {{"AUTH hidden", TALK_OK}, {"INFO", "-LOADING Redis is loading\r\n"}},
		 TD_EUNAVAILABLE,
		 "LOADING"},
	};
	char path[] = "/tmp/thidua-redis-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "hidden\n", 7) == 7 && close(fd) == 0);
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err = {0};
		td_redis_talk_t talk = {.settings = {.user = cases[i].user, .password_file = path}};
		td_redis_t *redis = td_redis_talk_begin(&talk, cases[i].script);
		td_redis_add_words(redis, "PING");
		assert_int_equal(td_redis_run(redis, &err), cases[i].code == TD_OK);
		assert_int_equal(err.code, cases[i].code);
		assert_null(strstr(err.text, "hidden"));
		if (cases[i].said)
			assert_non_null(strstr(err.text, cases[i].said));
		td_redis_talk_end(&talk);
	}
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_has_its_reply),
		cmocka_unit_test(an_error_ends_the_connection_and_the_next_run_makes_a_new_one),
		cmocka_unit_test(a_server_that_says_nothing_is_not_waited_for_for_ever),
		cmocka_unit_test(it_logs_in_and_never_says_the_password),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
