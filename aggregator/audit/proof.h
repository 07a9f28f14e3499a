/*
 * proof: proofs as files that anybody can check with public keys alone.
 *
 * Pure. An inclusion proof is a C2SP tlog-proof; its `extra` is the leaf, so that the file says by
 * itself what is included. There is no such format for the consistency of two heads; ours is made
 * alike: a first line that names it, the hashes, an empty line, the older note, an empty line, the
 * newer note.
 */
#ifndef TD_AGGREGATOR_AUDIT_PROOF_H
#define TD_AGGREGATOR_AUDIT_PROOF_H

#include "aggregator/audit/merkle.h"
#include "aggregator/audit/note.h"
#include "common/buf.h"
#include "common/err.h"

/* A leaf in words: 16 bytes of offset and time, and the longest event. */
enum {
	TD_PROOF_EXTRA_MAX = TD_MERKLE_EVENT_HEAD + TD_RAW_EVENT_MAX,
	TD_PROOF_FILE_MAX = 512 * 1024, /* bytes of a proof's file */
};

typedef enum td_proof_kind {
	TD_PROOF_INCLUSION,
	TD_PROOF_CONSISTENCY,
} td_proof_kind_t;

typedef struct td_proof_file {
	td_proof_kind_t kind;
	td_proof_t proof;
	td_slice_t note;  /* the head; of a consistency proof the newer one */
	td_slice_t older; /* of a consistency proof */
	uint64_t index;   /* of an inclusion proof, from 0 */
	td_slice_t extra; /* of an inclusion proof; empty: none. Not authenticated by itself. */
} td_proof_file_t;

/* Appends the file. */
void td_proof_write(const td_proof_file_t *file, td_buf_t *out);

/* Reads it; slices point into `bytes`, extra into `room`, which it fills. TD_EDATA. */
TD_MUST_USE bool td_proof_read(td_slice_t bytes, td_proof_file_t *file, td_buf_t *room,
			       td_err_t *err);

#endif
