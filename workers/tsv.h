/*
 * tsv: tables of tab-separated text: comment lines with '#', one header line that must name the
 * columns, one row a line.
 *
 * Pure. Texts must be UTF-8 in NFC without control characters; a table that is not whole and exact
 * is refused with file, line and column.
 */
#ifndef TD_WORKERS_TSV_H
#define TD_WORKERS_TSV_H

#include "common/err.h"
#include "common/td.h"

enum { TD_TSV_COLUMNS_MAX = 12 };

/* One row under way. */
typedef struct td_tsv_row {
	const char *file;
	size_t line;                /* from 1 */
	const char *const *columns; /* their names, ended by NULL */
	char *cells[TD_TSV_COLUMNS_MAX];
} td_tsv_row_t;

typedef bool td_tsv_fn(void *context, const td_tsv_row_t *row, td_err_t *err);

/*
 * Calls `each` for every row, until one returns false.
 *
 *   text     the table, terminated; tabs and line ends are overwritten, and cells point into it
 *   columns  names that the header must have, in order; ended by NULL, at most TD_TSV_COLUMNS_MAX
 */
TD_MUST_USE bool td_tsv_read(const char *file, char *text, const char *const *columns,
			     td_tsv_fn *each, void *context, td_err_t *err);

/* TD_EDATA "<file> line <n>, <column>: '<cell>' <what>"; returns false. */
bool td_tsv_object(const td_tsv_row_t *row, size_t column, const char *what, td_err_t *err);

/* Reads one cell; false with the sentence above. */
TD_MUST_USE bool td_tsv_number(const td_tsv_row_t *row, size_t column, uint32_t max,
			       uint32_t *number, td_err_t *err);

/* Both days of a validity in two neighbouring columns, yyyy-mm-dd each: empty ones are INT32_MIN
 * and INT32_MAX. */
TD_MUST_USE bool td_tsv_validity(const td_tsv_row_t *row, size_t column, int32_t *from_day,
				 int32_t *to_day, td_err_t *err);

#endif
