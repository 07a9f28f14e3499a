#include "workers/signature.h"

#include "common/hex.h"

#include <openssl/evp.h>

void td_signature_key_id(const uint8_t key[TD_PUBLIC_KEY_SIZE], char id[TD_KEY_ID_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE] = {0};
	(void)EVP_Digest(key, TD_PUBLIC_KEY_SIZE, digest, NULL, EVP_sha256(), NULL);
	td_hex_write(digest, TD_KEY_ID_SIZE / 2, id);
}

bool td_signature_message(const td_event_t *event, uint8_t bytes[TD_SIGNED_MAX], size_t *size)
{
	if (event->body_case != THIDUA__V1__EVENT__BODY_CHECKPOINT)
		return false;
	td_event_t unsigned_event = *event;
	Thidua__V1__Checkpoint checkpoint = *event->checkpoint;
	checkpoint.signature = (ProtobufCBinaryData){0, NULL};
	unsigned_event.checkpoint = &checkpoint;
	if (thidua__v1__event__get_packed_size(&unsigned_event) > TD_SIGNED_MAX)
		return false;
	*size = thidua__v1__event__pack(&unsigned_event, bytes);
	return true;
}

bool td_signature_verify(const uint8_t key[TD_PUBLIC_KEY_SIZE], td_slice_t message,
			 const uint8_t signature[TD_SIGNATURE_SIZE])
{
	EVP_PKEY *public =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, TD_PUBLIC_KEY_SIZE);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool holds = public != NULL && context != NULL &&
		     EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
		     EVP_DigestVerify(context, signature, TD_SIGNATURE_SIZE, message.data,
				      message.size) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(public);
	return holds;
}

static EVP_PKEY *private_key(const uint8_t seed[TD_SEED_SIZE])
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, TD_SEED_SIZE);
}

bool td_signature_make(const uint8_t seed[TD_SEED_SIZE], td_slice_t message,
		       uint8_t signature[TD_SIGNATURE_SIZE])
{
	size_t size = TD_SIGNATURE_SIZE;
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool made = key != NULL && context != NULL &&
		    EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestSign(context, signature, &size, message.data, message.size) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return made;
}

bool td_signature_public(const uint8_t seed[TD_SEED_SIZE], uint8_t key[TD_PUBLIC_KEY_SIZE])
{
	size_t size = TD_PUBLIC_KEY_SIZE;
	EVP_PKEY *pair = private_key(seed);
	bool made = pair != NULL && EVP_PKEY_get_raw_public_key(pair, key, &size) == 1;
	EVP_PKEY_free(pair);
	return made;
}
