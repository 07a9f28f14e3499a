#include "tests/support/redis_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

td_redis_t *td_redis_talk_begin(td_redis_talk_t *talk, const td_fake_step_t *script)
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

void td_redis_talk_end(td_redis_talk_t *talk)
{
	td_redis_free(talk->redis);
	td_fake_redis_finish(talk->fake);
}

void td_redis_talk_runs(td_redis_t *redis)
{
	td_err_t err;
	if (!td_redis_run(redis, &err))
		fail_msg("%s", err.text);
}

td_redis_exec_t td_redis_talk_executes(td_redis_t *redis)
{
	td_redis_exec_t outcome;
	td_err_t err;
	if (!td_redis_exec(redis, &outcome, &err))
		fail_msg("%s", err.text);
	return outcome;
}

void td_redis_talk_run_fails(td_redis_t *redis, td_code_t code, const char *said)
{
	td_err_t err;
	assert_false(td_redis_run(redis, &err));
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, said));
	assert_true(td_redis_added(redis) == 0);
	assert_null(td_redis_reply(redis, 0));
}

void td_redis_talk_exec_fails(td_redis_t *redis, td_code_t code, const char *said)
{
	td_redis_exec_t outcome;
	td_err_t err;
	assert_false(td_redis_exec(redis, &outcome, &err));
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, said));
	assert_true(td_redis_added(redis) == 0);
}

void td_redis_talk_assert_text(const td_redis_reply_t *reply, const char *text)
{
	assert_true(td_slice_equal(td_redis_reply_text(reply), td_slice_text(text)));
}
