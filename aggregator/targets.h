/*
 * targets: which targets are for a figure that the catalogue does not know.
 *
 * Pure. A worker takes every code that reads like one, for the catalogue is the aggregator's, and a
 * newer release's may know more. Such a target is in no tally, so somebody has to hear of it.
 */
#ifndef TD_AGGREGATOR_TARGETS_H
#define TD_AGGREGATOR_TARGETS_H

#include "common/td.h"

typedef struct td_targets td_targets_t;

/* NULL when memory is out; the caller frees. */
TD_MUST_USE td_targets_t *td_targets_new(void);
void td_targets_free(td_targets_t *targets);

/* Takes a packed verdict from one reporter's log, in any order and as often as it comes; what
 * accepts no statement about a target is passed over. False when memory is out. */
TD_MUST_USE bool td_targets_take(td_targets_t *targets, td_slice_t verdict);

/* Calls `each` for every record whose latest statement is for no known figure, by their ids. False
 * when memory is out. */
typedef void td_target_fn(void *context, const char *record_id, const char *code);
TD_MUST_USE bool td_targets_unknown(td_targets_t *targets, td_target_fn *each, void *context);

#endif
