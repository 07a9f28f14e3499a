/*
 * contribute: what one statement adds to the tallies: a short list of (metric, dimensions, area,
 * day, hour, amount).
 *
 * Pure; defined by the metric catalogue. A retraction and a statement that does not count (an
 * annulled case, a refused award) add nothing.
 */
#ifndef TD_AGGREGATOR_CONTRIBUTE_H
#define TD_AGGREGATOR_CONTRIBUTE_H

#include "common/td.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

enum {
	TD_CONTRIBUTIONS_MAX = 16, /* no kind of record adds more */
	TD_AREAS_MAX = 2,          /* provinces in which one record counts */
	TD_HOUR_NONE = -1,
};

typedef struct td_contribution {
	int64_t amount; /* not 0; |amount| <= 2^50 */
	int32_t day;
	uint16_t metric;
	uint8_t dim1, dim2; /* 0 where the metric has no such dimension */
	uint8_t province;   /* index into provinces */
	int8_t hour;        /* 0..23 local, or TD_HOUR_NONE when only the day is known */
} td_contribution_t;

typedef struct td_contributions {
	size_t count;
	char provinces[TD_AREAS_MAX][TD_AREA_MAX];
	char unit[TD_AREA_MAX];                        /* "" when it counts for no unit */
	td_contribution_t items[TD_CONTRIBUTIONS_MAX]; /* sorted by (metric, dims, province, day,
							  hour), each at most once */
} td_contributions_t;

/* What the enriched statement adds. Cannot fail: validate has bounded all it looks at. */
void td_contribute(const Thidua__V1__Event *event, const Thidua__V1__Enriched *enriched,
		   td_contributions_t *contributions);

#endif
