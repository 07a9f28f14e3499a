/*
 * intake: rows from files or standard input, line by line, into the spool.
 *
 * Each row is judged as the workers will judge it (row.h). A refused one goes, with every reason,
 *to FILE.rejected; a good one into the spool. Rows are accepted in groups: the refused ones are
 * flushed to their file, the group is fsynced in the spool, and only then is it said, on standard
 * output:
 *
 *	accepted<TAB>FILE<TAB>lines<TAB>rows accepted<TAB>rows refused
 *
 * up to which line everything is durable. After a file, and every minute, a checkpoint follows the
 * rows. A file whose bytes were fed whole before is left out; a checkpoint without a digest follows
 * it, unless that of a later file does: its source lives, and is complete until it was written.
 */
#ifndef TD_PRODUCERS_INTAKE_H
#define TD_PRODUCERS_INTAKE_H

#include "producers/checkpoint.h"
#include "producers/spool.h"
#include "workers/reference.h"

typedef struct td_intake td_intake_t;

typedef struct td_intake_settings {
	const char *reporter, *source;
	const td_reference_t *reference;
	char *const *files;   /* NULL after the last; none: standard input */
	const char *rejected; /* where all refused rows go; NULL: FILE.rejected, and for standard
				 input stdin.rejected in the spool's folder */
	bool again;           /* feeds files that were fed before */
	const td_signer_t *signer; /* of checkpoints; NULL: they are not signed */
} td_intake_settings_t;

/* What is pointed to must outlive it. NULL and `err` on failure. */
TD_MUST_USE td_intake_t *td_intake_new(const td_intake_settings_t *settings, td_spool_t *spool,
				       td_err_t *err);

/* Rows that were not said to be accepted are forgotten. NULL is allowed. */
void td_intake_free(td_intake_t *intake);

typedef enum td_intake_next {
	TD_INTAKE_MORE,  /* there is more to do at once */
	TD_INTAKE_INPUT, /* nothing to do until td_intake_fd has input */
	TD_INTAKE_ROOM,  /* the spool or its disk is full; try again after deliveries or a while */
	TD_INTAKE_ENDED, /* all inputs are read, and all they said is durable */
	TD_INTAKE_FAILED,
} td_intake_next_t;

/* One turn at `now_ms` (Unix ms): some rows, never a long wait. TD_ENOINPUT when a file cannot be
 * read, TD_EIO. */
TD_MUST_USE td_intake_next_t td_intake_turn(td_intake_t *intake, int64_t now_ms, td_err_t *err);

/* The descriptor of an input that may have to be waited for; -1: none is open. */
int td_intake_fd(const td_intake_t *intake);

/* Appends a checkpoint, durably, if the source knows of a moment up to which it is complete, and
 * the spool has room. */
TD_MUST_USE bool td_intake_checkpoint(td_intake_t *intake, td_err_t *err);

/* Makes what was read so far durable and says so. TD_EUNAVAILABLE: there is no room. */
TD_MUST_USE bool td_intake_settle(td_intake_t *intake, td_err_t *err);

/* The input that is being read, for a message; NULL: none. */
const char *td_intake_name(const td_intake_t *intake);

#endif
