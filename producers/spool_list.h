/*
 * spool_list: which segments a folder holds, in order of their sequences.
 */
#ifndef TD_PRODUCERS_SPOOL_LIST_H
#define TD_PRODUCERS_SPOOL_LIST_H

#include "common/err.h"
#include "producers/segment.h"

typedef struct td_segment_item {
	uint64_t first; /* sequence of its first record, and its name */
	uint64_t size;  /* bytes */
} td_segment_item_t;

typedef struct td_segment_list {
	td_segment_item_t *items; /* owned, ascending */
	size_t count, room;
	uint64_t bytes; /* of all of them */
} td_segment_list_t;

/* Fills an all-zero list from the folder; other names are left alone. TD_EIO. */
TD_MUST_USE bool td_segment_list_read(td_segment_list_t *list, const char *folder, td_err_t *err);

/* A new last one, empty; TD_EMEMORY beyond a bound. */
TD_MUST_USE bool td_segment_list_add(td_segment_list_t *list, uint64_t first, td_err_t *err);

void td_segment_list_drop_first(td_segment_list_t *list);
void td_segment_list_drop_last(td_segment_list_t *list);
void td_segment_list_resize_last(td_segment_list_t *list, uint64_t size);

/* The one in which `sequence` would lie, by its first sequence; 0 if that is before the first. */
uint64_t td_segment_list_find(const td_segment_list_t *list, uint64_t sequence);

void td_segment_list_free(td_segment_list_t *list);

#endif
