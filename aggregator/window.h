/*
 * window: from a period's name to the days, and from days to the tally hashes that hold them.
 *
 * Pure. Police periods run from the 15th to the 14th: police year 2021 is 15 December 2020 to
 * 14 December 2021, its month 9 is 15 August to 14 September, quarter I begins on 15 December
 * (DOMAIN of the ministry's statistics; calendar periods are those of the almanac). Both are sums
 * of half-months, so that a year is at most 24 hashes a shard.
 */
#ifndef TD_AGGREGATOR_WINDOW_H
#define TD_AGGREGATOR_WINDOW_H

#include "aggregator/layout.h"
#include "common/err.h"
#include "common/td.h"

/* Days first..last, both included; empty when first > last. */
typedef struct td_days {
	int32_t first, last;
} td_days_t;

typedef enum td_calendar {
	TD_CALENDAR_POLICE,
	TD_CALENDAR_CIVIL,
} td_calendar_t;

/* A named period. `months` 12, 9, 6, 3 or 1; `number` which half, quarter or month, from 1. */
typedef struct td_period {
	td_calendar_t calendar;
	int32_t year, months, number;
} td_period_t;

/* Reads "2021", "2021-9M" (its first nine months), "2021-H1", "2021-Q3", "2021-09" or "2021-M09".
 */
TD_MUST_USE bool td_period_parse(const char *text, td_calendar_t calendar, td_period_t *period,
				 td_err_t *err);
td_days_t td_period_days(const td_period_t *period);

/* The same days one year before, by day number: 29 February has none, so that a range loses it
 * (2020-02-29..2020-03-14 becomes 2019-03-01..2019-03-14, that day alone becomes empty). A named
 * period is compared with its namesake instead. */
td_days_t td_days_year_before(td_days_t days);

enum { TD_BUCKETS_MAX = 1200 }; /* of one answer: 50 years of half-months, or 3 years of days */

/* One tally hash: the half-month that holds `day`, or the day itself. */
typedef struct td_bucket {
	td_span_t span;
	int32_t day; /* its first day */
} td_bucket_t;

typedef enum td_grain {
	TD_GRAIN_ANY, /* as few hashes as cover the days */
	TD_GRAIN_DAY,
	TD_GRAIN_HOUR,
} td_grain_t;

/* How an answer is split over time. */
typedef enum td_each {
	TD_EACH_NONE, /* one sum for all days */
	TD_EACH_HOUR,
	TD_EACH_DAY,
	TD_EACH_HALF, /* half-months */
	TD_EACH_MONTH,
	TD_EACH_QUARTER,
	TD_EACH_YEAR,
} td_each_t;

/* The first day of the bucket of that kind and calendar in which `day` lies; hours, days and
 * half-months are the same in both calendars. */
int32_t td_window_first(td_each_t each, td_calendar_t calendar, int32_t day);

/* The hashes that hold exactly `days`, in order of time: whole half-months where the grain allows
 * them, days elsewhere. False when there would be more than TD_BUCKETS_MAX. */
TD_MUST_USE bool td_window_buckets(td_days_t days, td_grain_t grain, td_bucket_t *buckets,
				   size_t *count, td_err_t *err);

#endif
