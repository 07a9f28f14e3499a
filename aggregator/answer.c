#include "aggregator/answer.h"
#include "aggregator/answer_parts.h"

#include "common/localday.h"

/* Whether it is the province of an area: the area itself, or what stands before the unit's dot. */
static bool is_of(const char *area, const char *province)
{
	size_t length = strcspn(area, ".");
	return strncmp(province, area, length) == 0 && province[length] == '\0';
}

/* Index of the province for which an area counts. */
static bool find_province(const td_query_t *query, const char *area, uint16_t *index)
{
	for (size_t i = 0; i < query->province_count; i++) {
		*index = (uint16_t)i;
		if (is_of(area, query->provinces[i]))
			return true;
	}
	for (size_t i = 0; i < query->former_count; i++) {
		*index = query->former[i].province;
		if (is_of(area, query->former[i].id))
			return true;
	}
	return false;
}

/* The value that the cell has in `dimension`, by the figure's numbering; 0 if it has none. */
static uint8_t value_in(const td_figure_t *figure, td_dimension_t dimension, const td_cell_t *cell)
{
	if (dimension == TD_DIM_NONE)
		return 0;
	return figure->dim1 == dimension ? cell->dim1 : figure->dim2 == dimension ? cell->dim2 : 0;
}

static bool has_term(const td_metric_t *terms, uint16_t metric)
{
	for (size_t i = 0; i < TD_RATE_TERMS_MAX; i++) {
		if (terms[i] != TD_METRIC_NONE && terms[i] == metric)
			return true;
	}
	return false;
}

static bool is_kept(const td_figure_t *figure, const td_cell_t *cell)
{
	uint8_t value = value_in(figure, figure->only, cell);
	return figure->only == TD_DIM_NONE ||
	       (value < 64 && (figure->only_values >> value & 1) != 0);
}

/* What one cell says to one figure. */
typedef struct share {
	int64_t over, under;
	bool is_target;
} share_t;

/* Whether its rows are sums over all units, values and days, as a target is. */
static bool has_whole_rows(const td_query_t *query, const td_figure_t *figure)
{
	bool is_split = query->by != TD_DIM_NONE &&
			(figure->dim1 == query->by || figure->dim2 == query->by);
	return !query->by_unit && query->each == TD_EACH_NONE && !is_split;
}

static bool share_of(const td_query_t *query, const td_figure_t *figure, const td_cell_t *cell,
		     int64_t value, share_t *share)
{
	*share = (share_t){0};
	if (cell->metric == TD_METRIC_TARGET && figure->id != TD_METRIC_TARGET) {
		/* A target is set for all of a figure, not for some of its values. */
		share->is_target =
			cell->dim1 == figure->id && figure->only == TD_DIM_NONE &&
			has_whole_rows(query, figure) &&
			query->period_kind != THIDUA__V1__PERIOD_KIND__PERIOD_KIND_UNSPECIFIED &&
			cell->dim2 == query->period_kind;
		share->over = value;
		return share->is_target;
	}
	if (!is_kept(figure, cell))
		return false;
	share->over = has_term(figure->over, cell->metric) ? value : 0;
	share->under = has_term(figure->under, cell->metric) ? value : 0;
	return share->over != 0 || share->under != 0;
}

/* Beyond 64 bits a sum of absurd numbers stays at their end. */
static void add_to(int64_t *sum, int64_t value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = value > 0 ? INT64_MAX : INT64_MIN;
}

/* Targets of numbers add up; percentages do not. */
static void add_target(td_row_t *row, bool is_rate, uint16_t province, int64_t target)
{
	row->targets_differ |= is_rate && row->targeted != 0 && row->target != target;
	if (is_rate)
		row->target = target;
	else
		add_to(&row->target, target);
	row->targeted |= UINT64_C(1) << province;
}

static void add_share(td_row_t *row, bool is_rate, uint16_t province, const share_t *share,
		      bool before)
{
	if (share->is_target && !before) {
		add_target(row, is_rate, province, share->over);
	} else if (before && !share->is_target) {
		add_to(&row->over_before, share->over);
		add_to(&row->under_before, share->under);
	} else if (!before) {
		add_to(&row->over, share->over);
		add_to(&row->under, share->under);
	}
}

/* The day under which a cell is shown; one of the days before is shown beside its namesake. */
static int32_t shown_day(const td_query_t *query, bool before, const td_bucket_t *bucket)
{
	if (query->each == TD_EACH_NONE)
		return query->days.first;
	int32_t day = bucket->day;
	if (before) {
		enum { LEAP_DAY = 229 };
		int32_t on = td_localday_yyyymmdd(day);
		/* It has no namesake, and stays with the last day of its month. */
		int32_t date = on % 10000 == LEAP_DAY ? on % 100 - 1 : on % 100;
		day = td_localday_make(on / 10000 + 1, on / 100 % 100, date);
	}
	int32_t first = td_window_first(query->each, query->calendar, day);
	return first < query->days.first ? query->days.first : first;
}

bool td_answer_is_outside(const td_query_t *query, bool before, int32_t day, int8_t hour)
{
	if (query->grain != TD_GRAIN_HOUR)
		return false;
	const td_days_t *days = before ? &query->before : &query->days;
	return (day == days->first && hour < query->first_hour) ||
	       (day == days->last && hour > query->last_hour);
}

static bool too_many(td_err_t *err)
{
	return td_err_set(
		err, TD_EMEMORY,
		"the answer has more than %d rows; ask for fewer days, units or provinces",
		TD_ROWS_MAX);
}

bool td_answer_add(td_answer_t *answer, bool before, const td_bucket_t *bucket,
		   const td_cell_t *cell, int64_t value, td_err_t *err)
{
	const td_query_t *query = answer->query;
	uint16_t province;
	bool is_unit = strchr(cell->area, '.') != NULL;
	if (!find_province(query, cell->area, &province) ||
	    td_answer_is_outside(query, before, bucket->day, cell->hour))
		return true;
	for (size_t i = 0; i < query->figure_count; i++) {
		share_t share;
		const td_figure_t *figure = &query->figures[i];
		if (!share_of(query, figure, cell, value, &share))
			continue;
		if (is_unit != query->by_unit)
			continue;
		td_row_t key = {
			.figure = (uint32_t)i,
			.bucket_day = shown_day(query, before, bucket),
			.hour = query->each == TD_EACH_HOUR ? cell->hour : TD_HOUR_NONE,
			.dim = share.is_target ? 0 : value_in(figure, query->by, cell),
			.province_index =
				query->by_province ? province : (uint16_t)query->province_count,
		};
		if (is_unit)
			memcpy(key.unit, cell->area, strnlen(cell->area, sizeof key.unit - 1));
		td_row_t *row = td_answer_row(answer, &key);
		if (row == NULL)
			return too_many(err);
		add_share(row, td_figure_is_rate(figure), province, &share, before);
	}
	return true;
}

bool td_answer_mention(td_answer_t *answer, const td_row_t *row, td_err_t *err)
{
	td_row_t key = {
		.figure = row->figure,
		.bucket_day = row->bucket_day,
		.hour = row->hour,
		.dim = row->dim,
		.province_index = row->province_index,
	};
	memcpy(key.unit, row->unit, sizeof key.unit);
	return td_answer_row(answer, &key) != NULL || too_many(err);
}
