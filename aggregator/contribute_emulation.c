#include "aggregator/contribute_body.h"

#define STAGE(name) THIDUA__V1__STAGE_KIND__STAGE_KIND_##name
#define AWARDED     THIDUA__V1__AWARD_STATUS__AWARD_STATUS_AWARDED
#define PROPOSED    THIDUA__V1__AWARD_STATUS__AWARD_STATUS_PROPOSED

static void add(td_contributing_t *to, td_metric_t metric, int dim1, int dim2, int64_t amount)
{
	td_contributing_add(to, (td_addition_t){STAGE(OCCURRED), metric, (uint32_t)dim1,
						(uint32_t)dim2, amount});
}

void td_contribute_commendation(td_contributing_t *to)
{
	const Thidua__V1__Commendation *award = to->event->commendation;
	if (award->status == PROPOSED)
		add(to, TD_METRIC_COMMENDATION_PROPOSED, award->form, award->recipient, 1);
	if (award->status != AWARDED)
		return;
	if (award->form == THIDUA__V1__AWARD_FORM__AWARD_FORM_LETTER) {
		add(to, TD_METRIC_COMMENDATION_LETTERS, award->level, award->recipient, 1);
		return;
	}
	bool collective = award->recipient == THIDUA__V1__RECIPIENT__RECIPIENT_COLLECTIVE;
	add(to, TD_METRIC_COMMENDATION_AWARDED, award->level, award->recipient, 1);
	add(to, collective ? TD_METRIC_COMMENDATION_COLLECTIVE : TD_METRIC_COMMENDATION_INDIVIDUAL,
	    award->level, award->form, 1);
}

void td_contribute_title(td_contributing_t *to)
{
	const Thidua__V1__Title *title = to->event->title;
	if (title->status == AWARDED)
		add(to, TD_METRIC_TITLE_AWARDED, title->title, title->recipient, 1);
}

/* The id of what a target is for; 0 when this release does not know it. */
static uint32_t figure_id(const char *code)
{
	const td_metric_info_t *metric = td_metric_by_code(code);
	const td_rate_info_t *rate = metric == NULL ? td_rate_by_code(code) : NULL;
	return metric != NULL ? metric->metric : rate != NULL ? rate->id : 0;
}

void td_contribute_target(td_contributing_t *to)
{
	const Thidua__V1__Target *target = to->event->target;
	uint32_t figure = figure_id(target->metric);
	if (figure != 0 && target->period != NULL)
		add(to, TD_METRIC_TARGET, (int)figure, target->period->kind,
		    (int64_t)target->value);
}

void td_contribute_score(td_contributing_t *to)
{
	const Thidua__V1__Score *score = to->event->score;
	int criterion = (int)score->criterion;
	add(to, TD_METRIC_SCORE_POINTS, criterion, score->stage, score->points_hundredths);
	add(to, TD_METRIC_SCORE_MAXIMUM, criterion, score->stage, score->maximum_hundredths);
}
