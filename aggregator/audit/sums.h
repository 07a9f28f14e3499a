/*
 * sums: what all tallies of a shard come to: one digest, and the figures of some days.
 *
 * Pure. The digest is SHA-256 over a line "<hash> <field> <value>\n" for each tally of a day or a
 * half-month, by province and by unit, in ascending order of hash and field (the hash without the
 * shard's prefix), so that anybody can compute it from Redis. Hours are left out: they are kept
 * for 35 days only.
 */
#ifndef TD_AGGREGATOR_AUDIT_SUMS_H
#define TD_AGGREGATOR_AUDIT_SUMS_H

#include "aggregator/audit/hashes.h"
#include "aggregator/audit/merkle.h"
#include "aggregator/batch.h"
#include "aggregator/contribute.h"
#include "aggregator/window.h"

/* The tally hash that a key names. */
typedef struct td_tally_key {
	td_span_t span;
	bool by_unit;
	td_days_t days;
} td_tally_key_t;

/* Reads a key behind the shard's prefix ("d:20210305"); false when it is no hash of tallies. */
TD_MUST_USE bool td_tally_key_read(td_slice_t key, td_tally_key_t *tally);

/* One figure: a metric in a province over the days, all dimensions together. */
typedef struct td_sum {
	uint16_t metric;
	char province[TD_AREA_MAX];
	int64_t value;
} td_sum_t;

enum { TD_SUMS_MAX = 4096 };

typedef struct td_sums {
	td_days_t days; /* whose tallies count; half-months that lie within */
	td_hash_t digest;
	uint64_t cells;
	size_t count;
	td_sum_t *items; /* by province and metric */
} td_sums_t;

typedef struct td_summing td_summing_t;

/* Sums of the shard with that key prefix. NULL when memory is out; the caller frees. */
TD_MUST_USE td_summing_t *td_summing_new(const char *prefix, td_days_t days);
void td_summing_free(td_summing_t *summing);

/* Takes the tallies of a shard in ascending order; a td_tally_fn whose context is the summing.
 * False when it cannot go on. */
TD_MUST_USE bool td_summing_add(void *context, const td_tally_t *tally);

/* Takes the fields of a shard in ascending order; a td_hashes_fn whose context is the summing.
 * False when it cannot go on. */
TD_MUST_USE bool td_summing_take(void *context, const td_hashes_item_t *item);

/* What it came to; lives as long as the summing. False when something was no tally or did not fit.
 */
TD_MUST_USE bool td_summing_finish(td_summing_t *summing, const td_sums_t **sums);

#endif
