/*
 * witness: an event that was judged, kept so that it can be compared with what the raw log holds
 * now. A log that was cut, or deleted and made anew, holds another one there, or none.
 *
 * Pure.
 */
#ifndef TD_WORKERS_WITNESS_H
#define TD_WORKERS_WITNESS_H

#include "common/buf.h"
#include "common/err.h"
#include "workers/verdict.h"

typedef struct td_witness {
	bool any;
	uint64_t offset; /* in the raw log */
	int64_t append_ms;
	td_buf_t bytes; /* as its verdict carries them: td_verdict_kept */
} td_witness_t;

/* None yet. */
td_witness_t td_witness_make(void);
void td_witness_free(td_witness_t *witness);

/* There is none any more. */
void td_witness_clear(td_witness_t *witness);

/* Keeps this event instead of the one before. */
void td_witness_keep(td_witness_t *witness, const td_raw_t *raw);

/* Whether `raw`, read from the log now, is that event: same offset, append time and bytes. False
 * with TD_EINTEGRITY and a sentence that says what differs; only if there is one. */
TD_MUST_USE bool td_witness_compare(const td_witness_t *witness, const td_raw_t *raw,
				    td_err_t *err);

/* The log ends before that event, or begins behind it: TD_EINTEGRITY; returns false. */
bool td_witness_lost(const td_witness_t *witness, td_err_t *err);

#endif
