#include "aggregator/audit/hashes.h"

#include "common/digest.h"
#include "common/hashtable.h"
#include "common/room.h"

#include <stdlib.h>

enum { NO_ITEM = UINT32_MAX };

typedef struct key {
	uint8_t *text;
	uint32_t size, first_item;
} hash_key_t;

typedef struct item {
	uint8_t *bytes; /* field, then value, with room for a longer one */
	uint32_t key, next_of_key;
	uint16_t value_size, room; /* room: bytes of value that fit */
	uint8_t field_size;
} item_t;

struct td_hashes {
	td_hashtable_t key_table, item_table;
	hash_key_t *keys;
	item_t *items;
	size_t key_count, key_room, item_count, item_room, bytes;
};

td_hashes_t *td_hashes_new(void)
{
	td_hashes_t *hashes = calloc(1, sizeof *hashes);
	if (hashes == NULL)
		return NULL;
	bool tables = td_hashtable_init(&hashes->key_table);
	tables = td_hashtable_init(&hashes->item_table) && tables;
	if (tables)
		return hashes;
	td_hashes_free(hashes);
	return NULL;
}

void td_hashes_clear(td_hashes_t *hashes)
{
	for (size_t i = 0; i < hashes->key_count; i++)
		free(hashes->keys[i].text);
	for (size_t i = 0; i < hashes->item_count; i++)
		free(hashes->items[i].bytes);
	td_hashtable_clear(&hashes->key_table);
	td_hashtable_clear(&hashes->item_table);
	hashes->key_count = hashes->item_count = hashes->bytes = 0;
}

void td_hashes_free(td_hashes_t *hashes)
{
	if (hashes == NULL)
		return;
	td_hashes_clear(hashes);
	td_hashtable_free(&hashes->key_table);
	td_hashtable_free(&hashes->item_table);
	free(hashes->keys);
	free(hashes->items);
	free(hashes);
}

