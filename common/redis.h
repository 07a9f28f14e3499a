/*
 * redis: a session with one Redis server, made for pipelines and for MULTI ... EXEC.
 *
 * redis*.c are the only files that include hiredis. Commands are added and then run together:
 *
 *	td_redis_add_words(redis, "WATCH", key);
 *	td_redis_add_words(redis, "HGETALL", key);
 *	if (!td_redis_run(redis, &err))
 *		...
 *	head = td_redis_reply(redis, 1);
 *
 * After any error the connection is closed, whatever was added is forgotten, and the next run
 * connects again, logs in and checks the server; so a WATCH never outlives its connection. Against
 * a Redis Cluster a session serves the keys of one slot: it follows MOVED; a slot that is just
 * being moved (ASK, TRYAGAIN) is TD_EUNAVAILABLE until the move is over, because some of its keys
 * would look absent.
 *
 * Errors: TD_EUNAVAILABLE: away, slow, loading, read-only, out of memory or disk (say so, wait, try
 * again); TD_ECONFIG: password, rights, eviction policy, version; TD_EINTEGRITY: a reply that says
 * that the data is not what thidua wrote (WRONGTYPE), see td_redis_exec.
 */
#ifndef TD_COMMON_REDIS_H
#define TD_COMMON_REDIS_H

#include "common/err.h"
#include "common/opt.h"
#include "common/td.h"

typedef struct td_redis td_redis_t;
typedef struct td_redis_reply td_redis_reply_t;

/* The section [redis]. */
typedef struct td_redis_settings {
	const char *address;       /* "host:port", "[::1]:6379" or "/path/of/socket" */
	const char *user;          /* ACL user; NULL: the default one */
	const char *password_file; /* NULL: no password */
	bool tls;
	const char *tls_ca; /* PEM files; NULL: the system's, no client certificate */
	const char *tls_cert;
	const char *tls_key;
	int64_t connect_timeout_ms;
	int64_t command_timeout_ms; /* for each wait for a reply */
} td_redis_settings_t;

extern const td_opt_t td_redis_options[]; /* into td_redis_settings_t */
extern const size_t td_redis_option_count;

typedef enum td_redis_kind {
	TD_REDIS_NIL,
	TD_REDIS_TEXT, /* bulk or status */
	TD_REDIS_INTEGER,
	TD_REDIS_ARRAY,
} td_redis_kind_t;

typedef enum td_redis_exec {
	TD_REDIS_EXEC_DONE,     /* all of it happened */
	TD_REDIS_EXEC_CONFLICT, /* none of it: a watched key was changed */
} td_redis_exec_t;

enum { TD_REDIS_PIPELINE_MAX = 64 * 1024 * 1024 }; /* bytes added between two runs */

/* A session, not connected yet; reads the password file. NULL and `err` (TD_ECONFIG). The settings
 * are kept by reference. */
TD_MUST_USE td_redis_t *td_redis_new(const td_redis_settings_t *settings, td_err_t *err);
void td_redis_free(td_redis_t *redis);

/*
 * Connects now, if not connected: logs in, refuses (TD_ECONFIG) a server older than 7 or with an
 * eviction policy other than noeviction. Done by td_redis_run and _exec too.
 */
TD_MUST_USE bool td_redis_connect(td_redis_t *redis, td_err_t *err);

/* Closes the connection and forgets what was added. */
void td_redis_close(td_redis_t *redis);

/* Adds one command of `count` words; copies them. Too much is noticed by run or exec
 * (TD_EMEMORY). */
void td_redis_add(td_redis_t *redis, size_t count, const td_slice_t *words);

/* The same from terminated words: td_redis_add_words(redis, "HGET", key, field). */
#define td_redis_add_words(redis, ...)                                                             \
	td_redis_add_texts((redis), (const char *const[]){__VA_ARGS__, NULL})
void td_redis_add_texts(td_redis_t *redis, const char *const *words);

/* Commands added and not yet run. */
size_t td_redis_added(const td_redis_t *redis);

/* Sends what was added and takes all replies. An error reply to any of them is an error. */
TD_MUST_USE bool td_redis_run(td_redis_t *redis, td_err_t *err);

/*
 * The same within MULTI ... EXEC. TD_EUNAVAILABLE may mean that all of it happened or none:
 * read again. TD_EINTEGRITY ("torn"): EXEC ran and some of its commands failed, so that Redis holds
 * a part of it. A watched key that changed is true with CONFLICT.
 */
TD_MUST_USE bool td_redis_exec(td_redis_t *redis, td_redis_exec_t *outcome, td_err_t *err);

/*
 * The same in two steps, so that something else can be done while Redis works: begin sends, end
 * takes the answer. Between them nothing may be added or run; td_redis_close gives the answer up.
 * Needs a WATCH in force: where the slot has moved, it ends with an error and is to be tried anew.
 */
TD_MUST_USE bool td_redis_exec_begin(td_redis_t *redis, td_err_t *err);
TD_MUST_USE bool td_redis_exec_end(td_redis_t *redis, td_redis_exec_t *outcome, td_err_t *err);

/* The reply to the `index`-th command of the last run or exec (0-based, MULTI not counted), valid
 * until something is run again; NULL if there is none. */
const td_redis_reply_t *td_redis_reply(const td_redis_t *redis, size_t index);

/* Looking at replies; of NULL: NIL. */
td_redis_kind_t td_redis_reply_kind(const td_redis_reply_t *reply);
/* The bytes of a TEXT; {NULL, 0} for others. */
td_slice_t td_redis_reply_text(const td_redis_reply_t *reply);
/* Elements of an ARRAY; 0 for others. */
size_t td_redis_reply_count(const td_redis_reply_t *reply);
/* An element; NULL out of range. */
const td_redis_reply_t *td_redis_reply_at(const td_redis_reply_t *reply, size_t index);
/* An INTEGER, or a TEXT that is exactly a decimal int64; false for others. */
TD_MUST_USE bool td_redis_reply_number(const td_redis_reply_t *reply, int64_t *number);

#endif
