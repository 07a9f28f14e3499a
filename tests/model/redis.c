#include "tests/model/redis.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_ITEMS = 64, FIRST_BYTES = 4096 };

/* A test without memory is over. */
static void *enlarge(void *old, size_t size)
{
	void *larger = realloc(old, size);
	if (larger == NULL)
		abort();
	return larger;
}

void td_model_redis_init(td_model_redis_t *redis)
{
	*redis = (td_model_redis_t){.room = FIRST_ITEMS, .bytes_room = FIRST_BYTES};
	redis->items = enlarge(NULL, redis->room * sizeof redis->items[0]);
	redis->bytes = enlarge(NULL, redis->bytes_room);
}

void td_model_redis_free(td_model_redis_t *redis)
{
	free(redis->items);
	free(redis->bytes);
}

td_slice_t td_model_redis_key(const td_model_redis_t *redis, size_t at)
{
	const td_model_item_t *item = &redis->items[at];
	return (td_slice_t){redis->bytes + item->key, item->key_size};
}

td_slice_t td_model_redis_field(const td_model_redis_t *redis, size_t at)
{
	const td_model_item_t *item = &redis->items[at];
	return (td_slice_t){redis->bytes + item->field, item->field_size};
}

td_slice_t td_model_redis_value(const td_model_redis_t *redis, size_t at)
{
	const td_model_item_t *item = &redis->items[at];
	return (td_slice_t){redis->bytes + item->value, item->value_size};
}

static int compare(td_slice_t a, td_slice_t b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size == 0 ? 0 : memcmp(a.data, b.data, size);
	return order != 0 ? order : a.size < b.size ? -1 : a.size > b.size;
}

/* The first entry not below (key, field). */
static size_t find(const td_model_redis_t *redis, td_slice_t key, td_slice_t field)
{
	size_t low = 0, high = redis->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(td_model_redis_key(redis, middle), key);
		if (order == 0)
			order = compare(td_model_redis_field(redis, middle), field);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const td_model_redis_t *redis, size_t at, td_slice_t key, td_slice_t field)
{
	return at < redis->count && td_slice_equal(td_model_redis_key(redis, at), key) &&
	       td_slice_equal(td_model_redis_field(redis, at), field);
}

td_slice_t td_model_redis_get(const td_model_redis_t *redis, td_slice_t key, td_slice_t field)
{
	size_t at = find(redis, key, field);
	return is_at(redis, at, key, field) ? td_model_redis_value(redis, at)
					    : (td_slice_t){NULL, 0};
}

static size_t keep(td_model_redis_t *redis, td_slice_t bytes)
{
	while (redis->used + bytes.size > redis->bytes_room) {
		redis->bytes_room *= 2;
		redis->bytes = enlarge(redis->bytes, redis->bytes_room);
	}
	if (bytes.size > 0)
		memcpy(redis->bytes + redis->used, bytes.data, bytes.size);
	redis->used += bytes.size;
	return redis->used - bytes.size;
}

static void make_item(td_model_redis_t *redis, size_t at, td_slice_t key, td_slice_t field,
		      td_slice_t value)
{
	td_model_item_t item = {
		.key_size = key.size, .field_size = field.size, .value_size = value.size};
	item.key = keep(redis, key);
	item.field = keep(redis, field);
	item.value = keep(redis, value);
	redis->items[at] = item;
}

/* Leaves the bytes behind that no entry needs. */
static void compact(td_model_redis_t *redis)
{
	td_model_redis_t whole = *redis;
	redis->bytes = enlarge(NULL, redis->bytes_room);
	redis->used = redis->garbage = 0;
	for (size_t at = 0; at < redis->count; at++)
		make_item(redis, at, td_model_redis_key(&whole, at),
			  td_model_redis_field(&whole, at), td_model_redis_value(&whole, at));
	free(whole.bytes);
}

static void insert(td_model_redis_t *redis, size_t at)
{
	if (redis->count == redis->room) {
		redis->room *= 2;
		redis->items = enlarge(redis->items, redis->room * sizeof redis->items[0]);
	}
	memmove(redis->items + at + 1, redis->items + at,
		(redis->count - at) * sizeof redis->items[0]);
	redis->count++;
}

