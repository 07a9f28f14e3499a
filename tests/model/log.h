/*
 * log: a topic's one partition: records that are only ever appended, offsets at which there is
 * nothing that a reader gets, and an end that may be cut off.
 *
 * Bytes are the caller's, and live as long as the log.
 */
#ifndef TD_TESTS_MODEL_LOG_H
#define TD_TESTS_MODEL_LOG_H

#include "common/td.h"

enum { TD_MODEL_LOG_MAX = 8192 };

typedef struct td_model_record {
	bool is_there; /* false: a control record, or one that was taken away */
	td_slice_t bytes;
	int64_t append_ms;
} td_model_record_t;

typedef struct td_model_log {
	td_model_record_t records[TD_MODEL_LOG_MAX];
	size_t count;
	int64_t now_ms; /* its broker's clock, for what is appended by a line */
} td_model_log_t;

void td_model_log_append(td_model_log_t *log, td_slice_t bytes, int64_t append_ms);
void td_model_log_skip(td_model_log_t *log);

/* Loses all from `count` on, as a leader that never had it. */
void td_model_log_cut(td_model_log_t *log, size_t count);

/* Messages on their way to a log, in order: sent, not yet appended. */
enum { TD_MODEL_LINE_MAX = 6 };
typedef struct td_model_line {
	td_slice_t messages[TD_MODEL_LINE_MAX];
	size_t count;
} td_model_line_t;

/* False when it is full: the sender waits. */
bool td_model_line_push(td_model_line_t *line, td_slice_t message);

/* Appends the first message to the log, a while after the one before; its offset, or -1 when there
 * is none. */
int64_t td_model_line_append(td_model_line_t *line, td_model_log_t *log);

#endif
