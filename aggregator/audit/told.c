#include "aggregator/audit/told.h"

#include "aggregator/position.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ARENA_BYTES = 2 * TD_JUDGED_ARENA };

typedef struct hearing {
	const td_told_t *told;
	const td_log_bounds_t *bounds;
	td_position_t position;
	td_arena_t *arena;
} hearing_t;

/* Whether this is the verdict that counts. */
static bool look(hearing_t *hearing, const Thidua__V1__Verdict *verdict, bool *counts,
		 td_err_t *err)
{
	const td_range_t range = {verdict->raw_offset, td_verdict_through(verdict)};
	uint64_t counted, jumped;
	td_take_t take = TD_TAKE_REPEAT;
	if (range.last < INT64_MAX)
		take = td_position_take(&hearing->position, range, &counted, &jumped);
	*counts = take != TD_TAKE_REPEAT;
	return take != TD_TAKE_TOO_MANY ||
	       td_err_set(err, TD_EINTEGRITY,
			  "the verdicts on the log of %s leave more than %d holes",
			  hearing->bounds->reporter, TD_HOLES_MAX);
}

static bool take(void *context, const td_verdict_item_t *item, td_err_t *err)
{
	hearing_t *hearing = context;
	const td_told_t *told = hearing->told;
	td_judged_t judged;
	bool counts;
	if (td_crew_stopping(told->crew))
		return td_err_set(err, TD_ESUPERSEDED, "stopped");
	td_crew_add(told->crew, 1);
	td_arena_reset(hearing->arena);
	if (!td_judged_read(item->bytes, hearing->arena, &judged))
		return true; /* no verdict: no reader counts it */
	if (!look(hearing, judged.verdict, &counts, err))
		return false;
	if (!counts || judged.offset >= hearing->bounds->end ||
	    judged.verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ABSENT)
		return true;
	return told->take(told->context, &judged, err);
}

bool td_told_read(const td_told_t *told, td_err_t *err)
{
	td_verdict_log_t verdicts;
	hearing_t *hearing = calloc(1, sizeof *hearing);
	if (hearing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to read verdicts");
	hearing->told = told;
	hearing->bounds = td_logs_get(told->logs, told->index);
	hearing->arena = td_arena_new(ARENA_BYTES);
	bool done =
		hearing->arena != NULL || td_err_set(err, TD_EMEMORY, "no memory to read verdicts");
	done = done && td_logs_verdicts(told->logs, told->index, told->generation, &verdicts, err);
	if (done && !verdicts.exists)
		done = td_err_set(err, TD_ENOINPUT,
				  "there are no verdicts of generation %" PRIu32
				  " on the log of %s: %s is missing",
				  told->generation, hearing->bounds->reporter, verdicts.topic);
	done = done && td_verdict_log_read(told->logs, &verdicts, take, hearing, err);
	td_arena_free(hearing->arena);
	free(hearing);
	return done;
}
