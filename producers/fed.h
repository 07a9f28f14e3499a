/*
 * fed: the digests of files that were fed whole, so that one fed again is noticed.
 *
 * A file of the epoch's folder, "fed": a line of 64 hexadecimal digits for each. Only a help: a
 * file that is fed again although it was fed says everything again under new sequences, and counts
 * once.
 */
#ifndef TD_PRODUCERS_FED_H
#define TD_PRODUCERS_FED_H

#include "common/err.h"
#include "producers/checkpoint.h"

enum { TD_FED_MAX = 65536 }; /* digests kept; beyond, the older half is forgotten */

/* Whether a file of this digest was fed whole in the epoch of `folder`. */
TD_MUST_USE bool td_fed_knows(const char *folder, const uint8_t digest[TD_DIGEST_SIZE], bool *known,
			      td_err_t *err);

/* Remembers it, durably. */
TD_MUST_USE bool td_fed_add(const char *folder, const uint8_t digest[TD_DIGEST_SIZE],
			    td_err_t *err);

#endif
