#include "aggregator/tally_ask.h"

#include "aggregator/completeness.h"
#include "common/localday.h"
#include "common/log.h"
#include "proto/json.h"

#include <stdio.h>

enum { JSON_MAX = 256 * 1024 * 1024 };

bool td_tally_no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the answer; ask for less at once");
}

td_lang_t td_tally_lang(const td_tally_settings_t *settings)
{
	return strcmp(settings->lang, "en") == 0 ? TD_LANG_EN : TD_LANG_VI;
}

bool td_tally_json(const td_tally_t *tally, const ProtobufCMessage *message, const char **text,
		   td_err_t *err)
{
	td_buf_t out = td_buf_make(JSON_MAX);
	bool ok = td_json_write(message, &out, err);
	char *copy = ok ? td_arena_take(tally->arena, out.size + 2) : NULL;
	if (copy != NULL) {
		memcpy(copy, out.data, out.size);
		memcpy(copy + out.size, "\n", 2);
	} else if (ok) {
		ok = td_tally_no_memory(err);
	}
	*text = copy;
	td_buf_free(&out);
	return ok;
}

/* Says in the title that the cluster's members are those of another year. */
static void add_members_year(td_lang_t lang, int64_t cluster, td_resolved_t *resolved)
{
	size_t used = strlen(resolved->title);
	(void)snprintf(resolved->title + used, sizeof resolved->title - used, "%s(%s %d %s %d)",
		       used > 0 ? " " : "", td_say(lang, "cụm", "cluster"), (int)cluster,
		       td_say(lang, "như năm", "as in"), (int)resolved->members_year);
}

/* Hours are kept for some weeks only: an answer without them would be a wrong one. */
static bool check_hours(const td_query_t *query, const td_shard_view_t *shards, size_t count,
			td_err_t *err)
{
	int32_t from = INT32_MIN;
	for (size_t i = 0; i < count; i++) {
		if (shards[i].present && shards[i].head.hours_from_day > from)
			from = shards[i].head.hours_from_day;
	}
	if (query->grain != TD_GRAIN_HOUR || query->days.first >= from)
		return true;
	int32_t on = td_localday_yyyymmdd(from);
	return td_err_set(err, TD_EUSAGE,
			  "hours are kept from %04d-%02d-%02d on, %d days by the log's own time; "
			  "ask for days",
			  on / 10000, on / 100 % 100, on % 100, TD_HOUR_DAYS);
}

bool td_tally_resolve(const td_tally_t *tally, const char *const *figures, size_t count,
		      td_resolved_t *resolved, td_err_t *err)
{
	const td_tally_settings_t *settings = tally->settings;
	const td_request_t request = {
		.figures = figures,
		.figure_count = count,
		.period = settings->period,
		.calendar = settings->calendar,
		.from = settings->from,
		.to = settings->to,
		.last = settings->last,
		.to_date = settings->to_date,
		.by = settings->by,
		.only = settings->only,
		.each = settings->each,
		.provinces = settings->provinces,
		.cluster = settings->cluster,
		.compare = settings->compare,
		.rank = settings->rank,
	};
	if (!td_request_resolve(&request, tally->reference, tally->now_ms, resolved, err))
		return false;
	if (resolved->members_year != resolved->days_year)
		add_members_year(td_tally_lang(settings), settings->cluster, resolved);
	return true;
}

/* Whether the state of the asked period is known: a whole one that statements can name, in cells by
 * province. */
static bool has_standing(const td_resolved_t *resolved, char period[TD_PERIOD_NAME_MAX])
{
	const td_query_t *query = &resolved->query;
	Thidua__V1__Period named = THIDUA__V1__PERIOD__INIT;
	if (resolved->period.months == 0 || query->by_unit || query->grain == TD_GRAIN_HOUR)
		return false;
	td_days_t days = td_period_days(&resolved->period);
	td_request_period(&resolved->period, &named);
	return query->days.first == days.first && query->days.last == days.last &&
	       td_period_name(&named, period);
}

bool td_tally_standing(const td_tally_t *tally, const td_resolved_t *resolved,
		       td_standing_t **standing, td_err_t *err)
{
	char period[TD_PERIOD_NAME_MAX];
	bool known = has_standing(resolved, period);
	*standing = known ? td_standing_new(period) : NULL;
	if (tally->settings->as_closed && (!known || resolved->query.each != TD_EACH_NONE))
		return td_err_set(
			err, TD_EUSAGE,
			"--as-closed goes with a whole year, half, nine months, quarter or "
			"month, not split by unit or over time");
	return *standing != NULL || !known || td_tally_no_memory(err);
}

bool td_tally_is_closed(const td_tally_t *tally, const td_resolved_t *resolved,
			const td_standing_t *standing, bool *closed, td_err_t *err)
{
	*closed = standing != NULL && td_standing_is_closed(standing) &&
		  resolved->query.each == TD_EACH_NONE;
	return *closed || !tally->settings->as_closed ||
	       td_err_set(err, TD_EUSAGE, "%s is not closed; nothing was kept of it",
			  td_standing_period(standing));
}

void td_tally_states(const td_tally_t *tally, td_standing_t *standing, const td_query_t *query,
		     Thidua__V1__TallyAnswer *message)
{
	for (size_t i = 0; standing != NULL && i < message->n_rows; i++) {
		const char *province = message->rows[i]->province;
		bool all = strcmp(province, "all") == 0;
		message->rows[i]->state = td_standing_of(standing, tally->reference,
							 all ? query->provinces : &province,
							 all ? query->province_count : 1);
	}
}

bool td_tally_answers(const td_tally_t *tally, const td_tally_ask_t *ask,
		      Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	const td_query_t *query = ask->query;
	td_shard_view_t *shards;
	size_t shard_count;
	if (!td_tally_read(tally->redis, ask, tally->arena, &shards, &shard_count, err) ||
	    !check_hours(query, shards, shard_count, err))
		return false;
	const td_completeness_ask_t complete = {
		.provinces = query->provinces,
		.province_count = query->province_count,
		.end_ms = td_completeness_end(query->days, tally->now_ms),
	};
	return td_completeness_fill(shards, shard_count, tally->reference, &complete, tally->arena,
				    message) ||
	       td_tally_no_memory(err);
}

/* A CSV has no place for a warning, and a spreadsheet would be believed. */
static void warn(const td_show_t *show, const Thidua__V1__TallyAnswer *message)
{
	for (size_t i = 0; i < message->n_positions; i++) {
		const Thidua__V1__ShardPosition *position = message->positions[i];
		bool stopped = position->state == THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED;
		if (td_show_is_doubtful(show, position))
			td_log(TD_LOG_WARN, stopped ? "figures_stopped" : "figures_partial",
			       td_log_text("reporter", position->reporter));
	}
}

bool td_tally_print(const td_tally_t *tally, const td_show_t *show,
		    const Thidua__V1__TallyAnswer *message, const char **text, td_err_t *err)
{
	const char *format = tally->settings->format;
	if (strcmp(format, "json") == 0)
		return td_tally_json(tally, &message->base, text, err);
	bool is_csv = strcmp(format, "csv") == 0;
	if (is_csv)
		warn(show, message);
	bool ok = is_csv ? td_show_csv(show, message, text) : td_show_table(show, message, text);
	return ok || td_tally_no_memory(err);
}
