#include "workers/accident.h"
#include "workers/validate_parts.h"

enum { DEATHS_MAX = 1000, INJURED_MAX = 10000, MISSING_MAX = 1000, PERCENT_MAX = 100 };

static const int64_t DAMAGE_MAX = INT64_C(1000000000000000);

static bool are_percents(const Thidua__V1__Accident *accident)
{
	for (size_t i = 0; i < accident->n_injury_percent; i++)
		if (accident->injury_percent[i] - 1 >= PERCENT_MAX)
			return false;
	return true;
}

/* Deaths decide the lowest class for good; the rest of the circular, whose bounds are read in
 * different ways, only a warning. At sea another authority classifies. */
static void check_class(td_judging_t *judging, const Thidua__V1__Accident *accident)
{
	Thidua__V1__AccidentClass said = accident->class_;
	if (said == 0 ||
	    !td_judging_expect(judging, said >= td_accident_class_of_deaths(accident->deaths),
			       TD_REASON_CLASS_TOO_LOW, "accident.class") ||
	    !judging->day_known || accident->mode == THIDUA__V1__TRAFFIC_MODE__TRAFFIC_MODE_SEA)
		return;
	Thidua__V1__AccidentClass computed = td_accident_class(accident, judging->day);
	bool complete = accident->n_injury_percent == accident->injured;
	if (said < computed || (complete && said > computed))
		td_judging_warn(judging, TD_REASON_CLASS_DIFFERS, "accident.class");
}

void td_validate_accident(td_judging_t *judging)
{
	const Thidua__V1__Accident *accident = judging->event->accident;
	const td_ranged_t numbers[] = {
		{accident->deaths, 0, DEATHS_MAX, "accident.deaths"},
		{accident->injured, 0, INJURED_MAX, "accident.injured"},
		{accident->missing, 0, MISSING_MAX, "accident.missing"},
	};
	td_judging_chosen(judging, accident->mode, "accident.mode");
	td_judging_chosen(judging, accident->class_, "accident.class");
	td_judging_ranges(judging, numbers, TD_COUNT(numbers));
	td_judging_expect(judging, accident->damage_vnd <= (uint64_t)DAMAGE_MAX,
			  TD_REASON_NUMBER_RANGE, "accident.damage_vnd");
	bool percents = td_judging_expect(judging, are_percents(accident), TD_REASON_NUMBER_RANGE,
					  "accident.injury_percent");
	td_judging_expect(judging, accident->n_injury_percent <= accident->injured,
			  TD_REASON_MORE_INJURIES, "accident.injury_percent");
	(void)td_judging_id(judging, accident->case_id, false, "accident.case_id");
	if (percents)
		check_class(judging, accident);
}
