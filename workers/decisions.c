#include "workers/decisions.h"

#include "workers/decisions_internal.h"

#include <inttypes.h>
#include <stdlib.h>

td_decisions_t *td_decisions_new(void)
{
	return calloc(1, sizeof(td_decisions_t));
}

void td_decisions_free(td_decisions_t *decisions)
{
	if (!decisions)
		return;
	for (size_t i = 0; i < decisions->count; i++)
		thidua__v1__absent_decision__free_unpacked(decisions->items[i], NULL);
	for (size_t i = 0; i < decisions->generation_count; i++)
		thidua__v1__generation_decision__free_unpacked(decisions->generations[i], NULL);
	free(decisions);
}

bool td_decisions_check(const Thidua__V1__AbsentDecision *decision, td_err_t *err)
{
	if (!decision->decision[0] || strlen(decision->decision) > TD_ID_MAX)
		return td_err_set(err, TD_EDATA, "a decision needs a number of 1 to %d bytes",
				  TD_ID_MAX);
	if (strchr(decision->decision, '\n') || strchr(decision->note, '\n'))
		return td_err_set(err, TD_EDATA, "decision %s: number and note are one line each",
				  decision->decision);
	if (!decision->topic[0])
		return td_err_set(err, TD_EDATA, "decision %s names no topic", decision->decision);
	if (decision->through_offset < decision->from_offset ||
	    decision->through_offset > (uint64_t)INT64_MAX - 1)
		return td_err_set(
			err, TD_EDATA, "decision %s: offsets %" PRIu64 "..%" PRIu64 " are no range",
			decision->decision, decision->from_offset, decision->through_offset);
	if (!decision->decided_by[0] || strlen(decision->decided_by) > TD_ID_MAX ||
	    strlen(decision->note) > 500)
		return td_err_set(err, TD_EDATA,
				  "decision %s needs the deciding office (1 to %d bytes) and a "
				  "note of at most 500",
				  decision->decision, TD_ID_MAX);
	return true;
}

static Thidua__V1__AbsentDecision **slot(td_decisions_t *decisions,
					 const Thidua__V1__AbsentDecision *decision)
{
	for (size_t i = 0; i < decisions->count; i++)
		if (!strcmp(decisions->items[i]->topic, decision->topic) &&
		    !strcmp(decisions->items[i]->decision, decision->decision))
			return &decisions->items[i];
	return decisions->count < TD_DECISIONS_MAX ? &decisions->items[decisions->count] : NULL;
}

bool td_decisions_add(td_decisions_t *decisions, td_slice_t packed, td_err_t *err)
{
	Thidua__V1__AbsentDecision *decision =
		packed.size > TD_DECISION_PACKED_MAX
			? NULL
			: thidua__v1__absent_decision__unpack(NULL, packed.size, packed.data);
	Thidua__V1__AbsentDecision **at = NULL;

	if (!decision)
		return td_err_set(err, TD_EDATA, "these %zu bytes are no decision", packed.size);
	if (!td_decisions_check(decision, err))
		goto refused;
	at = slot(decisions, decision);
	if (!at) {
		(void)td_err_set(err, TD_EMEMORY, "more than %d decisions", TD_DECISIONS_MAX);
		goto refused;
	}
	if (*at)
		thidua__v1__absent_decision__free_unpacked(*at, NULL);
	else
		decisions->count++;
	*at = decision;
	return true;
refused:
	thidua__v1__absent_decision__free_unpacked(decision, NULL);
	return false;
}

const Thidua__V1__AbsentDecision *td_decisions_find(const td_decisions_t *decisions,
						    const char *topic, uint64_t offset)
{
	const Thidua__V1__AbsentDecision *found = NULL;

	for (size_t i = 0; i < decisions->count; i++) {
		const Thidua__V1__AbsentDecision *item = decisions->items[i];

		if (offset < item->from_offset || offset > item->through_offset ||
		    strcmp(item->topic, topic) != 0)
			continue;
		if (!found || item->through_offset > found->through_offset)
			found = item;
	}
	return found;
}

size_t td_decisions_count(const td_decisions_t *decisions)
{
	return decisions->count;
}
