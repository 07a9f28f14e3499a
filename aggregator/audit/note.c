#include "aggregator/audit/note.h"

#include "aggregator/audit/base64.h"
#include "proto/json_text.h"
#include "aggregator/audit/note_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include <openssl/evp.h>

enum { ID_SIZE = 4, TIME_SIZE = 8, COSIGNED_HEAD_MAX = 64 };

static const char dash[] = "\xe2\x80\x94 "; /* an em dash and a space begin a signature line */

/* UTF-8 without control characters but newlines. */
static bool is_text(td_slice_t bytes)
{
	size_t at = 0;
	while (at < bytes.size) {
		uint8_t first = bytes.data[at];
		size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
		uint32_t least = more == 1 ? 0x80 : more == 2 ? 0x800 : more == 3 ? 0x10000 : 0;
		uint32_t code = more == 0 ? first : first & (0x3fu >> more);
		if ((first < 0x20 && first != '\n') || (first >= 0x80 && first < 0xc2) ||
		    first > 0xf4 || more >= bytes.size - at)
			return false;
		for (size_t i = 1; i <= more; i++) {
			if ((bytes.data[at + i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (bytes.data[at + i] & 0x3f);
		}
		if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
		at += 1 + more;
	}
	return true;
}

static bool read_signature(td_slice_t line, td_note_signature_t *signature)
{
	uint8_t bytes[TD_NOTE_MAX];
	size_t size, prefix = sizeof dash - 1;
	if (line.size <= prefix || memcmp(line.data, dash, prefix) != 0)
		return false;
	td_slice_t rest = {line.data + prefix, line.size - prefix};
	const uint8_t *space = memchr(rest.data, ' ', rest.size);
	if (space == NULL)
		return false;
	signature->name = (td_slice_t){rest.data, (size_t)(space - rest.data)};
	td_slice_t coded = {space + 1, rest.size - signature->name.size - 1};
	if (!td_note_name_is_fine(signature->name) ||
	    !td_base64_read(coded, bytes, sizeof bytes, &size) || size <= ID_SIZE)
		return false;
	signature->id = (uint32_t)td_note_number(bytes, ID_SIZE);
	signature->size = size - ID_SIZE;
	if (signature->size > sizeof signature->bytes)
		signature->size = 0;
	memcpy(signature->bytes, bytes + ID_SIZE, signature->size);
	return true;
}

bool td_note_read(td_slice_t bytes, td_note_t *note, td_err_t *err)
{
	static const char what[] = "this is no signed note";
	td_slice_t line;
	*note = (td_note_t){0};
	if (bytes.size == 0 || bytes.size > TD_NOTE_MAX || bytes.data[bytes.size - 1] != '\n' ||
	    !is_text(bytes))
		return td_err_set(err, TD_EDATA,
				  "%s: it must be at most %d bytes of UTF-8 without control "
				  "characters, and end with a newline",
				  what, TD_NOTE_MAX);
	const uint8_t *empty = memrchr(bytes.data, '\n', bytes.size - 1);
	while (empty != NULL && empty > bytes.data && empty[-1] != '\n')
		empty = memrchr(bytes.data, '\n', (size_t)(empty - bytes.data));
	if (empty == NULL || empty == bytes.data)
		return td_err_set(err, TD_EDATA, "%s: there is no empty line before signatures",
				  what);
	note->text = (td_slice_t){bytes.data, (size_t)(empty - bytes.data)};
	td_slice_t rest = {empty + 1, bytes.size - note->text.size - 1};
	while (td_note_line(&rest, &line)) {
		if (note->count == TD_NOTE_SIGNATURES_MAX)
			return td_err_set(err, TD_EDATA, "%s: it has more than %d signatures", what,
					  TD_NOTE_SIGNATURES_MAX);
		if (!read_signature(line, &note->signatures[note->count++]))
			return td_err_set(err, TD_EDATA, "%s: signature line %zu cannot be read",
					  what, note->count);
	}
	return note->count > 0 || td_err_set(err, TD_EDATA, "%s: no signature follows", what);
}

static const td_note_key_t *find_key(const td_note_keys_t *keys,
				     const td_note_signature_t *signature)
{
	for (size_t i = 0; i < keys->count; i++) {
		const td_note_key_t *key = &keys->items[i];
		if (key->id == signature->id &&
		    td_slice_equal(td_slice_text(key->name), signature->name))
			return key;
	}
	return NULL;
}

/* What a key of that type signs: the text, for a cosigner behind a line that says what it is and
 * one with the time. */
static bool message_of(const td_note_key_t *key, td_slice_t text, uint64_t at_s, td_buf_t *message)
{
	char head[COSIGNED_HEAD_MAX];
	td_buf_clear(message);
	if (key->type == TD_NOTE_COSIGNATURE) {
		(void)snprintf(head, sizeof head, "cosignature/v1\ntime %" PRIu64 "\n", at_s);
		td_buf_add_text(message, head);
	}
	td_buf_add_slice(message, text);
	return !message->failed;
}

static bool verify(const td_note_key_t *key, td_slice_t message, const uint8_t *signature)
{
	EVP_PKEY *public =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->key, TD_NOTE_KEY_SIZE);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool valid = public != NULL && context != NULL &&
		     EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
		     EVP_DigestVerify(context, signature, TD_NOTE_SIGNATURE_SIZE, message.data,
				      message.size) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(public);
	return valid;
}

td_note_standing_t td_note_verify(const td_note_t *note, size_t signature,
				  const td_note_keys_t *keys, const td_note_key_t **key,
				  uint64_t *at_s)
{
	const td_note_signature_t *line = &note->signatures[signature];
	*at_s = 0;
	*key = find_key(keys, line);
	if (*key == NULL)
		return TD_NOTE_UNKNOWN;
	bool timed = (*key)->type == TD_NOTE_COSIGNATURE;
	size_t before = timed ? TIME_SIZE : 0;
	if (line->size != before + TD_NOTE_SIGNATURE_SIZE)
		return TD_NOTE_WRONG;
	uint64_t time = td_note_number(line->bytes, before);
	td_buf_t message = td_buf_make(TD_NOTE_MAX + COSIGNED_HEAD_MAX);
	bool valid = time <= INT64_MAX && message_of(*key, note->text, time, &message) &&
		     verify(*key, td_buf_slice(&message), line->bytes + before);
	td_buf_free(&message);
	if (valid)
		*at_s = time;
	return valid ? TD_NOTE_VALID : TD_NOTE_WRONG;
}

static bool sign(const td_note_signer_t *signer, td_slice_t message, uint8_t *signature)
{
	size_t size = TD_NOTE_SIGNATURE_SIZE;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, signer->seed,
						     TD_NOTE_KEY_SIZE);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = key != NULL && context != NULL &&
		    EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestSign(context, signature, &size, message.data, message.size) == 1 &&
		    size == TD_NOTE_SIGNATURE_SIZE;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return done;
}

bool td_note_sign(const td_note_signer_t *signer, td_slice_t text, uint64_t at_s, td_buf_t *out,
		  td_err_t *err)
{
	const td_note_key_t *key = &signer->public_key;
	size_t before = key->type == TD_NOTE_COSIGNATURE ? TIME_SIZE : 0;
	uint8_t bytes[ID_SIZE + TIME_SIZE + TD_NOTE_SIGNATURE_SIZE];
	td_buf_t message = td_buf_make(TD_NOTE_MAX + COSIGNED_HEAD_MAX);
	td_note_put_number(key->id, bytes, ID_SIZE);
	td_note_put_number(at_s, bytes + ID_SIZE, before);
	bool done = message_of(key, text, at_s, &message) &&
		    sign(signer, td_buf_slice(&message), bytes + ID_SIZE + before);
	td_buf_free(&message);
	if (!done)
		return td_err_set(err, TD_EBUG, "%s cannot sign a text of %zu bytes", key->name,
				  text.size);
	td_buf_add_text(out, dash);
	td_buf_add_text(out, key->name);
	td_buf_add_byte(out, ' ');
	td_base64_add(out, (td_slice_t){bytes, ID_SIZE + before + TD_NOTE_SIGNATURE_SIZE});
	td_buf_add_byte(out, '\n');
	return !out->failed || td_err_set(err, TD_EMEMORY, "no room for another signature");
}
