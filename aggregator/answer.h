/*
 * answer: from cells to figures: sums, rates, the year before, targets and ranks.
 *
 * Pure. The shell (aggregator/tally_read.h) feeds it every cell of the hashes that
 * td_window_buckets named; the answer keeps what the query asks for and adds it up.
 */
#ifndef TD_AGGREGATOR_ANSWER_H
#define TD_AGGREGATOR_ANSWER_H

#include "aggregator/contribute.h"
#include "aggregator/layout.h"
#include "aggregator/metric.h"
#include "aggregator/window.h"
#include "common/err.h"

#include <thidua/v1/tally.pb-c.h>

/* A metric or a rate, as a query names it. */
typedef struct td_figure {
	uint32_t id;
	const char *code, *unit, *vi, *en;
	td_metric_t over[TD_RATE_TERMS_MAX];  /* what is summed; NONE: unused */
	td_metric_t under[TD_RATE_TERMS_MAX]; /* what it is divided by; both NONE: it is no rate */
	td_dimension_t dim1, dim2;
	td_dimension_t only;   /* keep some values of this dimension; NONE: all */
	uint64_t only_values;  /* bit (1 << value) for each value kept */
	const char *selection; /* how `only` is written: "severity=very,especially"; "" for all */
} td_figure_t;

/* Whether all of them are counted by hours; TD_EUSAGE, naming one that is not: it would be 0. */
TD_MUST_USE bool td_figure_check_hours(const td_figure_t *figures, size_t count, td_err_t *err);

/* How many decimals its unit leaves to the whole number: "0.1 day" has one. */
unsigned td_figure_decimals(const td_figure_t *figure);

/* The figure of that code; false, TD_EUSAGE, naming the nearest code when there is none. */
TD_MUST_USE bool td_figure_find(const char *code, td_figure_t *figure, td_err_t *err);
bool td_figure_is_rate(const td_figure_t *figure);

/* The figure with that id in digits, by which targets name it; false when there is none. */
bool td_figure_by_number(const char *number, td_figure_t *figure);

/* Narrows the figure to some values of one of its dimensions: "severity=very,especially"; "" keeps
 * all. `selection` must outlive the figure. TD_EUSAGE, naming what is wrong. */
TD_MUST_USE bool td_figure_select(td_figure_t *figure, const char *selection, td_err_t *err);

/* Whether the figures, as they are narrowed, can be split by `by` (NONE: not): one of them has it,
 * and what is not split adds up: stages of a score do not, nor do targets. TD_EUSAGE, saying what
 * to write. */
TD_MUST_USE bool td_figure_check_splits(const td_figure_t *figures, size_t count, td_dimension_t by,
					td_err_t *err);

enum { TD_FIGURES_MAX = 64, TD_PROVINCES_MAX = 64, TD_ROWS_MAX = 200000 };
static_assert(TD_PROVINCES_MAX <= 64, "a row has a bit for each of them");

/* A province that became one of those asked for: what counted there counts for that one. */
typedef struct td_former {
	const char *id;
	uint16_t province; /* index into the query's provinces */
} td_former_t;

enum { TD_FORMER_MAX = 128 };

typedef struct td_query {
	td_figure_t figures[TD_FIGURES_MAX];
	size_t figure_count;
	const char *provinces[TD_PROVINCES_MAX]; /* whose figures, in order of presentation */
	size_t province_count;
	td_former_t former[TD_FORMER_MAX]; /* none of them is asked for itself */
	size_t former_count;
	bool named_provinces; /* they were asked for by name, and are no whole cluster */
	bool by_province;     /* else their sum, as "all" */
	bool by_unit;
	td_dimension_t by; /* split by this dimension, where a figure has it; NONE: not */
	td_each_t each;    /* split over time */
	td_calendar_t calendar;
	td_grain_t grain; /* the hashes that are read: HOUR when hours are asked for */
	td_days_t days;
	int8_t first_hour, last_hour; /* with hours: of the first and of the last day, included */
	td_days_t before;             /* days to compare with; empty: none */
	Thidua__V1__PeriodKind period_kind; /* of the days, for targets; UNSPECIFIED: no targets */
	bool rank;                          /* number the provinces by the figure, highest first */
} td_query_t;

typedef struct td_answer td_answer_t;

/* An empty answer to `query`, which must outlive it; NULL when memory is out. Caller frees. */
TD_MUST_USE td_answer_t *td_answer_new(const td_query_t *query);
void td_answer_free(td_answer_t *answer);

/* Adds one cell of the hash `bucket`; `before` when that hash belongs to the days before. False,
 * TD_EMEMORY, when there are more than TD_ROWS_MAX rows. */
TD_MUST_USE bool td_answer_add(td_answer_t *answer, bool before, const td_bucket_t *bucket,
			       const td_cell_t *cell, int64_t value, td_err_t *err);

/* One line of the answer. */
typedef struct td_row {
	uint32_t figure;         /* index into the query's figures */
	int32_t bucket_day;      /* first day of the bucket, or of all days */
	int8_t hour;             /* or TD_HOUR_NONE */
	uint8_t dim;             /* value of the dimension asked for; 0: all */
	uint16_t province_index; /* into the query's provinces; province_count: their sum */
	char unit[TD_AREA_MAX];  /* "" unless by unit */
	int64_t over, under, over_before, under_before;
	int64_t target;    /* summed over the provinces; of a rate the one that all of them have */
	uint64_t targeted; /* bit (1 << index) for each province that has one */
	bool has_target;   /* each of its provinces has; of a rate, the same one */
	bool targets_differ;
	uint32_t rank;
} td_row_t;

/* Makes sure that the answer has the row of that figure, bucket, province, unit and dimension: 0
 * unless something was or will be counted. TD_EMEMORY, as above. */
TD_MUST_USE bool td_answer_mention(td_answer_t *answer, const td_row_t *row, td_err_t *err);

/* Sorts and ranks; the rows live as long as the answer. Rows come by figure, bucket, hour,
 * province, unit, dimension; ranked ones by figure, dimension, rank. Without by_unit and by, a
 * figure has a row for each bucket and province even where nothing was counted. */
TD_MUST_USE bool td_answer_finish(td_answer_t *answer, const td_row_t **rows, size_t *count,
				  td_err_t *err);

/* over ÷ under in hundredths of a percent; false when it is no rate or nothing is under it. */
bool td_row_rate(const td_query_t *query, const td_row_t *row, int64_t *hundredths);

#endif
