#include "common/redis.h"

#include <stdlib.h>
#include <strings.h>

#include "common/redis_internal.h"

enum { HOPS_MAX = 5, WORDS_MAX = 16 };

/* What the settings say alone; a half of a pair would be a silent nothing. */
static bool check(const td_redis_settings_t *settings, td_redis_place_t *home, td_err_t *err)
{
	if (!settings->address || !td_redis_place_read(settings->address, home))
		return td_err_set(err, TD_ECONFIG,
				  "[redis] address '%.100s': must be HOST:PORT or the path of a "
				  "socket",
				  settings->address ? settings->address : "");
	if (settings->user && !settings->password_file)
		return td_err_set(err, TD_ECONFIG, "[redis] user %.100s: needs password-file, too",
				  settings->user);
	if (!settings->tls && (settings->tls_ca || settings->tls_cert || settings->tls_key))
		return td_err_set(err, TD_ECONFIG,
				  "[redis] tls-ca, tls-cert and tls-key mean nothing without tls; "
				  "say tls = yes");
	return true;
}

td_redis_t *td_redis_new(const td_redis_settings_t *settings, td_err_t *err)
{
	td_redis_t *redis = calloc(1, sizeof *redis);
	if (!redis) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a session with Redis");
		return NULL;
	}
	redis->settings = settings;
	redis->pipeline = td_buf_make(TD_REDIS_PIPELINE_MAX);
	bool made = check(settings, &redis->home, err);
	if (made && settings->password_file)
		made = td_file_read_secret(settings->password_file, redis->password,
					   sizeof redis->password, err) ||
		       td_err_prefix(err, "[redis] password-file");
	if (made && settings->tls) {
		redis->tls = td_redis_tls_new(settings, err);
		made = redis->tls != NULL;
	}
	redis->place = redis->home;
	if (made)
		return redis;
	td_redis_free(redis);
	return NULL;
}

static void drop_replies(td_redis_t *redis)
{
	for (size_t i = 0; i < redis->reply_count; i++)
		freeReplyObject(redis->replies[i]);
	redis->reply_count = 0;
	if (redis->exec)
		freeReplyObject(redis->exec);
	redis->exec = NULL;
}

void td_redis_free(td_redis_t *redis)
{
	if (!redis)
		return;
	td_redis_close(redis);
	drop_replies(redis);
	free(redis->replies);
	td_buf_free(&redis->pipeline);
	td_redis_tls_free(redis->tls);
	explicit_bzero(redis->password, sizeof redis->password);
	free(redis);
}

/* Forgets what was added; the connection and its WATCH stay. */
static void forget(td_redis_t *redis)
{
	td_buf_clear(&redis->pipeline);
	redis->added = 0;
	redis->adds_watch = false;
}

void td_redis_close(td_redis_t *redis)
{
	if (redis->context)
		redisFree(redis->context);
	redis->context = NULL;
	redis->watching = false;
	forget(redis);
}

void td_redis_add(td_redis_t *redis, size_t count, const td_slice_t *words)
{
	static const char watch[] = "WATCH";
	if (words[0].size == sizeof watch - 1 &&
	    strncasecmp((const char *)words[0].data, watch, sizeof watch - 1) == 0)
		redis->adds_watch = true;
	td_redis_format(&redis->pipeline, count, words);
	redis->added++;
}

void td_redis_add_texts(td_redis_t *redis, const char *const *words)
{
	td_slice_t slices[WORDS_MAX];
	size_t count = 0;
	while (count < WORDS_MAX && words[count]) {
		slices[count] = td_slice_text(words[count]);
		count++;
	}
	if (count > 0 && !words[count])
		td_redis_add(redis, count, slices);
	else
		redis->pipeline.failed = true;
}

size_t td_redis_added(const td_redis_t *redis)
{
	return redis->added;
}

static bool make_room(td_redis_t *redis, size_t count, td_err_t *err)
{
	if (count <= redis->reply_room)
		return true;
	redisReply **replies = realloc(redis->replies, count * sizeof(redisReply *));
	if (!replies)
		return td_err_set(err, TD_EMEMORY, "no memory for %zu replies of Redis", count);
	redis->replies = replies;
	redis->reply_room = count;
	return true;
}

/* Hands `before`, what was added, and `after` to the connection, to be answered by `count` replies.
 */
static bool append(td_redis_t *redis, const char *before, const char *after, size_t count,
		   td_err_t *err)
{
	drop_replies(redis);
	if (!make_room(redis, count, err) || !td_redis_connect(redis, err))
		return false;
	const td_slice_t parts[] = {td_slice_text(before), td_buf_slice(&redis->pipeline),
				    td_slice_text(after)};
	for (size_t i = 0; i < TD_COUNT(parts); i++) {
		if (parts[i].size > 0 &&
		    redisAppendFormattedCommand(redis->context, (const char *)parts[i].data,
						parts[i].size) != REDIS_OK)
			return td_redis_broke(err, redis, redis->context);
	}
	return true;
}

static bool push_out(td_redis_t *redis, td_err_t *err)
{
	int done = 0;
	while (!done) {
		if (redisBufferWrite(redis->context, &done) != REDIS_OK)
			return td_redis_broke(err, redis, redis->context);
	}
	return true;
}

static bool take_replies(td_redis_t *redis, size_t count, td_err_t *err)
{
	while (redis->reply_count < count) {
		void *reply = NULL;
		if (redisGetReply(redis->context, &reply) != REDIS_OK)
			return td_redis_broke(err, redis, redis->context);
		redis->replies[redis->reply_count++] = reply;
	}
	return true;
}

