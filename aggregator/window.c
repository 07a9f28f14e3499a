#include "aggregator/window.h"

#include "common/localday.h"

enum { POLICE_MONTH_STARTS_ON = 15, MONTHS = 12 };

/* Reads digits, all of `text` up to `end`; -1 when it is no number of at most four digits. */
static int32_t read_number(const char *text, const char *end)
{
	int32_t number = 0;
	if (text == end || end - text > 4)
		return -1;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		number = number * 10 + (*text - '0');
	}
	return number;
}

/* Reads what stands behind the year: "9M", "H1", "Q3", "M09", or "09" for the latter. */
static bool read_part(const char *part, td_period_t *period)
{
	if (strcmp(part, "9M") == 0) {
		period->months = 9;
		period->number = 1;
		return true;
	}
	if (part[0] >= '0' && part[0] <= '9') {
		period->months = 1;
		period->number = strlen(part) == 2 ? read_number(part, part + 2) : -1;
		return period->number >= 1 && period->number <= MONTHS;
	}
	period->months = part[0] == 'H' ? 6 : part[0] == 'Q' ? 3 : part[0] == 'M' ? 1 : 0;
	if (period->months == 0)
		return false;
	period->number = read_number(part + 1, part + strlen(part));
	return period->number >= 1 && period->number <= MONTHS / period->months;
}

bool td_period_parse(const char *text, td_calendar_t calendar, td_period_t *period, td_err_t *err)
{
	const char *dash = strchr(text, '-');
	const char *end = dash == NULL ? text + strlen(text) : dash;
	*period = (td_period_t){.calendar = calendar, .months = MONTHS, .number = 1};
	period->year = end - text == 4 ? read_number(text, end) : -1;
	bool valid = period->year > TD_YEAR_MIN && period->year <= TD_YEAR_MAX &&
		     (dash == NULL || read_part(dash + 1, period));
	if (!valid)
		return td_err_set(
			err, TD_EUSAGE,
			"'%s' is no period; write a year (2021), a half (2021-H1), a quarter "
			"(2021-Q3), a month (2021-09) or nine months (2021-9M)",
			text);
	return true;
}

/* First day of the month that lies `months` after January of `year` (0 is January itself). */
static int32_t month_start(td_calendar_t calendar, int32_t year, int32_t months)
{
	/* Police month 1 of a year begins in December of the year before. */
	int32_t at = year * MONTHS + months - (calendar == TD_CALENDAR_POLICE ? 1 : 0);
	return td_localday_make(at / MONTHS, at % MONTHS + 1,
				calendar == TD_CALENDAR_POLICE ? POLICE_MONTH_STARTS_ON : 1);
}

td_days_t td_period_days(const td_period_t *period)
{
	int32_t from = (period->number - 1) * period->months;
	return (td_days_t){
		.first = month_start(period->calendar, period->year, from),
		.last = month_start(period->calendar, period->year, from + period->months) - 1,
	};
}

td_days_t td_days_year_before(td_days_t days)
{
	enum { YEAR = 10000, LEAP_DAY = 229 };
	int32_t first = td_localday_yyyymmdd(days.first), last = td_localday_yyyymmdd(days.last);
	/* In the year before a leap year the day after 28 February is 1 March. */
	td_days_t before = {
		.first = td_localday_make(first / YEAR - 1, first / 100 % 100, first % 100),
		.last = td_localday_make(last / YEAR - 1, last / 100 % 100, last % 100),
	};
	if (last % YEAR == LEAP_DAY)
		before.last--;
	return before;
}

int32_t td_window_first(td_each_t each, td_calendar_t calendar, int32_t day)
{
	if (each == TD_EACH_HALF)
		return td_localday_half_first(td_localday_half(day));
	int32_t step = each == TD_EACH_YEAR      ? MONTHS
		       : each == TD_EACH_QUARTER ? 3
		       : each == TD_EACH_MONTH   ? 1
						 : 0;
	if (step == 0)
		return day;
	int32_t on = td_localday_yyyymmdd(day);
	int32_t year = on / 10000, month = on / 100 % 100 - 1;
	/* The police calendar is a month ahead from the 15th on. */
	int32_t ahead =
		calendar == TD_CALENDAR_POLICE && on % 100 >= POLICE_MONTH_STARTS_ON ? 1 : 0;
	int32_t months = year * MONTHS + month + ahead;
	return month_start(calendar, months / MONTHS, months % MONTHS / step * step);
}

bool td_window_buckets(td_days_t days, td_grain_t grain, td_bucket_t *buckets, size_t *count,
		       td_err_t *err)
{
	td_span_t fine = grain == TD_GRAIN_HOUR ? TD_SPAN_HOUR : TD_SPAN_DAY;
	bool halves = grain == TD_GRAIN_ANY;
	*count = 0;
	for (int32_t day = days.first; day <= days.last;) {
		if (*count == TD_BUCKETS_MAX)
			return td_err_set(
				err, TD_EUSAGE,
				"the answer would have more than %d buckets; ask for fewer days or "
				"coarser ones",
				TD_BUCKETS_MAX);
		int32_t half = td_localday_half(day), half_last = td_localday_half_last(half);
		bool whole =
			halves && day == td_localday_half_first(half) && half_last <= days.last;
		buckets[(*count)++] = (td_bucket_t){whole ? TD_SPAN_HALF : fine, day};
		day = whole ? half_last + 1 : day + 1;
	}
	return true;
}
