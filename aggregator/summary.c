#include "aggregator/summary.h"

#include "aggregator/model.h"
#include "aggregator/ranking.h"

#include <stdlib.h>

/* Forms of the State and the Government that collectives receive. */
#define HONOURS "form=order_feats_of_arms,order_other,state_honour,state_prize,merit_prime_minister"

typedef struct summary_row {
	const char *figure, *selection, *vi, *en;
} summary_row_t;

static const summary_row_t plan[] = {
#define TD_SUMMARY(figure, selection, vi, en) {figure, selection, vi, en},
#include "aggregator/summary.def"
#undef TD_SUMMARY
};
static_assert(TD_COUNT(plan) <= TD_FIGURES_MAX, "all rows of the summary fit into one query");

/* The figures of the page, each narrowed as the plan says, with the page's own labels. */
static bool add_figures(td_query_t *query, td_err_t *err)
{
	for (size_t i = 0; i < TD_COUNT(plan); i++) {
		td_figure_t *figure = &query->figures[i];
		if (!td_figure_find(plan[i].figure, figure, err) ||
		    !td_figure_select(figure, plan[i].selection, err))
			return false;
		figure->vi = plan[i].vi;
		figure->en = plan[i].en;
	}
	query->figure_count = TD_COUNT(plan);
	return true;
}

static bool add_scores(td_query_t *query, td_err_t *err)
{
	query->by = TD_DIM_SCORE_STAGE;
	query->figure_count = 2;
	return td_figure_find("scores.points", &query->figures[0], err) &&
	       td_figure_find("scores.maximum", &query->figures[1], err);
}

static bool add_titles(td_query_t *query, td_err_t *err)
{
	query->by = TD_DIM_TITLE;
	query->figure_count = 1;
	return td_figure_find("titles.awarded", &query->figures[0], err) &&
	       td_figure_select(&query->figures[0], "recipient=collective", err);
}

/* Honours are shown by form; the others are not worth a line of their own. */
static bool add_honours(td_query_t *query, td_err_t *err)
{
	query->by = TD_DIM_AWARD_FORM;
	query->figure_count = 2;
	return td_figure_find("commendations.collective", &query->figures[0], err) &&
	       td_figure_select(&query->figures[0], HONOURS, err) &&
	       td_figure_find("commendations.proposed", &query->figures[1], err) &&
	       td_figure_select(&query->figures[1], "recipient=collective", err);
}

bool td_summary_make(const td_resolved_t *resolved, td_summary_t *summary, td_err_t *err)
{
	*summary = (td_summary_t){0};
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++) {
		td_query_t *query = &summary->queries[part];
		*query = resolved->query;
		query->by_province = part != TD_SUMMARY_TOTAL;
		query->by_unit = query->rank = false;
		query->by = TD_DIM_NONE;
		query->each = TD_EACH_NONE;
		bool ok = part == TD_SUMMARY_SCORES    ? add_scores(query, err)
			  : part == TD_SUMMARY_TITLES  ? add_titles(query, err)
			  : part == TD_SUMMARY_HONOURS ? add_honours(query, err)
						       : add_figures(query, err);
		if (!ok)
			return false;
		summary->answers[part] = td_answer_new(query);
		if (summary->answers[part] == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	}
	return true;
}

void td_summary_free(td_summary_t *summary)
{
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++) {
		td_answer_free(summary->answers[part]);
		if (summary->then != NULL)
			td_then_free(&summary->then[part]);
	}
	free(summary->then);
}

bool td_summary_close(td_summary_t *summary, td_standing_t *standing, bool as_closed, td_err_t *err)
{
	summary->as_closed = as_closed;
	summary->then = calloc(TD_SUMMARY_PARTS, sizeof *summary->then);
	if (summary->then == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++) {
		td_then_t *then = &summary->then[part];
		if (!td_then_make(standing, &summary->queries[part], then, err) ||
		    (as_closed && !td_then_mention(then, summary->answers[part], err)))
			return false;
	}
	return true;
}

/* The ranking of some rows of points and maximums. */
typedef struct places {
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage;
} places_t;

/* The rank of the row's province, on the points of the stage that decided; 0 on others. */
static uint32_t rank_of(const td_query_t *query, const places_t *places, const td_row_t *row)
{
	for (size_t i = 0;
	     row->figure == 0 && row->dim == places->stage && i < query->province_count; i++)
		if (places->ranked[i].province == row->province_index)
			return places->ranked[i].rank;
	return 0;
}

static void put_ranks(const td_summary_t *summary, const td_row_t *rows, size_t count,
		      Thidua__V1__TallyRow **messages)
{
	places_t now, was;
	const td_query_t *query = &summary->queries[TD_SUMMARY_SCORES];
	td_ranking_make(query, rows, count, now.ranked, &now.stage);
	for (size_t i = 0; i < count; i++)
		messages[i]->rank = rank_of(query, &now, &rows[i]);
	if (summary->then == NULL || !summary->as_closed)
		return;
	const td_then_t *then = &summary->then[TD_SUMMARY_SCORES];
	td_ranking_make(query, then->rows, then->count, was.ranked, &was.stage);
	for (size_t i = 0; i < count; i++)
		messages[i]->rank_as_closed = rank_of(query, &was, &rows[i]);
}

/* The rows of one part, with what they were. */
static bool fill_part(const td_summary_t *summary, size_t part, const char *title,
		      td_arena_t *arena, Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	const td_row_t *rows;
	size_t count;
	if (!td_answer_finish(summary->answers[part], &rows, &count, err))
		return false;
	const td_then_rows_t of = {rows, count, summary->as_closed};
	if (!td_model_fill(&summary->queries[part], title, rows, count, arena, message) ||
	    (summary->then != NULL &&
	     !td_then_fill(&summary->then[part], &of, arena, message->rows)))
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	if (part == TD_SUMMARY_SCORES)
		put_ranks(summary, rows, count, message->rows);
	return true;
}

bool td_summary_model(const td_summary_t *summary, const char *title, td_arena_t *arena,
		      Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	Thidua__V1__TallyAnswer parts[TD_SUMMARY_PARTS];
	size_t total = 0;
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++) {
		if (!fill_part(summary, part, title, arena, &parts[part], err))
			return false;
		total += parts[part].n_rows;
	}
	*message = parts[TD_SUMMARY_TOTAL];
	message->rows = td_arena_take(arena, total * sizeof *message->rows);
	if (message->rows == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	message->n_rows = 0;
	for (size_t part = summary->first; part < TD_SUMMARY_PARTS; part++) {
		for (size_t i = 0; i < parts[part].n_rows; i++)
			message->rows[message->n_rows++] = parts[part].rows[i];
	}
	return true;
}
