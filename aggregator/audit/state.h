/*
 * state: the folder of --state, in which replays are kept, and what a witness saw: one process at a
 * time has it, and a replay goes on only as that of the log that it was made of.
 *
 * Shell.
 */
#ifndef TD_AGGREGATOR_AUDIT_STATE_H
#define TD_AGGREGATOR_AUDIT_STATE_H

#include "aggregator/audit/logs.h"
#include "aggregator/head.h"

/* Takes what is kept there under that name ("live") for this process; -1 and err, TD_EUNAVAILABLE,
 * when another has it. Close it to give it back. */
TD_MUST_USE int td_state_lock(const char *folder, const char *name, td_err_t *err);

/* Whether a replay that was kept is of this log in this generation, by the log's first event;
 * TD_EUSAGE when it is not. */
TD_MUST_USE bool td_state_is_of(const td_logs_t *logs, size_t index, const td_head_t *head,
				td_err_t *err);

#endif
