/*
 * answer_parts: what the files of answer share.
 *
 * Pure; for aggregator/answer*.c only.
 */
#ifndef TD_AGGREGATOR_ANSWER_PARTS_H
#define TD_AGGREGATOR_ANSWER_PARTS_H

#include "aggregator/answer.h"
#include "common/arena.h"

struct td_answer {
	const td_query_t *query;
	td_arena_t *arena;
	td_row_t **slots; /* by hash of the row's key, linear probing */
	td_row_t **order; /* the rows as they came; sorted at the end */
	td_row_t *rows;   /* the finished answer */
	size_t count;
};

/* The row of that key, made when there is none yet; NULL when there are too many. */
td_row_t *td_answer_row(td_answer_t *answer, const td_row_t *key);

/* Order of presentation; equal means the same row. */
int td_answer_order(const td_row_t *a, const td_row_t *b);

/* Whether an hour lies outside a window that begins or ends within a day. */
bool td_answer_is_outside(const td_query_t *query, bool before, int32_t day, int8_t hour);

#endif