static const char *first_error(const td_redis_t *redis, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (redis->replies[i]->type == REDIS_REPLY_ERROR)
			return redis->replies[i]->str;
	}
	return NULL;
}

/* What a refusal means: true if all of it is to be sent again, elsewhere. Nothing of a pipeline is
 * done by a node that answers MOVED, and a WATCH that is in force elsewhere forbids to go on alone.
 */
static bool follows(td_redis_t *redis, const char *refusal, bool may_follow, td_err_t *err)
{
	td_redis_place_t place = redis->place;
	bool moved = td_redis_moved_read(refusal, &place);
	bool follow = moved && !redis->watching && may_follow;
	if (!follow)
		(void)td_redis_refused(err, &redis->place, refusal);
	if (moved) {
		redis->place = place;
		redisFree(redis->context);
		redis->context = NULL;
	}
	return follow;
}

static const char MULTI[] = "*1\r\n$5\r\nMULTI\r\n", EXEC[] = "*1\r\n$4\r\nEXEC\r\n";

/* Sends and takes `count` replies, and once more wherever the slot has moved to; an error among the
 * first `looked_at` replies is an error. */
static bool exchange_there(td_redis_t *redis, bool transaction, size_t count, size_t looked_at,
			   td_err_t *err)
{
	for (int hops = 0;; hops++) {
		if (!append(redis, transaction ? MULTI : "", transaction ? EXEC : "", count, err) ||
		    !take_replies(redis, count, err))
			return false;
		const char *refusal = first_error(redis, looked_at);
		if (!refusal)
			return true;
		if (!follows(redis, refusal, hops < HOPS_MAX, err))
			return false;
	}
}

/* What ends every run: nothing stays added, and nothing of a failed connection stays. */
static bool finish(td_redis_t *redis, bool done)
{
	if (done) {
		forget(redis);
		return true;
	}
	td_redis_close(redis);
	drop_replies(redis);
	return false;
}

static bool all_fitted(const td_redis_t *redis, td_err_t *err)
{
	return !redis->pipeline.failed ||
	       td_err_set(err, TD_EMEMORY, "a pipeline of %zu commands is larger than %d bytes",
			  redis->added, TD_REDIS_PIPELINE_MAX);
}

bool td_redis_run(td_redis_t *redis, td_err_t *err)
{
	bool done = all_fitted(redis, err) &&
		    exchange_there(redis, false, redis->added, redis->added, err);
	redis->watching = done && (redis->watching || redis->adds_watch);
	return finish(redis, done);
}

/* Looks at the answer to EXEC, the last reply: what happened, or that only a part did. */
static bool judge_exec(td_redis_t *redis, td_redis_exec_t *outcome, td_err_t *err)
{
	redisReply *exec = redis->replies[--redis->reply_count];
	redis->exec = exec;
	*outcome = exec->type == REDIS_REPLY_NIL ? TD_REDIS_EXEC_CONFLICT : TD_REDIS_EXEC_DONE;
	if (exec->type == REDIS_REPLY_NIL)
		return true;
	if (exec->type == REDIS_REPLY_ERROR)
		return td_redis_refused(err, &redis->place, exec->str);
	if (exec->type != REDIS_REPLY_ARRAY || exec->elements != redis->added)
		return td_err_set(err, TD_EINTEGRITY,
				  "EXEC answered %zu of %zu commands; the data may be torn",
				  exec->elements, redis->added);
	for (size_t i = 0; i < exec->elements; i++) {
		if (exec->element[i]->type == REDIS_REPLY_ERROR)
			return td_err_set(err, TD_EINTEGRITY,
					  "torn: command %zu of %zu in a transaction failed, the "
					  "others did not: %s",
					  i + 1, exec->elements, exec->element[i]->str);
	}
	return true;
}

bool td_redis_exec(td_redis_t *redis, td_redis_exec_t *outcome, td_err_t *err)
{
	/* An error before EXEC makes EXEC do nothing. */
	bool done = all_fitted(redis, err) &&
		    exchange_there(redis, true, redis->added + 2, redis->added + 1, err) &&
		    judge_exec(redis, outcome, err);
	redis->watching = false;
	return finish(redis, done);
}

bool td_redis_exec_begin(td_redis_t *redis, td_err_t *err)
{
	bool sent = all_fitted(redis, err) && append(redis, MULTI, EXEC, redis->added + 2, err) &&
		    push_out(redis, err);
	return sent || finish(redis, false);
}

bool td_redis_exec_end(td_redis_t *redis, td_redis_exec_t *outcome, td_err_t *err)
{
	bool done = take_replies(redis, redis->added + 2, err);
	const char *refusal = done ? first_error(redis, redis->added + 1) : NULL;
	if (refusal)
		done = follows(redis, refusal, false, err);
	done = done && judge_exec(redis, outcome, err);
	redis->watching = false;
	return finish(redis, done);
}

const td_redis_reply_t *td_redis_reply(const td_redis_t *redis, size_t index)
{
	const redisReply *reply = NULL;
	if (redis->exec && redis->exec->type == REDIS_REPLY_ARRAY)
		reply = index < redis->exec->elements ? redis->exec->element[index] : NULL;
	else if (!redis->exec && index < redis->reply_count)
		reply = redis->replies[index];
	return (const td_redis_reply_t *)(const void *)reply;
}
