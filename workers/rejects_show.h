/*
 * rejects_show: rejections as tables for people, as CSV and as JSON.
 *
 * Vietnamese first, English by option; CSV and JSON have the same codes in either language.
 */
#ifndef TD_WORKERS_REJECTS_SHOW_H
#define TD_WORKERS_REJECTS_SHOW_H

#include "common/arena.h"
#include "common/buf.h"
#include "workers/rejections.h"

typedef enum td_rejects_format {
	TD_REJECTS_TABLE,
	TD_REJECTS_JSON, /* one object a line */
	TD_REJECTS_CSV,
} td_rejects_format_t;

/* What is to be shown, and how. */
typedef struct td_rejects_view {
	const td_rejections_t *list;
	uint32_t code;    /* only with this reason; 0: any */
	int64_t since_ms; /* only of events appended then or later */
	bool all;         /* corrected, outdated and nameless ones too */
	bool english;
	td_rejects_format_t format;
	td_arena_t *arena;
} td_rejects_view_t;

/* Each of these appends a whole answer to `out`; TD_EMEMORY. */

/* The rejections, one a line; a table ends with the sentence of each code in it. */
TD_MUST_USE bool td_rejects_list(const td_rejects_view_t *view, td_buf_t *out, td_err_t *err);

/* How many there are, by reporter and code; `all` shows the open ones beside. */
TD_MUST_USE bool td_rejects_count(const td_rejects_view_t *view, td_buf_t *out, td_err_t *err);

/*
 * One rejection with every reason and the event: as a row for thidua-producer, so without source,
 * epoch and sequence, if it can be read at all; else its bytes in base64.
 */
TD_MUST_USE bool td_rejects_one(const td_rejects_view_t *view, const td_rejection_t *rejection,
				td_buf_t *out, td_err_t *err);

#endif
