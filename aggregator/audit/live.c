#include "aggregator/audit/live.h"

#include "aggregator/layout.h"

#include <stdio.h>
#include <stdlib.h>

enum { VALUES_MAX = 512 * 1024 * 1024 };

struct td_live {
	td_redis_t *redis;
	td_arena_t *values;
	char prefix[TD_KEY_MAX];
	char head_key[TD_KEY_MAX + 8];
};

td_live_t *td_live_new(const td_redis_settings_t *settings, const char *reporter,
		       uint32_t generation, td_err_t *err)
{
	td_live_t *live = calloc(1, sizeof *live);
	if (live == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read Redis");
		return NULL;
	}
	td_layout_prefix(reporter, generation, live->prefix);
	(void)snprintf(live->head_key, sizeof live->head_key, "%shead", live->prefix);
	live->values = td_arena_new(VALUES_MAX);
	live->redis = live->values != NULL ? td_redis_new(settings, err) : NULL;
	if (live->redis != NULL)
		return live;
	if (live->values == NULL)
		(void)td_err_set(err, TD_EMEMORY, "no memory to read Redis");
	td_live_free(live);
	return NULL;
}

void td_live_free(td_live_t *live)
{
	if (live == NULL)
		return;
	td_redis_free(live->redis);
	td_arena_free(live->values);
	free(live);
}

const char *td_live_prefix(const td_live_t *live)
{
	return live->prefix;
}

bool td_live_head(td_live_t *live, bool *exists, td_head_t *head, td_err_t *err)
{
	td_redis_add_words(live->redis, "GET", live->head_key);
	if (!td_redis_run(live->redis, err))
		return false;
	td_slice_t packed = td_redis_reply_text(td_redis_reply(live->redis, 0));
	*exists = packed.data != NULL;
	return !*exists || td_head_unpack(packed, head, err);
}

static bool out_of_room(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for what Redis holds");
}

static bool copy(td_slice_t text, td_arena_t *arena, td_slice_t *copied)
{
	uint8_t *bytes = td_arena_take(arena, text.size + 1);
	if (bytes == NULL)
		return false;
	if (text.size > 0)
		memcpy(bytes, text.data, text.size);
	*copied = (td_slice_t){bytes, text.size};
	return true;
}

static bool copy_keys(const td_live_t *live, const td_redis_reply_t *reply, td_arena_t *arena,
		      td_slice_t **keys, size_t *count)
{
	size_t found = td_redis_reply_count(reply);
	*count = 0;
	*keys = td_arena_take(arena, (found + 1) * sizeof **keys);
	for (size_t i = 0; *keys != NULL && i < found; i++) {
		td_slice_t key = td_redis_reply_text(td_redis_reply_at(reply, i));
		if (td_slice_equal(key, td_slice_text(live->head_key)))
			continue;
		if (!copy(key, arena, &(*keys)[(*count)++]))
			return false;
	}
	return *keys != NULL;
}

bool td_live_keys(td_live_t *live, td_live_scan_t *scan, td_arena_t *arena, td_slice_t **keys,
		  size_t *count, td_err_t *err)
{
	char pattern[TD_KEY_MAX + 1];
	(void)snprintf(pattern, sizeof pattern, "%s*", live->prefix);
	/* SCAN names no key: the one before it leads to the node that has the shard's slot. */
	td_redis_add_words(live->redis, "EXISTS", live->head_key);
	td_redis_add_words(live->redis, "SCAN", scan->cursor[0] != '\0' ? scan->cursor : "0",
			   "MATCH", pattern, "COUNT", "1000");
	if (!td_redis_run(live->redis, err))
		return false;
	const td_redis_reply_t *reply = td_redis_reply(live->redis, 1);
	td_slice_t cursor = td_redis_reply_text(td_redis_reply_at(reply, 0));
	if (cursor.size == 0 || cursor.size >= sizeof scan->cursor)
		return td_err_set(err, TD_EUNAVAILABLE, "SCAN gave no cursor");
	memcpy(scan->cursor, cursor.data, cursor.size);
	scan->cursor[cursor.size] = '\0';
	scan->done = strcmp(scan->cursor, "0") == 0;
	return copy_keys(live, td_redis_reply_at(reply, 1), arena, keys, count) || out_of_room(err);
}

static int by_field(const void *a, const void *b)
{
	return td_hashes_order(((const td_hashes_item_t *)a)->field,
			       ((const td_hashes_item_t *)b)->field);
}

static bool take_hash(td_live_t *live, const td_redis_reply_t *reply, td_live_hash_t *hash)
{
	hash->count = td_redis_reply_count(reply) / 2;
	hash->fields = td_arena_take(live->values, (hash->count + 1) * sizeof *hash->fields);
	for (size_t i = 0; hash->fields != NULL && i < hash->count; i++) {
		td_hashes_item_t *item = &hash->fields[i];
		item->key = hash->key;
		if (!copy(td_redis_reply_text(td_redis_reply_at(reply, 2 * i)), live->values,
			  &item->field) ||
		    !copy(td_redis_reply_text(td_redis_reply_at(reply, 2 * i + 1)), live->values,
			  &item->value))
			return false;
	}
	if (hash->fields != NULL)
		qsort(hash->fields, hash->count, sizeof *hash->fields, by_field);
	return hash->fields != NULL;
}

/* Which of the keys are hashes, or nothing at all: others would fail the MULTI. */
static bool find_aliens(td_live_t *live, const td_slice_t *keys, size_t count,
			td_live_hash_t *hashes, td_err_t *err)
{
	for (size_t i = 0; i < count; i++)
		td_redis_add(live->redis, 2, (td_slice_t[]){td_slice_text("TYPE"), keys[i]});
	if (!td_redis_run(live->redis, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		td_slice_t type = td_redis_reply_text(td_redis_reply(live->redis, i));
		hashes[i] = (td_live_hash_t){.key = keys[i]};
		hashes[i].alien = !td_slice_equal(type, td_slice_text("hash")) &&
				  !td_slice_equal(type, td_slice_text("none"));
	}
	return true;
}

bool td_live_read(td_live_t *live, const td_slice_t *keys, size_t count, td_head_t *head,
		  td_live_hash_t *hashes, td_err_t *err)
{
	td_redis_exec_t outcome;
	size_t reply = 1;
	td_arena_reset(live->values);
	if (!find_aliens(live, keys, count, hashes, err))
		return false;
	td_redis_add_words(live->redis, "GET", live->head_key);
	for (size_t i = 0; i < count; i++) {
		if (!hashes[i].alien)
			td_redis_add(live->redis, 2,
				     (td_slice_t[]){td_slice_text("HGETALL"), keys[i]});
	}
	if (!td_redis_exec(live->redis, &outcome, err))
		return false;
	if (!td_head_unpack(td_redis_reply_text(td_redis_reply(live->redis, 0)), head, err))
		return td_err_prefix(err, "%s", live->head_key);
	for (size_t i = 0; i < count; i++) {
		if (!hashes[i].alien &&
		    !take_hash(live, td_redis_reply(live->redis, reply++), &hashes[i]))
			return out_of_room(err);
	}
	return true;
}
