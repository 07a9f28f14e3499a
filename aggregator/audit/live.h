/*
 * live: a shard as Redis holds it now, only read.
 *
 * Shell. Hashes are read some at a time, inside one MULTI with the head, so that it is known for
 * which raw offset each of them speaks; the shard may move on between two reads.
 */
#ifndef TD_AGGREGATOR_AUDIT_LIVE_H
#define TD_AGGREGATOR_AUDIT_LIVE_H

#include "aggregator/audit/hashes.h"
#include "aggregator/head.h"
#include "common/arena.h"
#include "common/err.h"
#include "common/redis.h"

typedef struct td_live td_live_t;

enum { TD_LIVE_KEYS_MAX = 64 }; /* read at a time */

/* NULL and err. Settings are kept by reference; the caller frees. */
TD_MUST_USE td_live_t *td_live_new(const td_redis_settings_t *settings, const char *reporter,
				   uint32_t generation, td_err_t *err);
void td_live_free(td_live_t *live);

/* The prefix of the shard's keys. */
const char *td_live_prefix(const td_live_t *live);

/* The head; `exists` false when the shard has none. TD_EINTEGRITY: what is there is no head. */
TD_MUST_USE bool td_live_head(td_live_t *live, bool *exists, td_head_t *head, td_err_t *err);

/* A walk over the keys; all-zero at its beginning. A key may come twice. */
typedef struct td_live_scan {
	char cursor[24];
	bool done;
} td_live_scan_t;

/* The next keys but the head's, in `arena`. */
TD_MUST_USE bool td_live_keys(td_live_t *live, td_live_scan_t *scan, td_arena_t *arena,
			      td_slice_t **keys, size_t *count, td_err_t *err);

/* One hash: its fields in ascending order; none when there is no such key. */
typedef struct td_live_hash {
	td_slice_t key;
	bool alien; /* the key is no hash */
	size_t count;
	td_hashes_item_t *fields;
} td_live_hash_t;

/* Reads `count` (at most TD_LIVE_KEYS_MAX) hashes as they are together with the head; they live
 * until the next call. */
TD_MUST_USE bool td_live_read(td_live_t *live, const td_slice_t *keys, size_t count,
			      td_head_t *head, td_live_hash_t *hashes, td_err_t *err);

#endif
