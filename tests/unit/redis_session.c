/* redis_session: logging in, transactions, moved slots, and connections that break, against a Redis
 * that answers by a script. */
#include "common/redis.h"

#include "tests/support/fake_redis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define OK     "+OK\r\n"
#define QUEUED "+QUEUED\r\n"
#define HELLO                                                                                      \
	{                                                                                          \
		"INFO", TD_FAKE_FINE                                                               \
	}

/* A server with its script, and a session with it; `talk` may have settings already. */
typedef struct talk {
	td_fake_redis_t *fake;
	td_redis_settings_t settings;
	td_redis_t *redis;
} talk_t;

static td_redis_t *begin(talk_t *talk, const td_fake_step_t *script)
{
	td_err_t err;
	talk->fake = td_fake_redis_start(script);
	talk->settings.address = td_fake_redis_address(talk->fake);
	talk->settings.connect_timeout_ms = 5000;
	if (talk->settings.command_timeout_ms == 0)
		talk->settings.command_timeout_ms = 5000;
	talk->redis = td_redis_new(&talk->settings, &err);
	if (!talk->redis)
		fail_msg("%s", err.text);
	return talk->redis;
}

static void end(talk_t *talk)
{
	td_redis_free(talk->redis);
	td_fake_redis_finish(talk->fake);
}

static void run_fine(td_redis_t *redis)
{
	td_err_t err;
	if (!td_redis_run(redis, &err))
		fail_msg("%s", err.text);
}

static void run_fails(td_redis_t *redis, td_code_t code, const char *said)
{
	td_err_t err;
	assert_false(td_redis_run(redis, &err));
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, said));
	assert_true(td_redis_added(redis) == 0);
	assert_null(td_redis_reply(redis, 0));
}

static void exec_fails(td_redis_t *redis, td_code_t code, const char *said)
{
	td_redis_exec_t outcome;
	td_err_t err;
	assert_false(td_redis_exec(redis, &outcome, &err));
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, said));
	assert_true(td_redis_added(redis) == 0);
}

static td_redis_exec_t exec_fine(td_redis_t *redis)
{
	td_redis_exec_t outcome;
	td_err_t err;
	if (!td_redis_exec(redis, &outcome, &err))
		fail_msg("%s", err.text);
	return outcome;
}

static void assert_text(const td_redis_reply_t *reply, const char *text)
{
	assert_true(td_slice_equal(td_redis_reply_text(reply), td_slice_text(text)));
}

static void each_command_has_its_reply(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		HELLO,
		{"GET a", "$1\r\n1\r\n"},
		{"GET b", "$-1\r\n"},
		{"HGETALL c", "*2\r\n$1\r\nf\r\n$1\r\nv\r\n"},
		{NULL, NULL},
	};
	int64_t number;
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	td_redis_add_words(redis, "GET", "b");
	td_redis_add_words(redis, "HGETALL", "c");
	run_fine(redis);
	assert_true(td_redis_reply_number(td_redis_reply(redis, 0), &number) && number == 1);
	assert_int_equal(td_redis_reply_kind(td_redis_reply(redis, 1)), TD_REDIS_NIL);
	assert_text(td_redis_reply_at(td_redis_reply(redis, 2), 1), "v");
	assert_null(td_redis_reply(redis, 3));
	end(&talk);
}

static void an_error_ends_the_connection_and_the_next_run_makes_a_new_one(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		HELLO,
		{"GET a", "-WRONGTYPE Operation against a key\r\n"},
		{"GET b", "$1\r\n1\r\n"},
		HELLO,
		{"GET c", "$1\r\n2\r\n"},
		{"GET d", TD_FAKE_CLOSES},
		HELLO,
		{"GET e", "nonsense\r\n"},
		HELLO,
		{"GET f", "$1\r\n3\r\n"},
		{NULL, NULL},
	};
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	td_redis_add_words(redis, "GET", "b");
	run_fails(redis, TD_EINTEGRITY, "WRONGTYPE");
	td_redis_add_words(redis, "GET", "c");
	td_redis_add_words(redis, "GET", "d");
	run_fails(redis, TD_EUNAVAILABLE, "closed the connection");
	td_redis_add_words(redis, "GET", "e");
	run_fails(redis, TD_EUNAVAILABLE, "Protocol error");
	td_redis_add_words(redis, "GET", "f");
	run_fine(redis);
	assert_text(td_redis_reply(redis, 0), "3");
	end(&talk);
}

