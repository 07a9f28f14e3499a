#include "workers/workyear.h"

#include "common/localday.h"

#define KIND(name) THIDUA__V1__PERIOD_KIND__PERIOD_KIND_##name

enum {
	PER_YEAR = 10000,
	PER_MONTH = 100, /* of yyyymmdd */
	MONTHS = 12,
	LAST_DAY_OF_MONTH = 14
};

int32_t td_workyear_of_on(int32_t on)
{
	bool begun = on % PER_YEAR > MONTHS * PER_MONTH + LAST_DAY_OF_MONTH;
	return on / PER_YEAR + (begun ? 1 : 0);
}

int32_t td_workyear_last(int32_t year)
{
	return td_localday_make(year, MONTHS, LAST_DAY_OF_MONTH);
}

uint32_t td_workyear_periods(Thidua__V1__PeriodKind kind)
{
	switch (kind) {
	case KIND(POLICE_YEAR):
	case KIND(CALENDAR_YEAR):
		return 1;
	case KIND(POLICE_HALF):
	case KIND(CALENDAR_HALF):
		return 2;
	case KIND(POLICE_QUARTER):
	case KIND(CALENDAR_QUARTER):
		return 4;
	case KIND(POLICE_MONTH):
	case KIND(CALENDAR_MONTH):
		return MONTHS;
	default:
		return 0;
	}
}

bool td_workyear_period_last(const Thidua__V1__Period *period, int32_t *day)
{
	uint32_t periods = td_workyear_periods(period->kind);
	/* A year is not numbered. */
	uint32_t number = periods == 1 ? period->number + 1 : period->number;
	if (number < 1 || number > periods || period->year < TD_YEAR_MIN ||
	    period->year > TD_YEAR_MAX)
		return false;
	int32_t month = (int32_t)(number * (MONTHS / periods));
	if (period->kind <= KIND(POLICE_MONTH))
		*day = td_localday_make(period->year, month, LAST_DAY_OF_MONTH);
	else
		*day = td_localday_make(period->year + month / MONTHS, month % MONTHS + 1, 1) - 1;
	return true;
}
