#include "aggregator/contribute_body.h"

#define STAGE(name) THIDUA__V1__STAGE_KIND__STAGE_KIND_##name

static void add(td_contributing_t *to, td_metric_t metric, uint32_t dim1, uint32_t dim2,
		int64_t amount)
{
	td_contributing_add(to, (td_addition_t){STAGE(OCCURRED), metric, dim1, dim2, amount});
}

void td_contribute_arrest(td_contributing_t *to)
{
	const Thidua__V1__Arrest *arrest = to->event->arrest;
	uint32_t kind = (uint32_t)arrest->kind, group = (uint32_t)to->enriched->crime_group;
	add(to, TD_METRIC_ARREST_OPERATIONS, kind, group, 1);
	add(to, TD_METRIC_ARREST_SUBJECTS, kind, group, arrest->subjects);
	add(to, TD_METRIC_ARREST_ACCUSED, kind, group, arrest->accused);
	add(to, TD_METRIC_ARREST_DETAINED, kind, group, arrest->detained);
}

void td_contribute_accident(td_contributing_t *to)
{
	const Thidua__V1__Accident *accident = to->event->accident;
	uint32_t class = (uint32_t)accident->class_, mode = (uint32_t)accident->mode;
	add(to, TD_METRIC_ACCIDENT_COUNT, class, mode, 1);
	add(to, TD_METRIC_ACCIDENT_DEATHS, class, mode, accident->deaths);
	add(to, TD_METRIC_ACCIDENT_INJURED, class, mode, accident->injured);
	add(to, TD_METRIC_ACCIDENT_MISSING, class, mode, accident->missing);
	add(to, TD_METRIC_ACCIDENT_DAMAGE, class, mode, (int64_t)accident->damage_vnd);
}

void td_contribute_identity(td_contributing_t *to)
{
	const Thidua__V1__Identity *identity = to->event->identity;
	add(to, TD_METRIC_IDENTITY_RECEIVED, 0, 0, identity->files_received);
	add(to, TD_METRIC_IDENTITY_PRINTED, 0, 0, identity->cards_printed);
	add(to, TD_METRIC_IDENTITY_DELIVERED, 0, 0, identity->cards_delivered);
	add(to, TD_METRIC_IDENTITY_COLLECTED, 0, 0, identity->records_collected);
	add(to, TD_METRIC_IDENTITY_VERIFIED, 0, 0, identity->records_verified);
	add(to, TD_METRIC_IDENTITY_ENTERED, 0, 0, identity->records_entered);
}

void td_contribute_deployment(td_contributing_t *to)
{
	const Thidua__V1__Deployment *deployment = to->event->deployment;
	add(to, TD_METRIC_DEPLOYMENT_OFFICERS, (uint32_t)deployment->purpose, 0,
	    deployment->officers);
}

void td_contribute_society(td_contributing_t *to)
{
	const Thidua__V1__Society *society = to->event->society;
	uint32_t fund = (uint32_t)society->fund;
	add(to, TD_METRIC_SOCIETY_DONATION, fund, 0, (int64_t)society->donation_vnd);
	add(to, TD_METRIC_SOCIETY_IN_KIND, fund, 0,
	    society->in_kind ? (int64_t)society->donation_vnd : 0);
	add(to, TD_METRIC_SOCIETY_GIFTS, 0, 0, society->gift_packages);
	add(to, TD_METRIC_SOCIETY_WORK_DAYS, 0, 0, society->work_day_tenths);
	add(to, TD_METRIC_SOCIETY_HOUSES, (uint32_t)society->house_kind, 0, society->houses);
}
