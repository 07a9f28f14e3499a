#include "aggregator/store.h"

#include "aggregator/layout.h"
#include "common/arena.h"
#include "common/fault.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FIELDS_MAX = 512,               /* of one command */
	RUN_COMMANDS_MAX = 8192,        /* commands of one pipeline that reads */
	VALUES_MAX = 256 * 1024 * 1024, /* bytes of values that one batch reads */
	CLEAR_KEYS = 1000,              /* keys that one step looks at, about */
};

struct td_store {
	td_redis_t *redis;
	td_arena_t *values;
	char reporter[TD_ID_MAX + 1];
	char prefix[TD_KEY_MAX];
	char head_key[TD_KEY_MAX + 8];
	char registry[TD_KEY_MAX];
	uint32_t generation;
	bool watched;                         /* the head, on the present connection */
	bool writing;                         /* begun, not ended */
	td_stored_head_t sent;                /* the head of that write */
	td_slice_t words[2 + 2 * FIELDS_MAX]; /* of the command that is being made */
};

td_store_t *td_store_new(const td_redis_settings_t *settings, const char *reporter,
			 uint32_t generation, td_err_t *err)
{
	td_store_t *store = calloc(1, sizeof(*store));
	if (!store) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the shard of %s", reporter);
		return NULL;
	}
	(void)snprintf(store->reporter, sizeof(store->reporter), "%s", reporter);
	td_layout_prefix(reporter, generation, store->prefix);
	(void)snprintf(store->head_key, sizeof(store->head_key), "%shead", store->prefix);
	td_layout_registry(generation, store->registry);
	store->generation = generation;
	store->redis = td_redis_new(settings, err);
	if (store->redis) {
		store->values = td_arena_new(VALUES_MAX);
		if (store->values)
			return store;
		(void)td_err_set(err, TD_EMEMORY, "no memory for the shard of %s", reporter);
	}
	td_store_free(store);
	return NULL;
}

void td_store_free(td_store_t *store)
{
	if (!store)
		return;
	td_arena_free(store->values);
	td_redis_free(store->redis);
	free(store);
}

void td_store_forget(td_store_t *store)
{
	if (store->writing)
		td_redis_close(store->redis);
	store->writing = false;
	td_arena_reset(store->values);
	store->watched = false;
}

/* What a failed run means for the shard; whatever was added is forgotten by then. */
static td_stored_t failed(td_store_t *store, td_err_t *err)
{
	store->watched = false;
	/* "shard {vn-06}:0", without the prefix's last colon */
	(void)td_err_prefix(err, "shard %.*s", (int)strlen(store->prefix) - 1, store->prefix);
	return err->code == TD_EINTEGRITY ? TD_STORED_TORN : TD_STORED_AWAY;
}

static void take_head(const td_redis_reply_t *reply, td_stored_head_t *head)
{
	td_slice_t text = td_redis_reply_text(reply);
	*head = (td_stored_head_t){.exists = td_redis_reply_kind(reply) == TD_REDIS_TEXT};
	head->size = text.size < sizeof(head->bytes) ? text.size : sizeof(head->bytes);
	if (head->size > 0)
		memcpy(head->bytes, text.data, head->size);
}

td_stored_t td_store_head(td_store_t *store, td_stored_head_t *head, td_err_t *err)
{
	*head = (td_stored_head_t){0};
	td_redis_add_words(store->redis, "GET", store->head_key);
	if (!td_redis_run(store->redis, err)) {
		head->alien = err->code == TD_EINTEGRITY;
		return failed(store, err);
	}
	take_head(td_redis_reply(store->redis, 0), head);
	return TD_STORED_DONE;
}

/* Where the run of entries with the key of entry `from` ends, FIELDS_MAX entries on at the latest.
 */
static size_t group_end(td_entries_t entries, size_t from)
{
	size_t end = from + 1;
	while (end < entries.count && end - from < FIELDS_MAX &&
	       td_slice_equal(entries.items[end].key, entries.items[from].key))
		end++;
	return end;
}

static void add_hmget(td_store_t *store, td_entries_t entries, size_t from, size_t end)
{
	size_t count = 0;
	store->words[count++] = td_slice_text("HMGET");
	store->words[count++] = entries.items[from].key;
	for (size_t i = from; i < end; i++)
		store->words[count++] = entries.items[i].field;
	td_redis_add(store->redis, count, store->words);
}

/* Copies the values of one reply, which is gone with the next command. */
static bool take_values(td_store_t *store, const td_redis_reply_t *reply, td_entry_t *entries,
			size_t count, td_err_t *err)
{
	for (size_t i = 0; i < count; i++) {
		td_slice_t text = td_redis_reply_text(td_redis_reply_at(reply, i));
		uint8_t *copy = td_arena_take(store->values, text.size);
		if (!copy)
			return td_err_set(err, TD_EMEMORY,
					  "the values of one batch need more than %d "
					  "bytes; make batches smaller",
					  (int)VALUES_MAX);
		if (text.size > 0)
			memcpy(copy, text.data, text.size);
		entries[i].value = (td_slice_t){copy, text.size};
	}
	return true;
}

