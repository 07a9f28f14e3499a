#include "aggregator/summary.h"

#include "aggregator/dimension.h"
#include "aggregator/model.h"
#include "aggregator/ranking.h"
#include "aggregator/table.h"

#include <stdio.h>

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
		bool ok = part == TD_SUMMARY_SCORES   ? add_scores(query, err)
			  : part == TD_SUMMARY_TITLES ? add_titles(query, err)
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
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++)
		td_answer_free(summary->answers[part]);
}

/* A figure of one row: a sum, or of a rate the percentage. */
static const char *cell_text(const td_show_t *show, const td_query_t *query, const td_row_t *row)
{
	int64_t rate;
	char *text = td_arena_take(show->arena, 32);
	if (text == NULL)
		return NULL;
	if (!td_figure_is_rate(&query->figures[row->figure]))
		td_model_number(row->over, show->lang == TD_LANG_VI, text);
	else if (td_row_rate(query, row, &rate))
		td_model_percent(rate, show->lang == TD_LANG_VI, text);
	else
		return "–";
	return text;
}

/* Adds a line to the table of provinces: the figures are in the order of the plan, and within one
 * the provinces in that of the query. */
static bool add_province_line(const td_summary_t *summary, const td_show_t *show,
			      const td_row_t *rows, td_table_t *table)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_PROVINCES];
	const td_figure_t *figure = &query->figures[rows[0].figure];
	const char *cells[TD_PROVINCES_MAX + 1] = {td_say(show->lang, figure->vi, figure->en)};
	for (size_t i = 0; i < query->province_count; i++) {
		cells[i + 1] = cell_text(show, query, &rows[i]);
		if (cells[i + 1] == NULL)
			return false;
	}
	return td_table_add(table, cells);
}

static bool provinces_text(const td_summary_t *summary, const td_show_t *show, const td_row_t *rows,
			   const char **text)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_PROVINCES];
	const char *heads[TD_PROVINCES_MAX + 1] = {td_say(show->lang, "Theo tỉnh", "By province")};
	bool right[TD_PROVINCES_MAX + 1] = {false};
	for (size_t i = 0; i < query->province_count; i++) {
		heads[i + 1] = td_show_province(show, query->provinces[i]);
		right[i + 1] = true;
	}
	td_table_t *table = td_table_new(heads, right, query->province_count + 1, show->arena);
	if (table == NULL)
		return false;
	for (size_t i = 0; i < query->figure_count; i++) {
		if (!add_province_line(summary, show, &rows[i * query->province_count], table))
			return false;
	}
	return td_table_text(table, text);
}

bool td_summary_figures(const td_summary_t *summary, const td_show_t *show, const char **text,
			td_err_t *err)
{
	const td_row_t *rows, *total;
	size_t count, total_count;
	const char *sums, *provinces;
	Thidua__V1__TallyAnswer message;
	const td_query_t *query = &summary->queries[TD_SUMMARY_TOTAL];
	td_show_t total_show = *show;
	total_show.query = query;
	if (!td_answer_finish(summary->answers[TD_SUMMARY_TOTAL], &total, &total_count, err) ||
	    !td_answer_finish(summary->answers[TD_SUMMARY_PROVINCES], &rows, &count, err))
		return false;
	if (!td_model_fill(query, "", total, total_count, show->arena, &message) ||
	    !td_show_rows(&total_show, &message, &sums) ||
	    !provinces_text(summary, show, rows, &provinces))
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	*text = td_show_format(show->arena, "%s\n%s", sums, provinces);
	return *text != NULL || td_err_set(err, TD_EMEMORY, "no memory for the summary");
}

/* The titles of a province, joined. */
static const char *titles_text(const td_show_t *show, const td_row_t *rows, size_t count,
			       size_t province)
{
	const char *text = "";
	for (size_t i = 0; i < count && text != NULL; i++) {
		if (rows[i].province_index != province || rows[i].over <= 0)
			continue;
		const td_value_info_t *title = td_dimension_value(TD_DIM_TITLE, rows[i].dim);
		if (title != NULL)
			text = td_show_format(show->arena, "%s%s%s", text,
					      text[0] == '\0' ? "" : ", ",
					      td_say(show->lang, title->vi, title->en));
	}
	return text;
}

/* Hundredths of a point: "987,25". */
static const char *points_text(const td_show_t *show, int64_t points)
{
	char *text = td_arena_take(show->arena, 32);
	if (text == NULL)
		return NULL;
	td_model_percent(points, show->lang == TD_LANG_VI, text);
	text[strlen(text) - 2] = '\0'; /* without " %" */
	return text;
}

