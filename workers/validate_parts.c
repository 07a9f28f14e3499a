#include "workers/validate_parts.h"

#include "common/localday.h"
#include "workers/workyear.h"

enum {
	MS = 1000,
	NANOS_IN_MS = 1000000,
	NANOS_MAX = 999999999,
	SECONDS_OF_DAY = 24 * 3600,
	SECONDS_AHEAD = 7 * 3600, /* of UTC, in Viet Nam */
	ARTICLE_MAX = 8,
};

void td_judging_object(td_judging_t *judging, td_reason_t reason, const char *field)
{
	td_findings_add(judging->errors, reason, field);
}

void td_judging_warn(td_judging_t *judging, td_reason_t reason, const char *field)
{
	td_findings_add(judging->warnings, reason, field);
}

void td_judging_ranges(td_judging_t *judging, const td_ranged_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i].value < numbers[i].min || numbers[i].value > numbers[i].max)
			td_judging_object(judging, TD_REASON_NUMBER_RANGE, numbers[i].field);
}

void td_judging_chosen(td_judging_t *judging, int code, const char *field)
{
	if (code == 0)
		td_judging_object(judging, TD_REASON_FIELD_MISSING, field);
}

bool td_judging_id(td_judging_t *judging, const char *id, bool must, const char *field)
{
	if (id[0] == '\0') {
		if (must)
			td_judging_object(judging, TD_REASON_FIELD_MISSING, field);
		return false;
	}
	if (id[0] != ' ' && id[strlen(id) - 1] != ' ')
		return true;
	td_judging_object(judging, TD_REASON_TEXT_FORMAT, field);
	return false;
}

void td_judging_only_if(td_judging_t *judging, bool there, bool wanted, const char *field)
{
	if (there != wanted)
		td_judging_object(judging,
				  wanted ? TD_REASON_FIELD_MISSING : TD_REASON_FIELD_NOT_ALLOWED,
				  field);
}

bool td_judging_day(td_judging_t *judging, int32_t on, const char *field)
{
	int32_t day;
	if (!td_localday_of_yyyymmdd(on, &day)) {
		td_judging_object(judging, TD_REASON_DAY_INVALID, field);
		return false;
	}
	return td_judging_expect(judging, day <= judging->latest_day, TD_REASON_DAY_FUTURE, field);
}

int64_t td_judging_moment_ms(const Google__Protobuf__Timestamp *moment)
{
	return moment->seconds * MS + moment->nanos / NANOS_IN_MS;
}

bool td_judging_moment(td_judging_t *judging, const Google__Protobuf__Timestamp *moment,
		       const char *field)
{
	static const int64_t FIRST = (int64_t)TD_DAY_MIN * SECONDS_OF_DAY - SECONDS_AHEAD;
	static const int64_t END = (int64_t)(TD_DAY_MAX + 1) * SECONDS_OF_DAY - SECONDS_AHEAD;
	if (moment->seconds < FIRST || moment->seconds >= END || moment->nanos < 0 ||
	    moment->nanos > NANOS_MAX || moment->nanos % NANOS_IN_MS != 0) {
		td_judging_object(judging, TD_REASON_TIME_INVALID, field);
		return false;
	}
	return td_judging_expect(judging, td_judging_moment_ms(moment) <= judging->latest_ms,
				 TD_REASON_TIME_FUTURE, field);
}

/* "173", "217a". */
static bool is_article(const char *article)
{
	size_t digits = 0, length = strlen(article);
	while (article[digits] >= '0' && article[digits] <= '9')
		digits++;
	bool lettered = digits + 1 == length && article[digits] >= 'a' && article[digits] <= 'z';
	return digits > 0 && article[0] != '0' && length <= ARTICLE_MAX &&
	       (digits == length || lettered);
}

bool td_judging_article(td_judging_t *judging, const char *article, bool must, const char *field)
{
	if (article[0] == '\0') {
		if (must)
			td_judging_object(judging, TD_REASON_FIELD_MISSING, field);
		return false;
	}
	return td_judging_expect(judging, is_article(article), TD_REASON_TEXT_FORMAT, field) &&
	       judging->day_known;
}

static bool may_speak_of(const td_judging_t *judging, const td_spoken_of_t *of)
{
	const td_reporter_t *reporter = judging->reporter;
	if (reporter == NULL || reporter->kind == TD_REPORTER_MINISTRY)
		return true;
	if (reporter->kind == TD_REPORTER_PROVINCE)
		return strcmp(reporter->province, of->province) == 0;
	return td_reference_cluster(judging->reference, of->province, of->year) ==
	       reporter->cluster;
}

void td_judging_province(td_judging_t *judging, const td_spoken_of_t *of)
{
	if (!td_judging_id(judging, of->province, true, of->field))
		return;
	const td_province_t *province = td_reference_province(judging->reference, of->province);
	if (!td_judging_expect(judging, province != NULL, TD_REASON_UNKNOWN_PROVINCE, of->field) ||
	    !of->last_known)
		return;
	td_judging_expect(judging, td_reference_counting(province, of->last_day) != NULL,
			  TD_REASON_PROVINCE_DAY, of->field);
	td_judging_expect(judging, may_speak_of(judging, of), TD_REASON_PROVINCE_NOT_YOURS,
			  of->field);
}

bool td_judging_period(td_judging_t *judging, const td_period_of_t *of)
{
	const td_ranged_t year = {of->period->year, TD_YEAR_MIN, TD_YEAR_MAX, of->year};
	uint32_t periods = td_workyear_periods(of->period->kind);
	int32_t last_day;
	td_judging_chosen(judging, of->period->kind, of->kind);
	td_judging_ranges(judging, &year, 1);
	bool numbered = periods == 1 ? of->period->number == 0
				     : of->period->number >= 1 && of->period->number <= periods;
	if (periods != 0)
		td_judging_expect(judging, numbered, TD_REASON_PERIOD_NUMBER, of->number);
	return numbered && td_workyear_period_last(of->period, &last_day);
}
