/*
 * request_parts: what the files of request share.
 *
 * Pure; for aggregator/request*.c only.
 */
#ifndef TD_AGGREGATOR_REQUEST_PARTS_H
#define TD_AGGREGATOR_REQUEST_PARTS_H

#include "aggregator/request.h"

/* The days of the query, those before, their period and title; TD_EUSAGE. */
TD_MUST_USE bool td_request_days(const td_request_t *request, int64_t now_ms,
				 td_resolved_t *resolved, td_err_t *err);

#endif