static bool add_ranked(const td_summary_t *summary, const td_show_t *show,
		       const td_ranked_t *ranked, const char *titles, td_table_t *table)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_SCORES];
	const char *rank =
		ranked->rank == 0 ? "–" : td_show_format(show->arena, "%u", ranked->rank);
	const char *cells[] = {rank, td_show_province(show, query->provinces[ranked->province]),
			       points_text(show, ranked->points),
			       points_text(show, ranked->maximum), titles};
	for (size_t i = 0; i < TD_COUNT(cells); i++) {
		if (cells[i] == NULL)
			return false;
	}
	return td_table_add(table, cells);
}

static bool ranking_text(const td_summary_t *summary, const td_show_t *show,
			 const td_ranked_t *ranked, const td_row_t *titles, size_t title_count,
			 const char **text)
{
	bool vi = show->lang == TD_LANG_VI;
	const char *const heads[] = {vi ? "Hạng" : "Rank", vi ? "Tỉnh" : "Province",
				     vi ? "Điểm" : "Points", vi ? "Điểm chuẩn" : "Maximum",
				     vi ? "Danh hiệu" : "Title"};
	static const bool right[] = {true, false, true, true, false};
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), show->arena);
	if (table == NULL)
		return false;
	for (size_t i = 0; i < summary->queries[TD_SUMMARY_SCORES].province_count; i++) {
		const char *held = titles_text(show, titles, title_count, ranked[i].province);
		if (held == NULL || !add_ranked(summary, show, &ranked[i], held, table))
			return false;
	}
	return td_table_text(table, text);
}

bool td_summary_ranking(const td_summary_t *summary, const td_show_t *show, const char **text,
			td_err_t *err)
{
	const td_row_t *scores, *titles;
	size_t score_count, title_count;
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage;
	const char *table;
	if (!td_answer_finish(summary->answers[TD_SUMMARY_SCORES], &scores, &score_count, err) ||
	    !td_answer_finish(summary->answers[TD_SUMMARY_TITLES], &titles, &title_count, err))
		return false;
	td_ranking_make(&summary->queries[TD_SUMMARY_SCORES], scores, score_count, ranked, &stage);
	if (!ranking_text(summary, show, ranked, titles, title_count, &table))
		return td_err_set(err, TD_EMEMORY, "no memory for the ranking");
	const td_value_info_t *by = td_dimension_value(TD_DIM_SCORE_STAGE, stage);
	*text = td_show_format(
		show->arena, "%s: %s\n%s",
		td_say(show->lang, "Xếp hạng theo điểm", "Ranking by points"),
		by == NULL ? td_say(show->lang, "chưa đủ điểm của các tỉnh", "not all are scored")
			   : td_say(show->lang, by->vi, by->en),
		table);
	return *text != NULL || td_err_set(err, TD_EMEMORY, "no memory for the ranking");
}

/* The ranks, put on the points of the stage that decided. */
static void put_ranks(const td_summary_t *summary, const td_row_t *rows, size_t count,
		      Thidua__V1__TallyRow **messages)
{
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage;
	const td_query_t *query = &summary->queries[TD_SUMMARY_SCORES];
	td_ranking_make(query, rows, count, ranked, &stage);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].figure != 0 || rows[i].dim != stage)
			continue;
		for (size_t j = 0; j < query->province_count; j++) {
			if (ranked[j].province == rows[i].province_index)
				messages[i]->rank = ranked[j].rank;
		}
	}
}

bool td_summary_model(const td_summary_t *summary, const char *title, td_arena_t *arena,
		      Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	Thidua__V1__TallyAnswer parts[TD_SUMMARY_PARTS];
	size_t total = 0;
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++) {
		const td_row_t *rows;
		size_t count;
		if (!td_answer_finish(summary->answers[part], &rows, &count, err))
			return false;
		if (!td_model_fill(&summary->queries[part], title, rows, count, arena,
				   &parts[part]))
			return td_err_set(err, TD_EMEMORY, "no memory for the summary");
		if (part == TD_SUMMARY_SCORES)
			put_ranks(summary, rows, count, parts[part].rows);
		total += count;
	}
	*message = parts[TD_SUMMARY_TOTAL];
	message->rows = td_arena_take(arena, total * sizeof *message->rows);
	if (message->rows == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	message->n_rows = 0;
	for (size_t part = 0; part < TD_SUMMARY_PARTS; part++) {
		for (size_t i = 0; i < parts[part].n_rows; i++)
			message->rows[message->n_rows++] = parts[part].rows[i];
	}
	return true;
}