td_stored_t td_store_read(td_store_t *store, td_entries_t entries, td_err_t *err)
{
	size_t done = 0;
	while (done < entries.count) {
		size_t asked = done;
		while (asked < entries.count && td_redis_added(store->redis) < RUN_COMMANDS_MAX) {
			size_t end = group_end(entries, asked);
			add_hmget(store, entries, asked, end);
			asked = end;
		}
		if (!td_redis_run(store->redis, err))
			return failed(store, err);
		for (size_t command = 0; done < asked; command++) {
			size_t end = group_end(entries, done);
			if (!take_values(store, td_redis_reply(store->redis, command),
					 &entries.items[done], end - done, err))
				return failed(store, err);
			done = end;
		}
	}
	return TD_STORED_DONE;
}

static bool is_head(const td_stored_head_t *expected, const td_stored_head_t *found)
{
	return expected->exists == found->exists && expected->size == found->size &&
	       memcmp(expected->bytes, found->bytes, found->size) == 0;
}

td_stored_t td_store_watch(td_store_t *store, const td_stored_head_t *expected, td_err_t *err)
{
	bool same;
	td_redis_add_words(store->redis, "WATCH", store->head_key);
	td_redis_add_words(store->redis, expected->alien ? "TYPE" : "GET", store->head_key);
	if (!td_redis_run(store->redis, err))
		return failed(store, err);
	td_stored_head_t found;
	take_head(td_redis_reply(store->redis, 1), &found);
	if (expected->alien)
		same = !td_slice_equal((td_slice_t){found.bytes, found.size},
				       td_slice_text("string"));
	else
		same = is_head(expected, &found);
	store->watched = same;
	if (same)
		return TD_STORED_DONE;
	td_redis_add_words(store->redis, "UNWATCH");
	if (!td_redis_run(store->redis, err))
		return failed(store, err);
	(void)td_err_set(err, TD_ESUPERSEDED, "the head %s was changed by somebody else",
			 store->head_key);
	return TD_STORED_MOVED;
}

static td_stored_t begin(td_store_t *store, td_err_t *err)
{
	store->watched = false;
	td_fault("aggregator.exec");
	store->writing = td_redis_exec_begin(store->redis, err);
	td_fault("aggregator.sent");
	return store->writing ? TD_STORED_DONE : failed(store, err);
}

static td_stored_t end(td_store_t *store, td_err_t *err)
{
	td_redis_exec_t outcome;
	store->writing = false;
	if (!td_redis_exec_end(store->redis, &outcome, err))
		return failed(store, err);
	td_fault("aggregator.reply");
	if (outcome == TD_REDIS_EXEC_DONE)
		return TD_STORED_DONE;
	(void)td_err_set(err, TD_ESUPERSEDED, "the head %s was changed by somebody else just now",
			 store->head_key);
	return TD_STORED_MOVED;
}

static td_stored_t execute(td_store_t *store, td_err_t *err)
{
	td_stored_t stored = begin(store, err);
	return stored == TD_STORED_DONE ? end(store, err) : stored;
}

/* Sets the fields of one run of entries that have a value, and deletes those that have none. */
static void add_fields(td_store_t *store, td_entries_t entries, size_t from, size_t end)
{
	for (int deleting = 0; deleting < 2; deleting++) {
		size_t count = 0;
		store->words[count++] = td_slice_text(deleting ? "HDEL" : "HSET");
		store->words[count++] = entries.items[from].key;
		for (size_t i = from; i < end; i++) {
			const td_entry_t *entry = &entries.items[i];
			if ((entry->value.size == 0) != (deleting == 1))
				continue;
			store->words[count++] = entry->field;
			if (!deleting)
				store->words[count++] = entry->value;
		}
		if (count > 2)
			td_redis_add(store->redis, count, store->words);
	}
}

td_stored_t td_store_write_begin(td_store_t *store, const td_store_write_t *write, td_err_t *err)
{
	td_stored_t stored =
		store->watched ? TD_STORED_DONE : td_store_watch(store, write->expected, err);
	if (stored != TD_STORED_DONE)
		return stored;
	for (size_t from = 0, to; from < write->entries.count; from = to) {
		to = group_end(write->entries, from);
		add_fields(store, write->entries, from, to);
	}
	for (size_t i = 0; i < write->delete_count; i++)
		td_redis_add(store->redis, 2,
			     (td_slice_t[]){td_slice_text("UNLINK"), write->deletes[i]});
	store->sent = (td_stored_head_t){.exists = true};
	store->sent.size = td_head_pack(write->head, store->sent.bytes);
	td_redis_add(store->redis, 3,
		     (td_slice_t[]){td_slice_text("SET"),
				    td_slice_text(store->head_key),
				    {store->sent.bytes, store->sent.size}});
	td_arena_reset(store->values);
	return begin(store, err);
}

