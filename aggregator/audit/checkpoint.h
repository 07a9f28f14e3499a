/*
 * checkpoint: a log's tree head as the text of a note, as C2SP's tlog-checkpoint has it.
 *
 * Pure. Three lines: the log's origin, its size, its root; then lines of the log's own, which it
 * vouches for by its signature.
 */
#ifndef TD_AGGREGATOR_AUDIT_CHECKPOINT_H
#define TD_AGGREGATOR_AUDIT_CHECKPOINT_H

#include "aggregator/audit/merkle.h"
#include "common/buf.h"
#include "common/err.h"

enum { TD_CHECKPOINT_MAX = 16 * 1024 }; /* bytes of the text */

typedef struct td_checkpoint {
	td_slice_t origin; /* not empty, no newline */
	td_tree_head_t tree;
	td_slice_t lines; /* of the log's own, each with its newline, none empty; may be empty */
} td_checkpoint_t;

/* Reads a note's text; slices point into it. TD_EDATA. */
TD_MUST_USE bool td_checkpoint_read(td_slice_t text, td_checkpoint_t *checkpoint, td_err_t *err);

/* Appends the text. */
void td_checkpoint_write(const td_checkpoint_t *checkpoint, td_buf_t *out);

/* What stands in the log's own line that begins with `word` and a space; data NULL if none does. */
td_slice_t td_checkpoint_line(const td_checkpoint_t *checkpoint, const char *word);

/* Reads a number as checkpoints and proofs write them: decimal, no sign, no leading zero. */
TD_MUST_USE bool td_checkpoint_number(td_slice_t text, uint64_t *number);

#endif
