/*
 * spool_look: what may be seen of a spool without taking it, while another process has it.
 */
#ifndef TD_PRODUCERS_SPOOL_LOOK_H
#define TD_PRODUCERS_SPOOL_LOOK_H

#include "common/err.h"
#include "common/td.h"

typedef struct td_spool_view {
	char reporter[TD_ID_MAX + 1], source[TD_ID_MAX + 1];
	uint64_t epoch;
	uint64_t oldest, last; /* sequences kept; last 0: none yet */
	uint64_t cursor;       /* last sequence delivered */
	uint64_t bytes;
	int64_t delivered_ms; /* when the cursor was last moved; Unix ms, 0: never */
	long holder;          /* process that has the spool; 0: nobody */
	bool is_copy;         /* the next process that takes it begins a new epoch */
} td_spool_view_t;

/* Looks at the spool in `folder`; TD_ENOINPUT if there is none. */
TD_MUST_USE bool td_spool_look(const char *folder, td_spool_view_t *view, td_err_t *err);

#endif
