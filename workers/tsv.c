#include "workers/tsv.h"

#include "common/localday.h"
#include "workers/text.h"

#include <stdlib.h>

bool td_tsv_object(const td_tsv_row_t *row, size_t column, const char *what, td_err_t *err)
{
	return td_err_set(err, TD_EDATA, "%s line %zu, %s: '%.64s' %s", row->file, row->line,
			  row->columns[column], row->cells[column], what);
}

/* Cuts a line at its tabs; false when the number of cells is not the one of the columns. */
static bool split(td_tsv_row_t *row, char *line, td_err_t *err)
{
	size_t count = 0, expected = 0;
	while (row->columns[expected] != NULL)
		expected++;
	for (char *cell = line; cell != NULL; count++) {
		char *tab = strchr(cell, '\t');
		if (tab != NULL)
			*tab++ = '\0';
		if (count < expected)
			row->cells[count] = cell;
		cell = tab;
	}
	if (count == expected)
		return true;
	return td_err_set(err, TD_EDATA, "%s line %zu has %zu columns instead of %zu", row->file,
			  row->line, count, expected);
}

static bool check_texts(const td_tsv_row_t *row, td_err_t *err)
{
	for (size_t i = 0; row->columns[i] != NULL; i++) {
		td_slice_t text = td_slice_text(row->cells[i]);
		/* Names are longer than ids, and read by people. */
		if (td_text_check(text) != 0)
			return td_tsv_object(row, i,
					     "is no visible text in UTF-8, composed (NFC), of at "
					     "most 256 bytes",
					     err);
	}
	return true;
}

static bool check_header(const td_tsv_row_t *row, td_err_t *err)
{
	for (size_t i = 0; row->columns[i] != NULL; i++)
		if (strcmp(row->cells[i], row->columns[i]) != 0)
			return td_err_set(err, TD_EDATA,
					  "%s line %zu: column %zu must be named '%s', not '%.64s'",
					  row->file, row->line, i + 1, row->columns[i],
					  row->cells[i]);
	return true;
}

static bool read_line(td_tsv_row_t *row, char *line, bool *header, td_tsv_fn *each, void *context,
		      td_err_t *err)
{
	if (line[0] == '#' || line[0] == '\0')
		return true;
	if (!split(row, line, err))
		return false;
	if (!*header) {
		*header = true;
		return check_header(row, err);
	}
	return check_texts(row, err) && each(context, row, err);
}

bool td_tsv_read(const char *file, char *text, const char *const *columns, td_tsv_fn *each,
		 void *context, td_err_t *err)
{
	td_tsv_row_t row = {.file = file, .columns = columns};
	bool header = false;
	for (char *line = text; line != NULL;) {
		char *end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		row.line++;
		if (!read_line(&row, line, &header, each, context, err))
			return false;
		line = end;
	}
	if (!header)
		return td_err_set(err, TD_EDATA, "%s has no header line", file);
	return true;
}

bool td_tsv_number(const td_tsv_row_t *row, size_t column, uint32_t max, uint32_t *number,
		   td_err_t *err)
{
	const char *cell = row->cells[column];
	size_t digits = strspn(cell, "0123456789");
	unsigned long long value = strtoull(cell, NULL, 10);
	if (digits == 0 || digits > 10 || cell[digits] != '\0' || value > max)
		return td_tsv_object(row, column, "is no number in its range", err);
	*number = (uint32_t)value;
	return true;
}

/* The day yyyy-mm-dd of one cell; `empty` of an empty one. */
static bool read_day(const td_tsv_row_t *row, size_t column, int32_t empty, int32_t *day,
		     td_err_t *err)
{
	const char *cell = row->cells[column];
	*day = empty;
	if (cell[0] == '\0')
		return true;
	static const char SHAPE[] = "dddd-dd-dd";
	int32_t yyyymmdd = 0;
	for (size_t i = 0; i < sizeof SHAPE; i++) {
		bool digit = cell[i] >= '0' && cell[i] <= '9';
		if (SHAPE[i] == 'd' ? !digit : cell[i] != SHAPE[i])
			return td_tsv_object(row, column, "is no day yyyy-mm-dd", err);
		if (digit)
			yyyymmdd = yyyymmdd * 10 + (cell[i] - '0');
	}
	if (!td_localday_of_yyyymmdd(yyyymmdd, day))
		return td_tsv_object(row, column, "is no real day from 1945 to 2100", err);
	return true;
}

bool td_tsv_validity(const td_tsv_row_t *row, size_t column, int32_t *from_day, int32_t *to_day,
		     td_err_t *err)
{
	if (!read_day(row, column, INT32_MIN, from_day, err) ||
	    !read_day(row, column + 1, INT32_MAX, to_day, err))
		return false;
	if (*from_day > *to_day)
		return td_tsv_object(row, column + 1, "lies before the first day", err);
	return true;
}
