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

/* Days and dates by C. Neri and L. Schneider, "Euclidean affine functions and their application to
 * calendar algorithms" (2022): years begin in March, so that a leap day ends its year, and each
 * division by a constant is a multiplication. For the years 1 to 9999. */
enum { DAYS_TO_1970 = 719468 }; /* from 1 March of the year 0 */

int32_t td_localday_make(int32_t year, int32_t month, int32_t day_of_month)
{
	bool before_march = month <= 2;
	uint32_t of_year = (uint32_t)(before_march ? year - 1 : year);
	uint32_t of_month = (uint32_t)(before_march ? month + 12 : month);
	uint32_t century = of_year / 100;
	uint32_t years = 1461 * of_year / 4 - century + century / 4;
	uint32_t months = (979 * of_month - 2919) / 32;
	return (int32_t)(years + months) + day_of_month - 1 - DAYS_TO_1970;
}

typedef struct date {
	int32_t year, month, day_of_month;
} date_t;

static date_t date_of(int32_t day)
{
	uint32_t quarters = 4 * (uint32_t)(day + DAYS_TO_1970) + 3;
	uint32_t century = quarters / 146097;
	uint64_t of_century = UINT64_C(2939745) * (quarters % 146097 / 4 * 4 + 3);
	uint32_t year = 100 * century + (uint32_t)(of_century >> 32);
	uint32_t day_of_year = (uint32_t)of_century / 2939745 / 4;
	uint32_t of_month = 2141 * day_of_year + 197913;
	bool before_march = day_of_year >= 306;
	return (date_t){.year = (int32_t)year + (before_march ? 1 : 0),
			.month = (int32_t)(of_month >> 16) - (before_march ? 12 : 0),
			.day_of_month = (int32_t)((of_month & 0xffff) / 2141) + 1};
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
