#include "aggregator/targets.h"

#include "aggregator/metric.h"
#include "proto/pb.h"
#include "workers/envelope.h"
#include "workers/verdict.h"

#include <stdlib.h>

enum { KEPT_BYTES = 256 * 1024 * 1024, SCRATCH_BYTES = 8 * 1024 * 1024 };

/* One statement. */
typedef struct stated {
	struct stated *next;
	const char *record_id;
	uint64_t revision;
	const char *code; /* NULL: of a known figure, or taken back */
} stated_t;

struct td_targets {
	td_arena_t *kept, *scratch;
	stated_t *first;
	size_t count;
};

td_targets_t *td_targets_new(void)
{
	td_targets_t *targets = calloc(1, sizeof *targets);
	if (targets == NULL)
		return NULL;
	targets->kept = td_arena_new(KEPT_BYTES);
	targets->scratch = td_arena_new(SCRATCH_BYTES);
	if (targets->kept != NULL && targets->scratch != NULL)
		return targets;
	td_targets_free(targets);
	return NULL;
}

void td_targets_free(td_targets_t *targets)
{
	if (targets == NULL)
		return;
	td_arena_free(targets->kept);
	td_arena_free(targets->scratch);
	free(targets);
}

/* The event, if the verdict accepts a statement about a target. */
static const td_event_t *target_in(td_targets_t *targets, td_slice_t packed)
{
	td_envelope_t envelope;
	td_arena_reset(targets->scratch);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(packed.data, packed.size, targets->scratch);
	if (verdict == NULL || verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		return NULL;
	td_slice_t raw = td_verdict_raw(verdict);
	td_envelope_read(raw, &envelope);
	if (envelope.kind != THIDUA__V1__KIND__KIND_TARGET)
		return NULL;
	ProtobufCAllocator allocator = td_pb_allocator(targets->scratch);
	return thidua__v1__event__unpack(&allocator, raw.size, raw.data);
}

static bool is_known(const char *code)
{
	return td_metric_by_code(code) != NULL || td_rate_by_code(code) != NULL;
}

bool td_targets_take(td_targets_t *targets, td_slice_t verdict)
{
	const td_event_t *event = target_in(targets, verdict);
	if (event == NULL)
		return true;
	stated_t *stated = td_arena_take(targets->kept, sizeof *stated);
	const char *record_id = td_arena_format(targets->kept, "%s", event->record_id);
	if (stated == NULL || record_id == NULL)
		return false;
	*stated = (stated_t){targets->first, record_id, event->revision, NULL};
	targets->first = stated;
	targets->count++;
	if (event->body_case != THIDUA__V1__EVENT__BODY_TARGET || is_known(event->target->metric))
		return true;
	stated->code = td_arena_format(targets->kept, "%s", event->target->metric);
	return stated->code != NULL;
}

/* By record, the latest statement last. */
static int compare(const void *left, const void *right)
{
	const stated_t *a = *(const stated_t *const *)left, *b = *(const stated_t *const *)right;
	int order = strcmp(a->record_id, b->record_id);
	return order != 0 ? order : (a->revision > b->revision) - (a->revision < b->revision);
}

bool td_targets_unknown(td_targets_t *targets, td_target_fn *each, void *context)
{
	size_t count = 0;
	const stated_t **sorted =
		td_arena_take(targets->kept, targets->count * sizeof(const stated_t *));
	if (sorted == NULL)
		return false;
	for (const stated_t *stated = targets->first; stated != NULL; stated = stated->next)
		sorted[count++] = stated;
	if (count > 0)
		qsort(sorted, count, sizeof sorted[0], compare);
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count ||
			    strcmp(sorted[i]->record_id, sorted[i + 1]->record_id) != 0;
		if (last && sorted[i]->code != NULL)
			each(context, sorted[i]->record_id, sorted[i]->code);
	}
	return true;
}
