/*
 * registry: which shards a generation has in Redis.
 *
 * Shell. An aggregator adds a reporter when it opens its shard; nobody takes one away.
 */
#ifndef TD_AGGREGATOR_REGISTRY_H
#define TD_AGGREGATOR_REGISTRY_H

#include "common/arena.h"
#include "common/err.h"
#include "common/redis.h"

enum { TD_SHARDS_MAX = 256 };

/*
 * Lists the reporters, sorted by name; names and list live in the arena.
 *
 * TD_EUNAVAILABLE: Redis is away; TD_ENOINPUT: there is no shard; TD_EMEMORY.
 */
TD_MUST_USE bool td_registry_list(td_redis_t *redis, uint32_t generation, td_arena_t *arena,
				  const char ***reporters, size_t *count, td_err_t *err);

#endif
