#include "proto/pb.h"

static void *take(void *arena, size_t size)
{
	return td_arena_take(arena, size);
}

static void leave(void *arena, void *piece)
{
	(void)arena;
	(void)piece;
}

ProtobufCAllocator td_pb_allocator(td_arena_t *arena)
{
	return (ProtobufCAllocator){.alloc = take, .free = leave, .allocator_data = arena};
}

bool td_pb_pack(const ProtobufCMessage *message, td_arena_t *arena, td_slice_t *packed)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = td_arena_take(arena, size);
	if (bytes == NULL)
		return false;
	*packed = (td_slice_t){bytes, protobuf_c_message_pack(message, bytes)};
	return true;
}
