#include "producers/simulate_case.h"

#include <stdio.h>

/* Numbers of the records of each sort begin here, so that they meet no other. */
enum {
	SPLIT = 610000,
	NO_OFFENCE = 620000,
	ANNULLED = 630000,
	TAKEN_BACK = 640000,
	NOT_OPENED = 650000,
	PENDING = 660000,
	OLD = 670000,
	AWAY = 690000,
};

/* A case under investigation that occurred on a day of the year's middle. */
static td_sim_record_t start(td_sim_t *sim, int64_t number, td_sim_case_t *state)
{
	memset(state, 0, sizeof *state);
	td_sim_offence(sim, SIM_LESS, state);
	state->status = "CASE_STATUS_INVESTIGATING";
	state->occurred = sim->first_day + (int32_t)td_sim_from(sim, 30, 250);
	state->reported = state->occurred + (int32_t)td_sim_below(sim, 3);
	state->registered = state->reported + (int32_t)td_sim_below(sim, 10);
	td_sim_record_t record = td_sim_record(sim, "KIND_CASE", "VA", number);
	record.unit = td_sim_case_unit(sim, state);
	td_sim_when(sim, &record, state->occurred, td_sim_chance(sim, 300));
	return record;
}

static void say_twice(td_sim_t *sim, td_sim_record_t *record, td_sim_case_t *state,
		      const char *status)
{
	td_sim_say_case(sim, record, state, 0, 12 * SIM_DAY_MS);
	state->status = status;
}

static void split(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_record_t record = start(sim, SPLIT + i, &state);
	td_sim_record_t origin = td_sim_record(sim, "KIND_CASE", "VA", i);
	(void)snprintf(state.split_from, sizeof state.split_from, "%s", origin.id);
	say_twice(sim, &record, &state, "CASE_STATUS_CONCLUDED");
	state.solved = state.registered + 3;
	state.concluded = state.registered + 40;
	state.offender_known = true;
	state.accused = 2;
	td_sim_say_case(sim, &record, &state, 0, 45 * SIM_DAY_MS);
}

static void no_offence(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_record_t record = start(sim, NO_OFFENCE + i, &state);
	say_twice(sim, &record, &state, "CASE_STATUS_DISCONTINUED");
	state.discontinued = state.registered + 20;
	state.no_offence = true;
	td_sim_say_case(sim, &record, &state, 0, 20 * SIM_DAY_MS);
}

static void annulled(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_record_t record = start(sim, ANNULLED + i, &state);
	say_twice(sim, &record, &state, "CASE_STATUS_ANNULLED");
	state.closed = state.registered + 15;
	td_sim_say_case(sim, &record, &state, 0, 15 * SIM_DAY_MS);
}

static void taken_back(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_record_t record = start(sim, TAKEN_BACK + i, &state);
	td_sim_say_case(sim, &record, &state, 0, 12 * SIM_DAY_MS);
	td_sim_retract(sim, &record, 5 * SIM_DAY_MS, "RETRACTION_REASON_DUPLICATE");
}

static void not_opened(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_record_t record = start(sim, NOT_OPENED + i, &state);
	state.status = "CASE_STATUS_REPORTED";
	state.closed = state.registered + 5;
	state.registered = 0;
	int32_t closed = state.closed;
	state.closed = 0;
	say_twice(sim, &record, &state, "CASE_STATUS_NOT_OPENED");
	state.closed = closed;
	td_sim_say_case(sim, &record, &state, 0, 8 * SIM_DAY_MS);
}

static void pending(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_record_t record = start(sim, PENDING + i, &state);
	state.status = "CASE_STATUS_REPORTED";
	state.registered = 0;
	td_sim_say_case(sim, &record, &state, 0, SIM_DAY_MS);
}

