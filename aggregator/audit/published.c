#include "aggregator/audit/published.h"

#include "aggregator/audit/note_parts.h"
#include "aggregator/dimension.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS_MAX = 32 };

/* The columns that are looked at. */
typedef enum column {
	METRIC,
	VALUE,
	PROVINCE,
	UNIT,
	DIMENSION,
	DENOMINATOR,
	BUCKET,
	HOUR,
	COLUMNS
} column_t;

static const char *const names[COLUMNS] = {"metric",    "value",       "province",  "unit",
					   "dimension", "denominator", "bucket_on", "hour"};

/* The next cell of a line, without its quotes, as a text in the arena; NULL at the end. */
static char *next_cell(td_slice_t *rest, bool *more, td_arena_t *arena)
{
	char *cell = td_arena_take(arena, rest->size + 1), *out = cell;
	bool quoted = false;
	size_t at = 0;
	for (; cell != NULL && at < rest->size; at++) {
		char letter = (char)rest->data[at];
		if (letter == '"')
			quoted = !quoted;
		else if (letter == ',' && !quoted)
			break;
		else if (letter != '\r')
			*out++ = letter;
	}
	*more = at < rest->size;
	size_t taken = *more ? at + 1 : at;
	*rest = (td_slice_t){rest->data + taken, rest->size - taken};
	if (cell != NULL)
		*out = '\0';
	return cell;
}

/* Splits a line; returns how many cells, 0 when there is no room. */
static size_t split(td_slice_t line, td_arena_t *arena, char *cells[COLUMNS_MAX])
{
	size_t count = 0;
	bool more = true;
	while (more && count < COLUMNS_MAX) {
		cells[count] = next_cell(&line, &more, arena);
		if (cells[count++] == NULL)
			return 0;
	}
	return count;
}

static bool read_head(td_slice_t line, td_arena_t *arena, size_t places[COLUMNS], td_err_t *err)
{
	char *cells[COLUMNS_MAX];
	size_t count = split(line, arena, cells);
	for (size_t i = 0; i < COLUMNS; i++) {
		places[i] = COLUMNS_MAX;
		for (size_t j = 0; j < count; j++) {
			if (strcmp(cells[j], names[i]) == 0)
				places[i] = j;
		}
	}
	return (places[METRIC] < COLUMNS_MAX && places[VALUE] < COLUMNS_MAX) ||
	       td_err_set(err, TD_EDATA,
			  "line 1: the first line must name the columns, metric and value among "
			  "them, as `thidua-tally --format csv` does");
}

static bool read_number(const char *text, int64_t *number)
{
	char *end;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return *text != '\0' && *end == '\0' && errno == 0;
}

/* "very" alone is the value of that code of either dimension. */
static bool select_code(td_published_t *row, td_arena_t *arena, td_err_t *err)
{
	const td_dimension_t dims[] = {row->figure.dim1, row->figure.dim2};
	if (strchr(row->dimension, '=') != NULL)
		return td_figure_select(&row->figure, row->dimension, err);
	for (size_t i = 0; i < TD_COUNT(dims); i++) {
		for (uint32_t value = 1; dims[i] != TD_DIM_NONE && value < 64; value++) {
			const td_value_info_t *info = td_dimension_value(dims[i], (uint8_t)value);
			if (info == NULL || strcmp(info->code, row->dimension) != 0)
				continue;
			char *text = td_arena_take(arena, 128);
			if (text == NULL)
				return td_err_set(err, TD_EMEMORY, "no memory for a figure");
			(void)snprintf(text, 128, "%s=%s", td_dimension_name(dims[i]), info->code);
			return td_figure_select(&row->figure, text, err);
		}
	}
	return td_err_set(err, TD_EDATA, "%s has no such part: %s", row->metric, row->dimension);
}

