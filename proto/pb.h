/*
 * pb: protobuf-c's memory, taken from an arena.
 *
 * Pure. What is unpacked lives until the arena's next reset and is never freed by itself.
 */
#ifndef TD_PROTO_PB_H
#define TD_PROTO_PB_H

#include "common/arena.h"

#include <protobuf-c/protobuf-c.h>

/* An allocator for protobuf_c_message_unpack and its kin; valid as long as the arena. It gives NULL
 * when the arena is full, which makes unpacking fail, and freeing does nothing. */
ProtobufCAllocator td_pb_allocator(td_arena_t *arena);

/* Packs the message into the arena; false only when the arena is full. */
TD_MUST_USE bool td_pb_pack(const ProtobufCMessage *message, td_arena_t *arena, td_slice_t *packed);

#endif
