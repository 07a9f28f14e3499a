#include "workers/verdict.h"

#include "proto/pb.h"
#include "workers/text.h"
#include "workers/wire.h"

/* A rejected event's bytes are kept whatever they are, so no limit but the verdict's own. */
static const td_wire_limits_t LIMITS = {
	.text_max = TD_TEXT_NFC_MAX, .bytes_max = TD_VERDICT_MAX, .items_max = TD_FINDINGS_MAX};

bool td_verdict_absent(uint64_t first, uint64_t through, Thidua__V1__AbsentReason reason,
		       const char *decision, td_arena_t *arena, td_slice_t *packed)
{
	Thidua__V1__Absent absent = THIDUA__V1__ABSENT__INIT;
	absent.through_offset = through;
	absent.reason = reason;
	absent.decision = (char *)decision; /* only read */
	Thidua__V1__Verdict verdict = THIDUA__V1__VERDICT__INIT;
	verdict.raw_offset = first;
	verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ABSENT;
	verdict.absent = &absent;
	return td_pb_pack(&verdict.base, arena, packed);
}

/* What a worker could have said: the descriptors allow more. */
static bool is_sound(const Thidua__V1__Verdict *verdict)
{
	switch (verdict->outcome_case) {
	case THIDUA__V1__VERDICT__OUTCOME_ENRICHED:
		return verdict->enriched->raw.len > 0;
	case THIDUA__V1__VERDICT__OUTCOME_REJECTED:
		return verdict->rejected->n_reasons > 0;
	case THIDUA__V1__VERDICT__OUTCOME_ABSENT:
		return verdict->absent->through_offset >= verdict->raw_offset &&
		       verdict->absent->reason != 0;
	default:
		return false;
	}
}

Thidua__V1__Verdict *td_verdict_read(const uint8_t *bytes, size_t size, td_arena_t *arena)
{
	td_findings_t findings = {.count = 0};
	if (size == 0 || size > TD_VERDICT_MAX)
		return NULL;
	Thidua__V1__Verdict *verdict = (Thidua__V1__Verdict *)td_wire_unpack(
		(td_slice_t){bytes, size}, &thidua__v1__verdict__descriptor, &LIMITS, arena,
		&findings);
	return verdict != NULL && is_sound(verdict) ? verdict : NULL;
}

td_slice_t td_verdict_raw(const Thidua__V1__Verdict *verdict)
{
	const ProtobufCBinaryData *raw;
	if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		raw = &verdict->enriched->raw;
	else if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_REJECTED)
		raw = &verdict->rejected->raw;
	else
		return (td_slice_t){NULL, 0};
	return (td_slice_t){raw->data != NULL ? raw->data : (const uint8_t *)"", raw->len};
}

uint64_t td_verdict_through(const Thidua__V1__Verdict *verdict)
{
	if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ABSENT)
		return verdict->absent->through_offset;
	return verdict->raw_offset;
}