int td_hashes_order(td_slice_t a, td_slice_t b)
{
	size_t shorter = a.size < b.size ? a.size : b.size;
	int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;
	return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static td_slice_t key_of(const td_hashes_t *hashes, uint32_t key)
{
	return (td_slice_t){hashes->keys[key].text, hashes->keys[key].size};
}

static td_slice_t field_of(const item_t *item)
{
	return (td_slice_t){item->bytes, item->field_size};
}

static td_slice_t value_of(const item_t *item)
{
	return (td_slice_t){item->bytes + item->field_size, item->value_size};
}

/* The key's number, or TD_HASHTABLE_NONE; `digest` out. */
static int64_t find_key(const td_hashes_t *hashes, td_slice_t key, uint64_t *digest)
{
	*digest = td_digest(0, key.data, key.size);
	td_probe_t probe = td_hashtable_probe(&hashes->key_table, *digest);
	int64_t index;
	while ((index = td_hashtable_next(&hashes->key_table, &probe)) != TD_HASHTABLE_NONE) {
		if (td_slice_equal(key_of(hashes, (uint32_t)index), key))
			break;
	}
	return index;
}

static int64_t find_item(const td_hashes_t *hashes, uint32_t key, td_slice_t field,
			 uint64_t *digest)
{
	*digest = td_digest(key + 1, field.data, field.size);
	td_probe_t probe = td_hashtable_probe(&hashes->item_table, *digest);
	int64_t index;
	while ((index = td_hashtable_next(&hashes->item_table, &probe)) != TD_HASHTABLE_NONE) {
		const item_t *item = &hashes->items[index];
		if (item->key == key && td_slice_equal(field_of(item), field))
			break;
	}
	return index;
}

static bool add_key(td_hashes_t *hashes, td_slice_t key, uint64_t digest, uint32_t *index)
{
	uint8_t *text = malloc(key.size + 1);
	if (text == NULL ||
	    !td_room(&hashes->keys, sizeof *hashes->keys, hashes->key_count, &hashes->key_room) ||
	    !td_hashtable_put(&hashes->key_table, digest, (uint32_t)hashes->key_count)) {
		free(text);
		return false;
	}
	if (key.size > 0)
		memcpy(text, key.data, key.size);
	*index = (uint32_t)hashes->key_count++;
	hashes->keys[*index] = (hash_key_t){text, (uint32_t)key.size, NO_ITEM};
	hashes->bytes += key.size + sizeof(hash_key_t) + 4 * sizeof(uint64_t);
	return true;
}

static bool add_item(td_hashes_t *hashes, uint32_t key, td_slice_t field, uint64_t digest,
		     item_t **item)
{
	uint8_t *bytes = malloc(field.size + 1);
	if (bytes == NULL ||
	    !td_room(&hashes->items, sizeof *hashes->items, hashes->item_count,
		     &hashes->item_room) ||
	    !td_hashtable_put(&hashes->item_table, digest, (uint32_t)hashes->item_count)) {
		free(bytes);
		return false;
	}
	if (field.size > 0)
		memcpy(bytes, field.data, field.size);
	*item = &hashes->items[hashes->item_count];
	**item = (item_t){.bytes = bytes,
			  .key = key,
			  .next_of_key = hashes->keys[key].first_item,
			  .field_size = (uint8_t)field.size};
	hashes->keys[key].first_item = (uint32_t)hashes->item_count++;
	hashes->bytes += field.size + sizeof(item_t) + 4 * sizeof(uint64_t);
	return true;
}

static bool set_value(td_hashes_t *hashes, item_t *item, td_slice_t value)
{
	if (value.size > item->room) {
		uint8_t *grown = realloc(item->bytes, item->field_size + value.size);
		if (grown == NULL)
			return false;
		hashes->bytes += value.size - item->room;
		item->bytes = grown;
		item->room = (uint16_t)value.size;
	}
	if (value.size > 0)
		memcpy(item->bytes + item->field_size, value.data, value.size);
	item->value_size = (uint16_t)value.size;
	return true;
}

bool td_hashes_put(td_hashes_t *hashes, td_slice_t key, td_slice_t field, td_slice_t value)
{
	uint64_t digest;
	int64_t found = find_key(hashes, key, &digest);
	uint32_t key_index = (uint32_t)found;
	if (field.size > UINT8_MAX || value.size > UINT16_MAX || key.size > UINT16_MAX)
		return false;
	if (found == TD_HASHTABLE_NONE && !add_key(hashes, key, digest, &key_index))
		return false;
	found = find_item(hashes, key_index, field, &digest);
	item_t *item = found == TD_HASHTABLE_NONE ? NULL : &hashes->items[found];
	if (item == NULL && !add_item(hashes, key_index, field, digest, &item))
		return false;
	return set_value(hashes, item, value);
}

bool td_hashes_get(const td_hashes_t *hashes, td_slice_t key, td_slice_t field, td_slice_t *value)
{
	uint64_t digest;
	int64_t found = find_key(hashes, key, &digest);
	if (found != TD_HASHTABLE_NONE)
		found = find_item(hashes, (uint32_t)found, field, &digest);
	*value = found == TD_HASHTABLE_NONE ? (td_slice_t){NULL, 0}
					    : value_of(&hashes->items[found]);
	return found != TD_HASHTABLE_NONE;
}

size_t td_hashes_bytes(const td_hashes_t *hashes)
{
	return hashes->bytes;
}

/* What is sorted: a key or a field, and which. */
typedef struct place {
	td_slice_t text;
	uint32_t index;
} place_t;

static int by_text(const void *a, const void *b)
{
	return td_hashes_order(((const place_t *)a)->text, ((const place_t *)b)->text);
}

/* The items of the key by field, into `fields`, which has room for all items. */
static size_t sort_fields(const td_hashes_t *hashes, uint32_t key, place_t *fields)
{
	size_t count = 0;
	for (uint32_t at = hashes->keys[key].first_item; at != NO_ITEM;
	     at = hashes->items[at].next_of_key)
		fields[count++] = (place_t){field_of(&hashes->items[at]), at};
	qsort(fields, count, sizeof *fields, by_text);
	return count;
}

static bool walk_sorted(const td_hashes_t *hashes, const place_t *keys, place_t *fields,
			td_hashes_fn *each, void *context)
{
	for (size_t i = 0; i < hashes->key_count; i++) {
		size_t count = sort_fields(hashes, keys[i].index, fields);
		for (size_t j = 0; j < count; j++) {
			const item_t *item = &hashes->items[fields[j].index];
			const td_hashes_item_t said = {keys[i].text, fields[j].text,
						       value_of(item)};
			if (!each(context, &said))
				return false;
		}
	}
	return true;
}

bool td_hashes_walk(td_hashes_t *hashes, td_hashes_fn *each, void *context)
{
	place_t *keys = calloc(hashes->key_count + 1, sizeof *keys);
	place_t *fields = calloc(hashes->item_count + 1, sizeof *fields);
	bool done = keys != NULL && fields != NULL;
	for (uint32_t i = 0; done && i < hashes->key_count; i++)
		keys[i] = (place_t){key_of(hashes, i), i};
	if (done)
		qsort(keys, hashes->key_count, sizeof *keys, by_text);
	done = done && walk_sorted(hashes, keys, fields, each, context);
	free(keys);
	free(fields);
	return done;
}

bool td_hashes_walk_key(td_hashes_t *hashes, td_slice_t key, td_hashes_fn *each, void *context)
{
	uint64_t digest;
	int64_t found = find_key(hashes, key, &digest);
	if (found == TD_HASHTABLE_NONE)
		return true;
	for (uint32_t at = hashes->keys[found].first_item; at != NO_ITEM;
	     at = hashes->items[at].next_of_key) {
		const item_t *item = &hashes->items[at];
		const td_hashes_item_t said = {key, field_of(item), value_of(item)};
		if (!each(context, &said))
			return false;
	}
	return true;
}
