/*
 * published: figures that were printed elsewhere, read from CSV, and what tallies say of each.
 *
 * Pure. The columns are those of `thidua-tally --format csv`; `metric` and `value` must be there,
 * `province` ("all" or nothing: the sum), `unit`, `dimension` ("severity=very,especially", or a
 * value's code alone), `denominator` (of a rate), `bucket_on` and `hour` may be; others are passed
 * over.
 */
#ifndef TD_AGGREGATOR_AUDIT_PUBLISHED_H
#define TD_AGGREGATOR_AUDIT_PUBLISHED_H

#include "aggregator/answer.h"
#include "aggregator/audit/diff.h"
#include "common/arena.h"
#include "common/err.h"

enum { TD_PUBLISHED_MAX = 5000 };

/* One printed figure and what the log comes to. */
typedef struct td_published {
	size_t line; /* of the file, from 1 */
	const char *metric, *province, *unit, *dimension;
	td_figure_t figure;
	int64_t value, denominator;
	bool has_denominator;
	int64_t first_day;   /* of the days that it is of, as YYYYMMDD; 0: the file does not say */
	int64_t over, under; /* by the log */
} td_published_t;

/* Reads the file; everything lives in `arena`. TD_EDATA names the line. */
TD_MUST_USE bool td_published_read(td_slice_t csv, td_arena_t *arena, td_published_t **rows,
				   size_t *count, td_err_t *err);

/* Adds a tally of a day to the figure, if it belongs there. */
void td_published_add(td_published_t *row, const td_field_t *tally, int64_t value);

/* Whether the log comes to what was printed. */
bool td_published_holds(const td_published_t *row);

#endif
