#include "producers/simulate_case.h"

#include <stdio.h>

/* What a province's cases of a year add up to. */
typedef struct plan {
	int64_t occurred, solved, grave, grave_solved, serious, serious_solved;
} plan_t;

/* What happens to one case on the way to its last state. */
typedef struct life {
	td_sim_case_t end;     /* the last state */
	td_sim_case_t charge;  /* article and clause as first registered, if other ones */
	bool recharged;        /* the charge was changed */
	bool wrong_day;        /* the day of solving was first entered wrong */
	int32_t first_solved;  /* before it was reopened; 0: never reopened */
	int64_t lag_ms;        /* from a stage to its statement */
	bool stated_by_report; /* the report was stated before the case */
} life_t;

/* 2020 is made from 2021: a tenth more cases, 89 percent of them solved. Of the serious cases
 * nearly all are solved, so that the rate of the more serious ones is high whichever classes it
 * takes. */
static plan_t plan_of(const td_sim_t *sim)
{
	const td_sim_province_t *province = sim->province;
	plan_t plan = {province->occurred,
		       province->solved,
		       province->grave,
		       province->grave_solved,
		       0,
		       0};
	if (sim->task->year != TD_SIMULATE_LAST_YEAR) {
		plan.occurred = province->occurred * 11 / 10;
		plan.solved = plan.occurred * 89 / 100;
		plan.grave = province->grave * 11 / 10;
		plan.grave_solved = plan.grave - plan.grave / 20 - 1;
	}
	plan.serious = plan.occurred * 3 / 10;
	plan.serious_solved = plan.serious - plan.serious / 100;
	return plan;
}

static td_sim_gravity_t gravity_of(const plan_t *plan, int64_t number)
{
	if (number < plan->grave)
		return SIM_GRAVE;
	return number < plan->grave + plan->serious ? SIM_SERIOUS : SIM_LESS;
}

static bool is_solved(const plan_t *plan, int64_t number)
{
	if (number < plan->grave)
		return number < plan->grave_solved;
	if (number < plan->grave + plan->serious)
		return number - plan->grave < plan->serious_solved;
	int64_t less_solved = plan->solved - plan->grave_solved - plan->serious_solved;
	return number - plan->grave - plan->serious < less_solved;
}

static int32_t least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* Report, case, solving, all within the plan year in which it occurred. */
static void draw_days(td_sim_t *sim, const td_sim_season_t *season, bool solved, td_sim_case_t *end)
{
	int32_t last = sim->first_day + sim->days - 1;
	end->occurred = td_sim_day(sim, season);
	end->reported = least(last, end->occurred + (int32_t)td_sim_below(sim, 4));
	end->registered = least(last, end->reported + (int32_t)td_sim_below(sim, 12));
	if (!solved)
		return;
	int32_t room = least(last - end->registered, td_sim_chance(sim, 700) ? 12 : 80);
	end->solved = end->registered + (int32_t)td_sim_below(sim, room + 1);
	end->offender_known = true;
	end->accused = td_sim_from(sim, 1, 3);
}

/* How a solved case goes on: concluded, discontinued, absorbed, or solved a second time. */
static void end_solved(td_sim_t *sim, td_sim_gravity_t gravity, int64_t number, life_t *life)
{
	td_sim_case_t *end = &life->end;
	int32_t last = sim->first_day + sim->days - 1;
	int64_t fate = td_sim_below(sim, 1000);
	end->status = "CASE_STATUS_INVESTIGATING";
	if (fate < 25 && end->solved + 40 <= last) {
		life->first_solved = end->solved;
		end->reopened = end->solved + (int32_t)td_sim_from(sim, 5, 30);
		end->solved = end->reopened + (int32_t)td_sim_from(sim, 1, 10);
	} else if (fate < 35 && gravity == SIM_LESS && number > 0) {
		td_sim_record_t other = td_sim_record(sim, "KIND_CASE", "VA", number - 1);
		end->status = "CASE_STATUS_MERGED";
		(void)snprintf(end->merged_into, sizeof end->merged_into, "%s", other.id);
		return;
	} else if (fate < 50) {
		end->status = "CASE_STATUS_DISCONTINUED";
		end->discontinued = end->solved + (int32_t)td_sim_from(sim, 5, 40);
		return;
	}
	if (fate < 750 || life->first_solved != 0) {
		end->status = "CASE_STATUS_CONCLUDED";
		end->concluded = end->solved + (int32_t)td_sim_from(sim, 10, 60);
	}
}

