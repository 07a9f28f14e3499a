/* redis: addresses, what an answer means, what a server must be, and settings that contradict. */
#include "common/redis_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void an_address_is_a_host_and_a_port_or_a_path(void **state)
{
	(void)state;
	static const struct {
		const char *text, *host;
		int port;
	} cases[] = {
		{"localhost:6379", "localhost", 6379},
		{"10.0.0.7:1", "10.0.0.7", 1},
		{"[::1]:65535", "::1", 65535},
		{"fe80::1:6379", "fe80::1", 6379}, /* as MOVED writes it */
		{"/run/redis.sock", "/run/redis.sock", 0},
		{"/run/a:1", "/run/a:1", 0},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_redis_place_t place;
		assert_true(td_redis_place_read(cases[i].text, &place));
		assert_string_equal(place.host, cases[i].host);
		assert_int_equal(place.port, cases[i].port);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",        "localhost", ":6379",   "a:",   "a:0", "a:-1",
		"a:65536", "a:6379x",   "a: 6379", "a:+1", "a:b", "a:100000000000000000000"};
	char *longest = malloc(400);
	td_redis_place_t place;
	for (size_t i = 0; i < TD_COUNT(bad); i++)
		assert_false(td_redis_place_read(bad[i], &place));
	memset(longest, 'h', 400);
	memcpy(longest + TD_REDIS_HOST_MAX, ":1", 3);
	assert_false(td_redis_place_read(longest, &place));
	memcpy(longest + TD_REDIS_HOST_MAX - 1, ":1", 3);
	assert_true(td_redis_place_read(longest, &place));
	free(longest);
}

static void moved_names_the_new_place(void **state)
{
	(void)state;
	td_redis_place_t place = {.host = "home", .port = 1};
	assert_true(td_redis_moved_read("MOVED 3999 10.0.0.7:6381", &place));
	assert_string_equal(place.host, "10.0.0.7");
	assert_int_equal(place.port, 6381);
	assert_true(td_redis_moved_read("MOVED 3999 :7000", &place));
	assert_string_equal(place.host, "10.0.0.7");
	assert_int_equal(place.port, 7000);
	assert_false(td_redis_moved_read("ASK 3999 10.0.0.7:6381", &place));
	assert_false(td_redis_moved_read("MOVED", &place));
	assert_false(td_redis_moved_read("MOVED 3999 nowhere", &place));
}

static void an_error_reply_has_its_code(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		td_code_t code;
	} cases[] = {
		{"LOADING Redis is loading the dataset in memory", TD_EUNAVAILABLE},
		{"MISCONF Redis is configured to save RDB snapshots", TD_EUNAVAILABLE},
		{"OOM command not allowed when used memory > 'maxmemory'.", TD_EUNAVAILABLE},
		{"READONLY You can't write against a read only replica.", TD_EUNAVAILABLE},
		{"BUSY Redis is busy running a script", TD_EUNAVAILABLE},
		{"TRYAGAIN Multiple keys request during rehashing of slot", TD_EUNAVAILABLE},
		{"ASK 3999 10.0.0.7:6381", TD_EUNAVAILABLE},
		{"ERR max number of clients reached", TD_EUNAVAILABLE},
		{"WRONGPASS invalid username-password pair or user is disabled.", TD_ECONFIG},
		{"NOAUTH Authentication required.", TD_ECONFIG},
		{"NOPERM this user has no permissions to run the 'info' command", TD_ECONFIG},
		{"ERR unknown command 'HSET'", TD_ECONFIG},
		{"WRONGTYPE Operation against a key holding the wrong kind of value",
		 TD_EINTEGRITY},
		{"ERR hash value is not an integer", TD_EINTEGRITY},
		{"EXECABORT Transaction discarded because of: OOM command not allowed",
		 TD_EUNAVAILABLE},
		{"EXECABORT Transaction discarded because of previous errors.", TD_EBUG},
		{"ERR syntax error", TD_EBUG},
		{"", TD_EBUG},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++)
		assert_int_equal(td_redis_classify(cases[i].text), cases[i].code);
}

