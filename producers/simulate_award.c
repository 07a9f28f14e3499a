#include "producers/simulate_parts.h"

#include <stdio.h>

/* Decisions of one kind: who decides what, for whom, and how much of the whole. Certificates of the
 * provincial police's own heads are left out: the published sentence does not name them. */
typedef struct sort {
	const char *recipient, *level, *form, *suffix;
	int64_t per_mille;
	int64_t lines_max;
} sort_t;

static const sort_t collectives[] = {
	{"COLLECTIVE", "LOCAL", "MERIT_PROVINCE", "QĐ-UBND", 420, 12},
	{"COLLECTIVE", "LOCAL", "CERTIFICATE", "QĐ-UBND", 290, 15},
	{"COLLECTIVE", "MINISTRY", "MERIT_MINISTRY", "QĐ-BCA", 290, 10},
};

static const sort_t individuals[] = {
	{"INDIVIDUAL", "LOCAL", "MERIT_PROVINCE", "QĐ-UBND", 350, 20},
	{"INDIVIDUAL", "LOCAL", "CERTIFICATE", "QĐ-UBND", 330, 30},
	{"INDIVIDUAL", "MINISTRY", "MERIT_MINISTRY", "QĐ-BCA", 210, 15},
	{"INDIVIDUAL", "MINISTRY", "COMMEMORATIVE_MEDAL", "QĐ-BCA", 70, 20},
	{"INDIVIDUAL", "STATE", "MEDAL", "QĐ-CTN", 36, 15},
	{"INDIVIDUAL", "GOVERNMENT", "MERIT_PRIME_MINISTER", "QĐ-TTg", 4, 2},
};

static const sort_t flagship = {"COLLECTIVE", "GOVERNMENT", "MERIT_PRIME_MINISTER", "QĐ-TTg", 0, 1};
static const sort_t order = {"COLLECTIVE", "STATE", "ORDER_FEATS_OF_ARMS", "QĐ-CTN", 0, 1};
static const sort_t letter = {"COLLECTIVE", "LOCAL", "LETTER", "TK-UBND", 0, 1};

/* A line of a decision; number 0 while it is only proposed. */
typedef struct award {
	const sort_t *sort;
	const char *unit;
	int64_t number, line, record;
	int32_t day;
} award_t;

/* How many there were so far, of a province in a year. */
typedef struct counts {
	int64_t records, decisions;
} counts_t;

static void word(td_sim_t *sim, const char *name, const char *prefix, const char *value)
{
	char whole[64];
	(void)snprintf(whole, sizeof whole, "%s_%s", prefix, value);
	td_sim_word(sim, name, whole);
}

static void say(td_sim_t *sim, td_sim_record_t *record, const award_t *award, const char *status)
{
	char number[TD_ID_MAX];
	bool awarded = strcmp(status, "AWARDED") == 0;
	(void)snprintf(number, sizeof number, "%lld/%s", (long long)award->number,
		       award->sort->suffix);
	td_sim_begin(sim, record, 50 * SIM_HOUR_MS, "commendation");
	if (awarded) {
		td_sim_word(sim, "decisionNumber", number);
		td_sim_number(sim, "decisionLine", award->line);
	}
	word(sim, "level", "AWARD_LEVEL", award->sort->level);
	word(sim, "recipient", "RECIPIENT", award->sort->recipient);
	word(sim, "form", "AWARD_FORM", award->sort->form);
	word(sim, "status", "AWARD_STATUS", status);
	td_sim_end(sim, record);
}

static td_sim_record_t open_record(td_sim_t *sim, const award_t *award, int32_t shift)
{
	td_sim_record_t record = td_sim_record(sim, "KIND_COMMENDATION", "KT",
					       award->record + (shift > 0 ? 800000 : 0));
	record.unit = award->unit;
	td_sim_when(sim, &record, award->day + shift, true);
	return record;
}

static void decide(td_sim_t *sim, const award_t *award)
{
	bool proposed_first = td_sim_chance(sim, 60);
	int32_t again = td_sim_again(sim, award->day);
	for (int32_t shift = 0; shift <= again; shift += again > 0 ? again : 1) {
		td_sim_record_t record = open_record(sim, award, shift);
		if (proposed_first)
			say(sim, &record, award, "PROPOSED");
		say(sim, &record, award, "AWARDED");
	}
}