/* How an unsolved one goes on: suspended, reopened, or under way; some without a clause yet. */
static void end_unsolved(td_sim_t *sim, td_sim_gravity_t gravity, life_t *life)
{
	td_sim_case_t *end = &life->end;
	int64_t fate = td_sim_below(sim, 1000);
	end->status = "CASE_STATUS_INVESTIGATING";
	if (fate < 60) {
		life->first_solved = end->registered + (int32_t)td_sim_from(sim, 2, 20);
		end->solved = life->first_solved;
		end->reopened = end->solved + (int32_t)td_sim_from(sim, 0, 20);
		end->status = "CASE_STATUS_REOPENED";
		end->offender_known = true;
		end->accused = 1;
	} else if (fate < 550) {
		end->status = "CASE_STATUS_SUSPENDED";
		end->suspended = end->registered + (int32_t)td_sim_from(sim, 60, 120);
	} else if (fate < 600 && gravity == SIM_LESS) {
		end->clause = 0;
	}
}

static life_t draw(td_sim_t *sim, const td_sim_season_t *season, const plan_t *plan, int64_t number)
{
	life_t life = {.lag_ms = td_sim_from(sim, 1, 60) * SIM_HOUR_MS};
	td_sim_gravity_t gravity = gravity_of(plan, number);
	bool solved = is_solved(plan, number);
	draw_days(sim, season, solved, &life.end);
	td_sim_offence(sim, gravity, &life.end);
	life.recharged = td_sim_chance(sim, 70);
	td_sim_offence(sim, SIM_LESS, &life.charge);
	life.wrong_day = td_sim_chance(sim, 30);
	life.stated_by_report = td_sim_chance(sim, 600);
	if (solved)
		end_solved(sim, gravity, number, &life);
	else
		end_unsolved(sim, gravity, &life);
	return life;
}

/* Milliseconds from the statement before to the day on which the next one is due. */
static int64_t until(const td_sim_record_t *record, const life_t *life, int32_t day)
{
	int64_t due = (int64_t)day * SIM_DAY_MS + 8 * SIM_HOUR_MS + life->lag_ms;
	return due > record->recorded_ms ? due - record->recorded_ms : SIM_HOUR_MS;
}

static void say(td_sim_t *sim, td_sim_record_t *record, const life_t *life, int32_t shift,
		const td_sim_case_t *state, int32_t day)
{
	td_sim_say_case(sim, record, state, shift, until(record, life, day + shift));
}

static void say_opening(td_sim_t *sim, td_sim_record_t *record, const life_t *life, int32_t shift)
{
	const td_sim_case_t *end = &life->end;
	td_sim_case_t state = *end;
	state.solved = state.suspended = state.discontinued = state.concluded = 0;
	state.reopened = state.registered = 0;
	state.accused = 0;
	state.offender_known = false;
	state.merged_into[0] = '\0';
	if (life->recharged) {
		state.article = life->charge.article;
		state.clause = life->charge.clause;
	}
	state.status = "CASE_STATUS_REPORTED";
	if (life->stated_by_report)
		say(sim, record, life, shift, &state, end->reported);
	state.status = "CASE_STATUS_INVESTIGATING";
	state.registered = end->registered;
	say(sim, record, life, shift, &state, end->registered);
}

