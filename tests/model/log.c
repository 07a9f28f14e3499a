#include "tests/model/log.h"

#include <stdlib.h>

static void add(td_model_log_t *log, td_model_record_t record)
{
	if (log->count == TD_MODEL_LOG_MAX)
		abort();
	log->records[log->count++] = record;
}

void td_model_log_append(td_model_log_t *log, td_slice_t bytes, int64_t append_ms)
{
	add(log, (td_model_record_t){true, bytes, append_ms});
}

void td_model_log_skip(td_model_log_t *log)
{
	add(log, (td_model_record_t){false, {NULL, 0}, 0});
}

void td_model_log_cut(td_model_log_t *log, size_t count)
{
	if (count < log->count)
		log->count = count;
}

bool td_model_line_push(td_model_line_t *line, td_slice_t message)
{
	if (line->count == TD_MODEL_LINE_MAX)
		return false;
	line->messages[line->count++] = message;
	return true;
}

int64_t td_model_line_append(td_model_line_t *line, td_model_log_t *log)
{
	if (line->count == 0)
		return -1;
	td_model_log_append(log, line->messages[0], ++log->now_ms);
	line->count--;
	memmove(line->messages, line->messages + 1, line->count * sizeof line->messages[0]);
	return (int64_t)log->count - 1;
}
