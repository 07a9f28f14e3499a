#include "producers/simulate_parts.h"

#include "common/localday.h"

#include <stdio.h>

/* Rows that must be refused: what people and exporting software get wrong. Each is a good row in
 * which one text is replaced by another. */

enum { FIRST_NUMBER = 680000, BEGINS_AFTER_DAYS = 40, WITHIN_DAYS = 280 };

static void accident(td_sim_t *sim, td_sim_record_t *record)
{
	td_sim_begin(sim, record, SIM_HOUR_MS, "accident");
	td_sim_word(sim, "mode", "TRAFFIC_MODE_ROAD");
	td_sim_word(sim, "class", "ACCIDENT_CLASS_LESS");
	td_sim_number(sim, "injured", 1);
	td_sim_long(sim, "damageVnd", 12000000);
}

static void opened_case(td_sim_t *sim, td_sim_record_t *record)
{
	int32_t day = td_localday_of_ms(record->occurred_ms);
	td_sim_begin(sim, record, 30 * SIM_DAY_MS, "case");
	td_sim_word(sim, "status", "CASE_STATUS_INVESTIGATING");
	td_sim_word(sim, "article", "173");
	td_sim_number(sim, "clause", 1);
	td_sim_on(sim, "registeredOn", day + 2);
	td_sim_on(sim, "solvedOn", day + 9);
	td_sim_flag(sim, "offenderKnown", true);
	td_sim_number(sim, "accused", 1);
}

static void arrest(td_sim_t *sim, td_sim_record_t *record)
{
	td_sim_begin(sim, record, SIM_HOUR_MS, "arrest");
	td_sim_word(sim, "kind", "ARREST_KIND_IN_THE_ACT");
	td_sim_number(sim, "subjects", 2);
	td_sim_number(sim, "accused", 1);
}

static void gifts(td_sim_t *sim, td_sim_record_t *record)
{
	td_sim_begin(sim, record, SIM_HOUR_MS, "society");
	td_sim_number(sim, "giftPackages", 20);
}

static void commendation(td_sim_t *sim, td_sim_record_t *record)
{
	td_sim_begin(sim, record, SIM_HOUR_MS, "commendation");
	td_sim_word(sim, "decisionNumber", "9990/QĐ-UBND");
	td_sim_number(sim, "decisionLine", 1);
	td_sim_word(sim, "level", "AWARD_LEVEL_LOCAL");
	td_sim_word(sim, "recipient", "RECIPIENT_COLLECTIVE");
	td_sim_word(sim, "form", "AWARD_FORM_MERIT_PROVINCE");
	td_sim_word(sim, "status", "AWARD_STATUS_AWARDED");
}

/* The next province's accident, exported with this one's file. */
static void of_another(td_sim_t *sim, td_sim_record_t *record)
{
	const td_simulate_task_t *own = sim->task;
	td_simulate_task_t other = *own;
	other.reporter = td_sim_provinces[(sim->index + 1) % TD_SIMULATE_PROVINCES].id;
	sim->task = &other;
	accident(sim, record);
	sim->task = own;
}

/* A title, about which only the cluster's office may speak. */
static void own_title(td_sim_t *sim, td_sim_record_t *record)
{
	record->unit = "";
	td_sim_begin(sim, record, SIM_HOUR_MS, "title");
	td_sim_word(sim, "province", sim->task->reporter);
	td_sim_number(sim, "year", sim->task->year);
	td_sim_word(sim, "title", "EMULATION_TITLE_FLAG_GOVERNMENT");
	td_sim_word(sim, "recipient", "RECIPIENT_COLLECTIVE");
	td_sim_word(sim, "status", "AWARD_STATUS_PROPOSED");
}

/* A unit of that name is in no table. */
static void nowhere(td_sim_t *sim, td_sim_record_t *record)
{
	char unit[32];
	(void)snprintf(unit, sizeof unit, "%s.999", sim->task->reporter);
	record->unit = unit;
	accident(sim, record);
	record->unit = "";
}

