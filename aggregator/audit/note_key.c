#include "aggregator/audit/note_parts.h"
#include "aggregator/audit/base64.h"
#include "proto/json_text.h"
#include "workers/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

static const char private_prefix[] = "PRIVATE+KEY+";

/* The UTF-8 of all spaces of Unicode beyond ASCII. */
static const char *const spaces[] = {
	"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
	"\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
	"\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
	"\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
};

bool td_note_name_is_fine(td_slice_t name)
{
	if (name.size == 0)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] <= ' ' || name.data[i] == '+')
			return false;
	}
	for (size_t i = 0; i < TD_COUNT(spaces); i++) {
		if (memmem(name.data, name.size, spaces[i], strlen(spaces[i])) != NULL)
			return false;
	}
	return true;
}

bool td_note_line(td_slice_t *rest, td_slice_t *line)
{
	if (rest->size == 0)
		return false;
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
	*line = (td_slice_t){rest->data, size};
	size_t taken = end == NULL ? size : size + 1;
	*rest = (td_slice_t){rest->data + taken, rest->size - taken};
	return true;
}

uint64_t td_note_number(const uint8_t *bytes, size_t size)
{
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | bytes[i];
	return number;
}

void td_note_put_number(uint64_t number, uint8_t *bytes, size_t size)
{
	for (size_t i = size; i-- > 0; number >>= 8)
		bytes[i] = (uint8_t)number;
}

