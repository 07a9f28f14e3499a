/* The summary's second page: ranks, points, titles and honours. */
#include "aggregator/summary.h"

#include "aggregator/dimension.h"
#include "aggregator/model.h"
#include "aggregator/ranking.h"
#include "common/table.h"

enum { COLUMNS = 6 };

/* The finished rows of one part. */
typedef struct rows {
	const td_row_t *items;
	size_t count;
} rows_t;

/* What the page is made of: as known now, or as it was when the period was closed. */
typedef struct told {
	rows_t scores, titles, honours;
	td_ranked_t ranked[TD_PROVINCES_MAX];
	uint8_t stage;
} told_t;

static void rank(const td_summary_t *summary, told_t *told)
{
	td_ranking_make(&summary->queries[TD_SUMMARY_SCORES], told->scores.items,
			told->scores.count, told->ranked, &told->stage);
}

static bool tell_now(const td_summary_t *summary, told_t *told, td_err_t *err)
{
	td_answer_t *const *answers = summary->answers;
	if (!td_answer_finish(answers[TD_SUMMARY_SCORES], &told->scores.items, &told->scores.count,
			      err) ||
	    !td_answer_finish(answers[TD_SUMMARY_TITLES], &told->titles.items, &told->titles.count,
			      err) ||
	    !td_answer_finish(answers[TD_SUMMARY_HONOURS], &told->honours.items,
			      &told->honours.count, err))
		return false;
	rank(summary, told);
	return true;
}

static void tell_then(const td_summary_t *summary, told_t *told)
{
	const td_then_t *scores = &summary->then[TD_SUMMARY_SCORES];
	const td_then_t *titles = &summary->then[TD_SUMMARY_TITLES];
	const td_then_t *honours = &summary->then[TD_SUMMARY_HONOURS];
	told->scores = (rows_t){scores->rows, scores->count};
	told->titles = (rows_t){titles->rows, titles->count};
	told->honours = (rows_t){honours->rows, honours->count};
	rank(summary, told);
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

static const char *titles_text(const td_show_t *show, const rows_t *rows, size_t province)
{
	const char *text = "";
	for (size_t i = 0; i < rows->count && text != NULL; i++) {
		const td_row_t *row = &rows->items[i];
		const td_value_info_t *title = td_dimension_value(TD_DIM_TITLE, row->dim);
		if (row->province_index == province && row->over > 0 && title != NULL)
			text = joined(show, text, "", td_say(show->lang, title->vi, title->en),
				      row->over);
	}
	return text;
}

/* Whether a form of commendation is one of the State's or the Government's. */
static bool is_honour(uint8_t form)
{
	return form != 0 && form <= THIDUA__V1__AWARD_FORM__AWARD_FORM_MERIT_PRIME_MINISTER;
}

/* The honours of a province's collectives: awarded (figure 0), then those only proposed. */
static const char *honours_text(const td_show_t *show, const rows_t *rows, size_t province)
{
	const char *text = "", *proposed = td_say(show->lang, "đề nghị: ", "proposed: ");
	for (size_t i = 0; i < rows->count && text != NULL; i++) {
		const td_row_t *row = &rows->items[i];
		const td_value_info_t *form = td_dimension_value(TD_DIM_AWARD_FORM, row->dim);
		if (row->province_index == province && row->over > 0 && is_honour(row->dim) &&
		    form != NULL)
			text = joined(show, text, row->figure == 0 ? "" : proposed,
				      td_say(show->lang, form->vi, form->en), row->over);
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

/* All that is told of a province, but its name. */
static void fill_cells(const td_show_t *show, const told_t *told, size_t province,
		       const char *cells[COLUMNS])
{
	const td_ranked_t *ranked = told->ranked;
	while (ranked->province != province)
		ranked++;
	bool is_ranked = ranked->rank != 0;
	cells[0] = is_ranked ? td_show_format(show->arena, "%u", ranked->rank) : "–";
	cells[1] = "";
	cells[2] = is_ranked ? points_text(show, ranked->points) : "–";
	cells[3] = is_ranked ? points_text(show, ranked->maximum) : "–";
	cells[4] = titles_text(show, &told->titles, province);
	cells[5] = honours_text(show, &told->honours, province);
}

/* `then` NULL: what it was is not asked for. */
static bool add_line(const td_show_t *show, const told_t *now, const told_t *then, size_t province,
		     td_table_t *table)
{
	const char *cells[COLUMNS], *were[COLUMNS];
	fill_cells(show, now, province, cells);
	if (then != NULL)
		fill_cells(show, then, province, were);
	for (size_t i = 0; i < COLUMNS; i++) {
		if (then != NULL)
			cells[i] = td_summary_both(show, cells[i], were[i]);
		if (cells[i] == NULL)
			return false;
	}
	cells[1] = td_show_province(show, show->query->provinces[province]);
	return td_table_add(table, cells);
}

static bool ranking_text(const td_show_t *show, const told_t *now, const told_t *then,
			 const char **text)
{
	bool vi = show->lang == TD_LANG_VI;
	const char *const heads[COLUMNS] = {vi ? "Hạng" : "Rank",
					    vi ? "Tỉnh" : "Province",
					    vi ? "Điểm" : "Points",
					    vi ? "Điểm chuẩn" : "Maximum",
					    vi ? "Danh hiệu thi đua" : "Title",
					    vi ? "Hình thức khen thưởng khác" : "Other honours"};
	static const bool right[COLUMNS] = {true, false, true, true, false, false};
	td_table_t *table = td_table_new(heads, right, COLUMNS, show->arena);
	if (table == NULL)
		return false;
	for (size_t i = 0; i < show->query->province_count; i++) {
		if (!add_line(show, now, then, now->ranked[i].province, table))
			return false;
	}
	return td_table_text(table, text);
}

/* By which stage the provinces are ranked; points lie on the last day of a year. */
static const char *stage_text(const td_show_t *show, const told_t *told)
{
	const td_value_info_t *stage = td_dimension_value(TD_DIM_SCORE_STAGE, told->stage);
	if (stage != NULL)
		return td_say(show->lang, stage->vi, stage->en);
	return told->scores.count == 0 ? td_say(show->lang, "không có điểm trong các ngày này",
						"no points in these days")
				       : td_say(show->lang, "chưa đủ điểm của các tỉnh",
						"not all provinces are scored");
}

bool td_summary_ranking(const td_summary_t *summary, const td_show_t *show, const char **text,
			td_err_t *err)
{
	told_t now, then;
	const char *table = "";
	if (!tell_now(summary, &now, err))
		return false;
	const char *by = stage_text(show, &now);
	size_t rows = now.scores.count + now.titles.count;
	if (summary->as_closed) {
		tell_then(summary, &then);
		by = td_summary_both(show, by, stage_text(show, &then));
		rows += then.scores.count + then.titles.count;
	}
	/* Only a year's end has points and titles. */
	if (by == NULL ||
	    (rows > 0 && !ranking_text(show, &now, summary->as_closed ? &then : NULL, &table)))
		return td_err_set(err, TD_EMEMORY, "no memory for the ranking");
	*text = td_show_format(show->arena, "%s: %s\n%s",
			       td_say(show->lang, "Xếp hạng theo điểm", "Ranking by points"), by,
			       table);
	return *text != NULL || td_err_set(err, TD_EMEMORY, "no memory for the ranking");
}
