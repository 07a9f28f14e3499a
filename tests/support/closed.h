/* closed: a snapshot as a closing keeps it, for tests. */
#ifndef TD_TESTS_SUPPORT_CLOSED_H
#define TD_TESTS_SUPPORT_CLOSED_H

#include "common/buf.h"

/* Appends the snapshot of those totals, and, unless NULL, those of the year before. */
void td_closed_snapshot(const char *totals, const char *before, td_buf_t *bytes);

#endif
