/*
 * pack: a message's packed form, written from its end to its start, so that each length is known
 * when it is written and nothing is measured beforehand: for what is packed by the million.
 *
 * Pure. Gives the bytes that protobuf-c gives, for the types of the contract: numbers of 32 and 64
 * bits, fixed32, enums, truths, text, bytes, messages, lists of them and packed lists of uint32.
 */
#ifndef TD_PROTO_PACK_H
#define TD_PROTO_PACK_H

#include "common/arena.h"

#include <protobuf-c/protobuf-c.h>

/*
 * Packs the message into `room` bytes of the arena; false when that is not enough, or the arena is
 * full.
 *
 *   packed  out: lives until the arena's next reset
 */
TD_MUST_USE bool td_pack_message(const ProtobufCMessage *message, size_t room, td_arena_t *arena,
				 td_slice_t *packed);

#endif
