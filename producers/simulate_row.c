#include "producers/simulate_parts.h"

#include "common/localday.h"

#include <stdio.h>

/* Chances in a thousand, and how late a late row may be. */
enum { REPEATED = 6, LATE = 12, LATE_DAYS_MAX = 150, REPEATED_AFTER_DAYS_MAX = 20 };

static td_buf_t *text(td_sim_t *sim)
{
	return &sim->rows->text;
}

td_sim_record_t td_sim_record(td_sim_t *sim, const char *kind, const char *prefix, int64_t number)
{
	td_sim_record_t record = {.kind = kind, .unit = ""};
	char copy[16] = "";
	if (sim->task->copy > 0)
		(void)snprintf(copy, sizeof copy, "%u.", sim->task->copy);
	(void)snprintf(record.id, sizeof record.id, "%s-%d-%s%06lld", prefix, sim->task->year, copy,
		       (long long)number);
	return record;
}

void td_sim_when(td_sim_t *sim, td_sim_record_t *record, int32_t day, bool day_only)
{
	int64_t midnight = td_localday_start_ms(day);
	int64_t minutes = td_sim_below(sim, 24 * 60);
	record->day_only = day_only;
	record->occurred_ms = midnight + (day_only ? 0 : minutes * 60 * 1000);
	record->recorded_ms = midnight + SIM_DAY_MS + td_sim_from(sim, 7 * 60, 17 * 60) * 60 * 1000;
}

/* RFC 3339, in UTC; one reporter's system writes Viet Nam's own time. */
static void moment(td_sim_t *sim, const char *name, int64_t ms)
{
	bool local = strcmp(sim->task->reporter, "vn-13") == 0;
	int64_t shown = local ? ms + 7 * SIM_HOUR_MS : ms;
	int32_t date = td_localday_yyyymmdd(td_localday_of_ms(shown - 7 * SIM_HOUR_MS));
	int64_t second = (shown % SIM_DAY_MS + SIM_DAY_MS) % SIM_DAY_MS / 1000;
	char written[96];
	(void)snprintf(written, sizeof written, ",\"%s\":\"%04d-%02d-%02dT%02d:%02d:%02d%s\"", name,
		       date / 10000, date / 100 % 100, date % 100, (int)(second / 3600),
		       (int)(second / 60 % 60), (int)(second % 60), local ? "+07:00" : "Z");
	td_buf_add_text(text(sim), written);
}

/* Ids hold nothing that JSON would have to escape. */
static void pair(td_sim_t *sim, const char *name, const char *value)
{
	td_buf_add_text(text(sim), sim->sparse ? "\"" : ",\"");
	td_buf_add_text(text(sim), name);
	td_buf_add_text(text(sim), "\":\"");
	td_buf_add_text(text(sim), value);
	td_buf_add_byte(text(sim), '"');
	sim->sparse = false;
}

void td_sim_begin(td_sim_t *sim, td_sim_record_t *record, int64_t later_ms, const char *body)
{
	record->recorded_ms += later_ms;
	record->revision++;
	sim->row_at = text(sim)->size;
	sim->sparse = true;
	td_buf_add_byte(text(sim), '{');
	pair(sim, "reporter", sim->task->reporter);
	pair(sim, "kind", record->kind);
	pair(sim, "recordId", record->id);
	td_sim_long(sim, "revision", sim->stamps ? record->recorded_ms : record->revision);
	td_sim_word(sim, "unit", record->unit);
	moment(sim, "occurredAt", record->occurred_ms);
	pair(sim, "occurredPrecision", record->day_only ? "PRECISION_DAY" : "PRECISION_TIME");
	moment(sim, "recordedAt", record->recorded_ms);
	td_sim_object(sim, body);
}

void td_sim_word(td_sim_t *sim, const char *name, const char *word)
{
	if (word[0] != '\0')
		pair(sim, name, word);
}

void td_sim_number(td_sim_t *sim, const char *name, int64_t number)
{
	if (number == 0)
		return;
	td_buf_add_text(text(sim), sim->sparse ? "\"" : ",\"");
	td_buf_add_text(text(sim), name);
	td_buf_add_text(text(sim), "\":");
	td_buf_add_decimal(text(sim), number);
	sim->sparse = false;
}

void td_sim_long(td_sim_t *sim, const char *name, int64_t number)
{
	char written[24];
	(void)snprintf(written, sizeof written, "%lld", (long long)number);
	if (number != 0)
		pair(sim, name, written);
}

void td_sim_flag(td_sim_t *sim, const char *name, bool flag)
{
	if (!flag)
		return;
	td_buf_add_text(text(sim), sim->sparse ? "\"" : ",\"");
	td_buf_add_text(text(sim), name);
	td_buf_add_text(text(sim), "\":true");
	sim->sparse = false;
}

void td_sim_on(td_sim_t *sim, const char *name, int32_t day)
{
	if (day != 0)
		td_sim_number(sim, name, td_localday_yyyymmdd(day));
}

void td_sim_object(td_sim_t *sim, const char *name)
{
	td_buf_add_text(text(sim), sim->sparse ? "\"" : ",\"");
	td_buf_add_text(text(sim), name);
	td_buf_add_text(text(sim), "\":{");
	sim->sparse = true;
}

void td_sim_close(td_sim_t *sim)
{
	td_buf_add_byte(text(sim), '}');
	sim->sparse = false;
}

static void arrive(td_sim_t *sim, const td_sim_record_t *record, int64_t arrival_ms)
{
	td_buf_t *index = &sim->rows->index;
	td_simulate_row_t row = {
		.arrival_ms = arrival_ms,
		.order = index->size,
		.at = sim->row_at,
		.size = text(sim)->size - sim->row_at,
		.codes = record->codes,
		.at_home = record->at_home,
	};
	td_buf_add(index, &row, sizeof row);
}

void td_sim_end(td_sim_t *sim, const td_sim_record_t *record)
{
	td_sim_close(sim);
	td_sim_close(sim);
	if (sim->muted) {
		text(sim)->size = sim->row_at;
		return;
	}
	int64_t arrival = record->recorded_ms;
	if (td_sim_chance(sim, LATE))
		arrival += td_sim_from(sim, 15, LATE_DAYS_MAX) * SIM_DAY_MS;
	arrive(sim, record, arrival);
	if (record->codes == NULL && td_sim_chance(sim, REPEATED))
		arrive(sim, record,
		       arrival + td_sim_below(sim, REPEATED_AFTER_DAYS_MAX) * SIM_DAY_MS);
}

void td_sim_retract(td_sim_t *sim, td_sim_record_t *record, int64_t later_ms, const char *reason)
{
	td_sim_begin(sim, record, later_ms, "retraction");
	td_sim_word(sim, "reason", reason);
	td_sim_end(sim, record);
}
