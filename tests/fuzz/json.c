/* json: what is read and written is read as the same message again, and written as the same text.
 */
#include "proto/json.h"
#include "proto/pb.h"

#include <stdlib.h>
#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/tally.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

enum { ARENA_MAX = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static td_slice_t written(const ProtobufCMessage *message, td_buf_t *text)
{
	td_err_t err;
	if (!td_json_write(message, text, &err))
		abort();
	return td_buf_slice(text);
}

static void goes_both_ways(td_slice_t given, const ProtobufCMessageDescriptor *descriptor,
			   td_arena_t *arena)
{
	td_json_problems_t problems;
	td_slice_t packed, packed_again;
	td_arena_reset(arena);
	const ProtobufCMessage *message = td_json_read(given, descriptor, arena, &problems);
	if ((message == NULL) != (problems.count > 0))
		abort();
	if (message == NULL || !td_pb_pack(message, arena, &packed))
		return;
	td_buf_t text = td_buf_make(TD_JSON_TEXT_MAX), text_again = td_buf_make(TD_JSON_TEXT_MAX);
	td_slice_t once = written(message, &text);
	const ProtobufCMessage *again = td_json_read(once, descriptor, arena, &problems);
	if (again == NULL || !td_pb_pack(again, arena, &packed_again) ||
	    !td_slice_equal(packed, packed_again) ||
	    !td_slice_equal(once, written(again, &text_again)))
		abort();
	td_buf_free(&text);
	td_buf_free(&text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const ProtobufCMessageDescriptor *const descriptors[] = {
		&thidua__v1__event__descriptor,
		&thidua__v1__verdict__descriptor,
		&thidua__v1__shard_head__descriptor,
	};
	static td_arena_t *arena;
	if (arena == NULL)
		arena = td_arena_new(ARENA_MAX);
	for (size_t i = 0; i < TD_COUNT(descriptors); i++)
		goes_both_ways((td_slice_t){data, size}, descriptors[i], arena);
	return 0;
}
