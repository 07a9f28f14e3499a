/* verdict: what a reader takes for a verdict has one encoding only, and protobuf-c reads the same.
 */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static td_arena_t *arena;
	if (arena == NULL)
		arena = td_arena_new(ARENA_MAX);
	td_arena_reset(arena);
	ProtobufCAllocator allocator = td_pb_allocator(arena);
	const Thidua__V1__Verdict *verdict = td_verdict_read(data, size, arena);
	if (verdict == NULL)
		return 0;
	packs_again(verdict, (td_slice_t){data, size}, arena);
	packs_again(thidua__v1__verdict__unpack(&allocator, size, data), (td_slice_t){data, size},
		    arena);
	if (td_verdict_through(verdict) < verdict->raw_offset)
		abort();
	return 0;
}