static void a_server_must_be_new_enough_and_drop_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *info, *said; /* NULL: it is right */
	} cases[] = {
		{"# Server\r\nredis_version:7.0.15\r\nx:1\r\nmaxmemory_policy:noeviction\r\n",
		 NULL},
		{"redis_version:10.0.0\nmaxmemory_policy:noeviction", NULL},
		{"redis_version:6.2.1\r\nmaxmemory_policy:noeviction\r\n",
		 "Redis 6.2.1 is too old; 7 or newer is needed"},
		{"redis_version:7.0.15\r\nmaxmemory_policy:allkeys-lru\r\n",
		 "maxmemory-policy is allkeys-lru, which drops tallies silently; set it to "
		 "noeviction"},
		{"redis_version:7.0.15\r\nmaxmemory_policy:noevictions\r\n",
		 "maxmemory-policy is noevictions, which drops tallies silently; set it to "
		 "noeviction"},
		{"redis_version:7.0.15\r\nold_maxmemory_policy:noeviction\r\n",
		 "INFO says no version or eviction policy; is it a Redis?"},
		{"", "INFO says no version or eviction policy; is it a Redis?"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err = {0};
		assert_int_equal(td_redis_check_info(cases[i].info, &err), !cases[i].said);
		if (cases[i].said) {
			assert_int_equal(err.code, TD_ECONFIG);
			assert_string_equal(err.text, cases[i].said);
		}
	}
}

static void a_command_is_written_in_redis_protocol(void **state)
{
	(void)state;
	static const char expected[] = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n\0x\r\n"
				       "*1\r\n$0\r\n\r\n";
	td_buf_t pipeline = td_buf_make(1000);
	const td_slice_t set[] = {
		td_slice_text("SET"), td_slice_text("k"), {(const uint8_t *)"\r\n\0x", 4}};
	const td_slice_t empty = {NULL, 0};
	td_redis_format(&pipeline, 3, set);
	td_redis_format(&pipeline, 1, &empty);
	assert_true(td_slice_equal(td_buf_slice(&pipeline),
				   (td_slice_t){(const uint8_t *)expected, sizeof expected - 1}));
	td_buf_free(&pipeline);
}

static const td_redis_reply_t *seen(const redisReply *reply)
{
	return (const td_redis_reply_t *)(const void *)reply;
}

static void a_reply_is_a_number_only_if_it_is_nothing_else(void **state)
{
	(void)state;
	static const struct {
		char text[24];
		bool is_number;
		int64_t number;
	} cases[] = {
		{"0", true, 0},
		{"-1", true, -1},
		{"007", true, 7},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"+1", false, 0},
		{" 1", false, 0},
		{"1.0", false, 0},
		{"1e3", false, 0},
	};
	int64_t number;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		const redisReply reply = {.type = REDIS_REPLY_STRING,
					  .str = (char *)(uintptr_t)cases[i].text,
					  .len = strlen(cases[i].text)};
		assert_int_equal(td_redis_reply_number(seen(&reply), &number), cases[i].is_number);
		if (cases[i].is_number)
			assert_true(number == cases[i].number);
	}
	const redisReply integer = {.type = REDIS_REPLY_INTEGER, .integer = -42};
	assert_true(td_redis_reply_number(seen(&integer), &number));
	assert_true(number == -42);
	assert_false(td_redis_reply_number(NULL, &number));
}

static void what_is_not_there_is_nil_and_empty(void **state)
{
	(void)state;
	const redisReply nil = {.type = REDIS_REPLY_NIL};
	redisReply *elements[] = {(redisReply *)(uintptr_t)&nil};
	const redisReply array = {.type = REDIS_REPLY_ARRAY, .elements = 1, .element = elements};
	assert_int_equal(td_redis_reply_kind(NULL), TD_REDIS_NIL);
	assert_null(td_redis_reply_text(NULL).data);
	assert_null(td_redis_reply_text(seen(&array)).data);
	assert_true(td_redis_reply_count(seen(&nil)) == 0);
	assert_true(td_redis_reply_count(seen(&array)) == 1);
	assert_ptr_equal(td_redis_reply_at(seen(&array), 0), &nil);
	assert_null(td_redis_reply_at(seen(&array), 1));
	assert_null(td_redis_reply_at(seen(&nil), 0));
}

