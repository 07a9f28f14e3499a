/* Commendations and emulation titles. */
#include "workers/validate_parts.h"

#include "common/localday.h"
#include "workers/workyear.h"

#define STATUS(name) THIDUA__V1__AWARD_STATUS__AWARD_STATUS_##name
#define TITLE(name)  THIDUA__V1__EMULATION_TITLE__EMULATION_TITLE_##name

enum { LINES_MAX = 100000 };

/* A decision has a number from the day it is signed; a refusal may have one. */
static void check_decision(td_judging_t *judging, Thidua__V1__AwardStatus status,
			   const char *number, const char *field)
{
	if (status == STATUS(PROPOSED))
		td_judging_only_if(judging, number[0] != '\0', false, field);
	else
		(void)td_judging_id(judging, number, status == STATUS(AWARDED), field);
}

static void check_line(td_judging_t *judging, const Thidua__V1__Commendation *award)
{
	static const char FIELD[] = "commendation.decision_line";
	const td_ranged_t line = {award->decision_line, award->status == STATUS(AWARDED) ? 1 : 0,
				  LINES_MAX, FIELD};
	if (award->status == STATUS(PROPOSED))
		td_judging_only_if(judging, award->decision_line != 0, false, FIELD);
	else
		td_judging_ranges(judging, &line, 1);
}

void td_validate_commendation(td_judging_t *judging)
{
	const Thidua__V1__Commendation *award = judging->event->commendation;
	td_judging_chosen(judging, award->level, "commendation.level");
	td_judging_chosen(judging, award->recipient, "commendation.recipient");
	td_judging_chosen(judging, award->form, "commendation.form");
	td_judging_chosen(judging, award->status, "commendation.status");
	check_decision(judging, award->status, award->decision_number,
		       "commendation.decision_number");
	check_line(judging, award);
	if (award->form != 0 && award->level != 0 && judging->day_known)
		td_judging_expect(judging,
				  td_reference_award_allowed(judging->reference, award->form,
							     award->level, judging->day),
				  TD_REASON_FORM_LEVEL, "commendation.level");
}

/* Flags and the titles of units are for collectives, those of fighters for individuals; a
 * certificate of merit is for either. */
static bool may_receive(Thidua__V1__EmulationTitle title, Thidua__V1__Recipient recipient)
{
	if (title == TITLE(NONE_MERIT_MINISTRY) || title == 0 || recipient == 0)
		return true;
	bool collective = title <= TITLE(UNIT_ADVANCED);
	return collective == (recipient == THIDUA__V1__RECIPIENT__RECIPIENT_COLLECTIVE);
}

void td_validate_title(td_judging_t *judging)
{
	const Thidua__V1__Title *title = judging->event->title;
	const td_ranged_t year = {title->year, TD_YEAR_MIN, TD_YEAR_MAX, "title.year"};
	bool dated = title->year >= TD_YEAR_MIN && title->year <= TD_YEAR_MAX;
	td_judging_ranges(judging, &year, 1);
	td_judging_chosen(judging, title->title, "title.title");
	td_judging_chosen(judging, title->recipient, "title.recipient");
	td_judging_chosen(judging, title->status, "title.status");
	check_decision(judging, title->status, title->decision_number, "title.decision_number");
	td_judging_expect(judging, may_receive(title->title, title->recipient),
			  TD_REASON_TITLE_RECIPIENT, "title.recipient");
	td_judging_province(judging, &(td_spoken_of_t){
					     .province = title->province,
					     .field = "title.province",
					     .year = title->year,
					     .last_known = dated,
					     .last_day = dated ? td_workyear_last(title->year) : 0,
				     });
}
