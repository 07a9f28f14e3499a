#include "aggregator/registry.h"

#include "aggregator/layout.h"

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
