/* summary, ranking: the figures of a period on one page. */
#include "aggregator/summary.h"
#include "aggregator/tally_ask.h"

/* The weakest state of what is on the page: of each row, and of each province as a whole. */
static Thidua__V1__PeriodState state_of(const td_tally_t *tally, const td_query_t *query,
					td_standing_t *standing,
					const Thidua__V1__TallyAnswer *message)
{
	if (standing == NULL)
		return THIDUA__V1__PERIOD_STATE__PERIOD_STATE_UNSPECIFIED;
	Thidua__V1__PeriodState weakest =
		td_standing_of(standing, tally->reference, query->provinces, query->province_count);
	for (size_t i = 0; i < message->n_rows; i++)
		if (message->rows[i]->state < weakest)
			weakest = message->rows[i]->state;
	return weakest;
}

/* One summary under way. */
typedef struct page {
	const td_tally_t *tally;
	bool ranking_only; /* leaves the figures out */
	td_resolved_t resolved;
	td_show_t show;
	td_standing_t *standing;
	td_summary_t summary;
	Thidua__V1__TallyAnswer message;
} page_t;

/* What the page is about: "Thi đua năm 2021", or a part of a year, or only days. */
static const char *heading(const page_t *page)
{
	td_lang_t lang = page->show.lang;
	const td_resolved_t *resolved = &page->resolved;
	bool is_named = resolved->period.months > 0 || page->tally->settings->last != NULL;
	const char *what = resolved->period.months == 12
				   ? td_say(lang, "Thi đua năm", "Emulation year")
			   : is_named ? td_say(lang, "Thi đua kỳ", "Emulation,")
				      : td_say(lang, "Thi đua", "Emulation");
	return td_show_format(page->show.arena, "%s%s%s", what,
			      resolved->title[0] == '\0' ? "" : " ", resolved->title);
}

/* The pages of the summary as text. */
static bool page_text(page_t *page, const char **text, td_err_t *err)
{
	char from[16], to[16];
	const char *figures = "", *ranking, *complete;
	const td_show_t *show = &page->show;
	const Thidua__V1__TallyAnswer *message = &page->message;
	if ((!page->ranking_only && !td_summary_figures(&page->summary, show, &figures, err)) ||
	    !td_summary_ranking(&page->summary, show, &ranking, err))
		return false;
	td_show_day(show, message->from_on, from);
	td_show_day(show, message->to_on, to);
	if (!td_show_completeness(show, message, &complete))
		return td_tally_no_memory(err);
	const char *head = heading(page);
	const char *state =
		td_show_state(show, state_of(page->tally, show->query, page->standing, message));
	*text = head == NULL
			? NULL
			: td_show_format(show->arena, "%s: %s – %s%s%s\n\n%s%s%s\n%s", head, from,
					 to, state[0] == '\0' ? "" : " · ", state, figures,
					 figures[0] == '\0' ? "" : "\n", ranking, complete);
	return *text != NULL || td_tally_no_memory(err);
}

/* Reads the shards, and makes rows of them, each with its state. */
static bool read(page_t *page, td_err_t *err)
{
	const td_tally_t *tally = page->tally;
	td_summary_t *summary = &page->summary;
	Thidua__V1__TallyAnswer complete = {0};
	bool closed;
	if (!td_summary_make(&page->resolved, summary, err) ||
	    !td_tally_standing(tally, &page->resolved, &page->standing, err))
		return false;
	summary->first = page->ranking_only ? TD_SUMMARY_SCORES : TD_SUMMARY_TOTAL;
	const td_tally_ask_t ask = {&page->resolved.query, summary->answers, TD_SUMMARY_PARTS,
				    page->standing, tally->generation};
	if (!td_tally_answers(tally, &ask, &complete, err) ||
	    !td_tally_is_closed(tally, &page->resolved, page->standing, &closed, err) ||
	    (closed &&
	     !td_summary_close(summary, page->standing, tally->settings->as_closed, err)) ||
	    !td_summary_model(summary, page->resolved.title, tally->arena, &page->message, err))
		return false;
	if (!closed)
		td_tally_states(tally, page->standing, &page->resolved.query, &page->message);
	page->message.completeness = complete.completeness;
	page->message.positions = complete.positions;
	page->message.n_positions = complete.n_positions;
	return true;
}

/* The page has figures and splits of its own: what would change them must not go unheard. */
static bool check_settings(const td_tally_settings_t *settings, td_err_t *err)
{
	const char *last = settings->last == NULL ? "" : settings->last;
	if (settings->by != NULL || settings->only != NULL || settings->each != NULL ||
	    settings->rank)
		return td_err_set(err, TD_EUSAGE,
				  "--by, --only, --each and --rank go with figures; summary and "
				  "ranking have splits of their own");
	if (last[0] != '\0' && last[strlen(last) - 1] == 'h')
		return td_err_set(err, TD_EUSAGE,
				  "summary and ranking show the year before, of which no hours are "
				  "kept; ask for days: --last 7d");
	return true;
}

bool td_tally_summary(const td_tally_t *tally, bool ranking_only, const char **text, td_err_t *err)
{
	td_tally_settings_t settings = *tally->settings;
	td_tally_t asked = *tally;
	page_t page = {.tally = &asked, .ranking_only = ranking_only};
	settings.compare = true;
	asked.settings = &settings;
	if (!check_settings(&settings, err) ||
	    !td_tally_resolve(&asked, NULL, 0, &page.resolved, err))
		return false;
	page.show = (td_show_t){&page.resolved.query, tally->reference, td_tally_lang(&settings),
				tally->arena};
	bool ok = read(&page, err);
	if (ok)
		ok = strcmp(settings.format, "table") == 0
			     ? page_text(&page, text, err)
			     : td_tally_print(&asked, &page.show, &page.message, text, err);
	td_standing_free(page.standing);
	td_summary_free(&page.summary);
	return ok;
}
