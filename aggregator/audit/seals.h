/*
 * seals: every seal that there is, read from thidua.seals, from an archive, or from a folder.
 *
 * Shell. The same text with other signatures below it (a witness's) is the same seal, seen again.
 */
#ifndef TD_AGGREGATOR_AUDIT_SEALS_H
#define TD_AGGREGATOR_AUDIT_SEALS_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/seal.h"

enum { TD_SEALS_MAX = 20000 };

/* One note as it was found. */
typedef struct td_found_seal {
	const char *place; /* "thidua.seals 17", or the file's name */
	td_slice_t bytes;  /* the whole note */
	bool readable;     /* false: it is no seal; `why` */
	const char *why;
	td_seal_t seal;
	uint32_t signatures; /* logs' keys with a valid one, */
	uint32_t witnesses;  /* cosigners, each once, */
	uint32_t wrong;      /* and wrong ones of known keys */
} td_found_seal_t;

typedef struct td_seals {
	td_arena_t *arena;
	size_t count;
	td_found_seal_t *items; /* in the order of the topic, or of the files' names */
} td_seals_t;

/* Reads and verifies all seals; `keys` may be NULL: nothing is verified then. */
TD_MUST_USE bool td_seals_load(const td_audit_t *audit, const td_note_keys_t *keys,
			       td_seals_t *seals, td_err_t *err);
void td_seals_free(td_seals_t *seals);

/* Takes one note from `bytes`, which must outlive `found`. */
void td_found_seal_read(td_slice_t bytes, const td_note_keys_t *keys, td_hasher_t *hasher,
			td_arena_t *arena, td_found_seal_t *found);

/* The public keys of --keys; TD_EUSAGE when there are none, TD_EDATA naming file and line. */
TD_MUST_USE bool td_audit_keys(const td_audit_t *audit, td_note_keys_t *keys, td_err_t *err);

/* The private keys of --key; TD_EUSAGE when there are none. */
enum { TD_SIGNERS_MAX = 8 };
TD_MUST_USE bool td_audit_signers(const td_audit_t *audit, td_note_signer_t *signers, size_t *count,
				  td_err_t *err);

#endif