static void a_server_that_says_nothing_is_not_waited_for_for_ever(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {HELLO, {"GET a", TD_FAKE_SILENT}, {NULL, NULL}};
	talk_t talk = {.settings.command_timeout_ms = 50};
	td_redis_t *redis = begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	run_fails(redis, TD_EUNAVAILABLE, "no reply within the time-out");
	end(&talk);
}

static void a_transaction_happens_or_conflicts(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		HELLO,
		{"WATCH k", OK},
		{"GET k", "$-1\r\n"},
		{"MULTI", OK},
		{"SET k 1", QUEUED},
		{"HSET h f v", QUEUED},
		{"EXEC", "*2\r\n+OK\r\n:1\r\n"},
		{"WATCH k", OK},
		{"MULTI", OK},
		{"SET k 2", QUEUED},
		{"EXEC", "*-1\r\n"},
		{NULL, NULL},
	};
	int64_t number;
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, script);
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_add_words(redis, "GET", "k");
	run_fine(redis);
	td_redis_add_words(redis, "SET", "k", "1");
	td_redis_add_words(redis, "HSET", "h", "f", "v");
	assert_int_equal(exec_fine(redis), TD_REDIS_EXEC_DONE);
	assert_text(td_redis_reply(redis, 0), "OK");
	assert_true(td_redis_reply_number(td_redis_reply(redis, 1), &number) && number == 1);
	assert_null(td_redis_reply(redis, 2));
	td_redis_add_words(redis, "WATCH", "k");
	run_fine(redis);
	td_redis_add_words(redis, "SET", "k", "2");
	assert_int_equal(exec_fine(redis), TD_REDIS_EXEC_CONFLICT);
	assert_null(td_redis_reply(redis, 0));
	end(&talk);
}

static void a_transaction_that_failed_says_whether_a_part_may_be_there(void **state)
{
	(void)state;
	static const struct {
		const char *queued, *answer;
		td_code_t code;
		const char *said;
	} cases[] = {
		{QUEUED, "*2\r\n+OK\r\n-WRONGTYPE Operation against a key\r\n", TD_EINTEGRITY,
		 "torn: command 2 of 2"},
		{QUEUED, "*1\r\n+OK\r\n", TD_EINTEGRITY, "EXEC answered 1 of 2"},
		{QUEUED, "+OK\r\n", TD_EINTEGRITY, "EXEC answered 0 of 2"},
		{QUEUED, TD_FAKE_CLOSES, TD_EUNAVAILABLE, "closed the connection"},
		{QUEUED, "-EXECABORT Transaction discarded because of: OOM command not allowed\r\n",
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
			HELLO,
			{"MULTI", OK},
			{"SET a 1", QUEUED},
			{"SET b 2", cases[i].queued},
			{"EXEC", cases[i].answer},
			{NULL, NULL},
		};
		talk_t talk = {0};
		td_redis_t *redis = begin(&talk, script);
		td_redis_add_words(redis, "SET", "a", "1");
		td_redis_add_words(redis, "SET", "b", "2");
		exec_fails(redis, cases[i].code, cases[i].said);
		end(&talk);
	}
}

/* Between WATCH and EXEC the connection is lost: without the WATCH nothing may be executed. */
static void a_watch_does_not_outlive_its_connection(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		HELLO,        {"WATCH k", OK}, {"GET k", "$1\r\n1\r\n"}, {"MULTI", TD_FAKE_CLOSES},
		{NULL, NULL},
	};
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, script);
	td_redis_add_words(redis, "WATCH", "k");
	td_redis_add_words(redis, "GET", "k");
	run_fine(redis);
	td_redis_add_words(redis, "SET", "k", "2");
	exec_fails(redis, TD_EUNAVAILABLE, "Redis at");
	end(&talk);
}

static void a_slot_that_moved_is_followed(void **state)
{
	(void)state;
	static const td_fake_step_t there[] = {
		HELLO,
		{"GET a", "$1\r\n1\r\n"},
		{"GET b", "$1\r\n2\r\n"},
		{"GET c", "$1\r\n3\r\n"},
		{NULL, NULL},
	};
	char moved[64];
	const td_fake_step_t here[] = {HELLO, {"GET a", moved}, {"GET b", moved}, {NULL, NULL}};
	td_fake_redis_t *target = td_fake_redis_start(there);
	(void)snprintf(moved, sizeof moved, "-MOVED 7 %s\r\n", td_fake_redis_address(target));
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, here);
	td_redis_add_words(redis, "GET", "a");
	td_redis_add_words(redis, "GET", "b");
	run_fine(redis);
	assert_text(td_redis_reply(redis, 1), "2");
	td_redis_add_words(redis, "GET", "c");
	run_fine(redis);
	assert_text(td_redis_reply(redis, 0), "3");
	end(&talk);
	td_fake_redis_finish(target);
}

