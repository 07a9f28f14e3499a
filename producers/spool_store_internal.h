/*
 * spool_store_internal: what spool_store.c and spool_open.c share; nobody else includes it.
 */
#ifndef TD_PRODUCERS_SPOOL_STORE_INTERNAL_H
#define TD_PRODUCERS_SPOOL_STORE_INTERNAL_H

#include <limits.h>

#include "producers/spool_list.h"
#include "producers/spool_store.h"

struct td_spool_store {
	char folder[PATH_MAX];
	uint64_t epoch, segment_max, total_max, group_due;
	td_segment_list_t list;
	int fd;         /* of the last segment; -1: the next group makes one */
	td_buf_t group; /* records that are not written yet */
	uint64_t group_first;
	td_chain_t group_chain; /* before the group */
	uint64_t next, durable, cursor;
	td_chain_t chain;
	bool failed;
};

/* Marks the store failed and says why, by errno; returns false. */
bool td_spool_store_fail(td_spool_store_t *store, const char *what, td_err_t *err);

/* Where the segment lies that begins with `first`. */
void td_spool_segment_path(const char *folder, uint64_t first, char path[PATH_MAX]);

/* Finds out what the folder holds; fills list, fd, next, durable, cursor and chain. */
TD_MUST_USE bool td_spool_store_find(td_spool_store_t *store, td_err_t *err);

/* The cursor of the store in `folder`; 0 if it was never moved. */
TD_MUST_USE bool td_spool_cursor_read(const char *folder, uint64_t *cursor, td_err_t *err);
void td_spool_cursor_path(const char *folder, char path[PATH_MAX]);

#endif
