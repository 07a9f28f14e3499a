/*
 * log: one line of logfmt an event, on standard error.
 *
 *	td_log(TD_LOG_WARN, "position_lost", td_log_text("reporter", "vn-06"),
 *	       td_log_int("offset", 17));
 *	time=2021-06-01T02:03:04.005Z level=warn event=position_lost reporter=vn-06 offset=17
 *
 * Values are quoted and escaped where they need it, so that a line stays a line whatever is in it.
 * Each line is one write, so that lines of threads and processes do not mix. Secrets are never
 * given to it.
 */
#ifndef TD_COMMON_LOG_H
#define TD_COMMON_LOG_H

#include "common/err.h"
#include "common/opt.h"
#include "common/td.h"

typedef enum td_log_level { TD_LOG_DEBUG, TD_LOG_INFO, TD_LOG_WARN, TD_LOG_ERROR } td_log_level_t;

/* One key and its value; made by the functions below. */
typedef struct td_log_field {
	const char *key; /* static text; NULL ends a list */
	td_slice_t text; /* the value, if data is not NULL */
	int64_t number;  /* else this one */
} td_log_field_t;

enum { TD_LOG_FIELDS_MAX = 16 }; /* more do not compile */

/* A text value; NULL is written as "". */
static inline td_log_field_t td_log_text(const char *key, const char *text)
{
	return (td_log_field_t){key, td_slice_text(text ? text : ""), 0};
}

/* A text value that is not terminated. */
static inline td_log_field_t td_log_slice(const char *key, td_slice_t text)
{
	return (td_log_field_t){key, {text.data ? text.data : (const uint8_t *)"", text.size}, 0};
}

static inline td_log_field_t td_log_int(const char *key, int64_t number)
{
	return (td_log_field_t){key, {NULL, 0}, number};
}

/* key "error" and the sentence of `err`. */
static inline td_log_field_t td_log_err(const td_err_t *err)
{
	return td_log_text("error", err->text);
}

/* Writes one line, if `level` is at or above the level set: td_log(level, "event", fields...). */
#define td_log(level, event, ...)                                                                  \
	td_log_write((level), (event), (const td_log_field_t[TD_LOG_FIELDS_MAX + 1]){__VA_ARGS__})

/* What td_log calls: `fields` ends with a NULL key. */
void td_log_write(td_log_level_t level, const char *event, const td_log_field_t *fields);

/* The section [log]. */
typedef struct td_log_settings {
	const char *level; /* debug, info, warn or error */
} td_log_settings_t;

extern const td_opt_t td_log_options[]; /* into td_log_settings_t */
extern const size_t td_log_option_count;

/* Takes the settings over, for the whole process; call it before threads start. `program` is added
 * to each line, or NULL. */
void td_log_start(const td_log_settings_t *settings, const char *program);

/* Holds back a message that repeats; all-zero at first, one for each message and cause. */
typedef struct td_log_limit {
	int64_t next_ms;
	int64_t held;
} td_log_limit_t;

/* True if the message may be written at `now_ms` (monotonic), then not again for `every_ms`;
 * `held` gets how many were held back since the last. */
TD_MUST_USE bool td_log_allowed(td_log_limit_t *limit, int64_t now_ms, int64_t every_ms,
				int64_t *held);

#endif
