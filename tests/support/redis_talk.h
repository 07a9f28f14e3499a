/*
 * redis_talk: a session with a Redis that answers by a script.
 *
 *	td_redis_talk_t talk = {.settings = ...};
 *	td_redis_t *redis = td_redis_talk_begin(&talk, script);
 *	td_redis_add_words(redis, "GET", "a");
 *	td_redis_talk_runs(redis);
 *	td_redis_talk_end(&talk);
 */
#ifndef TD_TESTS_SUPPORT_REDIS_TALK_H
#define TD_TESTS_SUPPORT_REDIS_TALK_H

#include "common/redis.h"
#include "tests/support/fake_redis.h"

/* Steps and answers of many scripts. */
#define TALK_OK     "+OK\r\n"
#define TALK_QUEUED "+QUEUED\r\n"
#define TALK_HELLO                                                                                 \
	{                                                                                          \
		"INFO", TD_FAKE_FINE                                                               \
	}

/* A server with its script, and a session with it; `settings` may be there already. */
typedef struct td_redis_talk {
	td_fake_redis_t *fake;
	td_redis_settings_t settings;
	td_redis_t *redis;
} td_redis_talk_t;

td_redis_t *td_redis_talk_begin(td_redis_talk_t *talk, const td_fake_step_t *script);

/* Fails the test unless the script was followed to its end. */
void td_redis_talk_end(td_redis_talk_t *talk);

/* Runs, or executes, what was added; fails the test if that fails. */
void td_redis_talk_runs(td_redis_t *redis);
td_redis_exec_t td_redis_talk_executes(td_redis_t *redis);

/* Fails the test unless that fails so, and leaves neither commands nor replies behind. */
void td_redis_talk_run_fails(td_redis_t *redis, td_code_t code, const char *said);
void td_redis_talk_exec_fails(td_redis_t *redis, td_code_t code, const char *said);

void td_redis_talk_assert_text(const td_redis_reply_t *reply, const char *text);

#endif
