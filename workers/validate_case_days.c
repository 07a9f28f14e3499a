/* The days of a case: which of them its status demands and allows, and their order. */
#include "workers/validate_parts.h"

#include "common/localday.h"

#define STATUS(name) THIDUA__V1__CASE_STATUS__CASE_STATUS_##name

/* The steps of a case. */
enum step {
	OCCURRED,
	REPORTED,
	REGISTERED,
	SOLVED,
	SUSPENDED,
	RESUMED,
	DISCONTINUED,
	CONCLUDED,
	REOPENED,
	CLOSED,
	ACCEPTED,
	STEPS,
	FIRST_SAID = REPORTED, /* the steps before are the envelope's */
};

#define BIT(step) (1U << (step))

static const char *const FIELDS[STEPS] = {
	[OCCURRED] = "occurred_at",
	[REPORTED] = "case.reported_on",
	[REGISTERED] = "case.registered_on",
	[SOLVED] = "case.solved_on",
	[SUSPENDED] = "case.suspended_on",
	[RESUMED] = "case.resumed_on",
	[DISCONTINUED] = "case.discontinued_on",
	[CONCLUDED] = "case.concluded_on",
	[REOPENED] = "case.reopened_on",
	[CLOSED] = "case.closed_on",
	[ACCEPTED] = "case.transfer.accepted_on",
};

enum {
	ENDS = BIT(SUSPENDED) | BIT(DISCONTINUED) | BIT(CONCLUDED),
	STARTS = BIT(RESUMED) | BIT(REOPENED),
	OF_A_CASE = BIT(REGISTERED) | BIT(SOLVED) | ENDS | STARTS | BIT(ACCEPTED),
};

/* What each status demands and allows. `last` is the step that the status tells of, and that no
 * start or end of an investigation follows. */
static const struct {
	unsigned needs, allows;
	enum step last;
} STATUSES[] = {
	[STATUS(UNSPECIFIED)] = {0, BIT(REPORTED) | BIT(CLOSED) | OF_A_CASE, OCCURRED},
	[STATUS(REPORTED)] = {BIT(REPORTED), BIT(REPORTED), OCCURRED},
	[STATUS(NOT_OPENED)] = {BIT(REPORTED) | BIT(CLOSED), BIT(REPORTED) | BIT(CLOSED), OCCURRED},
	[STATUS(INVESTIGATING)] = {BIT(REGISTERED), BIT(REPORTED) | OF_A_CASE, OCCURRED},
	[STATUS(SUSPENDED)] = {BIT(REGISTERED) | BIT(SUSPENDED), BIT(REPORTED) | OF_A_CASE,
			       SUSPENDED},
	[STATUS(DISCONTINUED)] = {BIT(REGISTERED) | BIT(DISCONTINUED), BIT(REPORTED) | OF_A_CASE,
				  DISCONTINUED},
	[STATUS(CONCLUDED)] = {BIT(REGISTERED) | BIT(SOLVED) | BIT(CONCLUDED),
			       BIT(REPORTED) | OF_A_CASE, CONCLUDED},
	[STATUS(REOPENED)] = {BIT(REGISTERED) | BIT(REOPENED), BIT(REPORTED) | OF_A_CASE, REOPENED},
	[STATUS(MERGED)] = {BIT(REGISTERED), BIT(REPORTED) | OF_A_CASE, OCCURRED},
	[STATUS(TRANSFERRED)] = {BIT(REGISTERED), BIT(REPORTED) | OF_A_CASE, OCCURRED},
	[STATUS(ANNULLED)] = {BIT(REGISTERED) | BIT(CLOSED),
			      BIT(REPORTED) | BIT(CLOSED) | OF_A_CASE, OCCURRED},
};

/* The steps that each step follows, or falls on the day of. A case may be solved on the spot,
 * before it is registered. */
static const unsigned FOLLOWS[STEPS] = {
	[REPORTED] = BIT(OCCURRED),
	[REGISTERED] = BIT(OCCURRED) | BIT(REPORTED),
	[SOLVED] = BIT(OCCURRED),
	[SUSPENDED] = BIT(OCCURRED) | BIT(REGISTERED),
	[RESUMED] = BIT(OCCURRED) | BIT(REGISTERED),
	[DISCONTINUED] = BIT(OCCURRED) | BIT(REGISTERED),
	[CONCLUDED] = BIT(OCCURRED) | BIT(REGISTERED),
	[REOPENED] = BIT(OCCURRED) | BIT(REGISTERED),
	[CLOSED] = BIT(OCCURRED) | BIT(REPORTED) | BIT(REGISTERED),
	[ACCEPTED] = BIT(OCCURRED) | BIT(REGISTERED),
};

