#include "aggregator/show.h"

#include "aggregator/dimension.h"
#include "aggregator/model.h"
#include "common/table.h"
#include "common/localday.h"

#include <stdarg.h>
#include <stdio.h>

const char *td_show_format(td_arena_t *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = td_arena_vformat(arena, format, args);
	va_end(args);
	return text;
}

const char *td_show_province(const td_show_t *show, const char *province)
{
	const td_query_t *query = show->query;
	bool is_sum = strcmp(province, "all") == 0;
	if (is_sum && !query->named_provinces)
		return td_say(show->lang, "Toàn cụm", "All");
	if (is_sum && query->province_count != 1)
		return td_say(show->lang, "Tổng cộng", "Total");
	province = is_sum ? query->provinces[0] : province;
	const td_province_t *known = td_reference_province(show->reference, province);
	return known == NULL ? province : td_say(show->lang, known->name_vi, known->name_en);
}

/* Name of a dimension's value; the code where there is none. Figures are numbered. */
static const char *value_name(const td_show_t *show, td_dimension_t dimension, const char *code)
{
	td_figure_t figure;
	if (dimension == TD_DIM_METRIC && td_figure_by_number(code, &figure))
		return td_say(show->lang, figure.vi, figure.en);
	for (uint32_t value = 1; value < UINT8_MAX; value++) {
		const td_value_info_t *info = td_dimension_value(dimension, (uint8_t)value);
		if (info != NULL && strcmp(info->code, code) == 0)
			return td_say(show->lang, info->vi, info->en);
	}
	return code;
}

/* The row's value in the dimension asked for; "" for a figure that does not have it. */
static const char *class_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
			      const td_figure_t *figure)
{
	td_dimension_t by = show->query->by;
	if (by == TD_DIM_NONE || (figure->dim1 != by && figure->dim2 != by))
		return "";
	if (strcmp(row->dimension, figure->selection) == 0)
		return td_say(show->lang, "không rõ", "not stated");
	return value_name(show, by, row->dimension);
}

void td_show_day(const td_show_t *show, int32_t on, char *text)
{
	int year = on / 10000 % 10000, month = on / 100 % 100, day = on % 100;
	if (show->lang == TD_LANG_VI)
		(void)snprintf(text, 16, "%02d/%02d/%04d", day, month, year);
	else
		(void)snprintf(text, 16, "%04d-%02d-%02d", year, month, day);
}

static const char *unit_name(const td_show_t *show, const Thidua__V1__TallyRow *row)
{
	int32_t day;
	if (row->unit[0] == '\0' || !td_localday_of_yyyymmdd(row->bucket_on, &day))
		return row->unit;
	const td_unit_t *unit = td_reference_unit(show->reference, row->unit, day);
	/* It may have come within the days, or have been there a year before alone. */
	if (unit == NULL)
		unit = td_reference_unit_last(show->reference, row->unit);
	return unit == NULL ? row->unit : unit->name_vi;
}

static const char *bucket_text(const td_show_t *show, const Thidua__V1__TallyRow *row)
{
	char day[16];
	if (show->query->each == TD_EACH_NONE)
		return "";
	td_show_day(show, row->bucket_on, day);
	if (row->hour < 0 && show->query->each == TD_EACH_HOUR)
		return td_show_format(show->arena, "%s --:--", day);
	if (row->hour < 0)
		return td_show_format(show->arena, "%s", day);
	return td_show_format(show->arena, "%s %02d:00", day, row->hour);
}

static const char *number_text(const td_show_t *show, int64_t number, const td_figure_t *figure)
{
	char *text = td_arena_take(show->arena, TD_MODEL_TEXT_MAX);
	if (text != NULL)
		td_model_decimal(number, td_figure_decimals(figure), show->lang == TD_LANG_VI,
				 text);
	return text;
}

static const char *percent_text(const td_show_t *show, int64_t hundredths)
{
	char *text = td_arena_take(show->arena, TD_MODEL_TEXT_MAX);
	if (text != NULL)
		td_model_percent(hundredths, show->lang == TD_LANG_VI, text);
	return text;
}

/* The figure itself: the sum, or of a rate the percentage. */
static const char *value_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
			      const td_figure_t *figure)
{
	if (!td_figure_is_rate(figure))
		return number_text(show, row->value, figure);
	return row->rate_hundredths == NULL ? "–" : percent_text(show, row->rate_hundredths->value);
}

