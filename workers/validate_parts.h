/*
 * validate_parts: what the files of validate share: the event that is judged, and the checks that
 * fields of every kind have in common.
 *
 * Pure; for workers/validate*.c only.
 */
#ifndef TD_WORKERS_VALIDATE_PARTS_H
#define TD_WORKERS_VALIDATE_PARTS_H

#include "workers/validate.h"

typedef struct td_judging {
	const td_event_t *event;
	const td_reference_t *reference;
	const td_reporter_t *reporter; /* owner of the raw topic; NULL when nobody knows it */
	int64_t latest_ms;             /* what lies past it is the future */
	int32_t latest_day;            /* its local day */
	bool day_known;                /* whether it is known when it happened */
	int32_t day;                   /* on which it happened */
	td_findings_t *errors, *warnings;
} td_judging_t;

/* Adds an error, or a warning. */
void td_judging_object(td_judging_t *judging, td_reason_t reason, const char *field);
void td_judging_warn(td_judging_t *judging, td_reason_t reason, const char *field);

/* Objects unless it holds; returns whether it does. */
static inline bool td_judging_expect(td_judging_t *judging, bool holds, td_reason_t reason,
				     const char *field)
{
	if (!holds)
		td_judging_object(judging, reason, field);
	return holds;
}

/* A number and the range in which it must lie. */
typedef struct td_ranged {
	int64_t value, min, max;
	const char *field;
} td_ranged_t;

/* Objects to each number outside its range. */
void td_judging_ranges(td_judging_t *judging, const td_ranged_t *numbers, size_t count);

/* A code that must be chosen: 0 is none. */
void td_judging_chosen(td_judging_t *judging, int code, const char *field);

/* An id: with blanks at neither end; must it be there, a missing one is objected to. True when it
 * is there and sound. */
bool td_judging_id(td_judging_t *judging, const char *id, bool must, const char *field);

/* A field that only some records have: there if and only if `wanted`. */
void td_judging_only_if(td_judging_t *judging, bool there, bool wanted, const char *field);

/* A day, yyyymmdd, that is not 0: real and not in the future. */
bool td_judging_day(td_judging_t *judging, int32_t on, const char *field);

/* A moment: within the years of a day, to the millisecond, not in the future. */
bool td_judging_moment(td_judging_t *judging, const Google__Protobuf__Timestamp *moment,
		       const char *field);
int64_t td_judging_moment_ms(const Google__Protobuf__Timestamp *moment);

/* An article of the Penal Code, by its form; must it be there, a missing one is objected to. True
 * when it can be looked up: it is one, and it is known when it happened. */
bool td_judging_article(td_judging_t *judging, const char *article, bool must, const char *field);

/* A period, and the paths of its three fields. */
typedef struct td_period_of {
	const Thidua__V1__Period *period;
	const char *kind, *year, *number;
} td_period_of_t;

/* A period: its kind, a year, a number that its kind has. True when it is one. */
bool td_judging_period(td_judging_t *judging, const td_period_of_t *of);

/* A province spoken about: known, there on the last day of the period (when that is known), and
 * the reporter's to speak about in that year. */
typedef struct td_spoken_of {
	const char *province, *field;
	int32_t year;
	bool last_known;
	int32_t last_day;
} td_spoken_of_t;
void td_judging_province(td_judging_t *judging, const td_spoken_of_t *of);

/* Who speaks (`owner`: of the raw topic), the rest of the envelope, and one body each. */
void td_validate_reporter(td_judging_t *judging, const char *owner);
void td_validate_envelope(td_judging_t *judging);
void td_validate_case(td_judging_t *judging);
void td_validate_case_days(td_judging_t *judging);
void td_validate_arrest(td_judging_t *judging);
void td_validate_accident(td_judging_t *judging);
void td_validate_identity(td_judging_t *judging);
void td_validate_deployment(td_judging_t *judging);
void td_validate_society(td_judging_t *judging);
void td_validate_commendation(td_judging_t *judging);
void td_validate_title(td_judging_t *judging);
void td_validate_target(td_judging_t *judging);
void td_validate_score(td_judging_t *judging);
void td_validate_retraction(td_judging_t *judging);
void td_validate_checkpoint(td_judging_t *judging);
void td_validate_sign_off(td_judging_t *judging);

#endif
