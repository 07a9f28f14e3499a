/*
 * reconcile_transfers: whether each case that was handed over is known, as it stands now, to both
 * reporters, and on the same day: only then does it count once.
 *
 * Pure. Takes the standing statements of all reporters that speak of a transfer, in any order. What
 * joins two halves is the transfer's number with its sender and receiver.
 */
#ifndef TD_AGGREGATOR_AUDIT_RECONCILE_TRANSFERS_H
#define TD_AGGREGATOR_AUDIT_RECONCILE_TRANSFERS_H

#include "aggregator/audit/reconcile.h"

#include <thidua/v1/event.pb-c.h>

enum { TD_TRANSFERS_MAX = 500000 }; /* halves; about 350 bytes each */

/* One half: what a case as it stands says of its transfer. */
typedef struct td_transfer_half {
	char transfer_id[TD_ID_MAX + 1], sender[TD_ID_MAX + 1], receiver[TD_ID_MAX + 1];
	bool is_sender; /* who says it */
	char record_id[TD_ID_MAX + 1];
	uint64_t offset; /* of the statement in the raw log of who says it */
	int32_t accepted_on;
} td_transfer_half_t;

typedef struct td_transfers td_transfers_t;

/* NULL when memory is out. The caller frees. */
TD_MUST_USE td_transfers_t *td_transfers_new(void);
void td_transfers_free(td_transfers_t *transfers);

/* Takes a standing statement, if it is a case with a transfer; copies what it needs. TD_EMEMORY
 * beyond TD_TRANSFERS_MAX. */
TD_MUST_USE bool td_transfers_take(td_transfers_t *transfers, const Thidua__V1__Event *event,
				   uint64_t offset, td_err_t *err);

/* Hears of what is wrong with a half; `other` is the half that it is held against, NULL if there is
 * none. False, with err, ends the work. */
typedef bool td_transfer_fn(void *context, td_mismatch_kind_t kind, const td_transfer_half_t *half,
			    const td_transfer_half_t *other, td_err_t *err);

/* Says everything that is wrong, in the order of transfers. A transfer that is on its way, sent and
 * not accepted by either side, is none. */
TD_MUST_USE bool td_transfers_finish(td_transfers_t *transfers, td_transfer_fn *say, void *context,
				     td_err_t *err);

#endif