static const char *before_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
			       const td_figure_t *figure)
{
	if (row->value_before == NULL)
		return "";
	if (!td_figure_is_rate(figure))
		return number_text(show, row->value_before->value, figure);
	return row->denominator_before <= 0
		       ? "–"
		       : percent_text(show, td_rate_hundredths(row->value_before->value,
							       row->denominator_before));
}

/* With a plus before what has risen. */
static const char *signed_text(const td_show_t *show, int64_t number, const char *text)
{
	return text == NULL || number <= 0 ? text : td_show_format(show->arena, "+%s", text);
}

static const char *signed_percent(const td_show_t *show, int64_t hundredths)
{
	return signed_text(show, hundredths, percent_text(show, hundredths));
}

/* A difference of two percentages, which is no percentage: "+4,67 điểm %", "+4.67 pp". */
static const char *points_text(const td_show_t *show, int64_t hundredths)
{
	enum { DECIMALS = 2 };
	char number[TD_MODEL_TEXT_MAX];
	td_model_decimal(hundredths, DECIMALS, show->lang == TD_LANG_VI, number);
	return td_show_format(show->arena, "%s%s %s", hundredths > 0 ? "+" : "", number,
			      td_say(show->lang, "điểm %", "pp"));
}

/* How far from the year before: in numbers and percent, of a rate in percentage points. */
static const char *change_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
			       const td_figure_t *figure)
{
	if (row->value_before == NULL)
		return "";
	int64_t before = row->value_before->value, change = row->value - before;
	if (td_figure_is_rate(figure)) {
		if (row->rate_hundredths == NULL || row->denominator_before <= 0)
			return "";
		return points_text(show,
				   row->rate_hundredths->value -
					   td_rate_hundredths(before, row->denominator_before));
	}
	const char *number = signed_text(show, change, number_text(show, change, figure));
	if (before <= 0)
		return number;
	int64_t rate = change < 0 ? -td_rate_hundredths(-change, before)
				  : td_rate_hundredths(change, before);
	const char *percent = signed_percent(show, rate);
	return number == NULL || percent == NULL
		       ? NULL
		       : td_show_format(show->arena, "%s (%s)", number, percent);
}

static const char *target_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
			       const td_figure_t *figure)
{
	if (row->target == NULL)
		return "";
	return td_figure_is_rate(figure) ? percent_text(show, row->target->value)
					 : number_text(show, row->target->value, figure);
}

/* Percent of the target; of a rate how many percentage points it is above. */
static const char *reached_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
				const td_figure_t *figure)
{
	if (row->target == NULL)
		return "";
	if (!td_figure_is_rate(figure))
		return td_show_reached(show, row->value, row->target->value);
	if (row->rate_hundredths == NULL)
		return "–";
	return points_text(show, row->rate_hundredths->value - row->target->value);
}

const char *td_show_reached(const td_show_t *show, int64_t value, int64_t target)
{
	return target <= 0 || value < 0 ? "–"
					: percent_text(show, td_rate_hundredths(value, target));
}

/* What was kept when a period was closed: a sum, or of a rate its two terms. */
static const char *kept_text(const td_show_t *show, const td_figure_t *figure,
			     const Thidua__V1__Number *over, int64_t under)
{
	if (over == NULL)
		return "";
	if (!td_figure_is_rate(figure))
		return number_text(show, over->value, figure);
	return under <= 0 ? "–" : percent_text(show, td_rate_hundredths(over->value, under));
}

/* What the year before was then, if that is another today. */
static const char *before_closed_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
				      const td_figure_t *figure)
{
	const Thidua__V1__Number *then = row->value_before_as_closed;
	bool same = then != NULL && row->value_before != NULL &&
		    row->value_before->value == then->value &&
		    row->denominator_before == row->denominator_before_as_closed;
	return same ? "" : kept_text(show, figure, then, row->denominator_before_as_closed);
}

/* The target of then, if there is another one today; of a rate in percent. */
static const char *target_closed_text(const td_show_t *show, const Thidua__V1__TallyRow *row,
				      const td_figure_t *figure)
{
	const Thidua__V1__Number *now = row->target, *then = row->target_as_closed;
	bool same = now != NULL && then != NULL && now->value == then->value;
	if (same || row->value_as_closed == NULL || now == then)
		return "";
	if (then == NULL)
		return "–";
	return td_figure_is_rate(figure) ? percent_text(show, then->value)
					 : number_text(show, then->value, figure);
}

static const char *rank_closed_text(const td_show_t *show, const Thidua__V1__TallyRow *row)
{
	return row->rank_as_closed == 0 || row->rank_as_closed == row->rank
		       ? ""
		       : td_show_format(show->arena, "%u", row->rank_as_closed);
}

