#include <errno.h>
#include <stdlib.h>

#include "common/redis_internal.h"

const td_opt_t td_redis_options[] = {
	{.section = "redis",
	 .name = "address",
	 .flag = "redis",
	 .argument = "HOST:PORT",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(td_redis_settings_t, address),
	 .standard = "localhost:6379",
	 .doc = "where Redis is; or the path of its socket"},
	{.section = "redis",
	 .name = "user",
	 .flag = "redis-user",
	 .argument = "NAME",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(td_redis_settings_t, user),
	 .doc = "Redis user to log in as"},
	{.section = "redis",
	 .name = "password-file",
	 .flag = "redis-password-file",
	 .argument = "FILE",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_redis_settings_t, password_file),
	 .doc = "file with the password, which only its owner may read"},
	{.section = "redis",
	 .name = "tls",
	 .flag = "redis-tls",
	 .type = TD_OPT_BOOL,
	 .at = offsetof(td_redis_settings_t, tls),
	 .doc = "encrypt the connection and check the server's certificate"},
	{.section = "redis",
	 .name = "tls-ca",
	 .flag = "redis-tls-ca",
	 .argument = "FILE",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_redis_settings_t, tls_ca),
	 .doc = "certificates to trust, PEM; else those of the system"},
	{.section = "redis",
	 .name = "tls-cert",
	 .flag = "redis-tls-cert",
	 .argument = "FILE",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_redis_settings_t, tls_cert),
	 .doc = "own certificate, PEM"},
	{.section = "redis",
	 .name = "tls-key",
	 .flag = "redis-tls-key",
	 .argument = "FILE",
	 .type = TD_OPT_PATH,
	 .at = offsetof(td_redis_settings_t, tls_key),
	 .doc = "key of the own certificate, PEM"},
	{.section = "redis",
	 .name = "connect-timeout",
	 .flag = "redis-connect-timeout",
	 .argument = "TIME",
	 .type = TD_OPT_DURATION,
	 .at = offsetof(td_redis_settings_t, connect_timeout_ms),
	 .standard = "5s",
	 .min = 10,
	 .max = 600000,
	 .doc = "how long to wait for a connection"},
	{.section = "redis",
	 .name = "command-timeout",
	 .flag = "redis-command-timeout",
	 .argument = "TIME",
	 .type = TD_OPT_DURATION,
	 .at = offsetof(td_redis_settings_t, command_timeout_ms),
	 .standard = "30s",
	 .min = 10,
	 .max = 600000,
	 .doc = "how long to wait for a reply"},
};
const size_t td_redis_option_count = TD_COUNT(td_redis_options);

static struct timeval duration(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

bool td_redis_broke(td_err_t *err, const td_redis_t *redis, const redisContext *context)
{
	char name[TD_REDIS_NAME_MAX];
	bool late = context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == EWOULDBLOCK);
	return td_err_set(err, TD_EUNAVAILABLE, "Redis at %s: %s",
			  td_redis_place_name(&redis->place, name),
			  late ? "no reply within the time-out" : context->errstr);
}

/* One command during log-in; NULL and `err` when it fails. The caller frees the reply. */
static redisReply *ask(const td_redis_t *redis, redisContext *context, size_t count,
		       const td_slice_t *words, td_err_t *err)
{
	const char *texts[4];
	size_t sizes[4];
	for (size_t i = 0; i < count; i++) {
		texts[i] = (const char *)words[i].data;
		sizes[i] = words[i].size;
	}
	redisReply *reply = redisCommandArgv(context, (int)count, texts, sizes);
	if (!reply) {
		(void)td_redis_broke(err, redis, context);
		return NULL;
	}
	if (reply->type != REDIS_REPLY_ERROR)
		return reply;
	(void)td_redis_refused(err, &redis->place, reply->str);
	freeReplyObject(reply);
	return NULL;
}

static bool log_in(const td_redis_t *redis, redisContext *context, td_err_t *err)
{
	if (redis->password[0] == '\0')
		return true;
	td_slice_t words[3] = {td_slice_text("AUTH")};
	size_t count = 1;
	if (redis->settings->user)
		words[count++] = td_slice_text(redis->settings->user);
	words[count++] = td_slice_text(redis->password);
	redisReply *reply = ask(redis, context, count, words, err);
	if (reply)
		freeReplyObject(reply);
	else if (err->code == TD_EBUG) /* whatever it says about AUTH is about settings */
		err->code = TD_ECONFIG;
	return reply != NULL;
}

static bool check_server(const td_redis_t *redis, redisContext *context, td_err_t *err)
{
	char name[TD_REDIS_NAME_MAX];
	td_slice_t info = td_slice_text("INFO");
	redisReply *reply = ask(redis, context, 1, &info, err);
	if (!reply)
		return false;
	bool right = td_redis_check_info(reply->str ? reply->str : "", err);
	freeReplyObject(reply);
	return right || td_err_prefix(err, "Redis at %s", td_redis_place_name(&redis->place, name));
}

/* Time-outs, encryption, log-in and checks of a fresh connection. */
static bool prepare(const td_redis_t *redis, redisContext *context, td_err_t *err)
{
	if (context->err)
		return td_redis_broke(err, redis, context);
	if (redis->place.port != 0 && redisEnableKeepAlive(context) != REDIS_OK)
		return td_redis_broke(err, redis, context);
	if (redisSetTimeout(context, duration(redis->settings->command_timeout_ms)) != REDIS_OK)
		return td_redis_broke(err, redis, context);
	if (redis->tls && !td_redis_tls_begin(redis->tls, redis->place.host, context, err))
		return false;
	return log_in(redis, context, err) && check_server(redis, context, err);
}

bool td_redis_connect(td_redis_t *redis, td_err_t *err)
{
	if (redis->context)
		return true;
	const td_redis_place_t *place = &redis->place;
	struct timeval limit = duration(redis->settings->connect_timeout_ms);
	redisContext *context = place->port == 0
					? redisConnectUnixWithTimeout(place->host, limit)
					: redisConnectWithTimeout(place->host, place->port, limit);
	if (!context)
		return td_err_set(err, TD_EMEMORY, "no memory for a connection to Redis");
	redis->watching = false;
	if (prepare(redis, context, err)) {
		redis->context = context;
		return true;
	}
	redisFree(context);
	redis->place = redis->home; /* a node that moved away may be gone */
	return false;
}
