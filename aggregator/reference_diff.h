/*
 * reference_diff: what is another in one set of reference tables than in the other, row by row.
 *
 * Pure. Rows of a table are matched by its key columns, so that a corrected name shows as one cell
 * that changed, not as a row that went and one that came. Order and comments do not count.
 */
#ifndef TD_AGGREGATOR_REFERENCE_DIFF_H
#define TD_AGGREGATOR_REFERENCE_DIFF_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/td.h"

#include <thidua/v1/reference.pb-c.h>

/*
 * Writes to `out`, for each table that differs, a line of counts and a line for each row:
 *
 *	units.tsv: 1 row added, 0 removed, 1 changed
 *	  + vn-06.999 | vn-06 | huyen | 999 | Công an huyện Mới | 2022-01-01 |
 *	  ~ vn-06.136: name_vi: Công an huyện Văn Yên -> Công an Văn Yên
 *
 *   arena  for what is sorted meanwhile
 *   rows   out: how many rows and tables differ
 *
 * False when the arena or `out` is full.
 */
TD_MUST_USE bool td_reference_diff(const Thidua__V1__ReferenceVersion *before,
				   const Thidua__V1__ReferenceVersion *after, td_arena_t *arena,
				   td_buf_t *out, size_t *rows);

/* Rows of a table, neither comments nor header. */
size_t td_reference_rows(const Thidua__V1__ReferenceFile *file);

#endif
