/*
 * rejected: the file in which a province finds the rows that were refused (refused.h).
 *
 * Rows gather in memory and are written, durably, with the group of accepted rows among which they
 * stood. The file of an input comes into being with its first refused row; one of an earlier
 * feeding is deleted first, so that no file means that nothing was refused. A file that gathers the
 * refused rows of several inputs only grows.
 */
#ifndef TD_PRODUCERS_REJECTED_H
#define TD_PRODUCERS_REJECTED_H

#include <limits.h>

#include "producers/refused.h"

enum { TD_REJECTED_BUFFER_MAX = 4 * 1024 * 1024 };

typedef struct td_rejected {
	char path[PATH_MAX];
	int fd; /* -1: not yet made */
	td_buf_t waiting;
} td_rejected_t;

/* Begins the file at `path`; `grows`: keeps what is there, and ends a line that a power cut or a
 * full disk left unfinished, so that the next one is whole. Ended by td_rejected_close, whatever
 * it returns. */
TD_MUST_USE bool td_rejected_open(td_rejected_t *rejected, const char *path, bool grows,
				  td_err_t *err);

/* True when td_rejected_write is due before another row. */
bool td_rejected_full(const td_rejected_t *rejected);

void td_rejected_add(td_rejected_t *rejected, const td_refused_t *refused);

/* Writes what waits, durably. TD_EUNAVAILABLE: there is no room; what is not written yet goes on to
 * wait, and the next call goes on with it. TD_EIO. */
TD_MUST_USE bool td_rejected_write(td_rejected_t *rejected, td_err_t *err);

/* What was not written is forgotten. */
void td_rejected_close(td_rejected_t *rejected);

#endif
