#include "aggregator/tally_commands.h"

#include "aggregator/model.h"
#include "aggregator/tally_ask.h"
#include "aggregator/then.h"
#include "common/nearest.h"

/* One question about figures, and what is known about the answer. */
typedef struct asking {
	td_resolved_t resolved;
	td_answer_t *answer;
	td_standing_t *standing;
	bool closed;
	td_then_t then; /* of a closed period */
	const td_row_t *rows;
	size_t count;
	Thidua__V1__TallyAnswer message;
} asking_t;

/* Reads the shards; the rows are those of now, and with --as-closed those of then too. */
static bool read(const td_tally_t *tally, asking_t *asking, Thidua__V1__TallyAnswer *complete,
		 td_err_t *err)
{
	const td_query_t *query = &asking->resolved.query;
	if (!td_tally_standing(tally, &asking->resolved, &asking->standing, err))
		return false;
	const td_tally_ask_t ask = {query, &asking->answer, 1, asking->standing, tally->generation};
	if (!td_tally_answers(tally, &ask, complete, err) ||
	    !td_tally_is_closed(tally, &asking->resolved, asking->standing, &asking->closed, err))
		return false;
	if (asking->closed &&
	    (!td_then_make(asking->standing, query, &asking->then, err) ||
	     (tally->settings->as_closed && !td_then_mention(&asking->then, asking->answer, err))))
		return false;
	return td_answer_finish(asking->answer, &asking->rows, &asking->count, err);
}

/* Fills in the rows and how far their period has come. */
static bool fill(const td_tally_t *tally, asking_t *asking, td_err_t *err)
{
	const td_query_t *query = &asking->resolved.query;
	const td_then_rows_t of = {asking->rows, asking->count, tally->settings->as_closed};
	if (!td_model_fill(query, asking->resolved.title, asking->rows, asking->count, tally->arena,
			   &asking->message))
		return td_tally_no_memory(err);
	if (asking->closed)
		return td_then_fill(&asking->then, &of, tally->arena, asking->message.rows) ||
		       td_tally_no_memory(err);
	td_tally_states(tally, asking->standing, query, &asking->message);
	return true;
}

static bool answer_figures(const td_tally_t *tally, const char *const *figures, size_t count,
			   const char **text, td_err_t *err)
{
	asking_t asking = {0};
	Thidua__V1__TallyAnswer complete = {0};
	if (!td_tally_resolve(tally, figures, count, &asking.resolved, err))
		return false;
	const td_show_t show = {&asking.resolved.query, tally->reference,
				td_tally_lang(tally->settings), tally->arena};
	asking.answer = td_answer_new(&asking.resolved.query);
	bool ok = asking.answer != NULL || td_tally_no_memory(err);
	ok = ok && read(tally, &asking, &complete, err) && fill(tally, &asking, err);
	if (ok) {
		asking.message.completeness = complete.completeness;
		asking.message.positions = complete.positions;
		asking.message.n_positions = complete.n_positions;
		ok = td_tally_print(tally, &show, &asking.message, text, err);
	}
	td_then_free(&asking.then);
	td_standing_free(asking.standing);
	td_answer_free(asking.answer);
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
	return *text != NULL || td_tally_no_memory(err);
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
			  ? td_tally_summary(tally, ranking, text, err)
			  : !is_slip(command, count, err) &&
				    answer_figures(tally, arguments, count, text, err);
	return ok && add_note(tally, text, err);
}
