/*
 * audit_compare: how differences between live tallies and the log are said; for the command
 * compare.
 *
 * Shell, for the report alone.
 */
#ifndef TD_AGGREGATOR_AUDIT_AUDIT_COMPARE_H
#define TD_AGGREGATOR_AUDIT_AUDIT_COMPARE_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/diff.h"

/* A row for one tally that differs, and whether a record of `diffs` accounts for it. */
void td_diff_say_tally(td_audit_t *audit, const char *reporter, const td_diffs_t *diffs,
		       const td_diff_t *diff);

/* A row for one record whose state differs, or for another field. */
void td_diff_say_record(td_audit_t *audit, const char *reporter, const td_diff_t *diff);
void td_diff_say_other(td_audit_t *audit, const char *reporter, const td_diff_t *diff);

#endif
