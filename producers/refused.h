/*
 * refused: what a province is told about a row that was not accepted: a line of JSON.
 *
 *	{"file":"a.ndjson","line":3,"reasons":[{"code":"E205","field":"case.solved_on",
 *	"vi":"...","en":"...","detail":"..."}],"row":"{...}"}
 *
 * Pure. "detail" is there only where it says more than the sentence; "row" is the row's text, with
 * U+FFFD for what is not UTF-8, and cut where it is longer than a row may be.
 */
#ifndef TD_PRODUCERS_REFUSED_H
#define TD_PRODUCERS_REFUSED_H

#include "common/buf.h"
#include "producers/row.h"

/* The row that is refused. */
typedef struct td_refused {
	const char *file;
	uint64_t line;
	td_slice_t row;
	const td_row_findings_t *errors;
} td_refused_t;

/* Appends the line, with its newline. */
void td_refused_add(td_buf_t *out, const td_refused_t *refused);

#endif
