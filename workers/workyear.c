#include "workers/workyear.h"

#include "common/localday.h"

#define KIND(name) THIDUA__V1__PERIOD_KIND__PERIOD_KIND_##name

enum { HALVES = 24, MONTHS = 12, FIRST_YEAR = 1970, LAST_DAY_OF_MONTH = 14 };

int32_t td_workyear_of(int32_t day)
{
	/* Half-months are counted from January 1970; a work year begins one before January. */
	int32_t half = td_localday_half(day) + 1;
	int32_t years = half / HALVES - (half % HALVES < 0 ? 1 : 0);
	return FIRST_YEAR + years;
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
