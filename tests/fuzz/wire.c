/* wire: whatever the bytes are, there is a verdict that can be read; what decode lets pass has one
 * encoding only, the bytes themselves. */
#include "proto/pb.h"
#include "tests/support/tables.h"
#include "workers/decode.h"
#include "workers/verdict.h"

#include <stdlib.h>

static const int64_t APPEND_MS = INT64_C(1640000000000); /* 2021-12-20 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void packs_again(td_slice_t bytes, td_arena_t *arena)
{
	td_findings_t findings;
	td_slice_t packed;
	td_arena_reset(arena);
	const td_event_t *event = td_decode_event(bytes.data, bytes.size, arena, &findings);
	if ((event == NULL) != (findings.count > 0))
		abort();
	if (event != NULL &&
	    (!td_pb_pack(&event->base, arena, &packed) || !td_slice_equal(packed, bytes)))
		abort();
}

/* protobuf-c reads the same where we read anything. */
static void is_read_alike(td_slice_t bytes, td_arena_t *arena)
{
	td_findings_t findings;
	td_slice_t packed;
	td_arena_reset(arena);
	ProtobufCAllocator allocator = td_pb_allocator(arena);
	if (td_decode_event(bytes.data, bytes.size, arena, &findings) == NULL)
		return;
	const td_event_t *event = thidua__v1__event__unpack(&allocator, bytes.size, bytes.data);
	if (event == NULL || !td_pb_pack(&event->base, arena, &packed) ||
	    !td_slice_equal(packed, bytes))
		abort();
}

static void is_judged(td_slice_t bytes, const td_reference_t *reference, td_arena_t *arena)
{
	const td_raw_t raw = {1, APPEND_MS, bytes};
	td_slice_t packed;
	td_arena_reset(arena);
	if (!td_verdict_judge(&raw, "vn-06", reference, arena, &packed) ||
	    packed.size > TD_VERDICT_MAX)
		abort();
	const Thidua__V1__Verdict *verdict = td_verdict_read(packed.data, packed.size, arena);
	if (verdict == NULL)
		abort();
	const ProtobufCBinaryData *kept =
		verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED
			? &verdict->enriched->raw
			: &verdict->rejected->raw;
	if (!td_slice_equal((td_slice_t){kept->data, kept->len}, td_verdict_kept(bytes)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static td_reference_t *reference;
	static td_arena_t *arena;
	if (reference == NULL) {
		reference = td_tables_read(1);
		arena = td_arena_new(TD_VERDICT_ARENA + TD_VERDICT_MAX);
	}
	packs_again((td_slice_t){data, size}, arena);
	is_read_alike((td_slice_t){data, size}, arena);
	is_judged((td_slice_t){data, size}, reference, arena);
	return 0;
}
