/*
 * spool_renew: a new epoch after an old one, and the end of old ones.
 */
#ifndef TD_PRODUCERS_SPOOL_RENEW_H
#define TD_PRODUCERS_SPOOL_RENEW_H

#include "producers/spool_store.h"

/*
 * Says again in the new epoch `to`, which is empty, what `from` had not delivered, in its order and
 * durably. Checkpoints of the old epoch are left out: they speak of its own sequence. `count` gets
 * how many were said. TD_EINTEGRITY when `from` cannot be read.
 */
TD_MUST_USE bool td_spool_restate(const td_spool_store_t *from, td_spool_store_t *to,
				  uint64_t *count, td_err_t *err);

/* Deletes the folders in `folder` that are named like an epoch, but not `present`, which hold only
 * what a store makes, and in which nothing was written since `before_ms`. `deleted` counts them. */
TD_MUST_USE bool td_spool_prune_epochs(const char *folder, uint64_t present, int64_t before_ms,
				       unsigned *deleted, td_err_t *err);

#endif