static const char *recipient_unit(td_sim_t *sim)
{
	static const char *const divisions[] = {"pc01", "pc02", "pc03", "pc04", "pc06",
						"pc08", "pk02", "pa08", "px03", "pv01"};
	const char *division = divisions[td_sim_below(sim, TD_COUNT(divisions))];
	return td_sim_chance(sim, 250) ? td_sim_division(sim, division) : td_sim_district(sim);
}

/* No two decisions have one number: provinces do not meet, and each goes up. */
static int64_t next_number(td_sim_t *sim, counts_t *counts)
{
	int64_t step = counts->decisions++ * 3 + td_sim_below(sim, 3);
	return 11 + step * TD_SIMULATE_PROVINCES + (int64_t)sim->index;
}

/* `total` awards of a sort, in decisions of several lines. */
static void decisions(td_sim_t *sim, const td_sim_season_t *season, const sort_t *sort,
		      int64_t total, counts_t *counts)
{
	while (total > 0) {
		int64_t lines = td_sim_from(sim, 1, sort->lines_max);
		lines = lines < total ? lines : total;
		award_t award = {.sort = sort, .number = next_number(sim, counts)};
		award.day = td_sim_day(sim, season);
		for (award.line = 1; award.line <= lines; award.line++) {
			award.record = counts->records++;
			award.unit = recipient_unit(sim);
			decide(sim, &award);
		}
		total -= lines;
	}
}

static void all_sorts(td_sim_t *sim, const td_sim_season_t *season, const sort_t *sorts,
		      size_t count, int64_t total, counts_t *counts)
{
	int64_t done = 0;
	for (size_t i = 1; i < count; i++) {
		int64_t part = total * sorts[i].per_mille / 1000;
		decisions(sim, season, &sorts[i], part, counts);
		done += part;
	}
	decisions(sim, season, &sorts[0], total - done, counts);
}

/* What is no award, or none any more: proposed, refused, revoked, a letter. */
static void beside(td_sim_t *sim, const td_sim_season_t *season)
{
	static const struct {
		const sort_t *sort;
		const char *status;
		bool revoked;
		int64_t count;
	} cases[] = {
		{&collectives[0], "PROPOSED", false, 12},
		{&individuals[2], "REFUSED", false, 6},
		{&individuals[0], "AWARDED", true, 3},
		{&letter, "AWARDED", false, 14},
	};
	int64_t number = 640000;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		for (int64_t line = 1; line <= cases[i].count; line++) {
			award_t award = {
				.sort = cases[i].sort, .line = line, .number = 9900 + line};
			award.day = td_sim_day(sim, season);
			award.record = number++;
			award.unit = td_sim_district(sim);
			td_sim_record_t record = open_record(sim, &award, 0);
			say(sim, &record, &award, cases[i].status);
			if (cases[i].revoked)
				td_sim_retract(sim, &record, 20 * SIM_DAY_MS,
					       "RETRACTION_REASON_REVOKED");
		}
	}
}

/* The honours of 2021 that were published beside the titles; 1 if one of them counts. */
static int64_t published(td_sim_t *sim)
{
	if (sim->task->year != TD_SIMULATE_LAST_YEAR || sim->task->copy > 0)
		return 0;
	award_t award = {.unit = td_sim_division(sim, "px03"), .line = 1};
	award.day = sim->first_day + SIM_NOVEMBER + 18;
	if (sim->province->order_due) {
		award.sort = &order;
		award.record = 690000;
		td_sim_record_t record = open_record(sim, &award, 0);
		say(sim, &record, &award, "PROPOSED");
	}
	if (!sim->province->merit_prime_minister)
		return 0;
	award.sort = &flagship;
	award.record = 690001;
	award.number = 1900 + (int64_t)sim->index;
	decide(sim, &award);
	return 1;
}

void td_sim_commendations(td_sim_t *sim)
{
	static const td_sim_span_t spans[] = {{0, 400, 8},
					      {SIM_JANUARY, SIM_FEBRUARY - 1, 25},
					      {SIM_AUGUST + 14, SIM_AUGUST + 21, 60},
					      {0, 0, -1}};
	bool last = sim->task->year == TD_SIMULATE_LAST_YEAR;
	counts_t counts = {0};
	td_sim_season_t season;
	td_sim_season(sim, spans, &season);
	int64_t to_collectives = td_sim_share(last ? 3356 : 3104, sim->index) - published(sim);
	all_sorts(sim, &season, collectives, TD_COUNT(collectives), to_collectives, &counts);
	all_sorts(sim, &season, individuals, TD_COUNT(individuals),
		  td_sim_share(last ? 7918 : 7236, sim->index), &counts);
	beside(sim, &season);
}
