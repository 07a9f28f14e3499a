/*
 * report: what an audit found, for people and for programs.
 *
 * Pure. A report is a list of tables under headings, written as text, as one HTML file that needs
 * nothing else, or as JSON. Tables and columns have a code, which JSON shows and which never
 * changes, and a label in the reader's language. A table takes a bounded number of rows and counts
 * the rest, so that a shard that was altered everywhere is no flood.
 */
#ifndef TD_AGGREGATOR_AUDIT_REPORT_H
#define TD_AGGREGATOR_AUDIT_REPORT_H

#include "aggregator/show.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

enum {
	TD_REPORT_COLUMNS_MAX = 12,
	TD_REPORT_TABLES_MAX = 32,
	TD_REPORT_FACTS_MAX = 32,
	TD_REPORT_ROWS_MAX = 2000, /* shown of one table */
	TD_REPORT_MAX = 64 * 1024 * 1024,
};

/* A column; `number` columns stand to the right. */
typedef struct td_report_column {
	const char *code, *vi, *en;
	bool number;
} td_report_column_t;

/* A kind of table; static. `wrong`: each row of it is something that is not as it must be. */
typedef struct td_report_kind {
	const char *code, *vi, *en;
	bool wrong;
	size_t column_count;
	td_report_column_t columns[TD_REPORT_COLUMNS_MAX];
} td_report_kind_t;

/* A cell: a text (copied; what is no visible character becomes "?"), or a number when `text` is
 * NULL. */
typedef struct td_report_cell {
	const char *text;
	int64_t number;
} td_report_cell_t;

typedef struct td_report td_report_t;

/* An empty report of a command, in `arena`, which must outlive it; NULL when that is full.
 * `judges`: the command compares, so that the report ends with a sentence about the outcome. */
TD_MUST_USE td_report_t *td_report_new(const char *command, bool judges, td_lang_t lang,
				       td_arena_t *arena);

/* Adds a row of as many cells as the kind has columns; tables stand in the order in which they were
 * first added to. A full arena makes the report fail, which is said when it is written. */
void td_report_row(td_report_t *report, const td_report_kind_t *kind,
		   const td_report_cell_t *cells);

/* Counts rows of a table that shows as many as it can already. */
void td_report_more(td_report_t *report, const td_report_kind_t *kind, uint64_t count);

/* How many rows are something wrong. */
uint64_t td_report_wrong(const td_report_t *report);

/* Adds a fact to the lines at the top: what was looked at, and how it ended. */
void td_report_fact(td_report_t *report, const td_report_column_t *fact, td_report_cell_t value);

td_lang_t td_report_lang(const td_report_t *report);

/* `vi` or `en` by the report's language. */
const char *td_report_word(const td_report_t *report, const char *vi, const char *en);

typedef enum td_report_form { TD_REPORT_TEXT, TD_REPORT_HTML, TD_REPORT_JSON } td_report_form_t;

/* Appends the whole report; TD_EMEMORY when it did not fit anywhere. */
TD_MUST_USE bool td_report_write(const td_report_t *report, td_report_form_t form, td_buf_t *out,
				 td_err_t *err);

#endif
