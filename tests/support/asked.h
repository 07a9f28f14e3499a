/*
 * asked: an answer to a query, made of cells that a test gives.
 *
 *	td_query_t query = td_asked_query("clearance");
 *	td_answer_t *answer = td_asked(&query, given, TD_COUNT(given), &rows, &count);
 */
#ifndef TD_TESTS_SUPPORT_ASKED_H
#define TD_TESTS_SUPPORT_ASKED_H

#include "aggregator/answer.h"

/* A cell of a day's hash, or of an hour's, and what it is worth. */
typedef struct td_given {
	bool before; /* of the year before */
	int32_t on;  /* yyyymmdd */
	td_cell_t cell;
	int64_t value;
} td_given_t;

/* A cell of no hour: CELL(CASE_OCCURRED, severity, group, "vn-06"). */
#define CELL(metric_, dim1_, dim2_, area_)                                                         \
	{                                                                                          \
		.metric = TD_METRIC_##metric_, .dim1 = dim1_, .dim2 = dim2_, .hour = TD_HOUR_NONE, \
		.area = area_                                                                      \
	}

/* Short names of dimensions, and of the kind of period that is asked for. */
enum {
	LESS = THIDUA__V1__SEVERITY__SEVERITY_LESS,
	VERY = THIDUA__V1__SEVERITY__SEVERITY_VERY,
	ESPECIALLY = THIDUA__V1__SEVERITY__SEVERITY_ESPECIALLY,
	ORDER = THIDUA__V1__CRIME_GROUP__CRIME_GROUP_SOCIAL_ORDER,
	YEAR = THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_YEAR,
};

/* The day of yyyymmdd. */
int32_t td_asked_day(int32_t yyyymmdd);

/* The figure for vn-06 and vn-69 in the police year 2021, beside the year before. */
td_query_t td_asked_query(const char *figure);

/* The answer and its rows; caller frees it. Fails the test when it cannot be made. */
td_answer_t *td_asked(const td_query_t *query, const td_given_t *given, size_t count,
		      const td_row_t **rows, size_t *row_count);

#endif
