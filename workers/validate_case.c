#include "workers/validate_parts.h"

#define STATUS(name)    THIDUA__V1__CASE_STATUS__CASE_STATUS_##name
#define SEVERITY(name)  THIDUA__V1__SEVERITY__SEVERITY_##name
#define DIRECTION(name) THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_##name

enum { CLAUSE_MAX = 9, ACCUSED_MAX = 10000 };

/* The law's severity of the charge, which the reporter may repeat but not change. */
static void check_severity(td_judging_t *judging, Thidua__V1__Severity severity)
{
	Thidua__V1__Severity reported = judging->event->case_->reported_severity;
	if (reported != SEVERITY(UNSPECIFIED))
		td_judging_expect(judging, reported == severity, TD_REASON_SEVERITY_DIFFERS,
				  "case.reported_severity");
}

/* The paragraph of the charge: unknown, or one of the article's. */
static void check_clause(td_judging_t *judging, const Thidua__V1__Case *about)
{
	const td_ranged_t clause = {about->clause, 0, CLAUSE_MAX, "case.clause"};
	td_judging_ranges(judging, &clause, 1);
	if (about->clause == 0 && (about->status == STATUS(CONCLUDED) || about->concluded_on != 0))
		td_judging_object(judging, TD_REASON_CLAUSE_REQUIRED, "case.clause");
}

static void check_offence(td_judging_t *judging, const Thidua__V1__Case *about)
{
	const td_reference_t *reference = judging->reference;
	if (!td_judging_article(judging, about->article, true, "case.article"))
		return;
	const td_offence_t *offence =
		td_reference_offence(reference, about->article, about->clause, judging->day);
	bool known = offence != NULL ||
		     td_reference_offence(reference, about->article, 0, judging->day) != NULL;
	if (!td_judging_expect(judging, known, TD_REASON_UNKNOWN_ARTICLE, "case.article"))
		return;
	if (about->clause == 0)
		check_severity(judging, SEVERITY(UNCLASSIFIED));
	else if (offence != NULL)
		check_severity(judging, offence->severity);
	else if (about->clause <= CLAUSE_MAX)
		td_judging_object(judging, TD_REASON_UNKNOWN_CLAUSE, "case.clause");
}

/* The other case of a merger or a split. */
static void check_link(td_judging_t *judging, const char *other, const char *field)
{
	if (td_judging_id(judging, other, false, field))
		td_judging_expect(judging, strcmp(other, judging->event->record_id) != 0,
				  TD_REASON_LINK_TO_ITSELF, field);
}

static void check_links(td_judging_t *judging, const Thidua__V1__Case *about)
{
	bool merged = about->status == STATUS(MERGED);
	td_judging_expect(judging, (about->merged_into[0] != '\0') == merged, TD_REASON_STATUS_LINK,
			  "case.merged_into");
	check_link(judging, about->merged_into, "case.merged_into");
	check_link(judging, about->split_from, "case.split_from");
}

/* Handed over: said by the status from the day on which the other has accepted, at the latest. */
static bool fits(const Thidua__V1__Case *about)
{
	bool handed_over = about->status == STATUS(TRANSFERRED);
	const Thidua__V1__Transfer *transfer = about->transfer;
	if (transfer == NULL || transfer->direction != DIRECTION(OUT))
		return !handed_over;
	return handed_over || transfer->accepted_on == 0;
}

static void check_other(td_judging_t *judging, const char *other)
{
	static const char FIELD[] = "case.transfer.other";
	if (!td_judging_id(judging, other, true, FIELD))
		return;
	if (strcmp(other, judging->event->reporter) == 0)
		td_judging_object(judging, TD_REASON_LINK_TO_ITSELF, FIELD);
	else
		td_judging_expect(judging, td_reference_reporter(judging->reference, other) != NULL,
				  TD_REASON_OTHER_REPORTER, FIELD);
}

static void check_transfer(td_judging_t *judging, const Thidua__V1__Case *about)
{
	const Thidua__V1__Transfer *transfer = about->transfer;
	td_judging_expect(judging, fits(about), TD_REASON_STATUS_LINK, "case.transfer");
	if (transfer == NULL)
		return;
	td_judging_chosen(judging, transfer->direction, "case.transfer.direction");
	check_other(judging, transfer->other);
	(void)td_judging_id(judging, transfer->transfer_id, true, "case.transfer.transfer_id");
}

/* Whether the case would stand as solved if somebody were known. */
static bool is_solved(const Thidua__V1__Case *about)
{
	return about->solved_on != 0 && about->reopened_on < about->solved_on && !about->no_offence;
}

static void check_offender(td_judging_t *judging, const Thidua__V1__Case *about)
{
	if (!is_solved(about) || about->offender_known)
		return;
	if (about->status == STATUS(SUSPENDED))
		td_judging_object(judging, TD_REASON_SOLVED_BY_NOBODY, "case.solved_on");
	else
		td_judging_warn(judging, TD_REASON_OFFENDER_UNKNOWN, "case.offender_known");
}

void td_validate_case(td_judging_t *judging)
{
	const Thidua__V1__Case *about = judging->event->case_;
	const td_ranged_t accused = {about->accused, 0, ACCUSED_MAX, "case.accused"};
	td_judging_chosen(judging, about->status, "case.status");
	check_clause(judging, about);
	check_offence(judging, about);
	if (about->status != STATUS(DISCONTINUED))
		td_judging_only_if(judging, about->no_offence, false, "case.no_offence");
	td_judging_ranges(judging, &accused, 1);
	check_links(judging, about);
	check_transfer(judging, about);
	check_offender(judging, about);
	td_validate_case_days(judging);
}
