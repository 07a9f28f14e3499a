/* The summary as pages for people; what is on them is made in summary.c. */
#include "aggregator/summary.h"

#include "aggregator/dimension.h"
#include "aggregator/model.h"
#include "aggregator/ranking.h"
#include "common/table.h"

/* A figure of one row: a sum, or of a rate the percentage. */
static const char *cell_text(const td_show_t *show, const td_query_t *query, const td_row_t *row)
{
	int64_t rate;
	char *text = td_arena_take(show->arena, TD_MODEL_TEXT_MAX);
	if (text == NULL)
		return NULL;
	const td_figure_t *figure = &query->figures[row->figure];
	if (!td_figure_is_rate(figure))
		td_model_decimal(row->over, td_figure_decimals(figure), show->lang == TD_LANG_VI,
				 text);
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

/* Below numbers that have targets: how much of them each province reached. */
static bool add_reached_line(const td_summary_t *summary, const td_show_t *show,
			     const td_row_t *rows, td_table_t *table)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_PROVINCES];
	const char *cells[TD_PROVINCES_MAX + 1] = {
		td_say(show->lang, "– đạt so với chỉ tiêu giao", "– of the target")};
	bool any = false;
	for (size_t i = 0; i < query->province_count; i++) {
		any |= rows[i].has_target;
		cells[i + 1] = rows[i].has_target
				       ? td_show_reached(show, rows[i].over, rows[i].target)
				       : "–";
		if (cells[i + 1] == NULL)
			return false;
	}
	return !any || td_figure_is_rate(&query->figures[rows[0].figure]) ||
	       td_table_add(table, cells);
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
		const td_row_t *of_figure = &rows[i * query->province_count];
		if (!add_province_line(summary, show, of_figure, table) ||
		    !add_reached_line(summary, show, of_figure, table))
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
	if (!td_model_fill(query, "", total, total_count, show->arena, &message))
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	/* All are sums of the same provinces: no column says so again. */
	for (size_t i = 0; i < message.n_rows; i++)
		message.rows[i]->province = (char *)"";
	if (!td_show_rows(&total_show, &message, &sums) ||
	    !provinces_text(summary, show, rows, &provinces))
		return td_err_set(err, TD_EMEMORY, "no memory for the summary");
	*text = td_show_format(show->arena, "%s\n%s", sums, provinces);
	return *text != NULL || td_err_set(err, TD_EMEMORY, "no memory for the summary");
}

/* The list with one more word. */
static const char *joined(const td_show_t *show, const char *list, const char *prefix,
			  const char *word, int64_t times)
{
	const char *comma = list[0] == '\0' ? "" : ", ";
	if (times > 1)
		return td_show_format(show->arena, "%s%s%s%s (%lld)", list, comma, prefix, word,
				      (long long)times);
	return td_show_format(show->arena, "%s%s%s%s", list, comma, prefix, word);
}

static const char *titles_text(const td_summary_t *summary, const td_show_t *show, size_t province)
{
	const td_row_t *rows;
	size_t count;
	td_err_t err;
	const char *text = "";
	if (!td_answer_finish(summary->answers[TD_SUMMARY_TITLES], &rows, &count, &err))
		return NULL;
	for (size_t i = 0; i < count && text != NULL; i++) {
		const td_value_info_t *title = td_dimension_value(TD_DIM_TITLE, rows[i].dim);
		if (rows[i].province_index == province && rows[i].over > 0 && title != NULL)
			text = joined(show, text, "", td_say(show->lang, title->vi, title->en),
				      rows[i].over);
	}
	return text;
}

/* Whether a form of commendation is one of the State's or the Government's. */
static bool is_honour(uint8_t form)
{
	return form != 0 && form <= THIDUA__V1__AWARD_FORM__AWARD_FORM_MERIT_PRIME_MINISTER;
}

