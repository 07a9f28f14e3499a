/*
 * note: texts signed by one or more keys, as C2SP's signed-note and tlog-cosignature have them.
 *
 * Pure; Ed25519 by libcrypto. A note is a text, an empty line, and a line for each signature. The
 * text may be believed only after td_note_verify. Keys are written as the specification writes
 * them, so that any other implementation reads ours:
 *   public   <name>+<key id in hex>+<base64 of type and public key>
 *   private  PRIVATE+KEY+<name>+<key id in hex>+<base64 of type and seed>, as Go's note has it
 * Two types are known: Ed25519 over the text (0x01), by which a log signs its heads, and the
 * timestamped cosignature (0x04), by which a witness says that it saw them grow honestly.
 */
#ifndef TD_AGGREGATOR_AUDIT_NOTE_H
#define TD_AGGREGATOR_AUDIT_NOTE_H

#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

enum {
	TD_NOTE_NAME_MAX = 128,      /* bytes of a key's name */
	TD_NOTE_KEY_TEXT_MAX = 256,  /* bytes of a key's text, with the end */
	TD_NOTE_MAX = 128 * 1024,    /* bytes of a note */
	TD_NOTE_SIGNATURES_MAX = 64, /* of one note */
	TD_NOTE_KEYS_MAX = 256,      /* known to one verifier */
	TD_NOTE_KEY_SIZE = 32,
	TD_NOTE_SIGNATURE_SIZE = 64,
};

typedef enum td_note_type {
	TD_NOTE_ED25519 = 0x01,
	TD_NOTE_COSIGNATURE = 0x04,
} td_note_type_t;

/* A key that verifies. */
typedef struct td_note_key {
	char name[TD_NOTE_NAME_MAX + 1];
	uint32_t id;
	td_note_type_t type;
	uint8_t key[TD_NOTE_KEY_SIZE];
} td_note_key_t;

/* A key that signs; never logged, never in an error. */
typedef struct td_note_signer {
	td_note_key_t public_key;
	uint8_t seed[TD_NOTE_KEY_SIZE];
} td_note_signer_t;

/* The signer behind a seed, which must be random; TD_EUSAGE if the name cannot name a key (empty,
 * too long, white space, "+", no UTF-8). */
TD_MUST_USE bool td_note_signer_make(const char *name, td_note_type_t type,
				     const uint8_t seed[TD_NOTE_KEY_SIZE], td_note_signer_t *signer,
				     td_err_t *err);

/* Keys from text and to text (of TD_NOTE_KEY_TEXT_MAX bytes). TD_EDATA says what is wrong with a
 * text, a key id that does not fit its key among it. */
TD_MUST_USE bool td_note_key_read(td_slice_t text, td_note_key_t *key, td_err_t *err);
void td_note_key_write(const td_note_key_t *key, char *text);
TD_MUST_USE bool td_note_signer_read(td_slice_t text, td_note_signer_t *signer, td_err_t *err);
void td_note_signer_write(const td_note_signer_t *signer, char *text);

/* The keys of a verifier. */
typedef struct td_note_keys {
	size_t count;
	td_note_key_t items[TD_NOTE_KEYS_MAX];
} td_note_keys_t;

/* Adds the keys of a file: one a line, empty lines and lines that begin with "#" left out. TD_EDATA
 * names the line. */
TD_MUST_USE bool td_note_keys_add(td_note_keys_t *keys, td_slice_t lines, td_err_t *err);

/* One signature line; slices point into the note. */
typedef struct td_note_signature {
	td_slice_t name;
	uint32_t id;
	size_t size;                               /* of bytes; 0 when longer than any known type */
	uint8_t bytes[8 + TD_NOTE_SIGNATURE_SIZE]; /* behind the key id */
} td_note_signature_t;

typedef struct td_note {
	td_slice_t text; /* with its last newline */
	size_t count;
	td_note_signature_t signatures[TD_NOTE_SIGNATURES_MAX];
} td_note_t;

/* Takes a note apart; TD_EDATA when it is none. Nothing is verified yet. `bytes` must outlive it.
 */
TD_MUST_USE bool td_note_read(td_slice_t bytes, td_note_t *note, td_err_t *err);

/* What one signature is worth. */
typedef enum td_note_standing {
	TD_NOTE_UNKNOWN, /* of a key that is not known: says nothing */
	TD_NOTE_VALID,
	TD_NOTE_WRONG, /* of a known key, and not made by it over this text */
} td_note_standing_t;

/* What a signature is worth to somebody who knows `keys`.
 *
 *   key    out: the known key, or NULL
 *   at_s   out: of a valid cosignature when it was made, Unix seconds; else 0
 */
td_note_standing_t td_note_verify(const td_note_t *note, size_t signature,
				  const td_note_keys_t *keys, const td_note_key_t **key,
				  uint64_t *at_s);

/* Appends the line of a signature over `text` (which ends with a newline): with a cosigner's key a
 * cosignature made at `at_s`, else a plain one. TD_EBUG if the library fails. */
TD_MUST_USE bool td_note_sign(const td_note_signer_t *signer, td_slice_t text, uint64_t at_s,
			      td_buf_t *out, td_err_t *err);

#endif
