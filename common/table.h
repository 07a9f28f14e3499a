/*
 * table: text in columns, as wide as their widest cell, for people's eyes.
 *
 * Pure. Widths are those of a terminal's cells, so that Vietnamese letters line up.
 */
#ifndef TD_COMMON_TABLE_H
#define TD_COMMON_TABLE_H

#include "common/arena.h"

enum { TD_COLUMNS_MAX = 80 }; /* more than a cluster has provinces */

typedef struct td_table td_table_t;

/* An empty table that lives in `arena`. `heads` and `right` (align numbers to the right) have
 * `columns` entries; the texts are not copied. NULL when the arena is full. */
TD_MUST_USE td_table_t *td_table_new(const char *const *heads, const bool *right, size_t columns,
				     td_arena_t *arena);

/* Adds a row of as many cells as there are columns; the texts are not copied. */
TD_MUST_USE bool td_table_add(td_table_t *table, const char *const *cells);

/* The finished table as one text; columns in which all cells are empty are left out. */
TD_MUST_USE bool td_table_text(const td_table_t *table, const char **text);

#endif
