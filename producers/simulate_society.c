#include "producers/simulate_parts.h"

/* What is given, in the cluster: 2020, 2021; in parts of at most so much. */
typedef struct gift {
	const char *member, *word_member; /* field, and the field of its kind, or "" */
	const char *words[3];
	int64_t cluster[2], low, high, unit;
} gift_t;

static const gift_t gifts[] = {
	{"donationVnd",
	 "fund",
	 {"FUND_VACCINE", "FUND_POOR", "FUND_GRATITUDE"},
	 {INT64_C(5126700000), INT64_C(7012345000)},
	 5,
	 60,
	 500000},
	{"giftPackages", "", {"", "", ""}, {6120, 8460}, 3, 40, 1},
	{"workDayTenths", "", {"", "", ""}, {6120, 8465}, 10, 80, 1},
	{"houses",
	 "houseKind",
	 {"HOUSE_KIND_GRATITUDE", "HOUSE_KIND_SOLIDARITY", "HOUSE_KIND_COMPASSION"},
	 {33, 47},
	 1,
	 1,
	 1},
};

static void say(td_sim_t *sim, td_sim_record_t *record, const gift_t *gift, const char *word,
		int64_t amount)
{
	bool money = strcmp(gift->member, "donationVnd") == 0;
	/* Every sixth donation is in kind: told from its amount, so that a correction agrees. */
	bool in_kind = money && amount / gift->unit % 6 == 0;
	td_sim_begin(sim, record, 30 * SIM_HOUR_MS, "society");
	if (money)
		td_sim_long(sim, gift->member, amount);
	else
		td_sim_number(sim, gift->member, amount);
	td_sim_flag(sim, "inKind", in_kind);
	if (gift->word_member[0] != '\0')
		td_sim_word(sim, gift->word_member, word);
	td_sim_end(sim, record);
}

static void give(td_sim_t *sim, const gift_t *gift, int64_t number, int32_t day, int64_t amount)
{
	const char *unit =
		td_sim_chance(sim, 300) ? td_sim_division(sim, "pv05") : td_sim_district(sim);
	const char *word = gift->words[td_sim_below(sim, TD_COUNT(gift->words))];
	bool wrong_first = td_sim_chance(sim, 40);
	int32_t again = td_sim_again(sim, day);
	for (int32_t shift = 0; shift <= again; shift += again > 0 ? again : 1) {
		td_sim_record_t record =
			td_sim_record(sim, "KIND_SOCIETY", "XH", number + (shift > 0 ? 800000 : 0));
		record.unit = unit;
		td_sim_when(sim, &record, day + shift, true);
		if (wrong_first)
			say(sim, &record, gift, word, amount * 2);
		say(sim, &record, gift, word, amount);
	}
}

/* Entered twice under another number, and taken back. */
static void take_back(td_sim_t *sim, const td_sim_season_t *season)
{
	td_sim_record_t record = td_sim_record(sim, "KIND_SOCIETY", "XH", 640000);
	record.unit = td_sim_district(sim);
	td_sim_when(sim, &record, td_sim_day(sim, season), true);
	say(sim, &record, &gifts[0], gifts[0].words[0], 50 * 1000000);
	td_sim_retract(sim, &record, 2 * SIM_DAY_MS, "RETRACTION_REASON_DUPLICATE");
}

void td_sim_society(td_sim_t *sim)
{
	static const td_sim_span_t spans[] = {{0, 400, 6},
					      {SIM_JANUARY + 14, SIM_FEBRUARY + 10, 30},
					      {SIM_JULY, SIM_OCTOBER, 15},
					      {0, 0, -1}};
	td_sim_season_t season;
	int64_t number = 0;
	size_t year = (size_t)(sim->task->year - TD_SIMULATE_FIRST_YEAR);
	td_sim_season(sim, spans, &season);
	for (size_t i = 0; i < TD_COUNT(gifts); i++) {
		int64_t left = td_sim_share(gifts[i].cluster[year], sim->index);
		while (left > 0) {
			int64_t amount =
				td_sim_from(sim, gifts[i].low, gifts[i].high) * gifts[i].unit;
			amount = amount < left ? amount : left;
			left -= amount;
			give(sim, &gifts[i], number++, td_sim_day(sim, &season), amount);
		}
	}
	take_back(sim, &season);
}
