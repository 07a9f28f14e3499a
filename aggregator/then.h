/*
 * then: an answer as it was when its period was closed, row by row beside what is known now.
 *
 * Pure. The closed figures go through the same query as the live ones, so that rates, selections,
 * targets and ranks mean the same in both.
 */
#ifndef TD_AGGREGATOR_THEN_H
#define TD_AGGREGATOR_THEN_H

#include "aggregator/answer.h"
#include "aggregator/standing.h"

typedef struct td_then {
	td_answer_t *answer;
	const td_row_t *rows; /* finished */
	size_t count, next;   /* next: where the last one was found */
	bool has_before;      /* the figures of the year before were kept, too */
} td_then_t;

/* What `query` was answered when the period was closed. False with err when memory is out; free it
 * in either case. `query` must outlive it. */
TD_MUST_USE bool td_then_make(td_standing_t *standing, const td_query_t *query, td_then_t *then,
			      td_err_t *err);
void td_then_free(td_then_t *then);

/* Gives `live`, not finished yet, an empty row for each that was there then alone: what was taken
 * back wholly since is 0, and not left out. */
TD_MUST_USE bool td_then_mention(const td_then_t *then, td_answer_t *live, td_err_t *err);

/* Fills in the state of each of the messages, which are those of `rows`, and when `figures` is true
 * what they were. All lives in `arena`; false when that is full. */
typedef struct td_then_rows {
	const td_row_t *rows;
	size_t count;
	bool figures;
} td_then_rows_t;
TD_MUST_USE bool td_then_fill(td_then_t *then, const td_then_rows_t *of, td_arena_t *arena,
			      Thidua__V1__TallyRow **messages);

#endif
