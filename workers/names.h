/*
 * names: finds the rows of a sorted table by the text that each begins with.
 *
 * Pure. Rows are structs whose first member is that text; an event is looked up in several tables,
 * and a search that halves them would compare ten texts each time.
 */
#ifndef TD_WORKERS_NAMES_H
#define TD_WORKERS_NAMES_H

#include "common/hashtable.h"

typedef struct td_names {
	const void *rows;
	size_t size; /* of a row */
	td_hashtable_t table;
} td_names_t;

/* Takes the `count` rows of `size` bytes in, which are sorted by their texts and stay as they are;
 * false when memory is out. td_names_free takes it in either case. */
TD_MUST_USE bool td_names_make(td_names_t *names, const void *rows, size_t count, size_t size);
void td_names_free(td_names_t *names);

/* The first row of that text, behind which the others lie; NULL if there is none. */
const void *td_names_find(const td_names_t *names, const char *text);

#endif
