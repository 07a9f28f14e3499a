/*
 * localday: days and statistical periods in Viet Nam's time (UTC+7 all year, since 1975).
 *
 * Pure. A day is the number of days since 1970-01-01 on the local calendar (proleptic Gregorian);
 * on the wire it is yyyymmdd. A half-month is days 1..14 or 15..end of a calendar month, so that
 * calendar months and the police months that run from the 15th to the 14th are both sums of two.
 */
#ifndef TD_COMMON_LOCALDAY_H
#define TD_COMMON_LOCALDAY_H

#include "common/td.h"

enum {
	TD_YEAR_MIN = 1945, /* first and last year that a day on the wire may lie in */
	TD_YEAR_MAX = 2100,
	TD_DAY_MIN = -9131, /* 1 January of the first year, 31 December of the last */
	TD_DAY_MAX = 47846,
};

/* The day and the hour of day (0..23) of a moment. */
int32_t td_localday_of_ms(int64_t moment_ms);
int32_t td_localday_hour_of_ms(int64_t moment_ms);

/* The first millisecond of `day`. */
int64_t td_localday_start_ms(int32_t day);

/* yyyymmdd to day; false unless it is a real date from TD_YEAR_MIN to TD_YEAR_MAX. */
TD_MUST_USE bool td_localday_of_yyyymmdd(int32_t yyyymmdd, int32_t *day);
int32_t td_localday_yyyymmdd(int32_t day);

/* The day of a real calendar date. */
int32_t td_localday_make(int32_t year, int32_t month, int32_t day_of_month);

/* Half-months are numbered without gaps: 2 for each month since January 1970, [0] being days 1..14
 * of that month. */
int32_t td_localday_half(int32_t day);
int32_t td_localday_half_first(int32_t half); /* its first day */
int32_t td_localday_half_last(int32_t half);  /* its last day, included */

#endif
