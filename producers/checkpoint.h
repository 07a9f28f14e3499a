/*
 * checkpoint: what a source says about itself: how far it has come, as an event of its own.
 *
 * Pure. See Checkpoint in proto/thidua/v1/event.proto.
 */
#ifndef TD_PRODUCERS_CHECKPOINT_H
#define TD_PRODUCERS_CHECKPOINT_H

#include "common/arena.h"
#include "common/td.h"
#include "producers/segment.h"
#include "workers/signature.h"

enum { TD_DIGEST_SIZE = 32 };

/* Rows of an input: read = accepted + refused. */
typedef struct td_rows {
	uint64_t read, accepted, refused;
} td_rows_t;

/* A private key and what follows from it; see signer.h. */
typedef struct td_signer {
	uint8_t seed[TD_SEED_SIZE];
	uint8_t key[TD_PUBLIC_KEY_SIZE];
	char id[TD_KEY_ID_SIZE];
} td_signer_t;

typedef struct td_checkpoint {
	const char *reporter, *source;
	uint64_t epoch, sequence;
	td_chain_t chain;           /* up to the event before it */
	int64_t complete_until_ms;  /* Unix ms, above 0 */
	const uint8_t *file_sha256; /* TD_DIGEST_SIZE bytes; NULL: no file was read to its end */
	td_rows_t rows;             /* of that file, else of standard input since the last one */
	const td_signer_t *signer;  /* NULL: it is not signed */
} td_checkpoint_t;

/* Packs the event, signed if there is a signer, into the arena; false when memory is out. */
TD_MUST_USE bool td_checkpoint_pack(const td_checkpoint_t *checkpoint, td_arena_t *arena,
				    td_slice_t *packed);

#endif
