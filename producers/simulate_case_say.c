#include "producers/simulate_case.h"

static const struct {
	const char *article, *division;
	int64_t clause;
	td_sim_gravity_t gravity;
	int64_t weight;
} offences[] = {
	{"173", "pc02", 1, SIM_LESS, 34},    {"134", "pc02", 1, SIM_LESS, 16},
	{"321", "pc02", 1, SIM_LESS, 16},    {"174", "pc02", 1, SIM_LESS, 7},
	{"318", "pc02", 1, SIM_LESS, 6},     {"330", "pc02", 1, SIM_LESS, 4},
	{"178", "pc02", 1, SIM_LESS, 4},     {"201", "pc03", 1, SIM_LESS, 3},
	{"323", "pc02", 1, SIM_LESS, 3},     {"232", "pc05", 1, SIM_LESS, 3},
	{"227", "pc05", 1, SIM_LESS, 1},     {"191", "pc03", 1, SIM_LESS, 2},
	{"247", "pc04", 1, SIM_LESS, 1},     {"134", "pc02", 2, SIM_SERIOUS, 14},
	{"173", "pc02", 2, SIM_SERIOUS, 18}, {"249", "pc04", 1, SIM_SERIOUS, 26},
	{"251", "pc04", 1, SIM_SERIOUS, 12}, {"260", "pc08", 1, SIM_SERIOUS, 10},
	{"174", "pc02", 2, SIM_SERIOUS, 6},  {"322", "pc02", 1, SIM_SERIOUS, 4},
	{"348", "pa08", 1, SIM_SERIOUS, 3},  {"171", "pc02", 1, SIM_SERIOUS, 3},
	{"321", "pc02", 2, SIM_SERIOUS, 4},  {"353", "pc03", 1, SIM_SERIOUS, 1},
	{"251", "pc04", 2, SIM_GRAVE, 24},   {"249", "pc04", 2, SIM_GRAVE, 10},
	{"173", "pc02", 3, SIM_GRAVE, 12},   {"134", "pc02", 3, SIM_GRAVE, 10},
	{"168", "pc02", 1, SIM_GRAVE, 10},   {"174", "pc02", 3, SIM_GRAVE, 6},
	{"141", "pc02", 2, SIM_GRAVE, 6},    {"142", "pc02", 1, SIM_GRAVE, 6},
	{"123", "pc02", 1, SIM_GRAVE, 10},   {"251", "pc04", 4, SIM_GRAVE, 5},
	{"250", "pc04", 4, SIM_GRAVE, 4},    {"174", "pc02", 4, SIM_GRAVE, 3},
};

void td_sim_offence(td_sim_t *sim, td_sim_gravity_t gravity, td_sim_case_t *state)
{
	int64_t all = 0;
	for (size_t i = 0; i < TD_COUNT(offences); i++)
		all += offences[i].gravity == gravity ? offences[i].weight : 0;
	int64_t drawn = td_sim_below(sim, all);
	for (size_t i = 0; i < TD_COUNT(offences); i++) {
		if (offences[i].gravity != gravity)
			continue;
		state->article = offences[i].article;
		state->clause = offences[i].clause;
		state->division = offences[i].division;
		drawn -= offences[i].weight;
		if (drawn < 0)
			return;
	}
}

const char *td_sim_case_unit(td_sim_t *sim, const td_sim_case_t *state)
{
	return td_sim_chance(sim, 150) ? td_sim_division(sim, state->division)
				       : td_sim_district(sim);
}

static void say_transfer(td_sim_t *sim, const td_sim_case_t *state, int32_t shift)
{
	td_sim_object(sim, "transfer");
	td_sim_word(sim, "direction", state->direction);
	td_sim_word(sim, "other", state->other);
	td_sim_word(sim, "transferId", state->transfer_id);
	td_sim_on(sim, "acceptedOn", state->accepted == 0 ? 0 : state->accepted + shift);
	td_sim_close(sim);
}

void td_sim_say_case(td_sim_t *sim, td_sim_record_t *record, const td_sim_case_t *state,
		     int32_t shift, int64_t later_ms)
{
	const struct {
		const char *name;
		int32_t day;
	} days[] = {
		{"reportedOn", state->reported},   {"registeredOn", state->registered},
		{"solvedOn", state->solved},       {"suspendedOn", state->suspended},
		{"resumedOn", state->resumed},     {"discontinuedOn", state->discontinued},
		{"concludedOn", state->concluded}, {"reopenedOn", state->reopened},
		{"closedOn", state->closed},
	};
	td_sim_begin(sim, record, later_ms, "case");
	td_sim_word(sim, "status", state->status);
	td_sim_word(sim, "article", state->article);
	td_sim_number(sim, "clause", state->clause);
	for (size_t i = 0; i < TD_COUNT(days); i++)
		td_sim_on(sim, days[i].name, days[i].day == 0 ? 0 : days[i].day + shift);
	td_sim_flag(sim, "offenderKnown", state->offender_known);
	td_sim_flag(sim, "noOffence", state->no_offence);
	td_sim_number(sim, "accused", state->accused);
	td_sim_word(sim, "mergedInto", state->merged_into);
	td_sim_word(sim, "splitFrom", state->split_from);
	if (state->direction != NULL)
		say_transfer(sim, state, shift);
	td_sim_end(sim, record);
}