void td_sim_transfer(td_sim_t *sim, size_t from, int64_t number, td_sim_case_t *state)
{
	uint64_t dice = sim->dice;
	uint64_t year = td_sim_stream(sim->task->seed, "transfer", sim->task->year);
	sim->dice = td_sim_stream(year, td_sim_provinces[from].id,
				  (int64_t)sim->task->copy * SIM_TRANSFERS + number);
	memset(state, 0, sizeof *state);
	td_sim_offence(sim, SIM_LESS, state);
	state->status = "CASE_STATUS_INVESTIGATING";
	state->occurred = sim->first_day + (int32_t)td_sim_from(sim, 30, 200);
	state->reported = state->occurred;
	state->registered = state->occurred + (int32_t)td_sim_from(sim, 1, 5);
	state->accepted = state->registered + (int32_t)td_sim_from(sim, 10, 30);
	(void)snprintf(state->transfer_id, sizeof state->transfer_id, "CVA-%d-%s-%u.%lld",
		       sim->task->year, td_sim_provinces[from].id, sim->task->copy,
		       (long long)number);
	sim->dice = dice;
}

static void away(td_sim_t *sim, int64_t i)
{
	td_sim_case_t state;
	td_sim_transfer(sim, sim->index, i, &state);
	td_sim_record_t record = td_sim_record(sim, "KIND_CASE", "VA", AWAY + i);
	record.unit = td_sim_case_unit(sim, &state);
	td_sim_when(sim, &record, state.occurred, true);
	int32_t accepted = state.accepted;
	state.accepted = 0;
	say_twice(sim, &record, &state, "CASE_STATUS_TRANSFERRED");
	state.accepted = accepted;
	state.direction = "TRANSFER_DIRECTION_OUT";
	state.other = td_sim_provinces[(sim->index + 1) % TD_SIMULATE_PROVINCES].id;
	td_sim_say_case(sim, &record, &state, 0, (accepted - state.registered) * SIM_DAY_MS);
}

/* A case of 2020, suspended for want of an offender, and solved in 2021: the first statements are
 * of 2020's file, the last of 2021's. Both years draw it from the same stream. */
static void old(td_sim_t *sim, int64_t i)
{
	td_simulate_task_t of_2020 = *sim->task;
	of_2020.year = TD_SIMULATE_FIRST_YEAR;
	td_sim_t then = *sim;
	then.task = &of_2020;
	then.first_day = sim->first_day - (sim->task->year == of_2020.year ? 0 : 366);
	then.dice = td_sim_stream(td_sim_stream(sim->task->seed, sim->task->reporter, i), "old",
				  sim->task->copy);
	then.muted = sim->task->year != of_2020.year;
	td_sim_case_t state;
	td_sim_record_t record = start(&then, OLD + i, &state);
	int32_t solved = then.first_day + 366 + (int32_t)td_sim_from(&then, 20, 330);
	td_sim_say_case(&then, &record, &state, 0, 12 * SIM_DAY_MS);
	state.status = "CASE_STATUS_SUSPENDED";
	state.suspended = state.registered + 70;
	td_sim_say_case(&then, &record, &state, 0, 70 * SIM_DAY_MS);
	if (!then.muted)
		return;
	then.muted = false;
	state.status = "CASE_STATUS_INVESTIGATING";
	state.resumed = state.solved = solved;
	state.offender_known = true;
	state.accused = 1;
	td_sim_say_case(&then, &record, &state, 0, (solved - state.suspended) * SIM_DAY_MS);
}

void td_sim_odd_cases(td_sim_t *sim)
{
	int64_t cases = sim->province->occurred;
	const struct {
		void (*make)(td_sim_t *, int64_t);
		int64_t count;
	} sorts[] = {
		{split, 2},
		{no_offence, 2},
		{annulled, 1},
		{taken_back, 3},
		{not_opened, cases / 4},
		{pending, cases / 50},
		{away, SIM_TRANSFERS},
		{old, cases / 60},
	};
	for (size_t sort = 0; sort < TD_COUNT(sorts); sort++) {
		for (int64_t i = 0; i < sorts[sort].count; i++)
			sorts[sort].make(sim, i);
	}
}
