/*
 * decode: bytes to event, refusing what protobuf-c would let pass.
 *
 * Pure. The wire format is read strictly (workers/wire.h): field types, lengths, counts and number
 * ranges, singular fields and the oneof at most once, no unknown field or enum value, text in UTF-8
 * without NUL or control characters, ids in NFC. What passes is read without loss: packing the
 * event again gives the same bytes.
 */
#ifndef TD_WORKERS_DECODE_H
#define TD_WORKERS_DECODE_H

#include "common/arena.h"
#include "workers/reason.h"

#include <thidua/v1/event.pb-c.h>

typedef Thidua__V1__Event td_event_t;

/* The highest min_reader that this release understands. */
enum { TD_READER_VERSION = 1 };

/*
 * The event in `bytes`, living in `arena` (at most about 8 times `size`), or NULL and why.
 *
 *   bytes     a raw event as it lies in the log; size 0 is no event
 *   findings  out: written whole; count 0 when an event is returned, or, with NULL, when the arena
 *             is full
 */
TD_MUST_USE td_event_t *td_decode_event(const uint8_t *bytes, size_t size, td_arena_t *arena,
					td_findings_t *findings);

#endif
