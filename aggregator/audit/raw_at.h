/*
 * raw_at: single raw events by offset, asked for mostly in ascending order.
 *
 * Shell. Two readings of the log are kept: one goes on with what is asked for next, the other
 * serves what lies behind it, so that the repeats of a verdict log do not send the first one back.
 */
#ifndef TD_AGGREGATOR_AUDIT_RAW_AT_H
#define TD_AGGREGATOR_AUDIT_RAW_AT_H

#include "aggregator/audit/logs.h"

typedef struct td_raw_at td_raw_at_t;

/* Of one log; NULL when memory is out. The caller frees. */
TD_MUST_USE td_raw_at_t *td_raw_at_new(const td_logs_t *logs, size_t index);
void td_raw_at_free(td_raw_at_t *raws);

/* The first event at `offset` or behind it; `raw` is NULL when there is none before the log's end,
 * and lives until the next call. */
TD_MUST_USE bool td_raw_at(td_raw_at_t *raws, uint64_t offset, const td_raw_t **raw, td_err_t *err);

#endif
