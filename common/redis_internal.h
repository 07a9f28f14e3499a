/*
 * redis_internal: what redis*.c share; nobody else includes it.
 */
#ifndef TD_COMMON_REDIS_INTERNAL_H
#define TD_COMMON_REDIS_INTERNAL_H

#include <hiredis/hiredis.h>

#include "common/buf.h"
#include "common/file.h"
#include "common/redis.h"

enum { TD_REDIS_HOST_MAX = 256 };

/* Where a server is. */
typedef struct td_redis_place {
	char host[TD_REDIS_HOST_MAX]; /* or the path of a socket */
	int port;                     /* 0: a socket */
} td_redis_place_t;

typedef struct td_redis_tls td_redis_tls_t; /* certificates, read once */

struct td_redis {
	const td_redis_settings_t *settings;
	char password[TD_SECRET_MAX]; /* "": none */
	td_redis_tls_t *tls;          /* NULL: plain */
	td_redis_place_t home;        /* as configured */
	td_redis_place_t place;       /* where the slot is, as far as known */
	redisContext *context;        /* NULL: not connected */
	td_buf_t pipeline;            /* what was added, in Redis' protocol */
	size_t added;
	bool adds_watch; /* one of them is WATCH */
	bool watching;   /* a WATCH of an earlier run is in force */
	redisReply **replies;
	size_t reply_count; /* of the last run */
	size_t reply_room;
	redisReply *exec; /* of the last exec */
};

/* Reads an address: "host:port", "[host]:port", "/path"; false if it is none of them. */
TD_MUST_USE bool td_redis_place_read(const char *text, td_redis_place_t *place);

/* Reads where "MOVED 3999 10.0.0.7:6381" points; an empty host is `place`'s own. */
TD_MUST_USE bool td_redis_moved_read(const char *text, td_redis_place_t *place);

/* What an error reply means for us. */
td_code_t td_redis_classify(const char *text);

/* Fills `err` with an error reply of the server at `place`; returns false. */
bool td_redis_refused(td_err_t *err, const td_redis_place_t *place, const char *text);

/* Fills `err` with the failure of a connection; returns false. */
bool td_redis_broke(td_err_t *err, const td_redis_t *redis, const redisContext *context);

/* "host:port" for sentences, in `text`. */
enum { TD_REDIS_NAME_MAX = TD_REDIS_HOST_MAX + 16 };
const char *td_redis_place_name(const td_redis_place_t *place, char text[TD_REDIS_NAME_MAX]);

/* Looks at the answer to INFO: version and eviction policy. */
TD_MUST_USE bool td_redis_check_info(const char *info, td_err_t *err);

/* Adds one command to `pipeline` in Redis' protocol. */
void td_redis_format(td_buf_t *pipeline, size_t count, const td_slice_t *words);

/* TLS; where hiredis has none, td_redis_tls_new says so. */
TD_MUST_USE td_redis_tls_t *td_redis_tls_new(const td_redis_settings_t *settings, td_err_t *err);
void td_redis_tls_free(td_redis_tls_t *tls);
TD_MUST_USE bool td_redis_tls_begin(td_redis_tls_t *tls, const char *host, redisContext *context,
				    td_err_t *err);

#endif
