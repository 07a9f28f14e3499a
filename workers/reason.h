/*
 * reason: every way in which an event can be wrong (E...) or odd (W...), said in two languages.
 *
 * One table, workers/reason.def, gives the enum, the sentences, the manual and the tests. A code is
 * never reused: a province's people look it up years later. Errors are 101..999, printed "E101";
 * warnings 1001..1999, printed "W001".
 */
#ifndef TD_WORKERS_REASON_H
#define TD_WORKERS_REASON_H

#include "common/td.h"

typedef enum td_reason {
#define TD_REASON(code, name, vi, en) TD_REASON_##name = (code),
#include "workers/reason.def"
#undef TD_REASON
} td_reason_t;

enum { TD_REASON_WARNINGS_FROM = 1001 };

typedef struct td_reason_info {
	td_reason_t reason;
	const char *name; /* "UNKNOWN_UNIT" */
	const char *vi;   /* what is wrong and what to do, one sentence, Vietnamese */
	const char *en;   /* the same in English */
} td_reason_info_t;

/* The table's entry for `reason`; NULL for a code that this release does not know. */
const td_reason_info_t *td_reason_find(uint32_t reason);

/* All entries in the order of their codes. */
const td_reason_info_t *td_reason_all(size_t *count);

/* "E101" or "W001" into `text` of at least 8 bytes. */
void td_reason_print(uint32_t reason, char *text);

enum { TD_FINDINGS_MAX = 32 }; /* no event can break more rules than are kept */

/* What is wrong with one event, in ascending order of code; count 0 means nothing. */
typedef struct td_findings {
	size_t count;
	struct {
		td_reason_t reason;
		const char *field; /* path such as "case.article"; static text */
	} items[TD_FINDINGS_MAX];
} td_findings_t;

/* Adds a finding; beyond TD_FINDINGS_MAX it is left out, the event is rejected all the same. */
void td_findings_add(td_findings_t *findings, td_reason_t reason, const char *field);

#endif
