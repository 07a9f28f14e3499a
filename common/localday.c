#include "common/localday.h"

enum { UTC_OFFSET_MS = 7 * 3600 * 1000, HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

/* Division that rounds down, also below zero. */
static int64_t floor_divide(int64_t value, int64_t by)
{
	int64_t quotient = value / by;
	return value % by < 0 ? quotient - 1 : quotient;
}

int32_t td_localday_of_ms(int64_t moment_ms)
{
	return (int32_t)floor_divide(moment_ms + UTC_OFFSET_MS, DAY_MS);
}

int32_t td_localday_hour_of_ms(int64_t moment_ms)
{
	int64_t since_epoch = moment_ms + UTC_OFFSET_MS;
	return (int32_t)((since_epoch - floor_divide(since_epoch, DAY_MS) * DAY_MS) / HOUR_MS);
}

int64_t td_localday_start_ms(int32_t day)
{
	return (int64_t)day * DAY_MS - UTC_OFFSET_MS;
}

/* Days since 1970-01-01; years are counted from March, so that a leap day ends its year. */
int32_t td_localday_make(int32_t year, int32_t month, int32_t day_of_month)
{
	int32_t y = month <= 2 ? year - 1 : year;
	int32_t era = (int32_t)floor_divide(y, 400);
	int32_t year_of_era = y - era * 400;
	int32_t month_from_march = (month + 9) % 12;
	int32_t day_of_year = (153 * month_from_march + 2) / 5 + day_of_month - 1;
	int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

typedef struct date {
	int32_t year, month, day_of_month;
} date_t;

static date_t date_of(int32_t day)
{
	int32_t shifted = day + 719468;
	int32_t era = (int32_t)floor_divide(shifted, 146097);
	int32_t day_of_era = shifted - era * 146097;
	int32_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int32_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int32_t month_from_march = (5 * day_of_year + 2) / 153;
	date_t date;
	date.day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	date.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
	return date;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month == 2 && leap ? 29 : days[month - 1];
}

bool td_localday_of_yyyymmdd(int32_t yyyymmdd, int32_t *day)
{
	int32_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100,
		day_of_month = yyyymmdd % 100;
	if (year < TD_YEAR_MIN || year > TD_YEAR_MAX || month < 1 || month > 12 ||
	    day_of_month < 1 || day_of_month > days_of_month(year, month))
		return false;
	*day = td_localday_make(year, month, day_of_month);
	return true;
}

int32_t td_localday_yyyymmdd(int32_t day)
{
	date_t date = date_of(day);
	return date.year * 10000 + date.month * 100 + date.day_of_month;
}

int32_t td_localday_half(int32_t day)
{
	date_t date = date_of(day);
	return ((date.year - 1970) * 12 + date.month - 1) * 2 + (date.day_of_month >= 15 ? 1 : 0);
}

int32_t td_localday_half_first(int32_t half)
{
	int32_t month = (int32_t)floor_divide(half, 2);
	int32_t year = (int32_t)floor_divide(month, 12);
	return td_localday_make(1970 + year, month - year * 12 + 1, half - month * 2 == 0 ? 1 : 15);
}

int32_t td_localday_half_last(int32_t half)
{
	return td_localday_half_first(half + 1) - 1;
}
