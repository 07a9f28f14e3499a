/* Which days are meant: a period, the last hours or days, a range. */
#include "aggregator/request_parts.h"

#include "common/localday.h"
#include "workers/workyear.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOURS = 24, HOUR_MS = 3600 * 1000, LAST_DAYS_MAX = 3660 };

bool td_request_day(const char *text, int32_t *day, td_err_t *err)
{
	int32_t on = 0;
	size_t digits = 0;
	for (const char *letter = text; *letter != '\0' && digits <= 8; letter++) {
		bool is_dash = *letter == '-' && (digits == 4 || digits == 6);
		if (*letter >= '0' && *letter <= '9') {
			on = on * 10 + (*letter - '0');
			digits++;
		} else if (!is_dash) {
			digits = 9;
		}
	}
	if (digits != 8 || !td_localday_of_yyyymmdd(on, day))
		return td_err_set(err, TD_EUSAGE, "'%s' is no day; write 2021-03-05", text);
	return true;
}

static Thidua__V1__PeriodKind kind_of(const td_period_t *period)
{
	bool police = period->calendar == TD_CALENDAR_POLICE;
	switch (period->months) {
	case 12:
		return police ? THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_YEAR
			      : THIDUA__V1__PERIOD_KIND__PERIOD_KIND_CALENDAR_YEAR;
	case 9:
		return police ? THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_NINE_MONTHS
			      : THIDUA__V1__PERIOD_KIND__PERIOD_KIND_CALENDAR_NINE_MONTHS;
	case 6:
		return police ? THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_HALF
			      : THIDUA__V1__PERIOD_KIND__PERIOD_KIND_CALENDAR_HALF;
	case 3:
		return police ? THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_QUARTER
			      : THIDUA__V1__PERIOD_KIND__PERIOD_KIND_CALENDAR_QUARTER;
	case 1:
		return police ? THIDUA__V1__PERIOD_KIND__PERIOD_KIND_POLICE_MONTH
			      : THIDUA__V1__PERIOD_KIND__PERIOD_KIND_CALENDAR_MONTH;
	default:
		return THIDUA__V1__PERIOD_KIND__PERIOD_KIND_UNSPECIFIED;
	}
}

void td_request_period(const td_period_t *period, Thidua__V1__Period *named)
{
	named->kind = kind_of(period);
	named->year = period->year;
	named->number = td_workyear_periods(named->kind) == 1 ? 0 : (uint32_t)period->number;
}

static bool cut_at(int32_t today, td_resolved_t *resolved, td_err_t *err)
{
	td_query_t *query = &resolved->query;
	if (query->days.first > today)
		return td_err_set(err, TD_EUSAGE, "%s has not begun; nothing of it is to date",
				  resolved->title);
	if (query->days.last <= today)
		return true;
	query->days.last = today;
	td_days_t before = td_days_year_before(query->days);
	query->before.last = before.last;
	return true;
}

static bool resolve_period(const td_request_t *request, int32_t today, td_resolved_t *resolved,
			   td_err_t *err)
{
	td_query_t *query = &resolved->query;
	char this_year[8];
	const char *name = request->period;
	if (name == NULL) {
		int32_t year_day = td_window_first(TD_EACH_YEAR, query->calendar, today) + 31;
		(void)snprintf(this_year, sizeof this_year, "%d",
			       td_localday_yyyymmdd(year_day) / 10000);
		name = this_year;
	}
	if (!td_period_parse(name, query->calendar, &resolved->period, err))
		return false;
	td_period_t namesake = resolved->period;
	namesake.year--;
	query->days = td_period_days(&resolved->period);
	query->before = td_period_days(&namesake);
	query->period_kind = kind_of(&resolved->period);
	(void)snprintf(resolved->title, sizeof resolved->title, "%s", name);
	bool to_date = request->to_date || request->period == NULL;
	return !to_date || cut_at(today, resolved, err);
}

static bool resolve_last(const char *last, int64_t now_ms, td_query_t *query, td_err_t *err)
{
	char *unit;
	errno = 0;
	long count = strtol(last, &unit, 10);
	bool known = strcmp(unit, "h") == 0 || strcmp(unit, "d") == 0;
	if (unit == last || errno != 0 || count < 1 || count > LAST_DAYS_MAX || !known)
		return td_err_set(err, TD_EUSAGE,
				  "'%s' is no window; write hours (24h) or days (7d, 30d)", last);
	query->days.last = td_localday_of_ms(now_ms);
	if (*unit == 'd') {
		query->days.first = query->days.last - (int32_t)count + 1;
	} else {
		int64_t first_ms = now_ms - (int64_t)(count - 1) * HOUR_MS;
		query->days.first = td_localday_of_ms(first_ms);
		query->first_hour = (int8_t)td_localday_hour_of_ms(first_ms);
		query->last_hour = (int8_t)td_localday_hour_of_ms(now_ms);
		query->grain = TD_GRAIN_HOUR;
	}
	query->before = td_days_year_before(query->days);
	return true;
}

static bool resolve_range(const td_request_t *request, td_query_t *query, td_err_t *err)
{
	if (request->from == NULL || request->to == NULL)
		return td_err_set(err, TD_EUSAGE, "--from and --to belong together");
	if (!td_request_day(request->from, &query->days.first, err) ||
	    !td_request_day(request->to, &query->days.last, err))
		return false;
	if (query->days.first > query->days.last)
		return td_err_set(err, TD_EUSAGE, "--from %s lies behind --to %s", request->from,
				  request->to);
	query->before = td_days_year_before(query->days);
	return true;
}

bool td_request_days(const td_request_t *request, int64_t now_ms, td_resolved_t *resolved,
		     td_err_t *err)
{
	td_query_t *query = &resolved->query;
	const char *calendar = request->calendar == NULL ? "police" : request->calendar;
	bool range = request->from != NULL || request->to != NULL;
	if (strcmp(calendar, "police") != 0 && strcmp(calendar, "civil") != 0)
		return td_err_set(err, TD_EUSAGE, "'%s' is no calendar; write police or civil",
				  calendar);
	if ((request->period != NULL) + (request->last != NULL) + range > 1)
		return td_err_set(err, TD_EUSAGE,
				  "one of --period, --last and --from with --to, not several");
	if (request->to_date && (request->last != NULL || range))
		return td_err_set(err, TD_EUSAGE,
				  "--to-date cuts a period, not --last or --from with --to");
	query->calendar = strcmp(calendar, "police") == 0 ? TD_CALENDAR_POLICE : TD_CALENDAR_CIVIL;
	query->last_hour = HOURS - 1;
	if (request->last != NULL) {
		(void)snprintf(resolved->title, sizeof resolved->title, "%s", request->last);
		return resolve_last(request->last, now_ms, query, err);
	}
	if (range)
		return resolve_range(request, query, err);
	return resolve_period(request, td_localday_of_ms(now_ms), resolved, err);
}
