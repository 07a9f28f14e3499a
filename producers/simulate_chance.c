#include "producers/simulate_parts.h"

#include "common/localday.h"

/* SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static uint64_t next(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t mixed = *state;
	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

uint64_t td_sim_stream(uint64_t seed, const char *purpose, int64_t number)
{
	uint64_t state = seed;
	for (const char *at = purpose; *at != '\0'; at++)
		state = next(&state) ^ (uint8_t)*at;
	state = next(&state) ^ (uint64_t)number;
	return next(&state);
}

void td_sim_reseed(td_sim_t *sim, const char *purpose)
{
	uint64_t reporter = td_sim_stream(sim->task->seed, sim->task->reporter, sim->task->year);
	sim->dice = td_sim_stream(reporter, purpose, sim->task->copy);
}

int64_t td_sim_below(td_sim_t *sim, int64_t bound)
{
	return (int64_t)(next(&sim->dice) % (uint64_t)bound);
}

int64_t td_sim_from(td_sim_t *sim, int64_t low, int64_t high)
{
	return low + td_sim_below(sim, high - low + 1);
}

bool td_sim_chance(td_sim_t *sim, int64_t per_mille)
{
	return td_sim_below(sim, 1000) < per_mille;
}

void td_sim_season(td_sim_t *sim, const td_sim_span_t *spans, td_sim_season_t *season)
{
	season->days = sim->days;
	for (int32_t day = 0; day < sim->days; day++) {
		int64_t weight = 0;
		for (size_t i = 0; i < SIM_SPANS_MAX && spans[i].weight >= 0; i++) {
			if (day >= spans[i].from && day <= spans[i].until)
				weight = spans[i].weight;
		}
		season->upto[day] = weight + (day > 0 ? season->upto[day - 1] : 0);
	}
}

int64_t td_sim_weight(const td_sim_season_t *season, int32_t index)
{
	return season->upto[index] - (index > 0 ? season->upto[index - 1] : 0);
}

int32_t td_sim_day(td_sim_t *sim, const td_sim_season_t *season)
{
	int64_t drawn = td_sim_below(sim, season->upto[season->days - 1]);
	int32_t low = 0, high = season->days - 1;
	while (low < high) {
		int32_t middle = (low + high) / 2;
		if (season->upto[middle] > drawn)
			high = middle;
		else
			low = middle + 1;
	}
	return sim->first_day + low;
}

int32_t td_sim_again(const td_sim_t *sim, int32_t day)
{
	enum { DAYS_OF_A_YEAR = 365 };
	return sim->mirror && day < sim->first_day + SIM_JANUARY ? DAYS_OF_A_YEAR : 0;
}

const char *td_sim_district(td_sim_t *sim)
{
	const td_simulate_unit_list_t *districts =
		&sim->task->units->provinces[sim->index].districts;
	/* The first district of a province is its town, where a quarter of everything happens. */
	size_t pick =
		td_sim_chance(sim, 160) ? 0 : (size_t)td_sim_below(sim, (int64_t)districts->count);
	return districts->ids[pick];
}

const char *td_sim_division(td_sim_t *sim, const char *code)
{
	const td_simulate_unit_list_t *divisions =
		&sim->task->units->provinces[sim->index].divisions;
	for (size_t i = 0; i < divisions->count; i++) {
		if (strcmp(strchr(divisions->ids[i], '.') + 1, code) == 0)
			return divisions->ids[i];
	}
	return sim->task->units->provinces[sim->index].districts.ids[0];
}
