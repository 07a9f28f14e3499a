/*
 * contribute_body: what the files of contribute share: a list that is being made, body by body.
 *
 * Pure; for aggregator/contribute*.c only.
 */
#ifndef TD_AGGREGATOR_CONTRIBUTE_BODY_H
#define TD_AGGREGATOR_CONTRIBUTE_BODY_H

#include "aggregator/contribute.h"
#include "aggregator/metric.h"

/* Where and when what is added at a stage counts. */
typedef struct td_place {
	Thidua__V1__StageKind stage;
	bool counts; /* false: the record has not come to that stage */
	int32_t day;
	uint8_t province; /* index into provinces */
	int8_t hour;
} td_place_t;

typedef struct td_contributing {
	const Thidua__V1__Event *event;
	const Thidua__V1__Enriched *enriched;
	td_contributions_t *made;
	td_place_t place; /* of the addition before: most follow another at the same stage */
} td_contributing_t;

/* What is added on the day and in the province of one stage. */
typedef struct td_addition {
	Thidua__V1__StageKind stage;
	td_metric_t metric;
	uint32_t dim1, dim2;
	int64_t amount;
} td_addition_t;

/* The record's stage of that kind; NULL when it has not come to it. */
const Thidua__V1__Stage *td_contributing_stage(const td_contributing_t *to,
					       Thidua__V1__StageKind kind);

/* Adds it; nothing when there is no such stage, or the amount is 0. */
void td_contributing_add(td_contributing_t *to, td_addition_t addition);

void td_contribute_case(td_contributing_t *to);
void td_contribute_arrest(td_contributing_t *to);
void td_contribute_accident(td_contributing_t *to);
void td_contribute_identity(td_contributing_t *to);
void td_contribute_deployment(td_contributing_t *to);
void td_contribute_society(td_contributing_t *to);
void td_contribute_commendation(td_contributing_t *to);
void td_contribute_title(td_contributing_t *to);
void td_contribute_target(td_contributing_t *to);
void td_contribute_score(td_contributing_t *to);

#endif