/* The day of each step, yyyymmdd: these order as the days do; 0 where it has not come to it. */
typedef struct days {
	int32_t on[STEPS];
	unsigned there; /* the steps whose day is not 0 */
} days_t;

static days_t days_of(const td_judging_t *judging)
{
	const Thidua__V1__Case *about = judging->event->case_;
	days_t days = {
		.on = {
			[OCCURRED] = judging->day_known ? td_localday_yyyymmdd(judging->day) : 0,
			[REPORTED] = about->reported_on,
			[REGISTERED] = about->registered_on,
			[SOLVED] = about->solved_on,
			[SUSPENDED] = about->suspended_on,
			[RESUMED] = about->resumed_on,
			[DISCONTINUED] = about->discontinued_on,
			[CONCLUDED] = about->concluded_on,
			[REOPENED] = about->reopened_on,
			[CLOSED] = about->closed_on,
			[ACCEPTED] = about->transfer == NULL ? 0 : about->transfer->accepted_on,
		}};
	for (size_t step = 0; step < STEPS; step++)
		days.there |= days.on[step] != 0 ? BIT(step) : 0;
	return days;
}

/* The latest day of some steps; 0 when none has come. */
static int32_t latest(const days_t *days, unsigned steps)
{
	int32_t on = 0;
	for (size_t step = 0; step < STEPS; step++)
		if ((steps >> step & 1U) != 0 && days->on[step] > on)
			on = days->on[step];
	return on;
}

static void check_presence(td_judging_t *judging, const days_t *days)
{
	size_t status = (size_t)judging->event->case_->status;
	unsigned missing = STATUSES[status].needs & ~days->there;
	unsigned forbidden = days->there & ~(STATUSES[status].allows | BIT(OCCURRED));
	if ((missing | forbidden) == 0)
		return;
	for (size_t step = FIRST_SAID; step < STEPS; step++) {
		if ((missing >> step & 1U) != 0)
			td_judging_object(judging, TD_REASON_STATUS_NEEDS_DAY, FIELDS[step]);
		if ((forbidden >> step & 1U) != 0)
			td_judging_object(judging, TD_REASON_STATUS_FORBIDS_DAY, FIELDS[step]);
	}
}

/* An investigation that goes on was resumed or reopened since it last ended. */
static void check_going_on(td_judging_t *judging, const days_t *days)
{
	int32_t started = latest(days, STARTS);
	for (size_t step = SUSPENDED; step <= CONCLUDED; step++)
		if ((ENDS >> step & 1U) != 0 && days->on[step] > started)
			td_judging_object(judging, TD_REASON_STATUS_FORBIDS_DAY, FIELDS[step]);
}

static void check_order(td_judging_t *judging, const days_t *days)
{
	enum step last = STATUSES[judging->event->case_->status].last;
	for (size_t step = FIRST_SAID; step < STEPS; step++) {
		unsigned before = FOLLOWS[step] | (step == last ? ENDS | STARTS : 0);
		if (days->on[step] != 0)
			td_judging_expect(judging, days->on[step] >= latest(days, before),
					  TD_REASON_DAYS_ORDER, FIELDS[step]);
	}
}

void td_validate_case_days(td_judging_t *judging)
{
	const Thidua__V1__Case *about = judging->event->case_;
	days_t days = days_of(judging);
	bool real = true;
	for (size_t step = FIRST_SAID; step < STEPS; step++)
		if (days.on[step] != 0)
			real &= td_judging_day(judging, days.on[step], FIELDS[step]);
	check_presence(judging, &days);
	if (days.on[RESUMED] != 0)
		td_judging_only_if(judging,
				   (days.there & (BIT(SUSPENDED) | BIT(DISCONTINUED))) != 0, true,
				   FIELDS[SUSPENDED]);
	if (!real)
		return;
	if (about->status == STATUS(INVESTIGATING))
		check_going_on(judging, &days);
	check_order(judging, &days);
}
