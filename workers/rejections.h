/*
 * rejections: which rejected events there are, and which of them still wait for a correction.
 *
 * Pure: takes verdicts, twice over. A rejection is open while nothing of its record was accepted in
 * the same or a higher revision, and no later statement of it was rejected: so there is at most one
 * for each record, as many as thidua-tally counts as open.
 */
#ifndef TD_WORKERS_REJECTIONS_H
#define TD_WORKERS_REJECTIONS_H

#include "common/err.h"
#include "workers/envelope.h"

#include <thidua/v1/verdict.pb-c.h>

typedef enum td_rejection_state {
	TD_REJECTION_OPEN,      /* its record waits for a statement that can be accepted */
	TD_REJECTION_CORRECTED, /* a statement of the same or a higher revision was accepted */
	TD_REJECTION_OUTDATED,  /* a later statement of the record was rejected as well */
	TD_REJECTION_NAMELESS,  /* it names no record for sure, so nothing can answer it */
	TD_REJECTION_STATES
} td_rejection_state_t;

typedef struct td_rejection {
	const char *reporter;
	const Thidua__V1__Verdict *verdict;
	td_envelope_t envelope; /* what can be read of it */
	uint64_t accepted;      /* highest accepted revision of its record; 0: none */
	td_rejection_state_t state;
} td_rejection_t;

typedef struct td_rejections td_rejections_t;

/* An empty list that takes at most `memory` bytes; NULL when memory is out. Caller frees. */
TD_MUST_USE td_rejections_t *td_rejections_new(size_t memory);
void td_rejections_free(td_rejections_t *list);

/* First, for each packed verdict of each reporter's log: takes the rejected ones; bytes that are no
 * verdict and what was said of an offset before are passed over. TD_EMEMORY. */
TD_MUST_USE bool td_rejections_add(td_rejections_t *list, const char *reporter, td_slice_t packed,
				   td_err_t *err);

/* Then: no more will be added. */
void td_rejections_seal(td_rejections_t *list);

/* Then, for each verdict again, only those that accept count. */
void td_rejections_answer(td_rejections_t *list, const char *reporter, td_slice_t packed);

/* Last: the states are known from now on. */
void td_rejections_settle(td_rejections_t *list);

/* After the seal: how many there are, and each, by reporter and raw offset. */
size_t td_rejections_count(const td_rejections_t *list);
const td_rejection_t *td_rejections_get(const td_rejections_t *list, size_t index);

/* The rejection of that raw offset; NULL if there is none. */
const td_rejection_t *td_rejections_find(const td_rejections_t *list, const char *reporter,
					 uint64_t raw_offset);

#endif
