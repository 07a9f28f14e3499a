/* What one unit did on one day: identity documents, deployments, contributions to society. */
#include "workers/validate_parts.h"

enum {
	FILES_MAX = 1000000,
	OFFICERS_MAX = 100000,
	GIFTS_MAX = 100000,
	WORK_DAY_TENTHS_MAX = 1000000,
	HOUSES_MAX = 1000,
};

static const uint64_t DONATION_MAX = UINT64_C(10000000000000);

void td_validate_identity(td_judging_t *judging)
{
	const Thidua__V1__Identity *identity = judging->event->identity;
	const td_ranged_t numbers[] = {
		{identity->files_received, 0, FILES_MAX, "identity.files_received"},
		{identity->cards_printed, 0, FILES_MAX, "identity.cards_printed"},
		{identity->cards_delivered, 0, FILES_MAX, "identity.cards_delivered"},
		{identity->records_collected, 0, FILES_MAX, "identity.records_collected"},
		{identity->records_verified, 0, FILES_MAX, "identity.records_verified"},
		{identity->records_entered, 0, FILES_MAX, "identity.records_entered"},
	};
	td_judging_ranges(judging, numbers, TD_COUNT(numbers));
}

void td_validate_deployment(td_judging_t *judging)
{
	const Thidua__V1__Deployment *deployment = judging->event->deployment;
	const td_ranged_t officers = {deployment->officers, 1, OFFICERS_MAX, "deployment.officers"};
	td_judging_chosen(judging, deployment->purpose, "deployment.purpose");
	td_judging_ranges(judging, &officers, 1);
}

void td_validate_society(td_judging_t *judging)
{
	const Thidua__V1__Society *society = judging->event->society;
	const td_ranged_t numbers[] = {
		{society->gift_packages, 0, GIFTS_MAX, "society.gift_packages"},
		{society->work_day_tenths, 0, WORK_DAY_TENTHS_MAX, "society.work_day_tenths"},
		{society->houses, 0, HOUSES_MAX, "society.houses"},
	};
	bool donated = society->donation_vnd > 0, built = society->houses > 0;
	td_judging_expect(judging, society->donation_vnd <= DONATION_MAX, TD_REASON_NUMBER_RANGE,
			  "society.donation_vnd");
	td_judging_ranges(judging, numbers, TD_COUNT(numbers));
	td_judging_only_if(judging, society->fund != 0, donated, "society.fund");
	if (!donated)
		td_judging_only_if(judging, society->in_kind, false, "society.in_kind");
	td_judging_only_if(judging, society->house_kind != 0, built, "society.house_kind");
	td_judging_expect(judging,
			  donated || built || society->gift_packages > 0 ||
				  society->work_day_tenths > 0,
			  TD_REASON_NOTHING_GIVEN, "society");
}
