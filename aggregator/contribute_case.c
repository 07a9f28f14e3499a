#include "aggregator/contribute_body.h"
#include "aggregator/window.h"
#include "common/localday.h"

#define STAGE(name)  THIDUA__V1__STAGE_KIND__STAGE_KIND_##name
#define STATUS(name) THIDUA__V1__CASE_STATUS__CASE_STATUS_##name

static void add_case(td_contributing_t *to, Thidua__V1__StageKind stage, td_metric_t metric,
		     int64_t amount)
{
	const Thidua__V1__Enriched *enriched = to->enriched;
	td_contributing_add(to, (td_addition_t){stage, metric, (uint32_t)enriched->severity,
						(uint32_t)enriched->crime_group, amount});
}

static void add_report(td_contributing_t *to, Thidua__V1__StageKind stage, td_metric_t metric)
{
	td_contributing_add(
		to, (td_addition_t){stage, metric, (uint32_t)to->enriched->crime_group, 0, 1});
}

/* Solved and not reopened since; where nobody is known, suspension leaves it unsolved. */
static bool is_solved(const Thidua__V1__Case *about)
{
	return about->solved_on != 0 && about->reopened_on < about->solved_on &&
	       !about->no_offence &&
	       !(about->status == STATUS(SUSPENDED) && !about->offender_known);
}

/* Which of the two counts of solved cases this one belongs to. */
static td_metric_t solved_metric(const td_contributing_t *to)
{
	const Thidua__V1__Stage *occurred = td_contributing_stage(to, STAGE(OCCURRED));
	const Thidua__V1__Stage *solved = td_contributing_stage(to, STAGE(SOLVED));
	int32_t occurred_day, solved_day;
	if (occurred == NULL || solved == NULL ||
	    !td_localday_of_yyyymmdd(occurred->on, &occurred_day) ||
	    !td_localday_of_yyyymmdd(solved->on, &solved_day))
		return TD_METRIC_CASE_SOLVED_CURRENT;
	bool same_year = td_window_first(TD_EACH_YEAR, TD_CALENDAR_POLICE, occurred_day) ==
			 td_window_first(TD_EACH_YEAR, TD_CALENDAR_POLICE, solved_day);
	return same_year ? TD_METRIC_CASE_SOLVED_CURRENT : TD_METRIC_CASE_SOLVED_PRIOR;
}

static void add_reports(td_contributing_t *to, const Thidua__V1__Case *about)
{
	add_report(to, STAGE(REPORTED), TD_METRIC_CASE_REPORTED);
	Thidua__V1__StageKind decided =
		about->status == STATUS(NOT_OPENED) ? STAGE(CLOSED) : STAGE(REGISTERED);
	if (about->reported_on != 0)
		add_report(to, decided, TD_METRIC_CASE_REPORT_SETTLED);
	if (about->status == STATUS(NOT_OPENED))
		add_report(to, STAGE(CLOSED), TD_METRIC_CASE_NOT_OPENED);
}

static void add_occurrence(td_contributing_t *to, const Thidua__V1__Case *about)
{
	if (about->split_from[0] != '\0' || about->no_offence)
		return;
	add_case(to, STAGE(OCCURRED), TD_METRIC_CASE_OCCURRED, 1);
	if (is_solved(about))
		add_case(to, STAGE(SOLVED), solved_metric(to), 1);
}

static void add_registration(td_contributing_t *to, const Thidua__V1__Case *about)
{
	if (about->split_from[0] != '\0')
		add_case(to, STAGE(REGISTERED), TD_METRIC_CASE_SPLIT, 1);
	if (about->status == STATUS(MERGED)) {
		add_case(to, STAGE(REGISTERED), TD_METRIC_CASE_MERGED, 1);
		return;
	}
	add_case(to, STAGE(REGISTERED), TD_METRIC_CASE_REGISTERED, 1);
	add_case(to, STAGE(REGISTERED), TD_METRIC_CASE_ACCUSED, about->accused);
	if (is_solved(about))
		add_case(to, STAGE(REGISTERED), TD_METRIC_CASE_REGISTERED_SOLVED, 1);
}

static void add_steps(td_contributing_t *to)
{
	add_case(to, STAGE(SUSPENDED), TD_METRIC_CASE_SUSPENDED, 1);
	add_case(to, STAGE(RESUMED), TD_METRIC_CASE_RESUMED, 1);
	add_case(to, STAGE(DISCONTINUED), TD_METRIC_CASE_DISCONTINUED, 1);
	add_case(to, STAGE(CONCLUDED), TD_METRIC_CASE_CONCLUDED, 1);
	add_case(to, STAGE(REOPENED), TD_METRIC_CASE_REOPENED, 1);
}

/* Whether the reporter counts the case: it belongs to the sender until the receiver accepts it. */
static bool is_counted_here(td_contributing_t *to, const Thidua__V1__Transfer *transfer)
{
	if (transfer == NULL)
		return true;
	bool accepted = transfer->accepted_on != 0;
	bool is_sender =
		transfer->direction == THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT;
	if (accepted)
		add_case(to, STAGE(TRANSFERRED),
			 is_sender ? TD_METRIC_CASE_TRANSFERRED_OUT : TD_METRIC_CASE_TRANSFERRED_IN,
			 1);
	return is_sender ? !accepted : accepted;
}

void td_contribute_case(td_contributing_t *to)
{
	const Thidua__V1__Case *about = to->event->case_;
	if (about->status == STATUS(ANNULLED) || !is_counted_here(to, about->transfer))
		return;
	add_reports(to, about);
	/* A report that has not led to a case is no occurrence yet. */
	if (about->registered_on == 0 || about->status == STATUS(NOT_OPENED))
		return;
	add_occurrence(to, about);
	add_registration(to, about);
	add_steps(to);
}
