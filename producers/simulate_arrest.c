#include "producers/simulate_parts.h"

#include <stdio.h>

typedef struct arrest {
	const char *kind, *article, *unit;
	int64_t subjects, accused, detained, number;
	int32_t day;
	bool wrong_first;    /* one person more was stated at first */
	int64_t case_number; /* -1: none */
} arrest_t;

static const char *const kinds[] = {"ARREST_KIND_EMERGENCY",     "ARREST_KIND_IN_THE_ACT",
				    "ARREST_KIND_IN_THE_ACT",    "ARREST_KIND_WANTED",
				    "ARREST_KIND_FOR_DETENTION", "ARREST_KIND_NONE"};
static const char *const articles[] = {"173", "134", "321", "249", "251", "174", "318", "260", ""};

static arrest_t draw(td_sim_t *sim, const td_sim_season_t *season, int64_t left, int64_t number)
{
	arrest_t arrest = {.number = number, .case_number = -1};
	arrest.kind = kinds[td_sim_below(sim, TD_COUNT(kinds))];
	arrest.article = articles[td_sim_below(sim, TD_COUNT(articles))];
	arrest.unit = td_sim_chance(sim, 120) ? td_sim_division(sim, "pc02") : td_sim_district(sim);
	arrest.subjects = td_sim_chance(sim, 40) ? td_sim_from(sim, 6, 14) : td_sim_from(sim, 1, 3);
	if (arrest.subjects > left)
		arrest.subjects = left;
	arrest.accused = td_sim_below(sim, arrest.subjects + 1);
	bool held = strcmp(arrest.kind, "ARREST_KIND_NONE") != 0;
	arrest.detained = held ? td_sim_below(sim, arrest.subjects + 1) : 0;
	arrest.day = td_sim_day(sim, season);
	arrest.wrong_first = td_sim_chance(sim, 50);
	if (arrest.article[0] != '\0' && td_sim_chance(sim, 400))
		arrest.case_number = td_sim_below(sim, sim->province->occurred);
	return arrest;
}

static void say(td_sim_t *sim, td_sim_record_t *record, const arrest_t *arrest, int64_t subjects)
{
	td_sim_begin(sim, record, 20 * SIM_HOUR_MS, "arrest");
	td_sim_word(sim, "kind", arrest->kind);
	td_sim_number(sim, "subjects", subjects);
	td_sim_number(sim, "accused", arrest->accused);
	td_sim_number(sim, "detained", arrest->detained);
	td_sim_word(sim, "article", arrest->article);
	if (arrest->case_number >= 0) {
		td_sim_record_t of = td_sim_record(sim, "KIND_CASE", "VA", arrest->case_number);
		td_sim_word(sim, "caseId", of.id);
	}
	td_sim_end(sim, record);
}

static void state(td_sim_t *sim, const arrest_t *arrest, int32_t shift)
{
	td_sim_record_t record =
		td_sim_record(sim, "KIND_ARREST", "BX", arrest->number + (shift > 0 ? 800000 : 0));
	record.unit = arrest->unit;
	td_sim_when(sim, &record, arrest->day + shift, false);
	if (arrest->wrong_first)
		say(sim, &record, arrest, arrest->subjects + 1);
	say(sim, &record, arrest, arrest->subjects);
}

void td_sim_arrests(td_sim_t *sim)
{
	enum { TAKEN_BACK = 4 };
	static const td_sim_span_t spans[] = {{0, 400, 10}, {0, SIM_FEBRUARY + 14, 14}, {0, 0, -1}};
	td_sim_season_t season;
	td_sim_season(sim, spans, &season);
	int64_t left = sim->province->subjects;
	if (sim->task->year != TD_SIMULATE_LAST_YEAR)
		left = left * 27 / 25;
	int64_t number = 0;
	for (; left > 0; number++) {
		arrest_t arrest = draw(sim, &season, left, number);
		left -= arrest.subjects;
		state(sim, &arrest, 0);
		int32_t shift = td_sim_again(sim, arrest.day);
		if (shift > 0)
			state(sim, &arrest, shift);
	}
	for (int64_t i = 0; i < TAKEN_BACK; i++) {
		arrest_t arrest = draw(sim, &season, 5, number + i);
		td_sim_record_t record = td_sim_record(sim, "KIND_ARREST", "BX", arrest.number);
		record.unit = arrest.unit;
		td_sim_when(sim, &record, arrest.day, false);
		say(sim, &record, &arrest, arrest.subjects);
		td_sim_retract(sim, &record, 3 * SIM_DAY_MS, "RETRACTION_REASON_DUPLICATE");
	}
}