static void a_watched_transaction_does_not_follow_but_the_next_run_does(void **state)
{
	(void)state;
	static const td_fake_step_t there[] = {HELLO, {"WATCH k", OK}, {NULL, NULL}};
	char moved[64];
	const td_fake_step_t here[] = {
		HELLO,
		{"WATCH k", OK},
		{"MULTI", OK},
		{"SET k 1", moved},
		{"EXEC", "-EXECABORT Transaction discarded because of previous errors.\r\n"},
		{NULL, NULL},
	};
	td_fake_redis_t *target = td_fake_redis_start(there);
	(void)snprintf(moved, sizeof moved, "-MOVED 7 %s\r\n", td_fake_redis_address(target));
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, here);
	td_redis_add_words(redis, "WATCH", "k");
	run_fine(redis);
	td_redis_add_words(redis, "SET", "k", "1");
	exec_fails(redis, TD_EUNAVAILABLE, "MOVED");
	td_redis_add_words(redis, "WATCH", "k");
	run_fine(redis);
	end(&talk);
	td_fake_redis_finish(target);
}

static void servers_that_point_at_each_other_are_left(void **state)
{
	(void)state;
	char moved[64] = "";
	const td_fake_step_t script[] = {
		HELLO,        {"GET a", moved}, HELLO, {"GET a", moved}, HELLO, {"GET a", moved},
		HELLO,        {"GET a", moved}, HELLO, {"GET a", moved}, HELLO, {"GET a", moved},
		{NULL, NULL},
	};
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, script);
	(void)snprintf(moved, sizeof moved, "-MOVED 7 %s\r\n", talk.settings.address);
	td_redis_add_words(redis, "GET", "a");
	run_fails(redis, TD_EUNAVAILABLE, "MOVED");
	end(&talk);
}

static void a_slot_that_is_being_moved_is_waited_for(void **state)
{
	(void)state;
	static const td_fake_step_t script[] = {
		HELLO, {"GET a", "-ASK 7 127.0.0.1:1\r\n"}, {NULL, NULL}};
	talk_t talk = {0};
	td_redis_t *redis = begin(&talk, script);
	td_redis_add_words(redis, "GET", "a");
	run_fails(redis, TD_EUNAVAILABLE, "its slot is being moved");
	end(&talk);
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
		{NULL, {{"AUTH hidden", OK}, HELLO, {"PING", "+PONG\r\n"}}, TD_OK, NULL},
		{"thidua", {{"AUTH thidua hidden", OK}, HELLO, {"PING", "+PONG\r\n"}}, TD_OK, NULL},
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
		 {{"AUTH hidden", OK}, {"INFO", "-NOPERM no permissions to run 'info'\r\n"}},
		 TD_ECONFIG,
		 "NOPERM"},
		{NULL,
		 {{"AUTH hidden", OK}, {"INFO", "-LOADING Redis is loading\r\n"}},
		 TD_EUNAVAILABLE,
		 "LOADING"},
	};
	char path[] = "/tmp/thidua-redis-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "hidden\n", 7) == 7 && close(fd) == 0);
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err = {0};
		talk_t talk = {.settings = {.user = cases[i].user, .password_file = path}};
		td_redis_t *redis = begin(&talk, cases[i].script);
		td_redis_add_words(redis, "PING");
		assert_int_equal(td_redis_run(redis, &err), cases[i].code == TD_OK);
		assert_int_equal(err.code, cases[i].code);
		assert_null(strstr(err.text, "hidden"));
		if (cases[i].said)
			assert_non_null(strstr(err.text, cases[i].said));
		end(&talk);
	}
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_has_its_reply),
		cmocka_unit_test(an_error_ends_the_connection_and_the_next_run_makes_a_new_one),
		cmocka_unit_test(a_server_that_says_nothing_is_not_waited_for_for_ever),
		cmocka_unit_test(a_transaction_happens_or_conflicts),
		cmocka_unit_test(a_transaction_that_failed_says_whether_a_part_may_be_there),
		cmocka_unit_test(a_watch_does_not_outlive_its_connection),
		cmocka_unit_test(a_slot_that_moved_is_followed),
		cmocka_unit_test(a_watched_transaction_does_not_follow_but_the_next_run_does),
		cmocka_unit_test(servers_that_point_at_each_other_are_left),
		cmocka_unit_test(a_slot_that_is_being_moved_is_waited_for),
		cmocka_unit_test(it_logs_in_and_never_says_the_password),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
