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

/* How many of them a year has, and how long each is. */
static const struct {
	uint32_t periods;
	int32_t months;
	bool police;
} KINDS[] = {
	[KIND(POLICE_YEAR)] = {1, 12, true},       [KIND(CALENDAR_YEAR)] = {1, 12, false},
	[KIND(POLICE_HALF)] = {2, 6, true},        [KIND(CALENDAR_HALF)] = {2, 6, false},
	[KIND(POLICE_QUARTER)] = {4, 3, true},     [KIND(CALENDAR_QUARTER)] = {4, 3, false},
	[KIND(POLICE_MONTH)] = {12, 1, true},      [KIND(CALENDAR_MONTH)] = {12, 1, false},
	[KIND(POLICE_NINE_MONTHS)] = {1, 9, true}, [KIND(CALENDAR_NINE_MONTHS)] = {1, 9, false},
};

uint32_t td_workyear_periods(Thidua__V1__PeriodKind kind)
{
	return (size_t)kind < TD_COUNT(KINDS) ? KINDS[kind].periods : 0;
}

bool td_workyear_period_last(const Thidua__V1__Period *period, int32_t *day)
{
	uint32_t periods = td_workyear_periods(period->kind);
	/* What a year has once is not numbered. */
	uint32_t number = periods == 1 ? period->number + 1 : period->number;
	if (number < 1 || number > periods || period->year < TD_YEAR_MIN ||
	    period->year > TD_YEAR_MAX)
		return false;
	int32_t month = (int32_t)number * KINDS[period->kind].months;
	if (KINDS[period->kind].police)
		*day = td_localday_make(period->year, month, LAST_DAY_OF_MONTH);
	else
		*day = td_localday_make(period->year + month / MONTHS, month % MONTHS + 1, 1) - 1;
	return true;
}
