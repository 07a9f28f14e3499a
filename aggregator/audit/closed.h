/*
 * closed: a closed period's figures, put where thidua-tally finds them.
 *
 * Shell.
 */
#ifndef TD_AGGREGATOR_AUDIT_CLOSED_H
#define TD_AGGREGATOR_AUDIT_CLOSED_H

#include "aggregator/audit/closings.h"

/* Puts the snapshots of a closing into Redis, in place of what is there, and says so in the report;
 * what was there and is another is something wrong. TD_EINTEGRITY when a snapshot is gone from
 * thidua.seals. */
TD_MUST_USE bool td_closed_restore(const td_audit_t *audit, const td_closings_t *closings,
				   const td_closing_t *closing, td_err_t *err);

/* Says of each period that Redis shows as closed though no note closes it. */
TD_MUST_USE bool td_closed_look(const td_audit_t *audit, const td_closings_t *closings,
				td_err_t *err);

#endif