static void elsewhere(td_sim_t *sim, td_sim_record_t *record)
{
	size_t other = (sim->index + 1) % TD_SIMULATE_PROVINCES;
	record->unit = sim->task->units->provinces[other].districts.ids[0];
	accident(sim, record);
}

static void without_unit(td_sim_t *sim, td_sim_record_t *record)
{
	record->unit = "";
	accident(sim, record);
}

/* For the offices: a criterion's points, and a target. */
static void score(td_sim_t *sim, td_sim_record_t *record)
{
	record->unit = "";
	td_sim_begin(sim, record, SIM_HOUR_MS, "score");
	td_sim_word(sim, "province", td_sim_provinces[0].id);
	td_sim_number(sim, "year", sim->task->year);
	td_sim_number(sim, "criterion", 1);
	td_sim_number(sim, "pointsHundredths", 19000);
	td_sim_number(sim, "maximumHundredths", 20000);
	td_sim_word(sim, "stage", "SCORE_STAGE_CLUSTER");
}

static void target(td_sim_t *sim, td_sim_record_t *record)
{
	record->unit = "";
	td_sim_begin(sim, record, SIM_HOUR_MS, "target");
	td_sim_word(sim, "province", td_sim_provinces[0].id);
	td_sim_word(sim, "metric", "identity.files_received");
	td_sim_object(sim, "period");
	td_sim_word(sim, "kind", "PERIOD_KIND_POLICE_YEAR");
	td_sim_number(sim, "year", sim->task->year);
	td_sim_close(sim);
	td_sim_long(sim, "value", 1000);
}

typedef enum where {
	AT_HOME,    /* refused by the producer */
	AT_WORK,    /* by the worker: only its reference data can judge it */
	TAKEN_BACK, /* the same; somebody noticed, and took the record back */
} where_t;

typedef struct fault {
	const char *codes, *kind;
	void (*say)(td_sim_t *, td_sim_record_t *);
	where_t where;
	const char *find, *put; /* NULL: it is wrong as it is said */
} fault_t;

static const fault_t of_provinces[] = {
	{"R001", "ACCIDENT", accident, AT_HOME, "\"class\":\"ACCIDENT_CLASS_LESS\"", ""},
	{"R002", "ACCIDENT", accident, AT_HOME, "\"injured\"", "\"injurd\""},
	{"R005", "ACCIDENT", accident, AT_HOME, "\"injured\":1", "\"injured\":\"mot\""},
	{"R006", "ACCIDENT", accident, AT_HOME, "CLASS_LESS", "CLASS_MINOR"},
	{"R009", "ACCIDENT", accident, AT_HOME, "\"kind\"", "\"sequence\":\"7\",\"kind\""},
	{"E113", "ACCIDENT", accident, AT_HOME, "\"recordId\":\"", "\"recordId\":\"HO\u0300A"},
	{"E201", "ACCIDENT", without_unit, AT_HOME, NULL, NULL},
	{"E205", "CASE", opened_case, AT_HOME,
	 "\"solvedOn\":", "\"suspendedOn\":20210230,\"solvedOn\":"},
	{"E209", "ACCIDENT", accident, AT_HOME, "PRECISION_TIME", "PRECISION_DAY"},
	{"E210", "ACCIDENT", accident, AT_HOME, "KIND_ACCIDENT", "KIND_ARREST"},
	{"E213", "ARREST", arrest, AT_HOME, "\"accused\":1", "\"accused\":12"},
	{"E302", "ACCIDENT", of_another, AT_HOME, NULL, NULL},
	{"E405", "CASE", opened_case, AT_HOME, "INVESTIGATING", "CONCLUDED"},
	{"E407", "CASE", opened_case, AT_HOME, "\"solvedOn\":202", "\"solvedOn\":201"},
	{"E451", "ACCIDENT", accident, AT_HOME, "\"injured\"", "\"deaths\":2,\"injured\""},
	{"E452", "ACCIDENT", accident, AT_HOME, "\"injured\":1",
	 "\"injured\":1,\"injuryPercent\":[12,15]"},
	{"E501", "SOCIETY", gifts, AT_HOME, "\"giftPackages\":20", ""},
	{"E304", "TITLE", own_title, AT_WORK, NULL, NULL},
	{"E305", "ACCIDENT", nowhere, TAKEN_BACK, NULL, NULL},
	{"E307", "ACCIDENT", elsewhere, AT_WORK, NULL, NULL},
	{"E401", "CASE", opened_case, TAKEN_BACK, "\"173\"", "\"292\""},
	{"E402", "CASE", opened_case, AT_WORK, "\"clause\":1", "\"clause\":5"},
	{"E403", "CASE", opened_case, TAKEN_BACK, "\"clause\":1",
	 "\"clause\":1,\"reportedSeverity\":\"SEVERITY_VERY\""},
	{"E551", "COMMENDATION", commendation, AT_WORK, "MERIT_PROVINCE", "MERIT_PRIME_MINISTER"},
};

