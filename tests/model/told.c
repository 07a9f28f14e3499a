#include "tests/model/told.h"

#include "common/localday.h"
#include "proto/pb.h"

#include <stdio.h>
#include <stdlib.h>

#define KIND(name)  THIDUA__V1__KIND__KIND_##name
#define STAGE(name) THIDUA__V1__STAGE_KIND__STAGE_KIND_##name
#define BODY(name)  THIDUA__V1__EVENT__BODY_##name

enum { STAGES_MAX = 12, NOON_MS = 12 * 3600 * 1000 };

/* A test without memory is over. */
static void *take(td_arena_t *arena, size_t size)
{
	void *taken = td_arena_take(arena, size);
	if (taken == NULL)
		abort();
	memset(taken, 0, size);
	return taken;
}

static char *text(td_arena_t *arena, const char *from)
{
	size_t size = strlen(from) + 1;
	return memcpy(take(arena, size), from, size);
}

static int32_t day_of(int32_t on)
{
	int32_t day;
	if (!td_localday_of_yyyymmdd(on, &day))
		abort();
	return day;
}

Thidua__V1__Event *td_told_event(Thidua__V1__Kind kind, const char *id, uint64_t revision,
				 int32_t on, td_arena_t *arena)
{
	Thidua__V1__Event *event = take(arena, sizeof *event);
	Google__Protobuf__Timestamp *at = take(arena, sizeof *at);
	thidua__v1__event__init(event);
	google__protobuf__timestamp__init(at);
	at->seconds = (td_localday_start_ms(day_of(on)) + NOON_MS) / 1000;
	event->reporter = text(arena, TD_TOLD_REPORTER);
	event->kind = kind;
	event->record_id = text(arena, id);
	event->revision = revision;
	event->unit = text(arena, TD_TOLD_REPORTER ".pc08");
	event->occurred_at = event->recorded_at = at;
	event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
	return event;
}

static void add_stage(Thidua__V1__Enriched *enriched, Thidua__V1__StageKind kind, int32_t on,
		      const char *province, td_arena_t *arena)
{
	if (on == 0)
		return;
	Thidua__V1__Stage *stage = take(arena, sizeof *stage);
	thidua__v1__stage__init(stage);
	stage->kind = kind;
	stage->on = on;
	stage->province = text(arena, province);
	enriched->stages[enriched->n_stages++] = stage;
}

static void add_case_stages(Thidua__V1__Enriched *enriched, const Thidua__V1__Case *about,
			    const char *province, td_arena_t *arena)
{
	const struct {
		Thidua__V1__StageKind kind;
		int32_t on;
	} stages[] = {
		{STAGE(REPORTED), about->reported_on},
		{STAGE(REGISTERED), about->registered_on},
		{STAGE(SOLVED), about->solved_on},
		{STAGE(SUSPENDED), about->suspended_on},
		{STAGE(RESUMED), about->resumed_on},
		{STAGE(DISCONTINUED), about->discontinued_on},
		{STAGE(CONCLUDED), about->concluded_on},
		{STAGE(REOPENED), about->reopened_on},
		{STAGE(CLOSED), about->closed_on},
		{STAGE(TRANSFERRED), about->transfer != NULL ? about->transfer->accepted_on : 0},
	};
	for (size_t i = 0; i < TD_COUNT(stages); i++)
		add_stage(enriched, stages[i].kind, stages[i].on, province, arena);
}

td_told_t td_told_accepted(Thidua__V1__Event *event, const char *province, td_arena_t *arena)
{
	Thidua__V1__Enriched *enriched = take(arena, sizeof *enriched);
	int32_t on = td_localday_yyyymmdd(td_localday_of_ms(event->occurred_at->seconds * 1000));
	thidua__v1__enriched__init(enriched);
	enriched->stages = take(arena, STAGES_MAX * sizeof enriched->stages[0]);
	add_stage(enriched, STAGE(OCCURRED), on, province, arena);
	if (event->body_case == BODY(CASE)) {
		enriched->severity = THIDUA__V1__SEVERITY__SEVERITY_SERIOUS;
		enriched->crime_group = THIDUA__V1__CRIME_GROUP__CRIME_GROUP_SOCIAL_ORDER;
		add_case_stages(enriched, event->case_, province, arena);
	}
	return (td_told_t){event, enriched, NULL};
}

td_told_t td_told_refused(Thidua__V1__Event *event, uint32_t code, const char *field,
			  td_arena_t *arena)
{
	Thidua__V1__Rejected *rejected = take(arena, sizeof *rejected);
	Thidua__V1__Finding *reason = take(arena, sizeof *reason);
	thidua__v1__rejected__init(rejected);
	thidua__v1__finding__init(reason);
	reason->code = code;
	reason->field = text(arena, field);
	rejected->n_reasons = 1;
	rejected->reasons = take(arena, sizeof rejected->reasons[0]);
	rejected->reasons[0] = reason;
	return (td_told_t){event, NULL, rejected};
}

td_slice_t td_told_verdict(const td_told_t *told, uint64_t raw_offset, int64_t append_ms,
			   td_arena_t *arena)
{
	Thidua__V1__Verdict verdict = THIDUA__V1__VERDICT__INIT;
	td_slice_t raw, packed;
	verdict.raw_offset = raw_offset;
	verdict.append_ms = append_ms;
	verdict.reference_version = 1;
	if (!td_pb_pack(&told->event->base, arena, &raw))
		abort();
	ProtobufCBinaryData bytes = {raw.size, (uint8_t *)(uintptr_t)raw.data};
	if (told->enriched != NULL) {
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ENRICHED;
		verdict.enriched = told->enriched;
		verdict.enriched->raw = bytes;
	} else {
		verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_REJECTED;
		verdict.rejected = told->rejected;
		verdict.rejected->raw = bytes;
	}
	if (!td_pb_pack(&verdict.base, arena, &packed))
		abort();
	return packed;
}

td_slice_t td_told_absent(uint64_t first, uint64_t last, td_arena_t *arena)
{
	Thidua__V1__Verdict verdict = THIDUA__V1__VERDICT__INIT;
	Thidua__V1__Absent absent = THIDUA__V1__ABSENT__INIT;
	td_slice_t packed;
	absent.through_offset = last;
	absent.reason = THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD;
	verdict.raw_offset = first;
	verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ABSENT;
	verdict.absent = &absent;
	if (!td_pb_pack(&verdict.base, arena, &packed))
		abort();
	return packed;
}