/* The first solving of a case that was reopened later, or the only one, maybe with a wrong day. */
static void say_solving(td_sim_t *sim, td_sim_record_t *record, const life_t *life, int32_t shift)
{
	td_sim_case_t state = life->end;
	state.suspended = state.discontinued = state.concluded = state.reopened = 0;
	state.merged_into[0] = '\0';
	state.status = "CASE_STATUS_INVESTIGATING";
	if (life->first_solved != 0)
		state.solved = life->first_solved;
	int32_t day = state.solved;
	if (life->wrong_day) {
		state.solved = state.registered;
		state.accused += 1;
		say(sim, record, life, shift, &state, day);
		state.solved = day;
		state.accused -= 1;
	}
	say(sim, record, life, shift, &state, day);
	if (life->first_solved == 0 || life->end.reopened == 0)
		return;
	state.reopened = life->end.reopened;
	state.status = "CASE_STATUS_REOPENED";
	say(sim, record, life, shift, &state, state.reopened);
}

static void live(td_sim_t *sim, const life_t *life, const char *unit, int64_t number, int32_t shift)
{
	const td_sim_case_t *end = &life->end;
	td_sim_record_t record =
		td_sim_record(sim, "KIND_CASE", "VA", number + (shift > 0 ? 800000 : 0));
	record.unit = unit;
	td_sim_when(sim, &record, end->occurred + shift, td_sim_chance(sim, 300));
	say_opening(sim, &record, life, shift);
	if (end->solved != 0)
		say_solving(sim, &record, life, shift);
	bool solved_again = life->first_solved != 0 && end->solved != life->first_solved;
	int32_t last = end->concluded != 0      ? end->concluded
		       : end->discontinued != 0 ? end->discontinued
		       : end->suspended != 0    ? end->suspended
						: end->solved;
	bool moved_on = end->concluded + end->discontinued + end->suspended != 0 ||
			(life->recharged && end->solved == 0);
	if (moved_on || solved_again || end->merged_into[0] != '\0')
		say(sim, &record, life, shift, end, last);
}

/* Cases that came from the province before this one; they are among those of the plan. */
static int64_t take_over(td_sim_t *sim)
{
	size_t from = (sim->index + TD_SIMULATE_PROVINCES - 1) % TD_SIMULATE_PROVINCES;
	for (int64_t i = 0; i < SIM_TRANSFERS; i++) {
		td_sim_case_t state;
		td_sim_transfer(sim, from, i, &state);
		td_sim_record_t record = td_sim_record(sim, "KIND_CASE", "VA", 700000 + i);
		record.unit = td_sim_case_unit(sim, &state);
		td_sim_when(sim, &record, state.occurred, true);
		state.direction = "TRANSFER_DIRECTION_IN";
		state.other = td_sim_provinces[from].id;
		int64_t wait = (state.accepted - state.occurred) * SIM_DAY_MS;
		td_sim_say_case(sim, &record, &state, 0, wait);
		state.solved = state.accepted + 10;
		state.offender_known = true;
		state.accused = 1;
		td_sim_say_case(sim, &record, &state, 0, 10 * SIM_DAY_MS);
	}
	return SIM_TRANSFERS;
}

void td_sim_cases(td_sim_t *sim)
{
	static const td_sim_span_t spans[] = {{0, 400, 10}, {0, SIM_FEBRUARY + 14, 13}, {0, 0, -1}};
	td_sim_season_t season;
	td_sim_season(sim, spans, &season);
	plan_t plan = plan_of(sim);
	int64_t taken = take_over(sim);
	plan.occurred -= taken;
	plan.solved -= taken;
	for (int64_t i = 0; i < plan.occurred; i++) {
		life_t life = draw(sim, &season, &plan, i);
		const char *unit = td_sim_case_unit(sim, &life.end);
		live(sim, &life, unit, i, 0);
		int32_t shift = td_sim_again(sim, life.end.occurred);
		if (shift > 0)
			live(sim, &life, unit, i, shift);
	}
	td_sim_odd_cases(sim);
}