static void erase(td_model_redis_t *redis, size_t at)
{
	const td_model_item_t *item = &redis->items[at];
	redis->garbage += item->key_size + item->field_size + item->value_size;
	memmove(redis->items + at, redis->items + at + 1,
		(redis->count - at - 1) * sizeof redis->items[0]);
	redis->count--;
}

void td_model_redis_set(td_model_redis_t *redis, td_slice_t key, td_slice_t field, td_slice_t value)
{
	size_t at = find(redis, key, field);
	redis->version += field.size == 0 ? 1 : 0;
	if (is_at(redis, at, key, field) && value.size == 0) {
		erase(redis, at);
	} else if (is_at(redis, at, key, field)) {
		redis->garbage += redis->items[at].value_size;
		redis->items[at].value = keep(redis, value);
		redis->items[at].value_size = value.size;
	} else if (value.size > 0) {
		insert(redis, at);
		make_item(redis, at, key, field, value);
	}
	if (redis->garbage > FIRST_BYTES && redis->garbage > redis->used / 2)
		compact(redis);
}

void td_model_redis_unlink(td_model_redis_t *redis, td_slice_t key)
{
	size_t at = find(redis, key, (td_slice_t){NULL, 0});
	redis->version += is_at(redis, at, key, (td_slice_t){NULL, 0}) ? 1 : 0;
	while (at < redis->count && td_slice_equal(td_model_redis_key(redis, at), key))
		erase(redis, at);
}

void td_model_redis_empty(td_model_redis_t *redis)
{
	redis->count = redis->used = redis->garbage = 0;
	redis->version++;
}

void td_model_redis_put_back(td_model_redis_t *redis, const td_model_redis_t *from)
{
	while (redis->room < from->count)
		redis->room *= 2;
	while (redis->bytes_room < from->used)
		redis->bytes_room *= 2;
	redis->items = enlarge(redis->items, redis->room * sizeof redis->items[0]);
	redis->bytes = enlarge(redis->bytes, redis->bytes_room);
	memcpy(redis->items, from->items, from->count * sizeof redis->items[0]);
	memcpy(redis->bytes, from->bytes, from->used);
	redis->count = from->count;
	redis->used = from->used;
	redis->garbage = from->garbage;
	redis->version++;
	redis->boots++;
}

static void print(const char *which, const td_model_redis_t *redis, size_t at)
{
	if (at >= redis->count) {
		printf("%s: nothing more\n", which);
		return;
	}
	td_slice_t key = td_model_redis_key(redis, at), field = td_model_redis_field(redis, at);
	td_slice_t value = td_model_redis_value(redis, at);
	printf("%s: %.*s %.*s =", which, (int)key.size, (const char *)key.data, (int)field.size,
	       (const char *)field.data);
	for (size_t i = 0; i < value.size; i++)
		printf(value.data[i] > ' ' && value.data[i] < 0x7f ? "%c" : "\\%02x",
		       value.data[i]);
	printf("\n");
}

static size_t skip(const td_model_redis_t *redis, size_t at, td_model_counts_t *counts)
{
	while (counts != NULL && at < redis->count && !counts(td_model_redis_key(redis, at)))
		at++;
	return at;
}

bool td_model_redis_same(const td_model_redis_t *a, const td_model_redis_t *b,
			 td_model_counts_t *counts)
{
	size_t at = skip(a, 0, counts), other = skip(b, 0, counts);
	while (at < a->count && other < b->count &&
	       is_at(a, at, td_model_redis_key(b, other), td_model_redis_field(b, other)) &&
	       td_slice_equal(td_model_redis_value(a, at), td_model_redis_value(b, other))) {
		at = skip(a, at + 1, counts);
		other = skip(b, other + 1, counts);
	}
	if (at >= a->count && other >= b->count)
		return true;
	print("one", a, at);
	print("other", b, other);
	return false;
}
