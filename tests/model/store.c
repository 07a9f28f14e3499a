#include "tests/model/store.h"

#include <stdio.h>
#include <stdlib.h>

enum { VALUES_MAX = 4 * 1024 * 1024 };

static const td_slice_t STRING = {NULL, 0};

void td_model_store_init(td_model_store_t *store, td_model_redis_t *redis, const char *reporter)
{
	char prefix[TD_KEY_MAX];
	*store = (td_model_store_t){.redis = redis, .values = malloc(VALUES_MAX)};
	if (store->values == NULL)
		abort();
	td_layout_prefix(reporter, 0, prefix);
	(void)snprintf(store->head_key, sizeof store->head_key, "%shead", prefix);
}

void td_model_store_free(td_model_store_t *store)
{
	free(store->values);
}

static td_slice_t head_slice(const td_model_store_t *store)
{
	return td_model_redis_get(store->redis, td_slice_text(store->head_key), STRING);
}

void td_model_store_head(const td_model_store_t *store, td_model_head_t *head)
{
	td_slice_t found = head_slice(store);
	head->size = found.size;
	if (found.size > 0)
		memcpy(head->bytes, found.data, found.size);
}

void td_model_store_forget(td_model_store_t *store)
{
	store->used = 0;
	store->is_watching = false;
}

bool td_model_store_connected(td_model_store_t *store)
{
	bool same = store->boots == store->redis->boots;
	store->boots = store->redis->boots;
	return same;
}

void td_model_store_read(td_model_store_t *store, td_entries_t entries)
{
	for (size_t i = 0; i < entries.count; i++) {
		td_entry_t *entry = &entries.items[i];
		td_slice_t found = td_model_redis_get(store->redis, entry->key, entry->field);
		if (store->used + found.size > VALUES_MAX)
			abort();
		uint8_t *copy = store->values + store->used;
		if (found.size > 0)
			memcpy(copy, found.data, found.size);
		store->used += found.size;
		entry->value = (td_slice_t){copy, found.size};
	}
}

bool td_model_store_watch(td_model_store_t *store, const td_model_head_t *expected)
{
	if (!store->is_watching)
		store->watched = store->redis->version;
	store->is_watching = true;
	return td_slice_equal(head_slice(store), (td_slice_t){expected->bytes, expected->size});
}

/* EXEC ends every WATCH. */
static td_model_exec_t may_exec(td_model_store_t *store)
{
	bool unchanged = store->is_watching && store->redis->version == store->watched;
	store->is_watching = false;
	return unchanged ? TD_MODEL_EXEC_DONE : TD_MODEL_EXEC_MOVED;
}

/* The first entry that is not the head; the count when there is none. */
static size_t find_more(const td_model_store_t *store)
{
	size_t at = 0;
	while (at < store->redis->count &&
	       td_slice_equal(td_model_redis_key(store->redis, at), td_slice_text(store->head_key)))
		at++;
	return at;
}

bool td_model_store_has_more(const td_model_store_t *store)
{
	return find_more(store) < store->redis->count;
}

td_model_exec_t td_model_store_unlink_one(td_model_store_t *store)
{
	size_t at = find_more(store);
	char key[TD_KEY_MAX + 1];
	td_model_exec_t outcome = may_exec(store);
	if (outcome != TD_MODEL_EXEC_DONE || at == store->redis->count)
		return outcome;
	td_slice_t found = td_model_redis_key(store->redis, at);
	memcpy(key, found.data, found.size);
	td_model_redis_unlink(store->redis, (td_slice_t){(const uint8_t *)key, found.size});
	return TD_MODEL_EXEC_DONE;
}

td_model_exec_t td_model_store_exec(td_model_store_t *store, const td_batch_t *batch,
				    const td_head_t *head, td_model_head_t *written)
{
	size_t deletes = 0;
	td_model_exec_t outcome = may_exec(store);
	if (outcome != TD_MODEL_EXEC_DONE)
		return outcome;
	const td_slice_t *doomed = batch != NULL ? td_batch_deletes(batch, &deletes) : NULL;
	td_entries_t writes = batch != NULL ? td_batch_writes(batch) : (td_entries_t){NULL, 0};
	for (size_t i = 0; i < writes.count; i++)
		td_model_redis_set(store->redis, writes.items[i].key, writes.items[i].field,
				   writes.items[i].value);
	for (size_t i = 0; i < deletes; i++)
		td_model_redis_unlink(store->redis, doomed[i]);
	written->size = td_head_pack(head, written->bytes);
	td_model_redis_set(store->redis, td_slice_text(store->head_key), STRING,
			   (td_slice_t){written->bytes, written->size});
	return TD_MODEL_EXEC_DONE;
}

bool td_model_store_begin(td_model_store_t *store, td_batch_t *batch, td_err_t *err)
{
	td_slice_t found = head_slice(store);
	td_head_t head;
	td_head_init(0, &head);
	if (found.size > 0 && !td_head_unpack(found, &head, err))
		return false;
	td_batch_begin(batch, &head);
	return true;
}

bool td_model_store_move(td_model_store_t *store, td_batch_t *batch, td_err_t *err)
{
	td_model_head_t head;
	td_model_store_forget(store);
	td_model_store_read(store, td_batch_states(batch));
	if (!td_batch_fold(batch, err))
		return false;
	td_model_store_read(store, td_batch_cells(batch));
	if (!td_batch_finish(batch, err))
		return false;
	td_model_store_head(store, &head);
	return td_model_store_watch(store, &head) &&
	       td_model_store_exec(store, batch, td_batch_head(batch), &head) == TD_MODEL_EXEC_DONE;
}
