/*
 * metric: the catalogue: what is counted, in which unit, by which dimensions, and the rates that
 * are computed from it at read time.
 *
 * One table, aggregator/metric.def, gives enum, codes, texts, manual and tests. An id is never
 * reused: it stands in Redis, in record states and in old answers. A metric is a sum of whole
 * numbers; a rate is a quotient of two sums of the same days, never stored.
 */
#ifndef TD_AGGREGATOR_METRIC_H
#define TD_AGGREGATOR_METRIC_H

#include "common/td.h"

typedef enum td_metric {
	TD_METRIC_NONE = 0,
#define TD_METRIC(id, name, code, unit, dim1, dim2, vi, en, definition) TD_METRIC_##name = (id),
#include "aggregator/metric.def"
#undef TD_METRIC
} td_metric_t;

/* What a dimension's number means: an enum of the contract. */
typedef enum td_dimension {
	TD_DIM_NONE,
	TD_DIM_SEVERITY,
	TD_DIM_CRIME_GROUP,
	TD_DIM_ACCIDENT_CLASS,
	TD_DIM_TRAFFIC_MODE,
	TD_DIM_PURPOSE,
	TD_DIM_FUND,
	TD_DIM_HOUSE_KIND,
	TD_DIM_AWARD_LEVEL,
	TD_DIM_AWARD_FORM,
	TD_DIM_TITLE,
	TD_DIM_RECIPIENT,
	TD_DIM_ARREST_KIND,
	TD_DIM_SCORE_STAGE,
	TD_DIM_CRITERION,   /* number of a cluster's criterion */
	TD_DIM_METRIC,      /* id of a metric or rate: what a target is for */
	TD_DIM_PERIOD_KIND, /* which period a target is for */
} td_dimension_t;

typedef struct td_metric_info {
	td_metric_t metric;
	const char *code; /* "cases.solved_current" */
	const char *unit; /* "case", "person", "VND", "0.1 day" */
	td_dimension_t dim1, dim2;
	const char *vi, *en;    /* label */
	const char *definition; /* one sentence: what counts, on which day, source of the rule */
} td_metric_info_t;

/* The entry of a metric; NULL for an id or code that this release does not know. */
const td_metric_info_t *td_metric_find(uint32_t id);
const td_metric_info_t *td_metric_by_code(const char *code);

/* Whether it is counted when something happens, and so at an hour if that is known: all else lies
 * on the day of a decision or the last one of a period. */
bool td_metric_has_hours(uint32_t id);

/* All entries in the order of their ids. */
const td_metric_info_t *td_metric_all(size_t *count);

enum { TD_RATE_TERMS_MAX = 2, TD_RATE_ID_FROM = 200 };

/* A rate: sum of the numerators ÷ sum of the denominators, in percent, rounded half up to two
 * decimals. Ids from TD_RATE_ID_FROM to 255, so that a target can name a metric or a rate. */
typedef struct td_rate_info {
	uint32_t id;
	const char *code; /* "clearance" */
	td_metric_t numerators[TD_RATE_TERMS_MAX],
		denominators[TD_RATE_TERMS_MAX]; /* NONE: unused */
	const char *vi, *en, *definition;
} td_rate_info_t;

const td_rate_info_t *td_rate_by_code(const char *code);
const td_rate_info_t *td_rate_all(size_t *count);

/* numerator × 10000 ÷ denominator, half up, for denominator > 0; exact while both are below 2^53,
 * and never beyond 64 bits. */
int64_t td_rate_hundredths(int64_t numerator, int64_t denominator);

#endif
