#include "aggregator/audit/cause.h"

/* Whether other rules than this release's were at work. */
static bool is_by_others(const td_measure_t *measure, const td_known_t *known)
{
	return !td_measure_same(measure, &known->record.adds, &known->by_rules.adds);
}

unsigned td_cause_of(const td_measure_t *measure, const td_known_t *before, const td_known_t *after,
		     const td_contributions_t *would)
{
	unsigned causes = 0;
	if (!td_measure_same(measure, would, &before->by_rules.adds))
		causes |= TD_CAUSE_CORRECTION;
	if (!td_measure_same(measure, would, &after->by_rules.adds))
		causes |= TD_CAUSE_REFERENCE;
	if (is_by_others(measure, before) != is_by_others(measure, after))
		causes |= TD_CAUSE_RULE;
	return causes;
}
