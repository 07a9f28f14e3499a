/*
 * missing: which raw offsets of a range no verdict is about.
 *
 * Pure. One bit for each offset.
 */
#ifndef TD_WORKERS_MISSING_H
#define TD_WORKERS_MISSING_H

#include "common/td.h"

#define TD_MISSING_MAX ((uint64_t)1 << 30) /* offsets of one range: 128 MiB of bits */

typedef struct td_missing td_missing_t;

/* The range first..last (at most TD_MISSING_MAX offsets), all of it missing; NULL when memory is
 * out. Caller frees. */
TD_MUST_USE td_missing_t *td_missing_new(uint64_t first, uint64_t last);
void td_missing_free(td_missing_t *missing);

/* There is a verdict about first..last, of which any part may lie outside the range. */
void td_missing_found(td_missing_t *missing, uint64_t first, uint64_t last);

/* The next run of missing offsets at `from` or behind it; false when there is none. */
TD_MUST_USE bool td_missing_next(const td_missing_t *missing, uint64_t from, uint64_t *first,
				 uint64_t *last);

/* How many are missing. */
uint64_t td_missing_count(const td_missing_t *missing);

#endif
