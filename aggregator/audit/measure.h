/*
 * measure: a figure that is asked about: a metric, or a rate with all that it is made of.
 *
 * Pure.
 */
#ifndef TD_AGGREGATOR_AUDIT_MEASURE_H
#define TD_AGGREGATOR_AUDIT_MEASURE_H

#include "aggregator/contribute.h"
#include "aggregator/metric.h"
#include "aggregator/window.h"
#include "common/err.h"

typedef struct td_measure {
	const char *code, *vi, *en;
	size_t count; /* of metrics; more than one for a rate; 0: all there are (of td_measure_cut)
		       */
	td_metric_t metrics[2 * TD_RATE_TERMS_MAX];
	td_days_t days;
} td_measure_t;

/* The measure of that code over the days; TD_EUSAGE when there is none. */
TD_MUST_USE bool td_measure_find(const char *code, td_days_t days, td_measure_t *measure,
				 td_err_t *err);

/* What the contributions add to the measure's metric `which`, all provinces together. */
int64_t td_measure_sum(const td_measure_t *measure, size_t which, const td_contributions_t *adds);

/* Whether anything of the contributions falls into it. */
bool td_measure_touches(const td_measure_t *measure, const td_contributions_t *adds);

/* The contributions that fall into it. */
void td_measure_cut(const td_measure_t *measure, const td_contributions_t *adds,
		    td_contributions_t *cut);

/* Whether both add the same to it, in each province. */
bool td_measure_same(const td_measure_t *measure, const td_contributions_t *a,
		     const td_contributions_t *b);

#endif
