/*
 * moment: points of time as operators write and read them, in Viet Nam's time.
 *
 * Pure: "now" is an argument.
 */
#ifndef TD_AGGREGATOR_MOMENT_H
#define TD_AGGREGATOR_MOMENT_H

#include "common/err.h"
#include "common/td.h"

enum { TD_MOMENT_TEXT_MAX = 40 };

/* "now", "+90s", "+5m", "+2h", "+7d", "2021-06-01" or "2021-06-01T07:30"; TD_EUSAGE. */
TD_MUST_USE bool td_moment_parse(const char *text, int64_t now_ms, int64_t *moment_ms,
				 td_err_t *err);

/* "2021-06-01 07:30:00" into `text` of TD_MOMENT_TEXT_MAX bytes; "-" for 0. */
const char *td_moment_text(int64_t moment_ms, char *text);

/* "350 ms", "12 s", "5 min", "3 h", "12 days": about how long, into `text` of TD_MOMENT_TEXT_MAX
 * bytes. */
const char *td_moment_span(int64_t span_ms, char *text);

#endif
