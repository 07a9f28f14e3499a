#include "producers/simulate_parts.h"

/* Invented, but for the titles and honours, which were published, and Bắc Giang's files. The sums
 * are the cluster's published figures: 3,120 of 3,380 cases solved, 340 of 344 grave ones, 6,950
 * people, accidents 687 after 818, deaths 416 after 473, injured 480 after 583. */
const td_sim_province_t td_sim_provinces[TD_SIMULATE_PROVINCES] = {
	{.id = "vn-06",
	 .people = 843,
	 .occurred = 240,
	 .solved = 229,
	 .grave = 24,
	 .grave_solved = 24,
	 .subjects = 505,
	 .accidents = {71, 62},
	 .deaths = {46, 40},
	 .injured = {50, 41},
	 .files_target = 540000,
	 .files = 575000,
	 .covid_weight = 8,
	 .title = "EMULATION_TITLE_FLAG_GOVERNMENT",
	 .merit_prime_minister = true,
	 .points = {19850, 24700, 24625, 14850, 10000, 5000}},
	{.id = "vn-69",
	 .people = 1323,
	 .occurred = 560,
	 .solved = 512,
	 .grave = 60,
	 .grave_solved = 59,
	 .subjects = 1140,
	 .accidents = {139, 118},
	 .deaths = {66, 58},
	 .injured = {104, 88},
	 .files_target = 880000,
	 .files = 905000,
	 .covid_weight = 10,
	 .title = "EMULATION_TITLE_FLAG_MINISTRY",
	 .order_due = true,
	 .points = {19700, 24300, 24350, 14700, 9800, 4950}},
	{.id = "vn-14",
	 .people = 872,
	 .occurred = 360,
	 .solved = 333,
	 .grave = 36,
	 .grave_solved = 36,
	 .subjects = 740,
	 .accidents = {86, 74},
	 .deaths = {65, 58},
	 .injured = {58, 49},
	 .files_target = 570000,
	 .files = 589000,
	 .covid_weight = 9,
	 .title = "EMULATION_TITLE_FLAG_MINISTRY",
	 .merit_prime_minister = true,
	 .points = {19650, 24250, 24200, 14650, 9850, 4900}},
	{.id = "vn-54",
	 .people = 1875,
	 .occurred = 690,
	 .solved = 640,
	 .grave = 72,
	 .grave_solved = 71,
	 .subjects = 1430,
	 .accidents = {208, 171},
	 .deaths = {104, 92},
	 .injured = {149, 121},
	 .files_target = 1215000,
	 .files = 1263026,
	 .covid_weight = 34,
	 .title = "EMULATION_TITLE_FLAG_MINISTRY",
	 .merit_prime_minister = true,
	 .points = {19800, 24575, 24600, 14775, 10000, 4975}},
	{.id = "vn-53",
	 .people = 324,
	 .occurred = 110,
	 .solved = 103,
	 .grave = 10,
	 .grave_solved = 10,
	 .subjects = 225,
	 .accidents = {44, 38},
	 .deaths = {22, 19},
	 .injured = {37, 31},
	 .files_target = 215000,
	 .files = 222000,
	 .covid_weight = 4,
	 .title = "EMULATION_TITLE_FLAG_MINISTRY",
	 .points = {19600, 24200, 24100, 14600, 9700, 4925}},
	{.id = "vn-07",
	 .people = 802,
	 .occurred = 260,
	 .solved = 243,
	 .grave = 26,
	 .grave_solved = 26,
	 .subjects = 540,
	 .accidents = {80, 69},
	 .deaths = {47, 41},
	 .injured = {56, 47},
	 .files_target = 525000,
	 .files = 541000,
	 .covid_weight = 7,
	 .title = "EMULATION_TITLE_FLAG_MINISTRY",
	 .order_due = true,
	 .points = {19675, 24225, 24250, 14675, 9750, 4950}},
	{.id = "vn-13",
	 .people = 1351,
	 .occurred = 640,
	 .solved = 586,
	 .grave = 66,
	 .grave_solved = 65,
	 .subjects = 1310,
	 .accidents = {121, 97},
	 .deaths = {71, 62},
	 .injured = {84, 66},
	 .files_target = 905000,
	 .files = 941000,
	 .covid_weight = 17,
	 .title = "EMULATION_TITLE_FLAG_MINISTRY",
	 .order_due = true,
	 .points = {19775, 24525, 24550, 14750, 9950, 4975}},
	{.id = "vn-68",
	 .people = 1507,
	 .occurred = 520,
	 .solved = 474,
	 .grave = 50,
	 .grave_solved = 49,
	 .subjects = 1060,
	 .accidents = {69, 58},
	 .deaths = {52, 46},
	 .injured = {45, 37},
	 .files_target = 980000,
	 .files = 1003000,
	 .covid_weight = 11,
	 .title = "EMULATION_TITLE_NONE_MERIT_MINISTRY",
	 .merit_prime_minister = true,
	 .points = {19500, 24000, 24050, 14500, 9650, 4850}},
};

static int64_t people(const td_sim_province_t *province)
{
	return province->people;
}

static int64_t covid_weight(const td_sim_province_t *province)
{
	return province->covid_weight;
}

/* Rounding down the running sums makes the parts add up to the whole. */
static int64_t part(int64_t total, size_t index, int64_t (*weight)(const td_sim_province_t *))
{
	int64_t before = 0, all = 0;
	for (size_t i = 0; i < TD_SIMULATE_PROVINCES; i++) {
		all += weight(&td_sim_provinces[i]);
		if (i < index)
			before += weight(&td_sim_provinces[i]);
	}
	int64_t until = before + weight(&td_sim_provinces[index]);
	return total * until / all - total * before / all;
}

int64_t td_sim_share(int64_t total, size_t index)
{
	return part(total, index, people);
}

int64_t td_sim_covid_share(int64_t total, size_t index)
{
	return part(total, index, covid_weight);
}
