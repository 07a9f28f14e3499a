/*
 * cells: by how much tallies change, each found by what it is.
 *
 * Pure. Cells lie by the hash that their tallies have in Redis, so that what a log says of one day
 * is near by in memory, and is found at once in the end. What is added to the same cell adds up.
 */
#ifndef TD_AGGREGATOR_CELLS_H
#define TD_AGGREGATOR_CELLS_H

#include "aggregator/contribute.h"
#include "aggregator/layout.h"
#include "common/td.h"

/* One cell of a hash. */
typedef struct td_change {
	uint64_t what; /* metric, dimensions, hour and area, for td_cells_name; 0: an empty slot */
	int64_t delta; /* once beyond 64 bits, the farthest number there is */
} td_change_t;

/* The cells of one hash. */
typedef struct td_change_set {
	td_span_t span;
	bool by_unit;
	int32_t day;  /* first day of the half-month for TD_SPAN_HALF */
	size_t count; /* slots that are not empty */
	size_t room;  /* slots: a power of two */
	td_change_t *slots;
} td_change_set_t;

typedef struct td_cells td_cells_t;

/* An empty list; NULL when memory is out. The caller frees. */
TD_MUST_USE td_cells_t *td_cells_new(void);
void td_cells_free(td_cells_t *cells);

/* Forgets all cells; keeps the memory. */
void td_cells_clear(td_cells_t *cells);

/* Adds (sign 1) or takes back (sign -1) what a statement adds: to days, by province and by unit,
 * and to the hours of days from `hours_from` on. */
void td_cells_move(td_cells_t *cells, const td_contributions_t *adds, int64_t sign,
		   int32_t hours_from);

/* Adds the half-months, once: each changes by the sum of its days' changes. Nothing may be added
 * after that, until they are forgotten again. */
void td_cells_add_halves(td_cells_t *cells);
void td_cells_forget_halves(td_cells_t *cells);

/* Forgets the hours of days before `hours_from`. */
void td_cells_forget_hours(td_cells_t *cells, int32_t hours_from);

/* Whether something was left out since memory was out. */
bool td_cells_failed(td_cells_t *cells);

/* The sets, in the order in which they were first added to; some may be empty. They live until
 * something is added. */
const td_change_set_t *td_cells_sets(td_cells_t *cells, size_t *count);

/* What a cell is; its area lives as long as the cells. */
td_cell_t td_cells_name(const td_cells_t *cells, const td_change_t *change);

/* All areas, and the number of a cell's among them. */
const char (*td_cells_areas(const td_cells_t *cells, size_t *count))[TD_AREA_MAX];
size_t td_change_area(const td_change_t *change);

/* Bytes that the cells take, about. */
size_t td_cells_bytes(const td_cells_t *cells);

#endif