/* Key id: the first four bytes of SHA-256(name, newline, type, public key). */
static bool key_id(td_note_key_t *key)
{
	uint8_t bytes[TD_NOTE_NAME_MAX + 2 + TD_NOTE_KEY_SIZE], digest[EVP_MAX_MD_SIZE];
	size_t size = strlen(key->name);
	memcpy(bytes, key->name, size);
	bytes[size++] = '\n';
	bytes[size++] = (uint8_t)key->type;
	memcpy(bytes + size, key->key, TD_NOTE_KEY_SIZE);
	if (EVP_Digest(bytes, size + TD_NOTE_KEY_SIZE, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	key->id = (uint32_t)td_note_number(digest, 4);
	return true;
}

bool td_note_signer_make(const char *name, td_note_type_t type,
			 const uint8_t seed[TD_NOTE_KEY_SIZE], td_note_signer_t *signer,
			 td_err_t *err)
{
	size_t size = TD_NOTE_KEY_SIZE;
	*signer = (td_note_signer_t){.public_key.type = type};
	td_slice_t slice = td_slice_text(name);
	if (!td_note_name_is_fine(slice) || slice.size > TD_NOTE_NAME_MAX ||
	    td_text_check(slice) != 0)
		return td_err_set(err, TD_EUSAGE,
				  "\"%s\" cannot name a key: 1 to %d bytes of UTF-8 without spaces "
				  "and \"+\", such as audit.example/seals",
				  name, TD_NOTE_NAME_MAX);
	(void)snprintf(signer->public_key.name, sizeof signer->public_key.name, "%s", name);
	memcpy(signer->seed, seed, TD_NOTE_KEY_SIZE);
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, TD_NOTE_KEY_SIZE);
	bool made = key != NULL &&
		    EVP_PKEY_get_raw_public_key(key, signer->public_key.key, &size) == 1 &&
		    size == TD_NOTE_KEY_SIZE && key_id(&signer->public_key);
	EVP_PKEY_free(key);
	return made || td_err_set(err, TD_EBUG, "libcrypto cannot make an Ed25519 key");
}

/* "<name>+<id>+<base64>": the name, and the id and bytes behind it. */
static bool take_apart(td_slice_t text, td_note_key_t *key, uint32_t *id,
		       uint8_t bytes[1 + TD_NOTE_KEY_SIZE])
{
	enum { ID_DIGITS = 8 };
	char digits[ID_DIGITS + 1] = "";
	size_t size;
	const uint8_t *plus = memchr(text.data, '+', text.size);
	if (plus == NULL)
		return false;
	td_slice_t name = {text.data, (size_t)(plus - text.data)};
	td_slice_t rest = {plus + 1, text.size - name.size - 1};
	if (!td_note_name_is_fine(name) || name.size > TD_NOTE_NAME_MAX ||
	    rest.size < ID_DIGITS + 1 || rest.data[ID_DIGITS] != '+')
		return false;
	memcpy(key->name, name.data, name.size);
	key->name[name.size] = '\0';
	memcpy(digits, rest.data, ID_DIGITS);
	if (strspn(digits, "0123456789abcdef") != ID_DIGITS)
		return false;
	*id = (uint32_t)strtoul(digits, NULL, 16);
	td_slice_t coded = {rest.data + ID_DIGITS + 1, rest.size - ID_DIGITS - 1};
	return td_base64_read(coded, bytes, 1 + TD_NOTE_KEY_SIZE, &size) &&
	       size == 1 + TD_NOTE_KEY_SIZE;
}

static bool is_known_type(uint8_t type)
{
	return type == TD_NOTE_ED25519 || type == TD_NOTE_COSIGNATURE;
}

bool td_note_key_read(td_slice_t text, td_note_key_t *key, td_err_t *err)
{
	uint8_t bytes[1 + TD_NOTE_KEY_SIZE];
	uint32_t id;
	*key = (td_note_key_t){0};
	if (!take_apart(text, key, &id, bytes))
		return td_err_set(err, TD_EDATA,
				  "this is no public key: it must be <name>+<key id>+<base64>");
	if (!is_known_type(bytes[0]))
		return td_err_set(err, TD_EDATA,
				  "the key of %s is of type %u; known are Ed25519 (1) and its "
				  "cosignatures (4)",
				  key->name, bytes[0]);
	key->type = (td_note_type_t)bytes[0];
	memcpy(key->key, bytes + 1, TD_NOTE_KEY_SIZE);
	if (!key_id(key) || key->id != id)
		return td_err_set(err, TD_EDATA,
				  "the key of %s does not have the id %08" PRIx32
				  ": a part of it was altered",
				  key->name, id);
	return true;
}

void td_note_key_write(const td_note_key_t *key, char *text)
{
	uint8_t bytes[1 + TD_NOTE_KEY_SIZE] = {(uint8_t)key->type};
	td_buf_t coded = td_buf_make(TD_NOTE_KEY_TEXT_MAX);
	memcpy(bytes + 1, key->key, TD_NOTE_KEY_SIZE);
	td_base64_add(&coded, (td_slice_t){bytes, sizeof bytes});
	(void)snprintf(text, TD_NOTE_KEY_TEXT_MAX, "%s+%08" PRIx32 "+%.*s", key->name, key->id,
		       (int)coded.size, (const char *)coded.data);
	td_buf_free(&coded);
}

bool td_note_signer_read(td_slice_t text, td_note_signer_t *signer, td_err_t *err)
{
	uint8_t bytes[1 + TD_NOTE_KEY_SIZE];
	td_note_key_t named = {0};
	uint32_t id;
	const size_t prefix = sizeof private_prefix - 1;
	bool fine = text.size > prefix && memcmp(text.data, private_prefix, prefix) == 0 &&
		    take_apart((td_slice_t){text.data + prefix, text.size - prefix}, &named, &id,
			       bytes) &&
		    is_known_type(bytes[0]);
	if (!fine)
		return td_err_set(err, TD_EDATA,
				  "this is no private key: it must be PRIVATE+KEY+<name>+<key id>+"
				  "<base64>, as keygen writes it");
	fine = td_note_signer_make(named.name, (td_note_type_t)bytes[0], bytes + 1, signer, err);
	OPENSSL_cleanse(bytes, sizeof bytes);
	if (fine && signer->public_key.id != id)
		return td_err_set(err, TD_EDATA,
				  "the private key of %s does not have the id that stands in it: a "
				  "part of it was altered",
				  named.name);
	return fine;
}

void td_note_signer_write(const td_note_signer_t *signer, char *text)
{
	const td_note_key_t *key = &signer->public_key;
	uint8_t bytes[1 + TD_NOTE_KEY_SIZE] = {(uint8_t)key->type};
	td_buf_t coded = td_buf_make(TD_NOTE_KEY_TEXT_MAX);
	memcpy(bytes + 1, signer->seed, TD_NOTE_KEY_SIZE);
	td_base64_add(&coded, (td_slice_t){bytes, sizeof bytes});
	(void)snprintf(text, TD_NOTE_KEY_TEXT_MAX, "%s%s+%08" PRIx32 "+%.*s", private_prefix,
		       key->name, key->id, (int)coded.size, (const char *)coded.data);
	OPENSSL_cleanse(bytes, sizeof bytes);
	OPENSSL_cleanse(coded.data, coded.size);
	td_buf_free(&coded);
}

bool td_note_keys_add(td_note_keys_t *keys, td_slice_t lines, td_err_t *err)
{
	td_slice_t line;
	for (size_t number = 1; td_note_line(&lines, &line); number++) {
		if (line.size == 0 || line.data[0] == '#')
			continue;
		if (keys->count == TD_NOTE_KEYS_MAX)
			return td_err_set(err, TD_EDATA, "line %zu: more than %d keys", number,
					  TD_NOTE_KEYS_MAX);
		if (!td_note_key_read(line, &keys->items[keys->count], err))
			return td_err_prefix(err, "line %zu", number);
		keys->count++;
	}
	return true;
}