const char *td_show_state(const td_show_t *show, Thidua__V1__PeriodState state)
{
	switch (state) {
	case THIDUA__V1__PERIOD_STATE__PERIOD_STATE_PRELIMINARY:
		return td_say(show->lang, "sơ bộ", "preliminary");
	case THIDUA__V1__PERIOD_STATE__PERIOD_STATE_SIGNED_OFF:
		return td_say(show->lang, "đã ký", "signed off");
	case THIDUA__V1__PERIOD_STATE__PERIOD_STATE_AMENDED:
		return td_say(show->lang, "có điều chỉnh", "amended");
	case THIDUA__V1__PERIOD_STATE__PERIOD_STATE_CLOSED:
		return td_say(show->lang, "đã chốt", "closed");
	default:
		return "";
	}
}

enum { COLUMNS = 16 };

/* How the row's numbers are written: targets in the units of the figure that they are for, those of
 * a rate being hundredths of a percent. */
static td_figure_t written_as(const td_show_t *show, const Thidua__V1__TallyRow *row,
			      const td_figure_t *figure)
{
	td_figure_t as = *figure, about;
	if (show->query->by == TD_DIM_METRIC && td_figure_by_number(row->dimension, &about))
		as.unit = td_figure_is_rate(&about) ? "0.01 %" : about.unit;
	return as;
}

static bool row_cells(const td_show_t *show, const Thidua__V1__TallyRow *row, td_table_t *table)
{
	const td_query_t *query = show->query;
	const td_figure_t *figure = &query->figures[0];
	for (size_t i = 0; i < query->figure_count; i++) {
		if (strcmp(query->figures[i].code, row->metric) == 0 &&
		    (query->by != TD_DIM_NONE ||
		     strcmp(query->figures[i].selection, row->dimension) == 0))
			figure = &query->figures[i];
	}
	const td_figure_t as = written_as(show, row, figure);
	const char *cells[COLUMNS] = {
		td_say(show->lang, figure->vi, figure->en),
		bucket_text(show, row),
		td_show_province(show, row->province),
		unit_name(show, row),
		class_text(show, row, figure),
		value_text(show, row, &as),
		before_text(show, row, &as),
		change_text(show, row, &as),
		target_text(show, row, &as),
		reached_text(show, row, &as),
		row->rank == 0 ? "" : td_show_format(show->arena, "%u", row->rank),
		kept_text(show, &as, row->value_as_closed, row->denominator_as_closed),
		before_closed_text(show, row, &as),
		target_closed_text(show, row, &as),
		rank_closed_text(show, row),
		td_show_state(show, row->state),
	};
	for (size_t i = 0; i < COLUMNS; i++) {
		if (cells[i] == NULL)
			return false;
	}
	return td_table_add(table, cells);
}

bool td_show_rows(const td_show_t *show, const Thidua__V1__TallyAnswer *answer, const char **text)
{
	bool vi = show->lang == TD_LANG_VI;
	const char *const heads[COLUMNS] = {
		vi ? "Chỉ tiêu" : "Figure",
		vi ? "Từ ngày" : "From",
		vi ? "Tỉnh" : "Province",
		vi ? "Đơn vị" : "Unit",
		vi ? "Phân loại" : "Class",
		vi ? "Số liệu" : "Value",
		vi ? "Cùng kỳ" : "A year before",
		vi ? "Tăng, giảm" : "Change",
		vi ? "Chỉ tiêu giao" : "Target",
		vi ? "Đạt" : "Reached",
		vi ? "Hạng" : "Rank",
		vi ? "Khi chốt" : "As closed",
		vi ? "Cùng kỳ khi chốt" : "A year before, as closed",
		vi ? "Chỉ tiêu giao khi chốt" : "Target as closed",
		vi ? "Hạng khi chốt" : "Rank as closed",
		vi ? "Trạng thái" : "State",
	};
	static const bool right[COLUMNS] = {
		[5] = true,  [6] = true,  [7] = true,  [8] = true,  [9] = true,
		[10] = true, [11] = true, [12] = true, [13] = true, [14] = true};
	td_table_t *table = td_table_new(heads, right, COLUMNS, show->arena);
	if (table == NULL)
		return false;
	for (size_t i = 0; i < answer->n_rows; i++) {
		if (!row_cells(show, answer->rows[i], table))
			return false;
	}
	return td_table_text(table, text);
}
