/*
 * seal: the text of a seal: what a reporter's log and its tallies were at one raw offset.
 *
 * Pure. A seal is a signed tree head (aggregator/audit/checkpoint.h) whose origin is
 * "<name of the log's key>/<reporter>" and whose own lines are
 *   offset <next raw offset> <append time of the last event, Unix ms>
 *   tallies <generation> <base64 of the tallies' digest, see aggregator/audit/sums.h>
 *   previous <base64 of SHA-256 of the text of the seal before>, or "previous none"
 * A leaf is an event: offset, append time, bytes (td_merkle_event); offsets at which the log has
 * nothing have no leaf.
 */
#ifndef TD_AGGREGATOR_AUDIT_SEAL_H
#define TD_AGGREGATOR_AUDIT_SEAL_H

#include "aggregator/audit/checkpoint.h"
#include "aggregator/audit/note.h"

typedef struct td_seal {
	char origin[TD_NOTE_NAME_MAX + TD_ID_MAX + 2];
	char reporter[TD_ID_MAX + 1];
	td_tree_head_t tree;
	uint64_t next_offset;
	int64_t last_append_ms;
	uint32_t generation;
	td_hash_t tallies;
	bool has_previous;
	td_hash_t previous;
	td_hash_t id; /* SHA-256 of its text: what the next one names */
} td_seal_t;

/* Reads a note's text; TD_EDATA. */
TD_MUST_USE bool td_seal_read(td_slice_t text, td_hasher_t *hasher, td_seal_t *seal, td_err_t *err);

/* Appends its text; id is not looked at. */
void td_seal_write(const td_seal_t *seal, td_buf_t *out);

/* "<key name>/<reporter>" into seal->origin; false when it does not fit. */
TD_MUST_USE bool td_seal_origin(const char *key_name, const char *reporter, td_seal_t *seal);

#endif
