/* signature: published vectors, and what one changed bit does. */
#include "workers/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* RFC 8032, section 7.1. */
static const struct vector {
	const char *seed, *key, *message, *signature;
} VECTORS[] = {
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
	 "cf9b4"
	 "6bd25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
	 "0f11d"
	 "8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
	 "84dc6"
	 "594a7c15e9716ed28dc027beceea1ec40a"},
};

static size_t from_hex(const char *text, uint8_t *bytes)
{
	size_t size = strlen(text) / 2;
	for (size_t i = 0; i < size; i++)
		bytes[i] =
			(uint8_t)strtoul((const char[]){text[2 * i], text[2 * i + 1], 0}, NULL, 16);
	return size;
}

static void published_vectors_agree_and_no_changed_bit_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(VECTORS); i++) {
		uint8_t seed[TD_SEED_SIZE], key[TD_PUBLIC_KEY_SIZE], own[TD_PUBLIC_KEY_SIZE];
		uint8_t bytes[8] = {0}, signature[TD_SIGNATURE_SIZE], made[TD_SIGNATURE_SIZE];
		assert_int_equal(from_hex(VECTORS[i].seed, seed), sizeof seed);
		assert_int_equal(from_hex(VECTORS[i].key, key), sizeof key);
		assert_int_equal(from_hex(VECTORS[i].signature, signature), sizeof signature);
		td_slice_t message = {bytes, from_hex(VECTORS[i].message, bytes)};
		assert_true(td_signature_public(seed, own));
		assert_memory_equal(own, key, sizeof key);
		assert_true(td_signature_make(seed, message, made));
		assert_memory_equal(made, signature, sizeof made);
		assert_true(td_signature_verify(key, message, signature));
		for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
			signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(td_signature_verify(key, message, signature));
			signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		message.size++;
		assert_false(td_signature_verify(key, message, signature));
	}
}

static void a_message_is_the_checkpoint_without_its_signature(void **state)
{
	(void)state;
	uint8_t signature[TD_SIGNATURE_SIZE] = {7}, with[TD_SIGNED_MAX], without[TD_SIGNED_MAX];
	size_t with_size = 0, without_size = 0;
	td_event_t event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__Checkpoint checkpoint = THIDUA__V1__CHECKPOINT__INIT;
	assert_false(td_signature_message(&event, with, &with_size));
	event.reporter = "vn-06";
	event.body_case = THIDUA__V1__EVENT__BODY_CHECKPOINT;
	event.checkpoint = &checkpoint;
	checkpoint.key_id = "0123456789abcdef0123456789abcdef";
	assert_true(td_signature_message(&event, without, &without_size));
	assert_int_equal(without_size, thidua__v1__event__get_packed_size(&event));
	checkpoint.signature = (ProtobufCBinaryData){sizeof signature, signature};
	assert_true(td_signature_message(&event, with, &with_size));
	assert_int_equal(with_size, without_size);
	assert_memory_equal(with, without, with_size);
	char long_text[TD_SIGNED_MAX];
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	event.source = long_text;
	assert_false(td_signature_message(&event, with, &with_size));
}

static void a_key_is_named_by_its_own_hash(void **state)
{
	(void)state;
	uint8_t key[TD_PUBLIC_KEY_SIZE] = {0};
	char id[TD_KEY_ID_SIZE];
	td_signature_key_id(key, id);
	/* SHA-256 of 32 zero bytes begins so. */
	assert_string_equal(id, "66687aadf862bd776c8fc18b8e9f8e20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_agree_and_no_changed_bit_does),
		cmocka_unit_test(a_message_is_the_checkpoint_without_its_signature),
		cmocka_unit_test(a_key_is_named_by_its_own_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
