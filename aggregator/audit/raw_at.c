#include "aggregator/audit/raw_at.h"

#include <stdlib.h>

enum { WAIT_MS = 200 };

/* One reading of the log. */
typedef struct cursor {
	td_feed_t *feed;
	const td_raw_t *events;
	size_t count, at;
	uint64_t from; /* nothing below it can be had without going back */
	bool ended;
} cursor_t;

struct td_raw_at {
	const td_logs_t *logs;
	size_t index;
	cursor_t ahead, behind;
};

td_raw_at_t *td_raw_at_new(const td_logs_t *logs, size_t index)
{
	td_raw_at_t *raws = calloc(1, sizeof *raws);
	if (raws != NULL)
		*raws = (td_raw_at_t){.logs = logs, .index = index};
	return raws;
}

void td_raw_at_free(td_raw_at_t *raws)
{
	if (raws == NULL)
		return;
	td_feed_free(raws->ahead.feed);
	td_feed_free(raws->behind.feed);
	free(raws);
}

static bool open_at(const td_raw_at_t *raws, cursor_t *cursor, uint64_t offset, td_err_t *err)
{
	uint64_t end = td_logs_get(raws->logs, raws->index)->end;
	td_feed_free(cursor->feed);
	*cursor = (cursor_t){.from = offset};
	cursor->feed = td_feed_open(raws->logs, raws->index, (td_feed_range_t){offset, end}, err);
	return cursor->feed != NULL;
}

static bool read_to(cursor_t *cursor, uint64_t offset, const td_raw_t **raw, td_err_t *err)
{
	while (!cursor->ended) {
		for (; cursor->at < cursor->count; cursor->at++) {
			*raw = &cursor->events[cursor->at];
			if ((*raw)->offset >= offset) {
				cursor->from = offset;
				return true;
			}
		}
		cursor->at = 0;
		td_fed_t fed =
			td_feed_next(cursor->feed, WAIT_MS, &cursor->events, &cursor->count, err);
		if (fed == TD_FED_FAILED)
			return false;
		cursor->ended = fed == TD_FED_END;
	}
	*raw = NULL;
	return true;
}

bool td_raw_at(td_raw_at_t *raws, uint64_t offset, const td_raw_t **raw, td_err_t *err)
{
	cursor_t *cursor = &raws->ahead;
	if (cursor->feed != NULL && offset < cursor->from)
		cursor = &raws->behind;
	if ((cursor->feed == NULL || offset < cursor->from) && !open_at(raws, cursor, offset, err))
		return false;
	return read_to(cursor, offset, raw, err);
}
