/* audit_reconcile: what the files of reconcile share; for aggregator/audit/audit_reconcile*.c only.
 */
#ifndef TD_AGGREGATOR_AUDIT_AUDIT_RECONCILE_H
#define TD_AGGREGATOR_AUDIT_AUDIT_RECONCILE_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/hashes.h"
#include "aggregator/audit/reconcile_sources.h"
#include "aggregator/audit/reconcile_transfers.h"
#include "aggregator/audit/reconcile_verdicts.h"
#include "aggregator/audit/signings.h"

enum { TD_RECONCILED_MAX = 2000 }; /* mismatches of one log that are listed; all are counted */

/* One mismatch with its text. */
typedef struct td_reconciled_one {
	td_mismatch_t what;
	const char *source;
} td_reconciled_one_t;

/* One log. */
typedef struct td_reconciled {
	td_sources_t *sources;
	td_hashes_t
		*cases; /* "c" → record id → revision, offset, and bytes if there is a transfer */
	td_verdicts_t verdicts;
	td_signings_t signings;
	bool has_verdicts;
	int64_t last_append_ms;
	td_arena_t *texts;
	uint64_t count, kept_count;
	td_reconciled_one_t kept[TD_RECONCILED_MAX];
} td_reconciled_t;

typedef struct td_reconciling {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_reconciled_t *items[TD_LOGS_MAX];
} td_reconciling_t;

/* Says all that was found of one log. */
void td_reconciled_say(const td_reconciling_t *all, size_t index);

/* Says one transfer that does not meet; a td_transfer_fn whose context is the td_reconciling_t. */
bool td_reconciled_say_transfer(void *context, td_mismatch_kind_t kind,
				const td_transfer_half_t *half, const td_transfer_half_t *other,
				td_err_t *err);

/* Says conflicts and open rejections of a shard's fields; a td_hashes_fn. */
typedef struct td_reconciled_listing {
	const td_reconciling_t *all;
	size_t index, prefix_size;
} td_reconciled_listing_t;
bool td_reconciled_say_field(void *context, const td_hashes_item_t *item);

#endif
