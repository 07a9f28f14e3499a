#include "workers/sign_off.h"

#include "common/hex.h"
#include "workers/workyear.h"

#include <stdio.h>

enum { DIGEST_LINE = 16 + 2 * TD_FIGURES_DIGEST_SIZE };

#define KIND(name) THIDUA__V1__PERIOD_KIND__PERIOD_KIND_##name

/* Behind the year: "-H1"; by kind. */
static const struct {
	Thidua__V1__PeriodKind kind;
	const char *calendar, *part;
	int digits;
} KINDS[] = {
	{KIND(POLICE_YEAR), "police", "", 0},
	{KIND(POLICE_HALF), "police", "-H", 1},
	{KIND(POLICE_QUARTER), "police", "-Q", 1},
	{KIND(POLICE_MONTH), "police", "-M", 2},
	{KIND(CALENDAR_YEAR), "civil", "", 0},
	{KIND(CALENDAR_HALF), "civil", "-H", 1},
	{KIND(CALENDAR_QUARTER), "civil", "-Q", 1},
	{KIND(CALENDAR_MONTH), "civil", "-M", 2},
	{KIND(POLICE_NINE_MONTHS), "police", "-9M", 0},
	{KIND(CALENDAR_NINE_MONTHS), "civil", "-9M", 0},
};

bool td_period_name(const Thidua__V1__Period *period, char name[TD_PERIOD_NAME_MAX])
{
	int32_t last_day;
	size_t i = 0;
	while (i < TD_COUNT(KINDS) && KINDS[i].kind != period->kind)
		i++;
	if (i == TD_COUNT(KINDS) || !td_workyear_period_last(period, &last_day))
		return false;
	if (KINDS[i].digits == 0)
		(void)snprintf(name, TD_PERIOD_NAME_MAX, "%s-%d%s", KINDS[i].calendar, period->year,
			       KINDS[i].part);
	else
		(void)snprintf(name, TD_PERIOD_NAME_MAX, "%s-%d%s%0*u", KINDS[i].calendar,
			       period->year, KINDS[i].part, KINDS[i].digits, period->number);
	return KINDS[i].digits != 0 || period->number == 0;
}

/* The digits from `text` on, four at most; `text` behind them. */
static uint32_t read_number(const char **text)
{
	uint32_t number = 0;
	for (int digits = 0; digits < 4 && **text >= '0' && **text <= '9'; digits++)
		number = number * 10 + (uint32_t)(*(*text)++ - '0');
	return number;
}

bool td_period_of_name(const char *name, Thidua__V1__Period *period)
{
	char again[TD_PERIOD_NAME_MAX];
	for (size_t i = 0; i < TD_COUNT(KINDS); i++) {
		size_t length = strlen(KINDS[i].calendar), part = strlen(KINDS[i].part);
		if (strncmp(name, KINDS[i].calendar, length) != 0 || name[length] != '-')
			continue;
		const char *at = name + length + 1;
		period->year = (int32_t)read_number(&at);
		if (strncmp(at, KINDS[i].part, part) != 0)
			continue;
		at += part;
		period->kind = KINDS[i].kind;
		period->number = read_number(&at);
		if (td_period_name(period, again) && strcmp(again, name) == 0)
			return true;
	}
	return false;
}

/* What is true of either text: who says it, of which period, and which time. */
#define HEAD "thidua sign-off\nreporter %s\nperiod %s\nrevision %llu\n"

/* "figures ab01...\n"; false when the digest has another size. */
static bool digest_line(const char *word, const ProtobufCBinaryData *digest, char line[DIGEST_LINE])
{
	int size = snprintf(line, DIGEST_LINE, "%s ", word);
	if (digest->len != TD_FIGURES_DIGEST_SIZE)
		return false;
	td_hex_write(digest->data, digest->len, line + size);
	(void)strcat(line, "\n");
	return true;
}

static bool signed_text(const td_event_t *event, char text[TD_SIGN_OFF_TEXT_MAX])
{
	const Thidua__V1__SignOff *said = event->sign_off;
	char name[TD_PERIOD_NAME_MAX], figures[DIGEST_LINE], tallies[DIGEST_LINE] = "";
	if (said->period == NULL || !td_period_name(said->period, name) ||
	    !digest_line("figures", &said->figures_sha256, figures) ||
	    (said->tallies_sha256.len > 0 &&
	     !digest_line("tallies", &said->tallies_sha256, tallies)))
		return false;
	int size = snprintf(text, TD_SIGN_OFF_TEXT_MAX, HEAD "through %llu\n%s%s", event->reporter,
			    name, (unsigned long long)event->revision,
			    (unsigned long long)said->through_offset, figures, tallies);
	return size > 0 && size < TD_SIGN_OFF_TEXT_MAX;
}

bool td_sign_off_text(const td_event_t *event, char text[TD_SIGN_OFF_TEXT_MAX])
{
	if (event->body_case == THIDUA__V1__EVENT__BODY_SIGN_OFF)
		return signed_text(event, text);
	if (event->kind != THIDUA__V1__KIND__KIND_SIGN_OFF ||
	    event->body_case != THIDUA__V1__EVENT__BODY_RETRACTION)
		return false;
	int size = snprintf(text, TD_SIGN_OFF_TEXT_MAX, HEAD "taken back %d\n", event->reporter,
			    event->record_id, (unsigned long long)event->revision,
			    (int)event->retraction->reason);
	return size > 0 && size < TD_SIGN_OFF_TEXT_MAX;
}
