/*
 * unpack: memory of a fixed size for what protobuf-c unpacks.
 *
 * Pure. What does not fit fails to unpack; nothing is freed piece by piece.
 */
#ifndef TD_AGGREGATOR_UNPACK_H
#define TD_AGGREGATOR_UNPACK_H

#include "common/td.h"

#include <protobuf-c/protobuf-c.h>

typedef struct td_unpack {
	ProtobufCAllocator allocator;
	uint8_t *memory; /* aligned for any type; the caller's */
	size_t size, used;
} td_unpack_t;

/* Makes `unpack` give out `memory` from its beginning; call it again to forget what was unpacked.
 * `unpack` must stay where it is. */
void td_unpack_init(td_unpack_t *unpack, void *memory, size_t size);

#endif