/* The honours of a province's collectives: awarded (figure 0), then those only proposed. */
static const char *honours_text(const td_summary_t *summary, const td_show_t *show, size_t province)
{
	const td_row_t *rows;
	size_t count;
	td_err_t err;
	const char *text = "", *proposed = td_say(show->lang, "đề nghị: ", "proposed: ");
	if (!td_answer_finish(summary->answers[TD_SUMMARY_HONOURS], &rows, &count, &err))
		return NULL;
	for (size_t i = 0; i < count && text != NULL; i++) {
		const td_value_info_t *form = td_dimension_value(TD_DIM_AWARD_FORM, rows[i].dim);
		if (rows[i].province_index == province && rows[i].over > 0 &&
		    is_honour(rows[i].dim) && form != NULL)
			text = joined(show, text, rows[i].figure == 0 ? "" : proposed,
				      td_say(show->lang, form->vi, form->en), rows[i].over);
	}
	return text;
}

/* Hundredths of a point: "987,25". */
static const char *points_text(const td_show_t *show, int64_t points)
{
	char *text = td_arena_take(show->arena, TD_MODEL_TEXT_MAX);
	if (text != NULL)
		td_model_decimal(points, 2, show->lang == TD_LANG_VI, text);
	return text;
}

static bool add_ranked(const td_summary_t *summary, const td_show_t *show,
		       const td_ranked_t *ranked, td_table_t *table)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_SCORES];
	const char *rank =
		ranked->rank == 0 ? "–" : td_show_format(show->arena, "%u", ranked->rank);
	const char *cells[] = {rank,
			       td_show_province(show, query->provinces[ranked->province]),
			       ranked->rank == 0 ? "–" : points_text(show, ranked->points),
			       ranked->rank == 0 ? "–" : points_text(show, ranked->maximum),
			       titles_text(summary, show, ranked->province),
			       honours_text(summary, show, ranked->province)};
	for (size_t i = 0; i < TD_COUNT(cells); i++) {
		if (cells[i] == NULL)
			return false;
	}
	return td_table_add(table, cells);
}

static bool ranking_text(const td_summary_t *summary, const td_show_t *show,
			 const td_ranked_t *ranked, const char **text)
{
	bool vi = show->lang == TD_LANG_VI;
	const char *const heads[] = {vi ? "Hạng" : "Rank",
				     vi ? "Tỉnh" : "Province",
				     vi ? "Điểm" : "Points",
				     vi ? "Điểm chuẩn" : "Maximum",
				     vi ? "Danh hiệu thi đua" : "Title",
				     vi ? "Hình thức khen thưởng khác" : "Other honours"};
	static const bool right[] = {true, false, true, true, false, false};
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), show->arena);
	if (table == NULL)
		return false;
	for (size_t i = 0; i < summary->queries[TD_SUMMARY_SCORES].province_count; i++) {
		if (!add_ranked(summary, show, &ranked[i], table))
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
	const char *table = "";
	if (!td_answer_finish(summary->answers[TD_SUMMARY_SCORES], &scores, &score_count, err) ||
	    !td_answer_finish(summary->answers[TD_SUMMARY_TITLES], &titles, &title_count, err))
		return false;
	td_ranking_make(&summary->queries[TD_SUMMARY_SCORES], scores, score_count, ranked, &stage);
	/* Only a year's end has points and titles. */
	if (score_count + title_count > 0 && !ranking_text(summary, show, ranked, &table))
		return td_err_set(err, TD_EMEMORY, "no memory for the ranking");
	const td_value_info_t *by = td_dimension_value(TD_DIM_SCORE_STAGE, stage);
	*text = td_show_format(show->arena, "%s: %s\n%s",
			       td_say(show->lang, "Xếp hạng theo điểm", "Ranking by points"),
			       by == NULL ? td_say(show->lang, "chưa đủ điểm của các tỉnh",
						   "not all provinces are scored")
					  : td_say(show->lang, by->vi, by->en),
			       table);
	return *text != NULL || td_err_set(err, TD_EMEMORY, "no memory for the ranking");
}
