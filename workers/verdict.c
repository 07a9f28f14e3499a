#include "workers/verdict.h"

#include "proto/pack.h"
#include "workers/decode.h"
#include "workers/enrich.h"
#include "workers/validate.h"

/* What is found, as the messages of a list in the arena; false when that is full. */
static bool list_findings(const td_findings_t *findings, td_arena_t *arena, size_t *count,
			  Thidua__V1__Finding ***list)
{
	if (findings->count == 0)
		return true;
	Thidua__V1__Finding *items = td_arena_take(arena, findings->count * sizeof *items);
	*list = td_arena_take(arena, findings->count * sizeof **list);
	if (items == NULL || *list == NULL)
		return false;
	for (size_t i = 0; i < findings->count; i++) {
		thidua__v1__finding__init(&items[i]);
		items[i].code = findings->items[i].reason;
		items[i].field = (char *)findings->items[i].field; /* only read */
		(*list)[i] = &items[i];
	}
	*count = findings->count;
	return true;
}

td_slice_t td_verdict_kept(td_slice_t raw)
{
	return (td_slice_t){raw.data,
			    raw.size < TD_VERDICT_RAW_MAX ? raw.size : TD_VERDICT_RAW_MAX};
}

static ProtobufCBinaryData bytes_of(const td_raw_t *raw)
{
	td_slice_t kept = td_verdict_kept(raw->bytes);
	return (ProtobufCBinaryData){kept.size, (uint8_t *)kept.data}; /* only read */
}

static bool accept(const td_raw_t *raw, const td_event_t *event, const td_reference_t *reference,
		   const td_findings_t *warnings, td_arena_t *arena, Thidua__V1__Verdict *verdict)
{
	Thidua__V1__Enriched *enriched = td_arena_take(arena, sizeof *enriched);
	if (enriched == NULL || !td_enrich_event(event, reference, arena, enriched) ||
	    !list_findings(warnings, arena, &enriched->n_warnings, &enriched->warnings))
		return false;
	enriched->raw = bytes_of(raw);
	verdict->outcome_case = THIDUA__V1__VERDICT__OUTCOME_ENRICHED;
	verdict->enriched = enriched;
	return true;
}

static bool reject(const td_raw_t *raw, const td_findings_t *errors, td_arena_t *arena,
		   Thidua__V1__Verdict *verdict)
{
	Thidua__V1__Rejected *rejected = td_arena_take(arena, sizeof *rejected);
	if (rejected == NULL)
		return false;
	thidua__v1__rejected__init(rejected);
	if (!list_findings(errors, arena, &rejected->n_reasons, &rejected->reasons))
		return false;
	rejected->raw = bytes_of(raw);
	verdict->outcome_case = THIDUA__V1__VERDICT__OUTCOME_REJECTED;
	verdict->rejected = rejected;
	return true;
}

bool td_verdict_make(const td_raw_t *raw, const char *reporter, const td_reference_t *reference,
		     td_arena_t *arena, td_judgement_t *judgement)
{
	td_findings_t errors, warnings;
	Thidua__V1__Verdict *verdict = &judgement->verdict;
	judgement->event = NULL;
	thidua__v1__verdict__init(verdict);
	verdict->raw_offset = raw->offset;
	verdict->append_ms = raw->append_ms;
	verdict->reference_version = td_reference_version(reference);
	const td_event_t *event = td_decode_event(raw->bytes.data, raw->bytes.size, arena, &errors);
	if (event == NULL)
		return errors.count > 0 && reject(raw, &errors, arena, verdict);
	if (!td_validate_event(event, reference, reporter, raw->append_ms, &errors, &warnings))
		return reject(raw, &errors, arena, verdict);
	judgement->event = event;
	return accept(raw, event, reference, &warnings, arena, verdict);
}

bool td_verdict_judge(const td_raw_t *raw, const char *reporter, const td_reference_t *reference,
		      td_arena_t *arena, td_slice_t *packed)
{
	td_judgement_t judgement;
	size_t room = td_verdict_kept(raw->bytes).size + TD_VERDICT_MAX - TD_VERDICT_RAW_MAX;
	return td_verdict_make(raw, reporter, reference, arena, &judgement) &&
	       td_pack_message(&judgement.verdict.base, room, arena, packed);
}
