#include "producers/simulate_parts.h"

#include <stdio.h>

/* Identity documents: a row for each district and working day. */

typedef struct identity {
	int64_t files, records;
} identity_t;

static void say_identity(td_sim_t *sim, td_sim_record_t *record, const identity_t *done)
{
	/* Cards follow files, and a few records are found to be wrong: the published ratio of
	 * printed cards to files, and nearly all of them handed over. */
	int64_t printed = done->files * 623 / 1000;
	int64_t verified = done->records - done->records / 250;
	td_sim_begin(sim, record, 8 * SIM_HOUR_MS, "identity");
	td_sim_number(sim, "filesReceived", done->files);
	td_sim_number(sim, "cardsPrinted", printed);
	td_sim_number(sim, "cardsDelivered", printed - printed / 200);
	td_sim_number(sim, "recordsCollected", done->records);
	td_sim_number(sim, "recordsVerified", verified);
	td_sim_number(sim, "recordsEntered", verified);
	td_sim_end(sim, record);
}

static void state_identity(td_sim_t *sim, const char *unit, int64_t number, int32_t day,
			   const identity_t *done)
{
	td_sim_record_t record = td_sim_record(sim, "KIND_IDENTITY", "CC", number);
	record.unit = unit;
	td_sim_when(sim, &record, day, true);
	if (td_sim_chance(sim, 20)) {
		identity_t wrong = {done->files / 10, done->records * 10 % 100000};
		say_identity(sim, &record, &wrong);
	}
	say_identity(sim, &record, done);
}

/* The part of `total` that belongs to the weights from `before` up to `until` of `all`. */
static int64_t slice(int64_t total, int64_t before, int64_t until, int64_t all)
{
	return all == 0 ? 0 : total * until / all - total * before / all;
}

static void deal_identity(td_sim_t *sim, const td_sim_season_t *files,
			  const td_sim_season_t *records, const identity_t *total)
{
	const td_simulate_unit_list_t *districts =
		&sim->task->units->provinces[sim->index].districts;
	int64_t of_files = files->upto[sim->days - 1] * (int64_t)districts->count;
	int64_t of_records = records->upto[sim->days - 1] * (int64_t)districts->count;
	int64_t files_at = 0, records_at = 0, number = 0;
	for (int32_t day = 0; day < sim->days; day++) {
		for (size_t i = 0; i < districts->count; i++) {
			int64_t files_to = files_at + td_sim_weight(files, day);
			int64_t records_to = records_at + td_sim_weight(records, day);
			identity_t done = {
				slice(total->files, files_at, files_to, of_files),
				slice(total->records, records_at, records_to, of_records)};
			files_at = files_to;
			records_at = records_to;
			if (done.files + done.records > 0)
				state_identity(sim, districts->ids[i], number++,
					       sim->first_day + day, &done);
		}
	}
}

/* Sundays are off; days differ by chance. 1970-01-01 was a Thursday. */
static void roughen(td_sim_t *sim, td_sim_season_t *season)
{
	int64_t sum = 0, before = 0;
	for (int32_t day = 0; day < sim->days; day++) {
		int64_t weight = season->upto[day] - before;
		before = season->upto[day];
		bool sunday = (sim->first_day + day) % 7 == 3;
		sum += sunday ? 0 : weight * td_sim_from(sim, 7, 13);
		season->upto[day] = sum;
	}
}

void td_sim_identity(td_sim_t *sim)
{
	static const td_sim_span_t files_2021[] = {
		{SIM_MARCH, SIM_JULY - 1, 30}, {SIM_JULY, 363, 7}, {0, 0, -1}};
	static const td_sim_span_t records_2021[] = {
		{SIM_JANUARY + 3, SIM_JULY - 1, 20}, {SIM_JULY, 363, 3}, {0, 0, -1}};
	static const td_sim_span_t none[] = {{0, 0, -1}};
	static const td_sim_span_t records_2020[] = {{SIM_SEPTEMBER, 365, 10}, {0, 0, -1}};
	td_sim_season_t files, records;
	bool last = sim->task->year == TD_SIMULATE_LAST_YEAR;
	td_sim_season(sim, last ? files_2021 : none, &files);
	td_sim_season(sim, last ? records_2021 : records_2020, &records);
	roughen(sim, &files);
	roughen(sim, &records);
	/* The targets on records are the number of people: each province is a little above. */
	int64_t per_mille = last ? 1011 + 7 * (int64_t)sim->index * 3 % 29 : 240;
	identity_t total = {last ? sim->province->files : 0, sim->province->people * per_mille};
	deal_identity(sim, &files, &records, &total);
}