td_stored_t td_store_write_end(td_store_t *store, td_stored_head_t *written, td_err_t *err)
{
	td_stored_t stored = end(store, err);
	if (stored == TD_STORED_DONE)
		*written = store->sent;
	return stored;
}

td_stored_t td_store_write(td_store_t *store, const td_store_write_t *write,
			   td_stored_head_t *written, td_err_t *err)
{
	td_stored_t stored = td_store_write_begin(store, write, err);
	return stored == TD_STORED_DONE ? td_store_write_end(store, written, err) : stored;
}

bool td_store_writing(const td_store_t *store)
{
	return store->writing;
}

/* Adds UNLINK for the keys of a SCAN reply, which are copied first: the reply does not last. */
static bool collect(td_store_t *store, const td_redis_reply_t *keys, td_slice_t **doomed,
		    size_t *count)
{
	size_t found = td_redis_reply_count(keys);
	*count = 0;
	*doomed = td_arena_take(store->values, (found + 1) * sizeof(**doomed));
	if (!*doomed)
		return false;
	for (size_t i = 0; i < found; i++) {
		td_slice_t key = td_redis_reply_text(td_redis_reply_at(keys, i));
		if (td_slice_equal(key, td_slice_text(store->head_key)))
			continue;
		uint8_t *copy = td_arena_take(store->values, key.size);
		if (!copy)
			return false;
		memcpy(copy, key.data, key.size);
		(*doomed)[(*count)++] = (td_slice_t){copy, key.size};
	}
	return true;
}

/* One step of SCAN; the keys that it found are in `doomed`. */
static td_stored_t scan(td_store_t *store, td_store_clearing_t *clearing, td_slice_t **doomed,
			size_t *count, td_err_t *err)
{
	char pattern[TD_KEY_MAX + 1], limit[16];
	(void)snprintf(pattern, sizeof(pattern), "%s*", store->prefix);
	(void)snprintf(limit, sizeof(limit), "%d", (int)CLEAR_KEYS);
	/* SCAN names no key: the one before it leads to the node that has the shard's slot. */
	td_redis_add_words(store->redis, "EXISTS", store->head_key);
	td_redis_add_words(store->redis, "SCAN", clearing->cursor[0] ? clearing->cursor : "0",
			   "MATCH", pattern, "COUNT", limit);
	if (!td_redis_run(store->redis, err))
		return failed(store, err);
	const td_redis_reply_t *reply = td_redis_reply(store->redis, 1);
	td_slice_t cursor = td_redis_reply_text(td_redis_reply_at(reply, 0));
	if (cursor.size == 0 || cursor.size >= sizeof(clearing->cursor)) {
		(void)td_err_set(err, TD_EUNAVAILABLE, "SCAN gave no cursor");
		return failed(store, err);
	}
	memcpy(clearing->cursor, cursor.data, cursor.size);
	clearing->cursor[cursor.size] = '\0';
	clearing->done = strcmp(clearing->cursor, "0") == 0;
	if (!collect(store, td_redis_reply_at(reply, 1), doomed, count)) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the keys to be deleted");
		return failed(store, err);
	}
	return TD_STORED_DONE;
}

td_stored_t td_store_clear(td_store_t *store, const td_stored_head_t *expected,
			   td_store_clearing_t *clearing, td_err_t *err)
{
	td_slice_t *doomed;
	size_t count;
	td_store_forget(store);
	td_stored_t stored = scan(store, clearing, &doomed, &count, err);
	if (stored != TD_STORED_DONE || count == 0)
		return stored;
	stored = td_store_watch(store, expected, err);
	if (stored != TD_STORED_DONE)
		return stored;
	for (size_t i = 0; i < count; i++)
		td_redis_add(store->redis, 2, (td_slice_t[]){td_slice_text("UNLINK"), doomed[i]});
	stored = execute(store, err);
	if (stored == TD_STORED_DONE)
		clearing->deleted += count;
	return stored;
}

td_stored_t td_store_register(td_store_t *store, td_err_t *err)
{
	char number[16];
	(void)snprintf(number, sizeof(number), "%u", (unsigned)store->generation);
	td_redis_add_words(store->redis, "SADD", TD_LAYOUT_GENERATIONS, number);
	td_redis_add_words(store->redis, "SADD", store->registry, store->reporter);
	return td_redis_run(store->redis, err) ? TD_STORED_DONE : failed(store, err);
}