static bool read_row(td_slice_t line, const size_t places[COLUMNS], td_arena_t *arena,
		     td_published_t *row, td_err_t *err)
{
	char *cells[COLUMNS_MAX];
	const char *said[COLUMNS];
	size_t count = split(line, arena, cells);
	for (size_t i = 0; i < COLUMNS; i++)
		said[i] = places[i] < count ? cells[places[i]] : "";
	*row = (td_published_t){.line = row->line,
				.metric = said[METRIC],
				.province = said[PROVINCE],
				.unit = said[UNIT],
				.dimension = said[DIMENSION]};
	if (!td_figure_find(row->metric, &row->figure, err)) {
		err->code = TD_EDATA;
		return false;
	}
	row->has_denominator = td_figure_is_rate(&row->figure) && said[DENOMINATOR][0] != '\0';
	if (!read_number(said[VALUE], &row->value) ||
	    (row->has_denominator && !read_number(said[DENOMINATOR], &row->denominator)))
		return td_err_set(err, TD_EDATA, "%s is no whole number",
				  row->has_denominator ? "value or denominator" : "value");
	if (said[BUCKET][0] != '\0' && !read_number(said[BUCKET], &row->first_day))
		return td_err_set(err, TD_EDATA, "bucket_on is no day");
	if (said[HOUR][0] != '\0' && strcmp(said[HOUR], "-1") != 0)
		return td_err_set(err, TD_EDATA,
				  "it is the figure of an hour; those of whole days are compared");
	return row->dimension[0] == '\0' || select_code(row, arena, err);
}

bool td_published_read(td_slice_t csv, td_arena_t *arena, td_published_t **rows, size_t *count,
		       td_err_t *err)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf}; /* with which spreadsheets begin UTF-8 */
	size_t places[COLUMNS];
	td_slice_t line;
	*count = 0;
	if (csv.size >= sizeof mark && memcmp(csv.data, mark, sizeof mark) == 0)
		csv = (td_slice_t){csv.data + sizeof mark, csv.size - sizeof mark};
	*rows = td_arena_take(arena, TD_PUBLISHED_MAX * sizeof **rows);
	if (*rows == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for figures");
	if (!td_note_line(&csv, &line))
		return td_err_set(err, TD_EDATA, "the file is empty");
	if (!read_head(line, arena, places, err))
		return false;
	for (size_t number = 2; td_note_line(&csv, &line); number++) {
		if (line.size == 0 || (line.size == 1 && line.data[0] == '\r'))
			continue;
		if (*count == TD_PUBLISHED_MAX)
			return td_err_set(err, TD_EDATA, "there are more than %d figures",
					  TD_PUBLISHED_MAX);
		td_published_t *row = &(*rows)[(*count)++];
		row->line = number;
		if (!read_row(line, places, arena, row, err))
			return td_err_prefix(err, "line %zu", number);
	}
	return *count > 0 || td_err_set(err, TD_EDATA, "the file has no figure");
}

static bool is_among(td_metric_t metric, const td_metric_t terms[TD_RATE_TERMS_MAX])
{
	return metric == terms[0] || metric == terms[1];
}

/* Whether the tally is of the part that the figure is narrowed to. */
static bool is_selected(const td_figure_t *figure, const td_cell_t *cell)
{
	const td_metric_info_t *metric = td_metric_find(cell->metric);
	if (figure->only == TD_DIM_NONE)
		return true;
	if (metric == NULL)
		return false;
	uint8_t value = metric->dim1 == figure->only   ? cell->dim1
			: metric->dim2 == figure->only ? cell->dim2
						       : 0;
	return value > 0 && value < 64 && (figure->only_values >> value & 1) == 1;
}

void td_published_add(td_published_t *row, const td_field_t *tally, int64_t value)
{
	bool by_unit = row->unit[0] != '\0';
	bool all = row->province[0] == '\0' || strcmp(row->province, "all") == 0;
	const char *area = by_unit ? row->unit : row->province;
	if (tally->hash.by_unit != by_unit || (!all && strcmp(area, tally->area) != 0) ||
	    (by_unit && strcmp(area, tally->area) != 0) || !is_selected(&row->figure, &tally->cell))
		return;
	if (is_among((td_metric_t)tally->cell.metric, row->figure.over))
		row->over += value;
	if (is_among((td_metric_t)tally->cell.metric, row->figure.under))
		row->under += value;
}

bool td_published_holds(const td_published_t *row)
{
	return row->value == row->over && (!row->has_denominator || row->denominator == row->under);
}
