/*
 * signings: what a reporter signed off, held against what its log gives at the offset it speaks of.
 *
 * Shell. Of each period the statement that stands is looked at. A signature proves who signed, and
 * nothing of the figures: they are replayed up to that offset, and compared.
 */
#ifndef TD_AGGREGATOR_AUDIT_SIGNINGS_H
#define TD_AGGREGATOR_AUDIT_SIGNINGS_H

#include "aggregator/audit/judged.h"
#include "aggregator/audit/periods.h"

typedef enum td_signing_found {
	TD_SIGNING_UNSEEN,  /* the replay went on from behind that offset */
	TD_SIGNING_EQUAL,   /* it is what the log gives */
	TD_SIGNING_TOTALS,  /* the totals are others */
	TD_SIGNING_TALLIES, /* the totals are equal, but not the tallies behind them */
	TD_SIGNING_AHEAD,   /* it speaks of offsets that lie behind itself */
} td_signing_found_t;

/* One period's statement. */
typedef struct td_signing {
	struct td_signing *next;
	char period[TD_PERIOD_NAME_MAX];
	uint64_t offset; /* its own */
	td_signed_t said;
	td_signing_found_t found;
	td_figures_t figures; /* what the log gives */
} td_signing_t;

/* Those of one log; all-zero but for the arena in which they live. */
typedef struct td_signings {
	td_arena_t *arena;
	td_signing_t *first;
	uint64_t due; /* the lowest offset that is spoken of and not yet reached */
} td_signings_t;

/* Takes each event of the log first, in order. TD_EMEMORY. */
TD_MUST_USE bool td_signings_take(td_signings_t *signings, const td_judged_t *judged,
				  td_err_t *err);

/* Then, in a replay of the same log: all events below `reached` are taken by it. */
TD_MUST_USE bool td_signings_reach(td_signings_t *signings, const td_audit_t *audit,
				   td_shelved_t *shelved, uint64_t reached, td_err_t *err);

/* Says each in the report; one that differs is a difference. */
void td_signings_say(const td_signings_t *signings, const td_audit_t *audit, const char *reporter);

#endif
