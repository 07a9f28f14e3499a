/*
 * store: moves a shard's bytes between its batches and Redis.
 *
 * Shell. Everything that is written goes through one WATCH head ... MULTI ... EXEC, and only if the
 * head in Redis is, byte for byte, the one from which it was computed, and was so from before the
 * first read on: a Redis that was emptied meanwhile, and filled again by another owner up to the
 * same head, must not get what was computed from its emptiness. There is no other lock.
 */
#ifndef TD_AGGREGATOR_STORE_H
#define TD_AGGREGATOR_STORE_H

#include "aggregator/batch.h"
#include "aggregator/head.h"
#include "common/err.h"
#include "common/redis.h"
#include "common/td.h"

typedef struct td_store td_store_t;

/* What became of a read or a write; err is filled unless DONE. */
typedef enum td_stored {
	TD_STORED_DONE,
	TD_STORED_MOVED, /* the head is another than expected; nothing was written */
	TD_STORED_TORN,  /* a key is of another type, or a part of an EXEC failed: the shard must be
			  * made again */
	TD_STORED_AWAY,  /* Redis is away, or refuses for now; after a write: all of it happened, or
			  * nothing */
} td_stored_t;

/* A head as it lies in Redis, whoever wrote it. */
typedef struct td_stored_head {
	bool exists;
	bool alien;  /* the key is no string */
	size_t size; /* cut behind the largest head that there can be */
	uint8_t bytes[TD_HEAD_PACKED_MAX + 1];
} td_stored_head_t;

/* The store of one shard, with a session of its own; settings are kept by reference. NULL and err
 * when the password file cannot be read or memory is out. Caller frees. */
TD_MUST_USE td_store_t *td_store_new(const td_redis_settings_t *settings, const char *reporter,
				     uint32_t generation, td_err_t *err);
void td_store_free(td_store_t *store);

/* Reads the head. */
TD_MUST_USE td_stored_t td_store_head(td_store_t *store, td_stored_head_t *head, td_err_t *err);

/* Watches the head and compares it: from here to td_store_write, td_store_forget or an error no
 * write goes through once anybody changed it. */
TD_MUST_USE td_stored_t td_store_watch(td_store_t *store, const td_stored_head_t *expected,
				       td_err_t *err);

/* Fills the values of `entries`; they live until a write or td_store_forget. */
TD_MUST_USE td_stored_t td_store_read(td_store_t *store, td_entries_t entries, td_err_t *err);
void td_store_forget(td_store_t *store);

/* What one write changes; entries and deletes may be empty. */
typedef struct td_store_write {
	const td_stored_head_t *expected;
	const td_head_t *head; /* the new one */
	td_entries_t entries;
	const td_slice_t *deletes; /* keys, deleted after the entries are written */
	size_t delete_count;
} td_store_write_t;

/* Writes; what was computed from reads must have been watched from before them. `written` gets the
 * new head's bytes when DONE. May be the same object as expected. */
TD_MUST_USE td_stored_t td_store_write(td_store_t *store, const td_store_write_t *write,
				       td_stored_head_t *written, td_err_t *err);

/* The same in two steps, so that something else can be done while Redis works: begin sends, end
 * takes the answer. Between them only td_store_forget may be called, which gives the answer up. */
TD_MUST_USE td_stored_t td_store_write_begin(td_store_t *store, const td_store_write_t *write,
					     td_err_t *err);
TD_MUST_USE td_stored_t td_store_write_end(td_store_t *store, td_stored_head_t *written,
					   td_err_t *err);
bool td_store_writing(const td_store_t *store);

/* Where a clearing stands; all-zero at its beginning. */
typedef struct td_store_clearing {
	char cursor[24];
	bool done;
	uint64_t deleted;
} td_store_clearing_t;

/* Deletes some keys of the shard, but not the head, while the head is `expected`. */
TD_MUST_USE td_stored_t td_store_clear(td_store_t *store, const td_stored_head_t *expected,
				       td_store_clearing_t *clearing, td_err_t *err);

/* Adds the reporter to the set of all shards of its generation, and that to the set of all. */
TD_MUST_USE td_stored_t td_store_register(td_store_t *store, td_err_t *err);

#endif
