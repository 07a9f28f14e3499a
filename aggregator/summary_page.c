/* The summary's first page, for people: sums and provinces; what is on it is made in summary.c. */
#include "aggregator/summary.h"

#include "aggregator/model.h"
#include "common/table.h"

const char *td_summary_both(const td_show_t *show, const char *now, const char *then)
{
	static const char nothing[] = "–";
	if (now == NULL || then == NULL)
		return NULL;
	if (strcmp(now, then) == 0)
		return now;
	return td_show_format(show->arena, "%s (%s %s)", now[0] == '\0' ? nothing : now,
			      td_say(show->lang, "khi chốt", "as closed"),
			      then[0] == '\0' ? nothing : then);
}

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

/* One figure of all provinces: the figures are in the order of the plan, and within one the
 * provinces in that of the query. */
typedef struct line {
	const td_row_t *rows;
	const td_row_t *then; /* as closed; NULL: not asked for */
} line_t;

static bool add_province_line(const td_summary_t *summary, const td_show_t *show,
			      const line_t *line, td_table_t *table)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_PROVINCES];
	const td_figure_t *figure = &query->figures[line->rows[0].figure];
	const char *cells[TD_PROVINCES_MAX + 1] = {td_say(show->lang, figure->vi, figure->en)};
	for (size_t i = 0; i < query->province_count; i++) {
		cells[i + 1] = cell_text(show, query, &line->rows[i]);
		if (line->then != NULL)
			cells[i + 1] = td_summary_both(show, cells[i + 1],
						       cell_text(show, query, &line->then[i]));
		if (cells[i + 1] == NULL)
			return false;
	}
	return td_table_add(table, cells);
}

static const char *reached_text(const td_show_t *show, const td_row_t *row)
{
	return row->has_target ? td_show_reached(show, row->over, row->target) : "–";
}

/* Below numbers that have targets: how much of them each province reached. */
static bool add_reached_line(const td_summary_t *summary, const td_show_t *show, const line_t *line,
			     td_table_t *table)
{
	const td_query_t *query = &summary->queries[TD_SUMMARY_PROVINCES];
	const char *cells[TD_PROVINCES_MAX + 1] = {
		td_say(show->lang, "– đạt so với chỉ tiêu giao", "– of the target")};
	bool any = false;
	for (size_t i = 0; i < query->province_count; i++) {
		any |= line->rows[i].has_target || (line->then && line->then[i].has_target);
		cells[i + 1] = reached_text(show, &line->rows[i]);
		if (line->then != NULL)
			cells[i + 1] = td_summary_both(show, cells[i + 1],
						       reached_text(show, &line->then[i]));
		if (cells[i + 1] == NULL)
			return false;
	}
	return !any || td_figure_is_rate(&query->figures[line->rows[0].figure]) ||
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
		size_t first = i * query->province_count;
		const line_t line = {&rows[first],
				     summary->as_closed
					     ? &summary->then[TD_SUMMARY_PROVINCES].rows[first]
					     : NULL};
		if (!add_province_line(summary, show, &line, table) ||
		    !add_reached_line(summary, show, &line, table))
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
	const td_then_rows_t of = {total, total_count, true};
	if (!td_model_fill(query, "", total, total_count, show->arena, &message) ||
	    (summary->as_closed &&
	     !td_then_fill(&summary->then[TD_SUMMARY_TOTAL], &of, show->arena, message.rows)))
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
