/*
 * fold: what one statement about a record changes in the tallies.
 *
 * Pure, and the heart of the promise that a tally depends only on the set of statements. tests/prop
 * holds it to three laws, for all statements:
 *   order    every permutation ends in the same states and the same sums;
 *   repeat   a statement folded again changes nothing;
 *   split    any cut into batches gives the sums of the whole.
 */
#ifndef TD_AGGREGATOR_FOLD_H
#define TD_AGGREGATOR_FOLD_H

#include "aggregator/contribute.h"
#include "aggregator/record.h"

typedef struct td_statement {
	uint64_t revision; /* 1.. */
	td_contributions_t adds;
} td_statement_t;

/* What to take out of the tallies and what to put in; either may be empty. */
typedef struct td_changes {
	td_contributions_t out, in;
} td_changes_t;

typedef enum td_fold {
	TD_FOLD_NEWER,    /* the statement stands now */
	TD_FOLD_OLDER,    /* a lower revision: nothing changed */
	TD_FOLD_REPEAT,   /* equal revision, equal contributions: nothing changed */
	TD_FOLD_CONFLICT, /* equal revision, others: the greater by memcmp of its packed form stands
			   */
} td_fold_t;

/* Folds `statement` into `record` (all-zero when never seen) and says which of them stands. */
TD_MUST_USE td_fold_t td_fold_statement(const td_statement_t *statement, td_record_t *record,
					td_changes_t *changes);

/* Notes that a statement of that revision was rejected. */
void td_fold_rejection(uint64_t revision, td_record_t *record);

#endif
