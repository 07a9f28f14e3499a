/*
 * position: which verdict counts: the readers' rule of exactly once, as one function.
 *
 * Pure. A reader keeps the raw offset that it expects next, and the holes below it. A verdict
 * about a lower offset is a repeat, unless it fills a hole; about the expected one it counts;
 * about a higher one it leaves a hole, which stays until somebody fills it.
 */
#ifndef TD_AGGREGATOR_POSITION_H
#define TD_AGGREGATOR_POSITION_H

#include "common/td.h"

enum { TD_HOLES_MAX = 64 };

typedef struct td_range {
	uint64_t first, last; /* both included */
} td_range_t;

typedef struct td_position {
	uint64_t next; /* raw offset expected next */
	size_t hole_count;
	td_range_t holes[TD_HOLES_MAX]; /* ascending, apart, below next */
} td_position_t;

typedef enum td_take {
	TD_TAKE_COUNTS,      /* the expected one; next moves behind it */
	TD_TAKE_FILLS,       /* it fills a hole, or a part of one; it counts */
	TD_TAKE_LEAVES_HOLE, /* it counts, and leaves a hole before it */
	TD_TAKE_REPEAT,      /* it was folded before: skip it */
	TD_TAKE_OVERLAPS,    /* an absent range of which a part was folded: the rest counts; none of
				it is an event, so nothing can count twice */
	TD_TAKE_TOO_MANY,    /* there are TD_HOLES_MAX holes already: the shard must stop */
} td_take_t;

/* Takes the verdict about raw offsets first..last (equal unless absent; last < 2^64 - 1) into
 * `position`, which stays as it was when there are too many holes.
 *
 *   counted  out: how many of these offsets count now
 *   jumped   out: how many offsets the new hole has; 0 unless LEAVES_HOLE
 */
TD_MUST_USE td_take_t td_position_take(td_position_t *position, td_range_t range, uint64_t *counted,
				       uint64_t *jumped);

#endif
