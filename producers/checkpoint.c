#include "producers/checkpoint.h"

#include "proto/pb.h"

#include <thidua/v1/event.pb-c.h>

/* Signs the event as it is by now; `signature` becomes a part of it. */
static bool sign(Thidua__V1__Event *event, const td_signer_t *signer,
		 uint8_t signature[TD_SIGNATURE_SIZE])
{
	uint8_t message[TD_SIGNED_MAX];
	size_t size;
	event->checkpoint->key_id = (char *)signer->id;
	if (!td_signature_message(event, message, &size) ||
	    !td_signature_make(signer->seed, (td_slice_t){message, size}, signature))
		return false;
	event->checkpoint->signature = (ProtobufCBinaryData){TD_SIGNATURE_SIZE, signature};
	return true;
}

bool td_checkpoint_pack(const td_checkpoint_t *checkpoint, td_arena_t *arena, td_slice_t *packed)
{
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__Checkpoint body = THIDUA__V1__CHECKPOINT__INIT;
	Google__Protobuf__Timestamp until = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	until.seconds = checkpoint->complete_until_ms / 1000;
	until.nanos = (int32_t)(checkpoint->complete_until_ms % 1000 * 1000000);
	body.last_sequence = checkpoint->sequence - 1;
	body.running_sha256 =
		(ProtobufCBinaryData){TD_CHAIN_SIZE, (uint8_t *)checkpoint->chain.bytes};
	body.complete_until = &until;
	if (checkpoint->file_sha256 != NULL)
		body.file_sha256 =
			(ProtobufCBinaryData){TD_DIGEST_SIZE, (uint8_t *)checkpoint->file_sha256};
	body.rows_read = checkpoint->rows.read;
	body.rows_accepted = checkpoint->rows.accepted;
	body.rows_refused = checkpoint->rows.refused;
	event.reporter = (char *)checkpoint->reporter;
	event.source = (char *)checkpoint->source;
	event.epoch = checkpoint->epoch;
	event.sequence = checkpoint->sequence;
	event.kind = THIDUA__V1__KIND__KIND_CHECKPOINT;
	event.body_case = THIDUA__V1__EVENT__BODY_CHECKPOINT;
	event.checkpoint = &body;
	uint8_t signature[TD_SIGNATURE_SIZE];
	if (checkpoint->signer != NULL && !sign(&event, checkpoint->signer, signature))
		return false;
	return td_pb_pack(&event.base, arena, packed);
}
