/*
 * wire_read: a message from its wire format, or nothing.
 *
 * Pure; for workers/wire.c only. It leaves at the first thing that is wrong, so that sound
 * messages, which are nearly all, cost little; workers/wire_check.h says what is wrong with the
 * others.
 */
#ifndef TD_WORKERS_WIRE_READ_H
#define TD_WORKERS_WIRE_READ_H

#include "workers/wire.h"

/* NULL when td_wire_check finds something, or when the arena is full. */
TD_MUST_USE ProtobufCMessage *td_wire_read_message(td_slice_t bytes,
						   const ProtobufCMessageDescriptor *descriptor,
						   const td_wire_limits_t *limits,
						   td_arena_t *arena);

#endif
