#include "producers/simulate_parts.h"

#include <stdio.h>

/* Published: the titles, and who came first, second and third. The points are invented. */

enum { CRITERIA = 6 };

static const int32_t maxima[CRITERIA] = {20000, 25000, 25000, 15000, 10000, 5000};

static void say_title(td_sim_t *sim, size_t index)
{
	const td_sim_province_t *province = &td_sim_provinces[index];
	bool government = strcmp(province->title, "EMULATION_TITLE_FLAG_GOVERNMENT") == 0;
	char decision[TD_ID_MAX];
	(void)snprintf(decision, sizeof decision, "%d/%s", 2100 + (int)index,
		       government ? "QĐ-TTg" : "QĐ-BCA");
	td_sim_record_t record = td_sim_record(sim, "KIND_TITLE", "DH", (int64_t)index + 1);
	td_sim_when(sim, &record, sim->first_day + SIM_DECEMBER + 9, true);
	for (int awarded = 0; awarded <= 1; awarded++) {
		td_sim_begin(sim, &record, SIM_HOUR_MS, "title");
		td_sim_word(sim, "province", province->id);
		td_sim_number(sim, "year", sim->task->year);
		td_sim_word(sim, "title", province->title);
		td_sim_word(sim, "recipient", "RECIPIENT_COLLECTIVE");
		td_sim_word(sim, "status",
			    awarded ? "AWARD_STATUS_AWARDED" : "AWARD_STATUS_PROPOSED");
		if (awarded)
			td_sim_word(sim, "decisionNumber", decision);
		td_sim_end(sim, &record);
	}
}

/* Provinces score themselves a little higher than the cluster and the ministry do. */
static int32_t points(size_t province, int32_t criterion, bool self)
{
	enum { SELF_HIGHER = 25 };
	int32_t given = td_sim_provinces[province].points[criterion] + (self ? SELF_HIGHER : 0);
	return given < maxima[criterion] ? given : maxima[criterion];
}

static void say_score(td_sim_t *sim, size_t province, int32_t criterion, size_t stage)
{
	static const char *const stages[] = {"SCORE_STAGE_SELF", "SCORE_STAGE_CLUSTER",
					     "SCORE_STAGE_MINISTRY"};
	int64_t number = (int64_t)stage * 1000 + (int64_t)province * 10 + criterion + 1;
	td_sim_record_t record = td_sim_record(sim, "KIND_SCORE", "DT", number);
	td_sim_when(sim, &record, sim->first_day + SIM_NOVEMBER + 9 + (int32_t)stage * 10, true);
	bool corrected = td_sim_chance(sim, 80);
	for (int32_t lower = corrected ? 100 : 0; lower >= 0; lower -= 100) {
		td_sim_begin(sim, &record, 5 * SIM_HOUR_MS, "score");
		td_sim_word(sim, "province", td_sim_provinces[province].id);
		td_sim_number(sim, "year", sim->task->year);
		td_sim_number(sim, "criterion", criterion + 1);
		td_sim_number(sim, "pointsHundredths",
			      points(province, criterion, stage == 0) - lower);
		td_sim_number(sim, "maximumHundredths", maxima[criterion]);
		td_sim_word(sim, "stage", stages[stage]);
		td_sim_end(sim, &record);
	}
}

void td_sim_office(td_sim_t *sim)
{
	if (sim->task->year != TD_SIMULATE_LAST_YEAR)
		return;
	for (size_t province = 0; province < TD_SIMULATE_PROVINCES; province++) {
		say_title(sim, province);
		for (int32_t criterion = 0; criterion < CRITERIA; criterion++) {
			for (size_t stage = 0; stage < 3; stage++)
				say_score(sim, province, criterion, stage);
		}
	}
}

typedef struct target {
	const char *metric;
	int64_t value;
} target_t;

static void say_target(td_sim_t *sim, td_sim_record_t *record, size_t province, const char *period,
		       const target_t *target)
{
	td_sim_begin(sim, record, 3 * SIM_HOUR_MS, "target");
	td_sim_word(sim, "province", td_sim_provinces[province].id);
	td_sim_word(sim, "metric", target->metric);
	td_sim_object(sim, "period");
	td_sim_word(sim, "kind", period);
	td_sim_number(sim, "year", sim->task->year);
	td_sim_close(sim);
	td_sim_long(sim, "value", target->value);
	td_sim_end(sim, record);
}

static void set_targets(td_sim_t *sim, size_t province, const char *period, int64_t number)
{
	int64_t people = td_sim_provinces[province].people * 1000;
	const target_t targets[] = {
		{"clearance", 7500},
		{"identity.files_received", td_sim_provinces[province].files_target},
		{"identity.records_collected", people},
		{"identity.records_verified", people},
		{"identity.records_entered", people},
	};
	/* The campaign for identity documents is of 2021. */
	size_t count = sim->task->year == TD_SIMULATE_LAST_YEAR ? TD_COUNT(targets) : 1;
	for (size_t i = 0; i < count; i++) {
		td_sim_record_t record =
			td_sim_record(sim, "KIND_TARGET", "CT", number + (int64_t)i);
		td_sim_when(sim, &record, sim->first_day + SIM_JANUARY + 4, true);
		if (td_sim_chance(sim, 100)) {
			target_t wrong = {targets[i].metric, targets[i].value + 1000};
			say_target(sim, &record, province, period, &wrong);
		}
		say_target(sim, &record, province, period, &targets[i]);
	}
}

void td_sim_ministry(td_sim_t *sim)
{
	for (size_t province = 0; province < TD_SIMULATE_PROVINCES; province++) {
		int64_t number = (int64_t)province * 100 + 1;
		set_targets(sim, province, "PERIOD_KIND_POLICE_YEAR", number);
		set_targets(sim, province, "PERIOD_KIND_CALENDAR_YEAR", number + 10);
	}
}
