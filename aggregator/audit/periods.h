/*
 * periods: what the commands about periods share: which period is meant, what a replayed shard says
 * of it, and how its totals are shown.
 *
 * Shell. A period is preliminary until its province signs it off, signed off until it is closed,
 * and amended when figures move behind that. A year, a half, its first nine months, a quarter or a
 * month can be.
 */
#ifndef TD_AGGREGATOR_AUDIT_PERIODS_H
#define TD_AGGREGATOR_AUDIT_PERIODS_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/shelf.h"
#include "aggregator/signed.h"
#include "aggregator/totals.h"
#include "workers/sign_off.h"

/* The period of --period and --calendar, and its name; TD_EUSAGE when there is none. */
typedef struct td_named_period {
	Thidua__V1__Period period;
	char name[TD_PERIOD_NAME_MAX];
	td_days_t before; /* its namesake's, a year before */
} td_named_period_t;
TD_MUST_USE bool td_audit_period(const td_audit_t *audit, td_named_period_t *named, td_err_t *err);

/* The totals of a replayed shard over days that whole half-months make up; NULL and err. The caller
 * frees. */
TD_MUST_USE td_totals_t *td_shelved_totals(const td_audit_t *audit, td_shelved_t *shelved,
					   td_days_t days, td_err_t *err);

/* What is signed of a period, as a replayed shard has it now: SHA-256 of its totals, and of all its
 * tallies (proto/thidua/v1/event.proto, SignOff). */
typedef struct td_figures {
	uint8_t totals[TD_TOTALS_DIGEST_SIZE];
	td_hash_t tallies;
} td_figures_t;
TD_MUST_USE bool td_shelved_figures(const td_audit_t *audit, td_shelved_t *shelved, td_days_t days,
				    td_figures_t *figures, td_err_t *err);

/* The days of a period by its name, "police-2021-Q3". */
td_days_t td_period_name_days(const char *name);

/* What a replayed shard knows of its sign-off of the period; revision 0: nothing. */
TD_MUST_USE bool td_shelved_signed(const td_audit_t *audit, td_shelved_t *shelved,
				   const char *period, td_signed_t *said, td_err_t *err);

/* The cell of a field in words: metric's code, province, and the values of its dimensions joined,
 * in JSON their codes; all in the audit's arena. */
typedef struct td_total_words {
	const char *metric, *label, *province, *dimensions;
} td_total_words_t;
TD_MUST_USE bool td_total_words(const td_audit_t *audit, const char *field,
				td_total_words_t *words);

/* The digest in hexadecimal, in the audit's arena; NULL when that is full. */
const char *td_audit_hex(const td_audit_t *audit, const uint8_t digest[TD_TOTALS_DIGEST_SIZE]);

#endif
