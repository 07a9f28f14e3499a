#include "tests/model/pipeline.h"

#include "producers/segment.h"
#include "tests/model/told.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENT_MAX = 512, MINUTE_MS = 60000 };

static const int64_t NOW_MS = 1614934800000; /* 2021-03-05T16:00+07:00 */

/* A raw log that is being told: one source, its sequence and its hash chain. */
typedef struct telling {
	td_model_story_t *story;
	td_chance_t *chance;
	td_arena_t *arena;
	uint64_t sequence;
	td_chain_t chain;
} telling_t;

static void *take(telling_t *telling, size_t size)
{
	void *taken = td_arena_take(telling->arena, size);
	if (taken == NULL)
		abort();
	memset(taken, 0, size);
	return taken;
}

static Thidua__V1__Event *an_accident(telling_t *telling)
{
	td_chance_t *chance = telling->chance;
	Thidua__V1__Accident *about = take(telling, sizeof *about);
	Thidua__V1__Retraction *retraction = take(telling, sizeof *retraction);
	char id[32];
	(void)snprintf(id, sizeof id, "2021-%06u", (unsigned)td_chance_below(chance, 4));
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_ACCIDENT, id, 1 + td_chance_below(chance, 4),
			      20210304, telling->arena);
	thidua__v1__accident__init(about);
	thidua__v1__retraction__init(retraction);
	about->mode = (Thidua__V1__TrafficMode)(1 + td_chance_below(chance, 2));
	about->class_ = THIDUA__V1__ACCIDENT_CLASS__ACCIDENT_CLASS_SERIOUS;
	about->deaths = (uint32_t)td_chance_below(chance, 2);
	about->damage_vnd = td_chance_below(chance, 3) * 1000;
	event->body_case = THIDUA__V1__EVENT__BODY_ACCIDENT;
	event->accident = about;
	if (td_chance_once_in(chance, 6)) {
		retraction->reason = THIDUA__V1__RETRACTION_REASON__RETRACTION_REASON_ERROR;
		event->body_case = THIDUA__V1__EVENT__BODY_RETRACTION;
		event->retraction = retraction;
	}
	event->occurred_at->seconds -= (int64_t)td_chance_below(chance, 60) * 86400;
	if (td_chance_once_in(chance, 6))
		event->unit = (char *)(uintptr_t) "vn-06.nobody"; /* is rejected */
	return event;
}

static Thidua__V1__Event *a_checkpoint(telling_t *telling)
{
	Thidua__V1__Checkpoint *checkpoint = take(telling, sizeof *checkpoint);
	uint8_t *hash = take(telling, TD_CHAIN_SIZE);
	Thidua__V1__Event *event =
		td_told_event(THIDUA__V1__KIND__KIND_CHECKPOINT, "", 0, 20210304, telling->arena);
	thidua__v1__checkpoint__init(checkpoint);
	memcpy(hash, telling->chain.bytes, TD_CHAIN_SIZE);
	checkpoint->last_sequence = telling->sequence;
	checkpoint->running_sha256 = (ProtobufCBinaryData){TD_CHAIN_SIZE, hash};
	checkpoint->complete_until = event->occurred_at;
	event->unit = (char *)(uintptr_t) "";
	event->occurred_at = NULL;
	event->occurred_precision = 0;
	event->body_case = THIDUA__V1__EVENT__BODY_CHECKPOINT;
	event->checkpoint = checkpoint;
	return event;
}

static void append_event(telling_t *telling, Thidua__V1__Event *event, int64_t now_ms)
{
	uint8_t *bytes = take(telling, EVENT_MAX);
	event->source = (char *)(uintptr_t) "main";
	event->epoch = 5;
	event->sequence = ++telling->sequence;
	td_slice_t packed = {bytes, thidua__v1__event__pack(event, bytes)};
	telling->chain = td_chain_next(telling->chain, packed);
	td_model_log_append(&telling->story->raw, packed, now_ms);
}

/* An event, a checkpoint, garbage, nothing, or something that was sent before. */
static void append(telling_t *telling)
{
	td_chance_t *chance = telling->chance;
	td_model_log_t *raw = &telling->story->raw;
	int64_t now_ms = NOW_MS + (int64_t)raw->count * MINUTE_MS;
	const td_model_record_t *before =
		raw->count > 0 ? &raw->records[td_chance_below(chance, raw->count)] : NULL;
	if (td_chance_once_in(chance, 12))
		td_model_log_skip(raw);
	else if (td_chance_once_in(chance, 20))
		td_model_log_append(raw, td_slice_text("garbage"), now_ms);
	else if (td_chance_once_in(chance, 6) && before != NULL && before->is_there)
		td_model_log_append(raw, before->bytes, now_ms);
	else
		append_event(telling,
			     td_chance_once_in(chance, 4) ? a_checkpoint(telling)
							  : an_accident(telling),
			     now_ms);
}

void td_model_story_by_chance(td_model_story_t *story, size_t raw_max, td_chance_t *chance,
			      td_arena_t *arena)
{
	telling_t telling = {.story = story, .chance = chance, .arena = arena};
	size_t count = 2 + td_chance_below(chance, raw_max - 1);
	td_arena_reset(arena);
	td_model_log_cut(&story->raw, 0);
	while (story->raw.count + 1 < count)
		append(&telling);
	append_event(&telling, a_checkpoint(&telling),
		     NOW_MS + (int64_t)story->raw.count * MINUTE_MS);
}
