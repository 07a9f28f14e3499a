#include "aggregator/contribute.h"

#include "aggregator/contribute_body.h"
#include "common/localday.h"

#define BODY(name)  THIDUA__V1__EVENT__BODY_##name
#define STAGE(name) THIDUA__V1__STAGE_KIND__STAGE_KIND_##name

const Thidua__V1__Stage *td_contributing_stage(const td_contributing_t *to,
					       Thidua__V1__StageKind kind)
{
	for (size_t i = 0; i < to->enriched->n_stages; i++) {
		if (to->enriched->stages[i]->kind == kind && to->enriched->stages[i]->on != 0)
			return to->enriched->stages[i];
	}
	return NULL;
}

static void copy_area(const char *from, char *to)
{
	size_t length = strnlen(from, TD_AREA_MAX - 1);
	memcpy(to, from, length);
	memset(to + length, 0, TD_AREA_MAX - length);
}

/* The index of `province`, added where it is new. Provinces merge once in a record's life; should
 * there ever be a third one, its stages count with the second. */
static uint8_t province_index(const char *province, td_contributions_t *made)
{
	uint8_t index = 0;
	while (index < TD_AREAS_MAX && made->provinces[index][0] != '\0') {
		if (strncmp(made->provinces[index], province, TD_AREA_MAX - 1) == 0)
			return index;
		index++;
	}
	if (index == TD_AREAS_MAX)
		return TD_AREAS_MAX - 1;
	copy_area(province, made->provinces[index]);
	return index;
}

/* The hour in which the event happened, when it is known and the stage is the happening itself. */
static int8_t hour_of(const td_contributing_t *to, Thidua__V1__StageKind stage)
{
	const Thidua__V1__Event *event = to->event;
	bool known = stage == STAGE(OCCURRED) && event->occurred_at != NULL &&
		     event->occurred_precision == THIDUA__V1__PRECISION__PRECISION_TIME;
	if (!known)
		return TD_HOUR_NONE;
	return (int8_t)td_localday_hour_of_ms(event->occurred_at->seconds * 1000);
}

/* For a title, target or score: whom it is about. */
static const char *subject_of(const Thidua__V1__Event *event)
{
	switch (event->body_case) {
	case BODY(TITLE):
		return event->title->province;
	case BODY(TARGET):
		return event->target->province;
	case BODY(SCORE):
		return event->score->province;
	default:
		return "";
	}
}

static void append(td_contributions_t *made, td_contribution_t item)
{
	if (made->count < TD_CONTRIBUTIONS_MAX)
		made->items[made->count++] = item;
}

static td_place_t place_of(td_contributing_t *to, Thidua__V1__StageKind kind)
{
	const Thidua__V1__Stage *stage = td_contributing_stage(to, kind);
	const char *subject = subject_of(to->event);
	td_place_t place = {.stage = kind};
	if (stage == NULL || !td_localday_of_yyyymmdd(stage->on, &place.day))
		return place;
	place.counts = true;
	place.province =
		province_index(stage->province[0] != '\0' ? stage->province : subject, to->made);
	place.hour = subject[0] != '\0' ? (int8_t)TD_HOUR_NONE : hour_of(to, kind);
	return place;
}

void td_contributing_add(td_contributing_t *to, td_addition_t addition)
{
	if (addition.amount == 0)
		return;
	if (to->place.stage != addition.stage)
		to->place = place_of(to, addition.stage);
	if (!to->place.counts)
		return;
	append(to->made, (td_contribution_t){
				 .amount = addition.amount,
				 .day = to->place.day,
				 .metric = (uint16_t)addition.metric,
				 .dim1 = (uint8_t)addition.dim1,
				 .dim2 = (uint8_t)addition.dim2,
				 .province = to->place.province,
				 .hour = to->place.hour,
			 });
}

/* Order of (metric, dims, province, day, hour). */
static bool is_before(const td_contribution_t *a, const td_contribution_t *b)
{
	if (a->metric != b->metric)
		return a->metric < b->metric;
	if (a->dim1 != b->dim1)
		return a->dim1 < b->dim1;
	if (a->dim2 != b->dim2)
		return a->dim2 < b->dim2;
	if (a->province != b->province)
		return a->province < b->province;
	return a->day != b->day ? a->day < b->day : a->hour < b->hour;
}

static void sort_items(td_contributions_t *made)
{
	for (size_t i = 1; i < made->count; i++) {
		td_contribution_t item = made->items[i];
		size_t at = i;
		for (; at > 0 && is_before(&item, &made->items[at - 1]); at--)
			made->items[at] = made->items[at - 1];
		made->items[at] = item;
	}
}

void td_contribute(const Thidua__V1__Event *event, const Thidua__V1__Enriched *enriched,
		   td_contributions_t *contributions)
{
	static const struct {
		Thidua__V1__Event__BodyCase body;
		void (*contribute)(td_contributing_t *to);
	} bodies[] = {
		{BODY(CASE), td_contribute_case},
		{BODY(ARREST), td_contribute_arrest},
		{BODY(ACCIDENT), td_contribute_accident},
		{BODY(IDENTITY), td_contribute_identity},
		{BODY(DEPLOYMENT), td_contribute_deployment},
		{BODY(SOCIETY), td_contribute_society},
		{BODY(COMMENDATION), td_contribute_commendation},
		{BODY(TITLE), td_contribute_title},
		{BODY(TARGET), td_contribute_target},
		{BODY(SCORE), td_contribute_score},
	};
	td_contributing_t to = {.event = event, .enriched = enriched, .made = contributions};
	memset(contributions, 0, offsetof(td_contributions_t, items));
	for (size_t i = 0; i < TD_COUNT(bodies); i++) {
		if (bodies[i].body == event->body_case)
			bodies[i].contribute(&to);
	}
	/* Statements that add nothing are all alike. */
	if (contributions->count == 0)
		return;
	copy_area(event->unit, contributions->unit);
	sort_items(contributions);
}
