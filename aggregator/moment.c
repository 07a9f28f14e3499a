#include "aggregator/moment.h"

#include "common/localday.h"

#include <inttypes.h>
#include <stdio.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DIGITS_MAX = 8 };

#define DAY_MS ((int64_t)24 * HOUR_MS)

/* Reads `digits` digits; -1, and `at` where it was, when there are fewer. */
static int32_t take_digits(const char **at, size_t digits)
{
	int32_t number = 0;
	for (size_t i = 0; i < digits; i++) {
		char digit = (*at)[i];
		if (digit < '0' || digit > '9')
			return -1;
		number = number * 10 + (digit - '0');
	}
	*at += digits;
	return number;
}

static bool take_letter(const char **at, char letter)
{
	if (**at != letter)
		return false;
	(*at)++;
	return true;
}

/* "+5m" behind its sign. */
static bool parse_span(const char *text, int64_t *span_ms)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = {{'s', SECOND_MS}, {'m', MINUTE_MS}, {'h', HOUR_MS}, {'d', DAY_MS}};
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > DIGITS_MAX || text[digits] == '\0' || text[digits + 1] != '\0')
		return false;
	int64_t number = take_digits(&text, digits);
	for (size_t i = 0; i < TD_COUNT(units); i++) {
		*span_ms = number * units[i].ms;
		if (units[i].letter == *text)
			return true;
	}
	return false;
}

/* "T07:30" behind the day; nothing is midnight. */
static bool parse_clock(const char *text, int64_t *of_day_ms)
{
	*of_day_ms = 0;
	if (*text == '\0')
		return true;
	if (!take_letter(&text, 'T'))
		return false;
	int32_t hour = take_digits(&text, 2);
	bool colon = take_letter(&text, ':');
	int32_t minute = colon ? take_digits(&text, 2) : -1;
	*of_day_ms = (int64_t)hour * HOUR_MS + (int64_t)minute * MINUTE_MS;
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && *text == '\0';
}

static bool parse_date(const char *text, int64_t *moment_ms)
{
	int32_t day;
	int64_t of_day_ms;
	int32_t year = take_digits(&text, 4);
	int32_t month = take_letter(&text, '-') ? take_digits(&text, 2) : -1;
	int32_t date = take_letter(&text, '-') ? take_digits(&text, 2) : -1;
	if (year < 0 || month < 0 || date < 0 ||
	    !td_localday_of_yyyymmdd(year * 10000 + month * 100 + date, &day) ||
	    !parse_clock(text, &of_day_ms))
		return false;
	*moment_ms = td_localday_start_ms(day) + of_day_ms;
	return true;
}

bool td_moment_parse(const char *text, int64_t now_ms, int64_t *moment_ms, td_err_t *err)
{
	int64_t span_ms;
	*moment_ms = now_ms;
	if (strcmp(text, "now") == 0)
		return true;
	if (text[0] == '+' && parse_span(text + 1, &span_ms)) {
		*moment_ms = now_ms + span_ms;
		return true;
	}
	if (parse_date(text, moment_ms))
		return true;
	return td_err_set(err, TD_EUSAGE,
			  "'%s' is no moment; write now, +90s, +5m, +2h, +7d, 2021-06-01 or "
			  "2021-06-01T07:30",
			  text);
}

const char *td_moment_text(int64_t moment_ms, char *text)
{
	if (moment_ms == 0)
		return strcpy(text, "-");
	int32_t day = td_localday_of_ms(moment_ms);
	int64_t seconds = (moment_ms - td_localday_start_ms(day)) / SECOND_MS;
	int32_t on = td_localday_yyyymmdd(day);
	(void)snprintf(text, TD_MOMENT_TEXT_MAX, "%04d-%02d-%02d %02d:%02d:%02d", on / 10000,
		       on / 100 % 100, on % 100, (int)(seconds / 3600), (int)(seconds / 60 % 60),
		       (int)(seconds % 60));
	return text;
}

const char *td_moment_span(int64_t span_ms, char *text)
{
	static const struct {
		int64_t below_ms, unit_ms;
		const char *name;
	} units[] = {{10 * SECOND_MS, 1, "ms"},
		     {10 * MINUTE_MS, SECOND_MS, "s"},
		     {10 * HOUR_MS, MINUTE_MS, "min"},
		     {10 * DAY_MS, HOUR_MS, "h"},
		     {INT64_MAX, DAY_MS, "days"}};
	size_t i = 0;
	while (span_ms >= units[i].below_ms)
		i++;
	(void)snprintf(text, TD_MOMENT_TEXT_MAX, "%" PRId64 " %s", span_ms / units[i].unit_ms,
		       units[i].name);
	return text;
}
