#include "workers/validate.h"

#include "common/localday.h"
#include "workers/validate_parts.h"

enum { TOLERANCE_MS = 5 * 60 * 1000 }; /* clocks of others may be so much ahead */

#define KIND(name) THIDUA__V1__KIND__KIND_##name
/* Members of the body have neighbouring numbers. */
#define BODY(name) (THIDUA__V1__EVENT__BODY_##name - THIDUA__V1__EVENT__BODY_CASE)

/* Each body, the kind of record that it belongs to (none: to any but a checkpoint), its check. */
static const struct {
	Thidua__V1__Kind kind;
	void (*check)(td_judging_t *judging);
} BODIES[] = {
	[BODY(CASE)] = {KIND(CASE), td_validate_case},
	[BODY(ARREST)] = {KIND(ARREST), td_validate_arrest},
	[BODY(ACCIDENT)] = {KIND(ACCIDENT), td_validate_accident},
	[BODY(IDENTITY)] = {KIND(IDENTITY), td_validate_identity},
	[BODY(DEPLOYMENT)] = {KIND(DEPLOYMENT), td_validate_deployment},
	[BODY(SOCIETY)] = {KIND(SOCIETY), td_validate_society},
	[BODY(COMMENDATION)] = {KIND(COMMENDATION), td_validate_commendation},
	[BODY(TITLE)] = {KIND(TITLE), td_validate_title},
	[BODY(TARGET)] = {KIND(TARGET), td_validate_target},
	[BODY(SCORE)] = {KIND(SCORE), td_validate_score},
	[BODY(RETRACTION)] = {KIND(UNSPECIFIED), td_validate_retraction},
	[BODY(CHECKPOINT)] = {KIND(CHECKPOINT), td_validate_checkpoint},
	[BODY(SIGN_OFF)] = {KIND(SIGN_OFF), td_validate_sign_off},
};

/* Whether the body may come with the kind; a kind that is missing is said elsewhere. */
static bool fits(Thidua__V1__Kind body, Thidua__V1__Kind kind)
{
	if (body == KIND(UNSPECIFIED))
		return kind != KIND(CHECKPOINT);
	return body == kind || kind == KIND(UNSPECIFIED);
}

static void check_body(td_judging_t *judging)
{
	const td_event_t *event = judging->event;
	if (event->body_case == THIDUA__V1__EVENT__BODY__NOT_SET) {
		td_judging_object(judging, TD_REASON_FIELD_MISSING, "body");
		return;
	}
	size_t body = (size_t)event->body_case - THIDUA__V1__EVENT__BODY_CASE;
	td_judging_expect(judging, fits(BODIES[body].kind, event->kind), TD_REASON_BODY_KIND,
			  "body");
	BODIES[body].check(judging);
}

bool td_validate_event(const td_event_t *event, const td_reference_t *reference,
		       const char *reporter, int64_t append_ms, td_findings_t *errors,
		       td_findings_t *warnings)
{
	int64_t latest_ms = append_ms + TOLERANCE_MS;
	td_judging_t judging = {
		.event = event,
		.reference = reference,
		.reporter = td_reference_reporter(reference, reporter),
		.latest_ms = latest_ms,
		.latest_day = td_localday_of_ms(latest_ms),
		.errors = errors,
		.warnings = warnings,
	};
	errors->count = warnings->count = 0;
	td_validate_reporter(&judging, reporter);
	td_validate_envelope(&judging);
	check_body(&judging);
	return errors->count == 0;
}

bool td_validate_by_reference(td_reason_t reason)
{
	switch (reason) {
	case TD_REASON_UNKNOWN_REPORTER:
	case TD_REASON_REPORTER_DAY:
	case TD_REASON_KIND_NOT_YOURS:
	case TD_REASON_UNKNOWN_UNIT:
	case TD_REASON_UNIT_DAY:
	case TD_REASON_UNIT_NOT_YOURS:
	case TD_REASON_UNKNOWN_PROVINCE:
	case TD_REASON_PROVINCE_DAY:
	case TD_REASON_PROVINCE_NOT_YOURS:
	case TD_REASON_UNKNOWN_ARTICLE:
	case TD_REASON_UNKNOWN_CLAUSE:
	case TD_REASON_SEVERITY_DIFFERS:
	case TD_REASON_OTHER_REPORTER:
	case TD_REASON_FORM_LEVEL:
	case TD_REASON_UNKNOWN_CRITERION:
	case TD_REASON_MAXIMUM_DIFFERS:
	case TD_REASON_UNKNOWN_KEY:
	case TD_REASON_SIGNATURE_MISSING:
		return true;
	default:
		return false;
	}
}
