/*
 * registry: which generations there are in Redis, which shards each has, and whose figures count.
 *
 * Shell. An aggregator adds its generation and a reporter when it opens a shard; only dropping a
 * generation takes them away.
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

enum { TD_REGISTRY_LIVE = -1 }; /* a setting: the generation that is live */

/*
 * The generation whose figures count: `wanted`, unless that is TD_REGISTRY_LIVE. While there was
 * never another, it is the only one there is.
 *
 * TD_ECONFIG: there are several, and Redis does not say which one it is (it was emptied since the
 * last switch).
 */
TD_MUST_USE bool td_registry_live(td_redis_t *redis, int64_t wanted, uint32_t *generation,
				  td_err_t *err);

/* Makes a generation the live one, at once for all readers. */
TD_MUST_USE bool td_registry_switch(td_redis_t *redis, uint32_t generation, td_err_t *err);

/* Takes away a generation, whose shards are deleted already. */
TD_MUST_USE bool td_registry_drop(td_redis_t *redis, uint32_t generation, td_err_t *err);

#endif
