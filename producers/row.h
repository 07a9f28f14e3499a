/*
 * row: one line of NDJSON to the event that it says, judged as the workers will judge it.
 *
 * Pure. A row is the official JSON of Event; the reporter may be left out; source, epoch, sequence
 * and source line must be: they are filled in here. The packed event goes through the worker's own
 * decode and validate, so that what leaves the province is not sent back for what it could have
 * been told at home. What only reference data can judge is a warning here: the province's copy may
 * be old.
 */
#ifndef TD_PRODUCERS_ROW_H
#define TD_PRODUCERS_ROW_H

#include "common/arena.h"
#include "common/td.h"
#include "proto/json.h"
#include "workers/reference.h"

enum {
	TD_ROW_LINE_MAX = 256 * 1024, /* bytes of a line; the longest event fits in base64 too */
	TD_ROW_ARENA = 4 * 1024 * 1024,
	TD_ROW_FINDINGS_MAX = 32,
};

typedef enum td_row_reason {
#define TD_ROW_REASON(number, name, vi, en) TD_ROW_##name = (number),
#include "producers/row_reason.def"
#undef TD_ROW_REASON
} td_row_reason_t;

typedef struct td_row_finding {
	char code[8];                 /* "R001", "E205", "W001" */
	const char *vi, *en;          /* what is wrong and what to do; static text */
	char field[TD_JSON_PATH_MAX]; /* path, such as "case.article"; "" for the whole row */
	char detail[160];             /* more about this very value; "" if there is none */
} td_row_finding_t;

typedef struct td_row_findings {
	size_t count;
	td_row_finding_t items[TD_ROW_FINDINGS_MAX];
} td_row_findings_t;

/* What became of one row. */
typedef struct td_row {
	td_slice_t packed;          /* the event; empty if the row is refused */
	td_row_findings_t errors;   /* count 0 exactly when it is not */
	td_row_findings_t warnings; /* of an accepted row */
} td_row_t;

/* Who feeds, and by what rules. */
typedef struct td_row_context {
	const char *reporter; /* default, and the only one whose rows are accepted */
	const char *source;
	uint64_t epoch;
	const td_reference_t *reference;
	int64_t now_ms;       /* stands for the append time, which nobody knows yet */
	uint64_t source_line; /* where the row stands in what the source reads; 0: nowhere */
} td_row_context_t;

/*
 * The event of `line`, packed in `arena`; false if the row is refused, and why.
 *
 *   line      without its newline
 *   sequence  the event's, if it is accepted
 *   row       out: written whole
 */
TD_MUST_USE bool td_row_read(const td_row_context_t *context, td_slice_t line, uint64_t sequence,
			     td_arena_t *arena, td_row_t *row);

/* Adds a finding about the whole row. */
void td_row_add(td_row_findings_t *findings, td_row_reason_t reason, const char *field,
		const char *detail);

#endif
