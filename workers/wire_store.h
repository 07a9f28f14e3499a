/*
 * wire_store: puts values that were read into messages of protobuf-c's layout, by descriptor.
 *
 * Pure; for workers/wire.c only, which has checked each value before. A message, text or list that
 * finds no room in the arena is left out and noted as `full`.
 */
#ifndef TD_WORKERS_WIRE_STORE_H
#define TD_WORKERS_WIRE_STORE_H

#include "common/arena.h"

#include <protobuf-c/protobuf-c.h>

typedef struct td_wire_store {
	td_arena_t *arena;
	bool full; /* the message is not whole */
} td_wire_store_t;

/* Where the value of the field is. */
static inline void *td_wire_store_place(ProtobufCMessage *message,
					const ProtobufCFieldDescriptor *field)
{
	return (uint8_t *)message + field->offset;
}

/* A single number; enums and truths are as wide as int. */
static inline void td_wire_store_number(ProtobufCMessage *message,
					const ProtobufCFieldDescriptor *field, uint64_t value)
{
	void *place = td_wire_store_place(message, field);
	if (field->type == PROTOBUF_C_TYPE_UINT64 || field->type == PROTOBUF_C_TYPE_INT64) {
		memcpy(place, &value, sizeof value);
	} else {
		uint32_t narrow = (uint32_t)value;
		memcpy(place, &narrow, sizeof narrow);
	}
}

/* An empty message of the type; NULL when the arena is full. */
TD_MUST_USE ProtobufCMessage *td_wire_store_new(td_wire_store_t *store,
						const ProtobufCMessageDescriptor *descriptor);

/* A text, terminated, or bytes: single or the next of a list. */
void td_wire_store_content(td_wire_store_t *store, ProtobufCMessage *message,
			   const ProtobufCFieldDescriptor *field, td_slice_t content);

/* A message within, single or the next of a list, which is returned to be filled; NULL when the
 * arena is full. */
TD_MUST_USE ProtobufCMessage *td_wire_store_message(td_wire_store_t *store,
						    ProtobufCMessage *message,
						    const ProtobufCFieldDescriptor *field);

/* A packed list of numbers of 32 bits: room for `count` of them; NULL when the arena is full. */
TD_MUST_USE uint32_t *td_wire_store_numbers(td_wire_store_t *store, ProtobufCMessage *message,
					    const ProtobufCFieldDescriptor *field, size_t count);

#endif
