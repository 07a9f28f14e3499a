/* Targets and scores. */
#include "workers/validate_parts.h"

#include "common/localday.h"
#include "workers/workyear.h"

enum { CRITERIA_MAX = 99, POINTS_MAX = 1000000 };

static const uint64_t TARGET_MAX = UINT64_C(1) << 50;

static bool is_year(int32_t year)
{
	return year >= TD_YEAR_MIN && year <= TD_YEAR_MAX;
}

/* Whether the catalogue has it is for who keeps the catalogue; a later release may. */
static void check_metric(td_judging_t *judging, const char *metric)
{
	if (td_judging_id(judging, metric, true, "target.metric"))
		td_judging_expect(judging,
				  strspn(metric, "abcdefghijklmnopqrstuvwxyz0123456789_.") ==
					  strlen(metric),
				  TD_REASON_TEXT_FORMAT, "target.metric");
}

void td_validate_target(td_judging_t *judging)
{
	const Thidua__V1__Target *target = judging->event->target;
	td_spoken_of_t of = {.province = target->province, .field = "target.province"};
	check_metric(judging, target->metric);
	if (target->period == NULL) {
		td_judging_object(judging, TD_REASON_FIELD_MISSING, "target.period");
	} else {
		(void)td_judging_period(
			judging, &(td_period_of_t){target->period, "target.period.kind",
						   "target.period.year", "target.period.number"});
		of.year = target->period->year;
		of.last_known = td_workyear_period_last(target->period, &of.last_day);
	}
	td_judging_expect(judging, target->value <= TARGET_MAX, TD_REASON_NUMBER_RANGE,
			  "target.value");
	td_judging_province(judging, &of);
}

/* The points table is the cluster's whose office speaks, else the one of the province. */
static uint32_t cluster_of(const td_judging_t *judging, const Thidua__V1__Score *score)
{
	const td_reporter_t *reporter = judging->reporter;
	if (reporter != NULL && reporter->kind == TD_REPORTER_CLUSTER)
		return reporter->cluster;
	return td_reference_cluster(judging->reference, score->province, score->year);
}

static void check_criterion(td_judging_t *judging, const Thidua__V1__Score *score)
{
	int32_t maximum;
	if (score->criterion - 1 >= CRITERIA_MAX || !is_year(score->year))
		return;
	if (td_judging_expect(judging,
			      td_reference_criterion(judging->reference, cluster_of(judging, score),
						     score->year, score->criterion, &maximum),
			      TD_REASON_UNKNOWN_CRITERION, "score.criterion"))
		td_judging_expect(judging, score->maximum_hundredths == maximum,
				  TD_REASON_MAXIMUM_DIFFERS, "score.maximum_hundredths");
}

void td_validate_score(td_judging_t *judging)
{
	const Thidua__V1__Score *score = judging->event->score;
	const td_ranged_t numbers[] = {
		{score->year, TD_YEAR_MIN, TD_YEAR_MAX, "score.year"},
		{score->criterion, 1, CRITERIA_MAX, "score.criterion"},
		{score->points_hundredths, -POINTS_MAX, POINTS_MAX, "score.points_hundredths"},
		{score->maximum_hundredths, 0, POINTS_MAX, "score.maximum_hundredths"},
	};
	bool dated = is_year(score->year);
	td_judging_ranges(judging, numbers, TD_COUNT(numbers));
	td_judging_chosen(judging, score->stage, "score.stage");
	check_criterion(judging, score);
	td_judging_expect(judging, score->points_hundredths <= score->maximum_hundredths,
			  TD_REASON_ABOVE_MAXIMUM, "score.points_hundredths");
	td_judging_province(judging, &(td_spoken_of_t){
					     .province = score->province,
					     .field = "score.province",
					     .year = score->year,
					     .last_known = dated,
					     .last_day = dated ? td_workyear_last(score->year) : 0,
				     });
}