/* Deployments. */

typedef struct duty {
	const char *purpose;
	int64_t cluster[2]; /* officers of the cluster, 2020 and 2021 */
	td_sim_span_t spans[3][2];
} duty_t;

static const duty_t duties[] = {
	{"COVID19",
	 {9640, 23418},
	 {{{SIM_FEBRUARY, SIM_MAY, 20}, {SIM_FEBRUARY, SIM_OCTOBER, 4}},
	  {{SIM_JANUARY, 364, 4}, {SIM_APRIL + 26, SIM_AUGUST, 22}}}},
	{"CRIME", {14200, 15120}, {{{0, 365, 5}}, {{0, 364, 5}}}},
	{"TRAFFIC", {16800, 17240}, {{{0, 365, 5}}, {{0, 364, 5}}}},
	{"ELECTION", {0, 6450}, {{{0, 0, 0}}, {{SIM_MAY + 18, SIM_MAY + 23, 5}}}},
	{"PARTY_CONGRESS",
	 {4300, 5210},
	 {{{SIM_SEPTEMBER, SIM_NOVEMBER, 1}}, {{SIM_JANUARY + 24, SIM_FEBRUARY, 5}}}},
	{"DISASTER",
	 {2950, 2480},
	 {{{SIM_AUGUST, SIM_NOVEMBER, 5}}, {{SIM_AUGUST, SIM_OCTOBER + 30, 5}}}},
	{"FESTIVAL",
	 {5200, 3900},
	 {{{SIM_JANUARY + 15, SIM_JANUARY + 31, 5}}, {{SIM_FEBRUARY + 3, SIM_FEBRUARY + 16, 5}}}},
	{"IDENTITY", {1200, 7830}, {{{SIM_SEPTEMBER, 365, 5}}, {{SIM_MARCH, SIM_JULY, 5}}}},
	{"OTHER", {2200, 2340}, {{{0, 365, 5}}, {{0, 364, 5}}}},
};

static void say_deployment(td_sim_t *sim, td_sim_record_t *record, const char *purpose,
			   int64_t officers)
{
	char word[64];
	(void)snprintf(word, sizeof word, "DEPLOYMENT_PURPOSE_%s", purpose);
	td_sim_begin(sim, record, 6 * SIM_HOUR_MS, "deployment");
	td_sim_word(sim, "purpose", word);
	td_sim_number(sim, "officers", officers);
	td_sim_end(sim, record);
}

static void deploy(td_sim_t *sim, const duty_t *duty, int64_t number, int32_t day, int64_t officers)
{
	const char *unit =
		td_sim_chance(sim, 200) ? td_sim_division(sim, "pk02") : td_sim_district(sim);
	bool wrong_first = td_sim_chance(sim, 30);
	int32_t again = td_sim_again(sim, day);
	for (int32_t shift = 0; shift <= again; shift += again > 0 ? again : 1) {
		td_sim_record_t record = td_sim_record(sim, "KIND_DEPLOYMENT", "QS",
						       number + (shift > 0 ? 800000 : 0));
		record.unit = unit;
		td_sim_when(sim, &record, day + shift, true);
		if (wrong_first)
			say_deployment(sim, &record, duty->purpose, officers + 10);
		say_deployment(sim, &record, duty->purpose, officers);
	}
}

void td_sim_deployments(td_sim_t *sim)
{
	int64_t number = 0;
	size_t year = (size_t)(sim->task->year - TD_SIMULATE_FIRST_YEAR);
	for (size_t i = 0; i < TD_COUNT(duties); i++) {
		td_sim_span_t spans[3] = {
			duties[i].spans[year][0], duties[i].spans[year][1], {0, 0, -1}};
		td_sim_season_t season;
		td_sim_season(sim, spans, &season);
		int64_t left = i == 0 ? td_sim_covid_share(duties[i].cluster[year], sim->index)
				      : td_sim_share(duties[i].cluster[year], sim->index);
		while (left > 0) {
			int64_t officers = td_sim_from(sim, 3, 22);
			officers = officers < left ? officers : left;
			left -= officers;
			deploy(sim, &duties[i], number++, td_sim_day(sim, &season), officers);
		}
	}
}