static void settings_that_contradict_or_say_nothing_are_refused(void **state)
{
	(void)state;
	static const struct {
		td_redis_settings_t settings;
		const char *said;
	} cases[] = {
		{{.address = "localhost"},
		 "[redis] address 'localhost': must be HOST:PORT or the path of a socket"},
		{{.address = ""}, "[redis] address '': must be HOST:PORT or the path of a socket"},
		{{.address = "a:1", .password_file = "/nowhere"},
		 "[redis] password-file: /nowhere: cannot read the secret: No such file or "
		 "directory"},
		{{.address = "a:1", .user = "thidua"},
		 "[redis] user thidua: needs password-file, too"},
		{{.address = "a:1", .tls_ca = "ca.pem"},
		 "[redis] tls-ca, tls-cert and tls-key mean nothing without tls; say tls = yes"},
		{{.address = "a:1", .tls_cert = "cert.pem"},
		 "[redis] tls-ca, tls-cert and tls-key mean nothing without tls; say tls = yes"},
		{{.address = "a:1", .tls_key = "key.pem"},
		 "[redis] tls-ca, tls-cert and tls-key mean nothing without tls; say tls = yes"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err;
		assert_null(td_redis_new(&cases[i].settings, &err));
		assert_int_equal(err.code, TD_ECONFIG);
		assert_string_equal(err.text, cases[i].said);
	}
}

/* A session that nobody answers: each run says so, forgets what was added, and may be tried again.
 */
static void a_server_that_is_away_is_told_and_nothing_stays_added(void **state)
{
	(void)state;
	const td_redis_settings_t settings = {.address = "/nowhere/redis.sock",
					      .connect_timeout_ms = 1000,
					      .command_timeout_ms = 1000};
	td_redis_exec_t outcome;
	td_err_t err;
	td_redis_t *redis = td_redis_new(&settings, &err);
	assert_non_null(redis);
	for (int turn = 0; turn < 2; turn++) {
		td_redis_add_words(redis, "GET", "a");
		td_redis_add_words(redis, "GET", "b");
		assert_true(td_redis_added(redis) == 2);
		assert_false(td_redis_run(redis, &err));
		assert_int_equal(err.code, TD_EUNAVAILABLE);
		assert_string_equal(err.text,
				    "Redis at /nowhere/redis.sock: No such file or directory");
		assert_true(td_redis_added(redis) == 0);
		assert_null(td_redis_reply(redis, 0));
	}
	td_redis_add_words(redis, "SET", "a", "1");
	assert_false(td_redis_exec(redis, &outcome, &err));
	assert_int_equal(err.code, TD_EUNAVAILABLE);
	td_redis_free(redis);
	td_redis_free(NULL);
}

static void a_pipeline_is_bounded(void **state)
{
	(void)state;
	const td_redis_settings_t settings = {.address = "/nowhere/redis.sock"};
	td_err_t err;
	td_redis_t *redis = td_redis_new(&settings, &err);
	uint8_t *value = calloc(1, TD_REDIS_PIPELINE_MAX);
	assert_true(redis && value);
	const td_slice_t words[] = {
		td_slice_text("SET"), td_slice_text("k"), {value, TD_REDIS_PIPELINE_MAX}};
	td_redis_add(redis, 3, words);
	assert_false(td_redis_run(redis, &err));
	assert_int_equal(err.code, TD_EMEMORY);
	free(value);
	td_redis_free(redis);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_a_host_and_a_port_or_a_path),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(moved_names_the_new_place),
		cmocka_unit_test(an_error_reply_has_its_code),
		cmocka_unit_test(a_server_must_be_new_enough_and_drop_nothing),
		cmocka_unit_test(a_command_is_written_in_redis_protocol),
		cmocka_unit_test(a_reply_is_a_number_only_if_it_is_nothing_else),
		cmocka_unit_test(what_is_not_there_is_nil_and_empty),
		cmocka_unit_test(settings_that_contradict_or_say_nothing_are_refused),
		cmocka_unit_test(a_server_that_is_away_is_told_and_nothing_stays_added),
		cmocka_unit_test(a_pipeline_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
