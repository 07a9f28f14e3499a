#include "aggregator/registry.h"

#include "aggregator/layout.h"

#include <stdio.h>
#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *copy_text(td_slice_t text, td_arena_t *arena)
{
	char *copy = td_arena_take(arena, text.size + 1);
	if (copy == NULL)
		return NULL;
	if (text.size > 0)
		memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	return copy;
}

bool td_registry_list(td_redis_t *redis, uint32_t generation, td_arena_t *arena,
		      const char ***reporters, size_t *count, td_err_t *err)
{
	char key[TD_KEY_MAX];
	td_layout_registry(generation, key);
	td_redis_add_words(redis, "SMEMBERS", key);
	if (!td_redis_run(redis, err))
		return false;
	const td_redis_reply_t *names = td_redis_reply(redis, 0);
	*count = td_redis_reply_count(names);
	if (*count == 0)
		return td_err_set(err, TD_ENOINPUT,
				  "Redis holds no shard of generation %u; is thidua-aggregator "
				  "running, and is this the right Redis?",
				  generation);
	if (*count > TD_SHARDS_MAX)
		return td_err_set(err, TD_EMEMORY, "Redis holds more than %d shards",
				  TD_SHARDS_MAX);
	*reporters = td_arena_take(arena, *count * sizeof **reporters);
	for (size_t i = 0; *reporters != NULL && i < *count; i++) {
		(*reporters)[i] =
			copy_text(td_redis_reply_text(td_redis_reply_at(names, i)), arena);
		if ((*reporters)[i] == NULL)
			*reporters = NULL;
	}
	if (*reporters == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for %zu shards", *count);
	qsort(*reporters, *count, sizeof **reporters, by_name);
	return true;
}

/* What the live key says; false when nothing, or no number. */
static bool read_live(const td_redis_reply_t *reply, uint32_t *generation)
{
	int64_t number;
	if (!td_redis_reply_number(reply, &number) || number < 0 || number > UINT32_MAX)
		return false;
	*generation = (uint32_t)number;
	return true;
}

bool td_registry_live(td_redis_t *redis, int64_t wanted, uint32_t *generation, td_err_t *err)
{
	int64_t only = 0;
	*generation = (uint32_t)wanted;
	if (wanted != TD_REGISTRY_LIVE)
		return true;
	*generation = 0;
	td_redis_add_words(redis, "GET", TD_LAYOUT_LIVE);
	td_redis_add_words(redis, "SMEMBERS", TD_LAYOUT_GENERATIONS);
	if (!td_redis_run(redis, err))
		return false;
	const td_redis_reply_t *known = td_redis_reply(redis, 1);
	if (read_live(td_redis_reply(redis, 0), generation))
		return true;
	if (td_redis_reply_count(known) > 1)
		return td_err_set(err, TD_ECONFIG,
				  "Redis has several generations and does not say whose figures "
				  "count; see thidua-admin generation status, then generation "
				  "switch, or give --generation");
	if (td_redis_reply_number(td_redis_reply_at(known, 0), &only))
		*generation = (uint32_t)only;
	return true;
}

bool td_registry_switch(td_redis_t *redis, uint32_t generation, td_err_t *err)
{
	char number[16];
	(void)snprintf(number, sizeof number, "%u", (unsigned)generation);
	td_redis_add_words(redis, "SET", TD_LAYOUT_LIVE, number);
	return td_redis_run(redis, err);
}

bool td_registry_drop(td_redis_t *redis, uint32_t generation, td_err_t *err)
{
	char number[16], key[TD_KEY_MAX];
	(void)snprintf(number, sizeof number, "%u", (unsigned)generation);
	td_layout_registry(generation, key);
	td_redis_add_words(redis, "SREM", TD_LAYOUT_GENERATIONS, number);
	td_redis_add_words(redis, "DEL", key);
	return td_redis_run(redis, err);
}
