/*
 * wire: reads a message of protobuf-c's from its wire format, by its descriptor, and says
 * everything that is wrong with it.
 *
 * Pure. protobuf-c's own reading would cut a string at NUL, take invalid UTF-8, wrap numbers that
 * do not fit, keep unknown fields and enum values, let the last of two bodies win and allocate
 * before anybody can object. What passes here has one encoding only: fields in ascending order,
 * shortest numbers, nothing written that is the default, so that packing it again gives the same
 * bytes, and a digest over bytes is a digest over content. Checking and reading are one pass, since
 * the second one, protobuf-c's, would cost as much as all that is said of an event.
 */
#ifndef TD_WORKERS_WIRE_H
#define TD_WORKERS_WIRE_H

#include "common/arena.h"
#include "common/td.h"
#include "workers/reason.h"

#include <protobuf-c/protobuf-c.h>

enum { TD_WIRE_DEPTH_MAX = 8 }; /* messages within messages */

typedef struct td_wire_limits {
	size_t text_max;  /* bytes of a string */
	size_t bytes_max; /* bytes of a bytes field */
	size_t items_max; /* entries of a repeated field */
} td_wire_limits_t;

/*
 * The message of `descriptor` (proto3, fields sorted by number, as protoc-c makes them; lists of
 * numbers hold 32 bits each) in `bytes`, copied into `arena`; NULL when anything is wrong with it,
 * or the arena is full. Adds to `findings`; it stops early only where the rest cannot be read.
 */
TD_MUST_USE ProtobufCMessage *td_wire_unpack(td_slice_t bytes,
					     const ProtobufCMessageDescriptor *descriptor,
					     const td_wire_limits_t *limits, td_arena_t *arena,
					     td_findings_t *findings);

/* The last value of the numeric field `number` at the top level of bytes that may be no message at
 * all; 0 if it is not found. */
uint64_t td_wire_number(td_slice_t bytes, uint32_t number);

#endif
