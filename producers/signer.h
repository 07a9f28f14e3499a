/*
 * signer: the private key with which a source signs its checkpoints.
 *
 * A PEM file (PKCS #8, Ed25519) that only its owner may read. Its public half stands in keys.tsv of
 * the reference data (workers/keys.h).
 */
#ifndef TD_PRODUCERS_SIGNER_H
#define TD_PRODUCERS_SIGNER_H

#include "common/err.h"
#include "producers/checkpoint.h"

/* Reads the key. TD_ECONFIG if the file is missing, readable by others, or no Ed25519 key. */
TD_MUST_USE bool td_signer_read(const char *path, td_signer_t *signer, td_err_t *err);

/* Makes a new key and its file, mode 0600. TD_ECONFIG if there is a file already. */
TD_MUST_USE bool td_signer_make(const char *path, td_signer_t *signer, td_err_t *err);

/* Forgets the key. */
void td_signer_clear(td_signer_t *signer);

/* The public key in base64, as it stands in keys.tsv. */
enum { TD_SIGNER_PUBLIC_SIZE = 45 };
void td_signer_public(const td_signer_t *signer, char text[TD_SIGNER_PUBLIC_SIZE]);

#endif
