/*
 * cause: why a record adds something else to a figure than before.
 *
 * Pure. What a record adds follows from three things: what its reporter said, the reference data
 * that judged it, and the rules of the release that did. Where what was counted is not what the
 * rules of this release give (aggregator/audit/known.h), other rules were at work.
 */
#ifndef TD_AGGREGATOR_AUDIT_CAUSE_H
#define TD_AGGREGATOR_AUDIT_CAUSE_H

#include "aggregator/audit/known.h"
#include "aggregator/audit/measure.h"

enum {
	TD_CAUSE_CORRECTION = 1, /* the reporter says something else */
	TD_CAUSE_REFERENCE = 2,  /* the reference data are others */
	TD_CAUSE_RULE = 4,       /* it was judged by other rules before, or is now */
};

/*
 * Which of them moved the measure; several may have, each in part.
 *
 *   would  what the rules of this release give for what is said now, by the reference data of
 *          before; when nothing else is said, that is before->by_rules.adds
 */
unsigned td_cause_of(const td_measure_t *measure, const td_known_t *before, const td_known_t *after,
		     const td_contributions_t *would);

#endif