static const fault_t of_the_cluster[] = {
	{"E554", "SCORE", score, TAKEN_BACK, "\"criterion\":1", "\"criterion\":20"},
	{"E555", "SCORE", score, AT_WORK, "20000", "25000"},
	{"E556", "SCORE", score, AT_HOME, "19000", "20025"},
};

static const fault_t of_the_ministry[] = {
	{"E308", "TARGET", target, TAKEN_BACK, "\"vn-06\"", "\"vn-99\""},
	{"E553", "TARGET", target, AT_HOME, "\"year\"", "\"number\":5,\"year\""},
};

/* Replaces `find`, which is there once at most, in the row under way. */
static void replace(td_sim_t *sim, const char *find, const char *put)
{
	td_buf_t *text = &sim->rows->text;
	if (find == NULL || text->failed)
		return;
	uint8_t *row = text->data + sim->row_at;
	uint8_t *found = memmem(row, text->size - sim->row_at, find, strlen(find));
	if (found == NULL)
		return;
	td_buf_t rest = td_buf_make(TD_RAW_EVENT_MAX);
	size_t behind = (size_t)(found - text->data) + strlen(find);
	td_buf_add(&rest, text->data + behind, text->size - behind);
	text->size = (size_t)(found - text->data);
	td_buf_add_text(text, put);
	td_buf_add_slice(text, td_buf_slice(&rest));
	td_buf_free(&rest);
}

static void make(td_sim_t *sim, const fault_t *fault, int64_t number)
{
	char kind[32];
	(void)snprintf(kind, sizeof kind, "KIND_%s", fault->kind);
	td_sim_record_t record = td_sim_record(sim, kind, "SAI", number);
	int32_t day = sim->first_day + BEGINS_AFTER_DAYS + (int32_t)td_sim_below(sim, WITHIN_DAYS);
	td_sim_when(sim, &record, day, false);
	/* Never midnight, which is how a day without a time is written. */
	record.occurred_ms = td_localday_start_ms(day) + td_sim_from(sim, 1, 20) * SIM_HOUR_MS;
	const char *unit = sim->province == NULL ? "" : td_sim_district(sim);
	record.unit = unit;
	record.codes = fault->codes;
	record.at_home = fault->where == AT_HOME;
	fault->say(sim, &record);
	replace(sim, fault->find, fault->put);
	td_sim_end(sim, &record);
	if (fault->where != TAKEN_BACK)
		return;
	record.codes = NULL;
	record.unit = unit;
	td_sim_retract(sim, &record, 6 * SIM_DAY_MS, "RETRACTION_REASON_ERROR");
}

void td_sim_faults(td_sim_t *sim)
{
	bool of_cluster = strcmp(sim->task->reporter, "cluster-3") == 0;
	const fault_t *faults = sim->province != NULL ? of_provinces
				: of_cluster          ? of_the_cluster
						      : of_the_ministry;
	size_t count = sim->province != NULL ? TD_COUNT(of_provinces)
		       : of_cluster          ? TD_COUNT(of_the_cluster)
					     : TD_COUNT(of_the_ministry);
	for (size_t i = 0; i < count; i++)
		make(sim, &faults[i], FIRST_NUMBER + (int64_t)i);
}
