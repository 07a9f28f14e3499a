/* verdict: what a reader takes for a verdict has one encoding only, and protobuf-c reads the same;
 * the few bytes that name its version say what the whole does.
 */
#include "aggregator/audit/naming.h"
#include "workers/verdict.h"

#include "proto/pb.h"

#include <stdlib.h>

enum { ARENA_MAX = 32 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void packs_again(const Thidua__V1__Verdict *verdict, td_slice_t bytes, td_arena_t *arena)
{
	td_slice_t packed;
	if (verdict == NULL || !td_pb_pack(&verdict->base, arena, &packed) ||
	    !td_slice_equal(packed, bytes))
		abort();
}

static void names_the_same(const Thidua__V1__Verdict *verdict, td_slice_t bytes)
{
	td_naming_run_t run;
	bool is_absent = verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ABSENT;
	if (td_verdict_through(verdict) > INT64_MAX)
		return;
	if (!td_naming_read(bytes, &run) || run.first != verdict->raw_offset ||
	    run.last != td_verdict_through(verdict) ||
	    run.version != (is_absent ? 0 : verdict->reference_version))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static td_arena_t *arena;
	if (arena == NULL)
		arena = td_arena_new(ARENA_MAX);
	td_arena_reset(arena);
	ProtobufCAllocator allocator = td_pb_allocator(arena);
	const Thidua__V1__Verdict *verdict = td_verdict_read(data, size, arena);
	td_naming_run_t ignored;
	(void)!td_naming_read((td_slice_t){data, size}, &ignored);
	if (verdict == NULL)
		return 0;
	names_the_same(verdict, (td_slice_t){data, size});
	packs_again(verdict, (td_slice_t){data, size}, arena);
	packs_again(thidua__v1__verdict__unpack(&allocator, size, data), (td_slice_t){data, size},
		    arena);
	if (td_verdict_through(verdict) < verdict->raw_offset)
		abort();
	return 0;
}
