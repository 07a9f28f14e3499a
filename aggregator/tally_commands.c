#include "aggregator/tally_commands.h"

#include "aggregator/completeness.h"
#include "aggregator/model.h"
#include "aggregator/request.h"
#include "aggregator/summary.h"
#include "aggregator/standing.h"
#include "aggregator/tally_read.h"
#include "common/localday.h"
#include "common/nearest.h"
#include "proto/json.h"

#include <stdio.h>

#include <stdio.h>

enum { JSON_MAX = 256 * 1024 * 1024 };

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the answer; ask for less at once");
}

static td_lang_t lang_of(const td_tally_settings_t *settings)
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
		ok = no_memory(err);
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

static bool resolve(const td_tally_t *tally, const char *const *figures, size_t count,
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
		add_members_year(lang_of(settings), settings->cluster, resolved);
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

/* What will know the state of the asked period; NULL without err when it has none. */
static bool make_standing(const td_tally_t *tally, const td_resolved_t *resolved,
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
	return *standing != NULL || !known || no_memory(err);
}

/* Says of each row how far the period has come, and what it was when it was closed. */
static bool add_standing(const td_tally_t *tally, td_standing_t *standing,
			 const td_standing_ask_t *ask, Thidua__V1__TallyAnswer *message,
			 td_err_t *err)
{
	bool as_closed = tally->settings->as_closed;
	if (standing == NULL)
		return true;
	if (as_closed && !td_standing_is_closed(standing))
		return td_err_set(err, TD_EUSAGE, "%s is not closed; nothing was kept of it",
				  td_standing_period(standing));
	if (!td_standing_fill(standing, ask, tally->arena, message, err))
		return false;
	for (size_t i = 0; !as_closed && i < message->n_rows; i++) {
		message->rows[i]->value_as_closed = NULL;
		message->rows[i]->denominator_as_closed = 0;
	}
	return true;
}

/* Reads the shards into the answers, and says in `message` how complete they are. */
static bool read_answers(const td_tally_t *tally, const td_tally_ask_t *ask,
			 Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	const td_query_t *query = ask->query;
	td_shard_view_t *shards;
	size_t shard_count;
	if (!td_tally_read(tally->redis, ask, tally->arena, &shards, &shard_count, err) ||
	    !check_hours(query, shards, shard_count, err))
		return false;
	int64_t end_ms = td_localday_start_ms(query->days.last + 1);
	const td_completeness_ask_t complete = {
		.provinces = query->provinces,
		.province_count = query->province_count,
		.end_ms = end_ms < tally->now_ms ? end_ms : tally->now_ms,
	};
	return td_completeness_fill(shards, shard_count, tally->reference, &complete, tally->arena,
				    message) ||
	       no_memory(err);
}

static bool print(const td_tally_t *tally, const td_show_t *show,
		  const Thidua__V1__TallyAnswer *message, const char **text, td_err_t *err)
{
	const char *format = tally->settings->format;
	if (strcmp(format, "json") == 0)
		return td_tally_json(tally, &message->base, text, err);
	bool ok = strcmp(format, "csv") == 0 ? td_show_csv(show, message, text)
					     : td_show_table(show, message, text);
	return ok || no_memory(err);
}

static bool answer_figures(const td_tally_t *tally, const char *const *figures, size_t count,
			   const char **text, td_err_t *err)
{
	td_resolved_t resolved;
	const td_row_t *rows = NULL;
	size_t row_count = 0;
	Thidua__V1__TallyAnswer message, complete = {0};
	if (!resolve(tally, figures, count, &resolved, err))
		return false;
	td_show_t show = {&resolved.query, tally->reference, lang_of(tally->settings),
			  tally->arena};
	td_answer_t *answer = td_answer_new(&resolved.query);
	bool ok = answer != NULL || no_memory(err);
	td_standing_t *standing = NULL;
	ok = ok && make_standing(tally, &resolved, &standing, err);
	const td_tally_ask_t ask = {&resolved.query, &answer, 1, standing, tally->generation};
	ok = ok && read_answers(tally, &ask, &complete, err) &&
	     td_answer_finish(answer, &rows, &row_count, err);
	if (ok && !td_model_fill(&resolved.query, resolved.title, rows, row_count, tally->arena,
				 &message))
		ok = no_memory(err);
	const td_standing_ask_t stand = {&resolved.query, tally->reference, rows, row_count};
	ok = ok && add_standing(tally, standing, &stand, &message, err);
	if (ok) {
		message.completeness = complete.completeness;
		message.positions = complete.positions;
		message.n_positions = complete.n_positions;
		ok = print(tally, &show, &message, text, err);
	}
	td_standing_free(standing);
	td_answer_free(answer);
	return ok;
}

/* How far the period has come for each row of a summary, by its province. */
static void add_states(const td_tally_t *tally, td_standing_t *standing, const td_query_t *query,
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

/* What the summary is about: "Thi đua năm 2021", or a part of a year, or only days. */
static const char *heading(const td_show_t *show, const char *title)
{
	if (title[0] == '\0')
		return td_say(show->lang, "Thi đua", "Emulation");
	bool whole_year = strchr(title, '-') == NULL;
	return td_show_format(show->arena, "%s %s",
			      whole_year ? td_say(show->lang, "Thi đua năm", "Emulation year")
					 : td_say(show->lang, "Thi đua kỳ", "Emulation,"),
			      title);
}

/* The pages of the summary as text: `ranking_only` leaves the figures out. */
static bool summary_text(const td_tally_t *tally, const td_summary_t *summary,
			 const td_show_t *show, bool ranking_only,
			 const Thidua__V1__TallyAnswer *message, const char **text, td_err_t *err)
{
	char from[16], to[16];
	const char *figures = "", *ranking, *complete;
	if ((!ranking_only && !td_summary_figures(summary, show, &figures, err)) ||
	    !td_summary_ranking(summary, show, &ranking, err))
		return false;
	td_show_day(show, message->from_on, from);
	td_show_day(show, message->to_on, to);
	if (!td_show_completeness(show, message, &complete))
		return no_memory(err);
	const char *head = heading(show, message->title);
	/* The first row is of all provinces. */
	const char *state = message->n_rows > 0 ? td_show_state(show, message->rows[0]->state) : "";
	*text = head == NULL
			? NULL
			: td_show_format(tally->arena, "%s: %s – %s%s%s\n\n%s%s%s\n%s", head, from,
					 to, state[0] == '\0' ? "" : " · ", state, figures,
					 figures[0] == '\0' ? "" : "\n", ranking, complete);
	return *text != NULL || no_memory(err);
}

static bool answer_summary(const td_tally_t *tally, bool ranking_only, const char **text,
			   td_err_t *err)
{
	td_resolved_t resolved;
	td_summary_t summary = {0};
	Thidua__V1__TallyAnswer message, complete = {0};
	td_tally_settings_t settings = *tally->settings;
	td_tally_t asked = *tally;
	settings.compare = true;
	asked.settings = &settings;
	if (settings.as_closed)
		return td_err_set(err, TD_EUSAGE,
				  "--as-closed goes with figures: thidua-tally FIGURE --as-closed");
	if (!resolve(&asked, NULL, 0, &resolved, err))
		return false;
	td_show_t show = {&resolved.query, tally->reference, lang_of(&settings), tally->arena};
	td_standing_t *standing = NULL;
	bool ok = td_summary_make(&resolved, &summary, err) &&
		  make_standing(tally, &resolved, &standing, err);
	const td_tally_ask_t ask = {&resolved.query, summary.answers, TD_SUMMARY_PARTS, standing,
				    tally->generation};
	ok = ok && read_answers(tally, &ask, &complete, err) &&
	     td_summary_model(&summary, resolved.title, tally->arena, &message, err);
	if (ok) {
		add_states(tally, standing, &resolved.query, &message);
		message.completeness = complete.completeness;
		message.positions = complete.positions;
		message.n_positions = complete.n_positions;
		ok = strcmp(settings.format, "table") == 0
			     ? summary_text(tally, &summary, &show, ranking_only, &message, text,
					    err)
			     : print(tally, &show, &message, text, err);
	}
	td_standing_free(standing);
	td_summary_free(&summary);
	return ok;
}

static const char *const commands[] = {"metrics", "summary", "ranking", "status"};

bool td_tally_needs_redis(const char *command)
{
	return command == NULL || strcmp(command, "metrics") != 0;
}

/* The settings' own words below a table. */
static bool add_note(const td_tally_t *tally, const char **text, td_err_t *err)
{
	const td_tally_settings_t *settings = tally->settings;
	if (settings->note == NULL || settings->note[0] == '\0' ||
	    strcmp(settings->format, "table") != 0)
		return true;
	*text = td_show_format(tally->arena, "%s%s\n", *text, settings->note);
	return *text != NULL || no_memory(err);
}

/* Whether a single word that is no figure was meant for a command. */
static bool is_slip(const char *word, size_t count, td_err_t *err)
{
	td_figure_t figure;
	td_nearest_t nearest = td_nearest_to(word);
	for (size_t i = 0; i < TD_COUNT(commands); i++)
		td_nearest_try(&nearest, commands[i]);
	if (count != 1 || nearest.word == NULL || td_figure_find(word, &figure, err))
		return false;
	(void)td_err_set(err, TD_EUSAGE, "there is no figure or command '%s'; did you mean '%s'?",
			 word, nearest.word);
	return true;
}

bool td_tally_command(const td_tally_t *tally, const char *const *arguments, size_t count,
		      const char **text, td_err_t *err)
{
	const char *command = count == 0 ? "summary" : arguments[0];
	if (strcmp(command, "metrics") == 0)
		return td_tally_metrics(tally, arguments + 1, count - 1, text, err);
	for (size_t i = 0; i < TD_COUNT(commands); i++) {
		if (count > 1 && strcmp(commands[i], command) == 0)
			return td_err_set(err, TD_EUSAGE, "'%s' takes nothing behind it", command);
	}
	bool ranking = strcmp(command, "ranking") == 0;
	bool ok = strcmp(command, "status") == 0 ? td_tally_status(tally, text, err)
		  : ranking || strcmp(command, "summary") == 0
			  ? answer_summary(tally, ranking, text, err)
			  : !is_slip(command, count, err) &&
				    answer_figures(tally, arguments, count, text, err);
	return ok && add_note(tally, text, err);
}
