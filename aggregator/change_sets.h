/*
 * change_sets: sets of cells, one for each hash, and what is added to each cell.
 *
 * Pure; for aggregator/cells.c only.
 */
#ifndef TD_AGGREGATOR_CHANGE_SETS_H
#define TD_AGGREGATOR_CHANGE_SETS_H

#include "aggregator/cells.h"
#include "common/hashtable.h"

enum { TD_CHANGE_SORTS = 6, TD_CHANGE_LAST_DAYS = 64 };

typedef struct td_change_sets {
	td_change_set_t *items; /* those beyond count keep their slots for later */
	size_t count, made, room;
	td_hashtable_t table;
	size_t last[TD_CHANGE_SORTS][TD_CHANGE_LAST_DAYS]; /* found last, by sort and day */
	size_t slots;                                      /* of all that are in use */
} td_change_sets_t;

/* No sets; false when memory is out. td_change_sets_free takes it in either case. */
TD_MUST_USE bool td_change_sets_init(td_change_sets_t *sets);
void td_change_sets_free(td_change_sets_t *sets);

/* Forgets the sets from `count` on; keeps their memory. False when memory is out: then the others
 * may not be found any more. */
TD_MUST_USE bool td_change_sets_cut(td_change_sets_t *sets, size_t count);

enum { TD_CHANGE_SET_NONE = -1 };

/* The index of the set of that hash, a new one if need be; TD_CHANGE_SET_NONE when memory is out. A
 * new one can move the others. */
int64_t td_change_sets_find(td_change_sets_t *sets, td_span_t span, bool by_unit, int32_t day);

/* Lets a cell's memory be fetched, for who adds to it a little later. */
void td_change_sets_expect(const td_change_sets_t *sets, size_t set, uint64_t what);

/* Adds to a cell; false when memory is out. */
TD_MUST_USE bool td_change_sets_add(td_change_sets_t *sets, size_t set, uint64_t what,
				    int64_t delta);

#endif
