/*
 * spool: one source's durable memory: a folder that one process holds, and the store of its
 * present epoch.
 *
 *	lock         held while a process has the spool; names that process
 *	identity     reporter, source, epoch, and which file on which disk this is
 *	<epoch>/     the store (spool_store.h), and the digests of files fed whole (fed.h)
 *
 * An epoch is a random number, made with the spool. A copied or restored folder shows by its
 * identity lying in another file than it says: it gets a new epoch, in which everything that the
 * old one had not delivered is said again. So no two spools ever give one name to two events.
 */
#ifndef TD_PRODUCERS_SPOOL_H
#define TD_PRODUCERS_SPOOL_H

#include "producers/spool_store.h"

typedef struct td_spool td_spool_t;

typedef struct td_spool_settings {
	const char *folder; /* of this source; made if it is missing; at most TD_SPOOL_PATH_MAX
			       less 32 bytes */
	const char *reporter, *source;
	int64_t segment_bytes, total_bytes; /* see td_spool_store_settings_t */
} td_spool_settings_t;

/*
 * Takes the spool. TD_EUNAVAILABLE if another process has it, TD_ECONFIG if it is another
 * source's, TD_EINTEGRITY or TD_EIO. NULL and `err` on failure.
 */
TD_MUST_USE td_spool_t *td_spool_open(const td_spool_settings_t *settings, td_err_t *err);

/* Gives it back; NULL is allowed. */
void td_spool_close(td_spool_t *spool);

/* The store of the present epoch; owned by the spool. */
td_spool_store_t *td_spool_store(const td_spool_t *spool);

const char *td_spool_folder(const td_spool_t *spool);

/* The epoch before, if this opening began a new one because the folder is a copy; else 0.
 * `restated` counts the events that were said again. */
uint64_t td_spool_renewed_from(const td_spool_t *spool, uint64_t *restated);

/* Deletes what is delivered and was last written before `before_ms`, older epochs included; see
 * td_spool_store_prune. */
TD_MUST_USE bool td_spool_prune(td_spool_t *spool, int64_t before_ms, unsigned *deleted,
				td_err_t *err);

/* The process that an open lock file names; 0: none. */
long td_spool_lock_holder(int fd);

#endif
