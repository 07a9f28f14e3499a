#include "workers/validate_parts.h"

#include "common/localday.h"

#define KIND(name)      THIDUA__V1__KIND__KIND_##name
#define BODY(name)      THIDUA__V1__EVENT__BODY_##name
#define PRECISION(name) THIDUA__V1__PRECISION__PRECISION_##name

static const uint64_t EXACT_MAX = (uint64_t)TD_EXACT_MAX - 1;

enum { SOURCE_MAX = 32 };

void td_validate_reporter(td_judging_t *judging, const char *owner)
{
	const char *said = judging->event->reporter;
	if (td_judging_id(judging, said, true, "reporter"))
		td_judging_expect(judging, strcmp(said, owner) == 0, TD_REASON_WRONG_REPORTER,
				  "reporter");
	td_judging_expect(judging, judging->reporter != NULL, TD_REASON_UNKNOWN_REPORTER,
			  "reporter");
}

static bool is_source(const char *source)
{
	size_t length = 0;
	for (char c; (c = source[length]) != '\0'; length++)
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	return length <= SOURCE_MAX;
}

static void check_origin(td_judging_t *judging)
{
	const td_event_t *event = judging->event;
	if (td_judging_id(judging, event->source, true, "source"))
		td_judging_expect(judging, is_source(event->source), TD_REASON_TEXT_FORMAT,
				  "source");
	td_judging_expect(judging, event->epoch - 1 < EXACT_MAX, TD_REASON_NUMBER_RANGE, "epoch");
	td_judging_expect(judging, event->sequence - 1 < EXACT_MAX, TD_REASON_NUMBER_RANGE,
			  "sequence");
	td_judging_expect(judging, event->source_line <= EXACT_MAX, TD_REASON_NUMBER_RANGE,
			  "source_line");
}

static void check_kind(td_judging_t *judging)
{
	const td_event_t *event = judging->event;
	const td_reporter_t *reporter = judging->reporter;
	td_judging_chosen(judging, event->kind, "kind");
	if (event->kind != KIND(UNSPECIFIED) && reporter != NULL)
		td_judging_expect(judging, (reporter->kinds >> event->kind & 1U) != 0,
				  TD_REASON_KIND_NOT_YOURS, "kind");
}

static void check_revision(td_judging_t *judging)
{
	uint64_t revision = judging->event->revision;
	if (td_judging_expect(judging, revision - 1 < EXACT_MAX, TD_REASON_REVISION_RANGE,
			      "revision"))
		td_judging_expect(judging, (int64_t)revision <= judging->latest_ms,
				  TD_REASON_REVISION_FUTURE, "revision");
}

static void check_record(td_judging_t *judging, bool checkpoint)
{
	const td_event_t *event = judging->event;
	if (checkpoint) {
		td_judging_only_if(judging, event->record_id[0] != '\0', false, "record_id");
		td_judging_only_if(judging, event->revision != 0, false, "revision");
		return;
	}
	(void)td_judging_id(judging, event->record_id, true, "record_id");
	check_revision(judging);
}

/* Fills in the day; `must`: a record without a moment counts on no day. */
static void check_occurrence(td_judging_t *judging, bool must)
{
	const td_event_t *event = judging->event;
	const Google__Protobuf__Timestamp *at = event->occurred_at;
	if (at == NULL && must)
		td_judging_object(judging, TD_REASON_FIELD_MISSING, "occurred_at");
	if (at != NULL || must)
		td_judging_chosen(judging, event->occurred_precision, "occurred_precision");
	else
		td_judging_only_if(judging, event->occurred_precision != 0, false,
				   "occurred_precision");
	if (at == NULL || !td_judging_moment(judging, at, "occurred_at"))
		return;
	int64_t moment_ms = td_judging_moment_ms(at);
	judging->day = td_localday_of_ms(moment_ms);
	judging->day_known = true;
	if (event->occurred_precision == PRECISION(DAY))
		td_judging_expect(judging, td_localday_start_ms(judging->day) == moment_ms,
				  TD_REASON_NOT_MIDNIGHT, "occurred_at");
}

static void check_reporter_day(td_judging_t *judging)
{
	const td_reporter_t *reporter = judging->reporter;
	if (reporter != NULL && judging->day_known)
		td_judging_expect(judging,
				  reporter->from_day <= judging->day &&
					  judging->day <= reporter->to_day,
				  TD_REASON_REPORTER_DAY, "occurred_at");
}

static void check_recorded(td_judging_t *judging, bool must)
{
	const Google__Protobuf__Timestamp *at = judging->event->recorded_at;
	if (at == NULL) {
		td_judging_only_if(judging, false, must, "recorded_at");
		return;
	}
	if (td_judging_moment(judging, at, "recorded_at") && judging->day_known &&
	    td_judging_moment_ms(at) < td_judging_moment_ms(judging->event->occurred_at))
		td_judging_warn(judging, TD_REASON_RECORDED_EARLY, "recorded_at");
}

/* Whether the unit's id begins with the province's. */
static bool is_of(const char *unit, const char *province)
{
	size_t length = strlen(province);
	return strncmp(unit, province, length) == 0 && unit[length] == '.';
}

static void check_known_unit(td_judging_t *judging)
{
	const char *unit = judging->event->unit;
	const td_reference_t *reference = judging->reference;
	const td_reporter_t *reporter = judging->reporter;
	bool there = judging->day_known && td_reference_unit(reference, unit, judging->day) != NULL;
	if (!there && !td_judging_expect(judging, td_reference_unit_known(reference, unit),
					 TD_REASON_UNKNOWN_UNIT, "unit"))
		return;
	td_judging_expect(judging, there || !judging->day_known, TD_REASON_UNIT_DAY, "unit");
	if (reporter != NULL && reporter->kind == TD_REPORTER_PROVINCE)
		td_judging_expect(judging, is_of(unit, reporter->province),
				  TD_REASON_UNIT_NOT_YOURS, "unit");
}

static void check_unit(td_judging_t *judging, bool retraction)
{
	/* Kinds whose records belong to no unit. */
	static const uint32_t WITHOUT = 1U << KIND(TITLE) | 1U << KIND(TARGET) | 1U << KIND(SCORE) |
					1U << KIND(CHECKPOINT) | 1U << KIND(SIGN_OFF);
	const td_event_t *event = judging->event;
	if ((WITHOUT >> event->kind & 1U) != 0)
		td_judging_only_if(judging, event->unit[0] != '\0', false, "unit");
	else if (td_judging_id(judging, event->unit, !retraction, "unit"))
		check_known_unit(judging);
}

void td_validate_envelope(td_judging_t *judging)
{
	const td_event_t *event = judging->event;
	bool checkpoint = event->kind == KIND(CHECKPOINT);
	/* What is taken back counts on no day and for no unit. */
	bool retraction = event->body_case == BODY(RETRACTION);
	check_origin(judging);
	check_kind(judging);
	check_record(judging, checkpoint);
	check_occurrence(judging, !checkpoint && !retraction);
	check_reporter_day(judging);
	check_recorded(judging, !checkpoint);
	check_unit(judging, retraction);
}
