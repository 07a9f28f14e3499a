/*
 * signature: a source's signature under its checkpoints.
 *
 * Pure: libcrypto's Ed25519 on bytes in memory. What is signed is the packed event itself, key_id
 * filled and `signature` empty: a deterministic encoding, which decode holds every event to.
 */
#ifndef TD_WORKERS_SIGNATURE_H
#define TD_WORKERS_SIGNATURE_H

#include "workers/decode.h"

enum {
	TD_PUBLIC_KEY_SIZE = 32,
	TD_SEED_SIZE = 32, /* of a private key */
	TD_SIGNATURE_SIZE = 64,
	TD_KEY_ID_SIZE = 33,  /* terminated */
	TD_SIGNED_MAX = 1024, /* bytes of a packed checkpoint */
};

/* The id of a key: the first half of its SHA-256 in hexadecimal, so that no two share one. */
void td_signature_key_id(const uint8_t key[TD_PUBLIC_KEY_SIZE], char id[TD_KEY_ID_SIZE]);

/* What the signature of a checkpoint is over; false if `event` is none, or longer than one. */
TD_MUST_USE bool td_signature_message(const td_event_t *event, uint8_t bytes[TD_SIGNED_MAX],
				      size_t *size);

/* Whether `signature` is the key's over the message. */
TD_MUST_USE bool td_signature_verify(const uint8_t key[TD_PUBLIC_KEY_SIZE], td_slice_t message,
				     const uint8_t signature[TD_SIGNATURE_SIZE]);

/* Signs; false only when memory is out. */
TD_MUST_USE bool td_signature_make(const uint8_t seed[TD_SEED_SIZE], td_slice_t message,
				   uint8_t signature[TD_SIGNATURE_SIZE]);

/* The public half of a private key; false only when memory is out. */
TD_MUST_USE bool td_signature_public(const uint8_t seed[TD_SEED_SIZE],
				     uint8_t key[TD_PUBLIC_KEY_SIZE]);

#endif
