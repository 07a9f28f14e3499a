/*
 * admin_generation: what the commands on generations share.
 *
 * Shell. A generation is one judgement of the whole raw log: its own verdict topics and shards. It
 * is decided on (a record in thidua.decisions), worked off by workers and aggregators of its own
 * while the live one goes on, compared with that, and switched to at once for all readers.
 */
#ifndef TD_AGGREGATOR_ADMIN_GENERATION_H
#define TD_AGGREGATOR_ADMIN_GENERATION_H

#include "aggregator/admin.h"
#include "common/arena.h"
#include "common/kafka_admin.h"

enum { TD_GENERATION_MAX = 1000000 };

/* What the commands work with; all-zero before it is opened. */
typedef struct td_admin_desk {
	const td_admin_t *admin;
	td_admin_books_t books;
	td_kafka_admin_t *kafka;
	td_redis_t *redis;
	td_arena_t *arena;
} td_admin_desk_t;

/* Close it in either case. */
TD_MUST_USE bool td_admin_desk_open(const td_admin_t *admin, td_admin_desk_t *desk, td_err_t *err);
void td_admin_desk_close(td_admin_desk_t *desk);

/* A generation's number from a command line; TD_EUSAGE. */
TD_MUST_USE bool td_admin_generation_number(const char *text, uint32_t *generation, td_err_t *err);

/* How far a generation is; all zero when it has no shard. */
typedef struct td_admin_progress {
	size_t shards, live;     /* live: following the log, without holes */
	uint64_t folded, behind; /* raw offsets */
} td_admin_progress_t;

TD_MUST_USE bool td_admin_generation_progress(const td_admin_desk_t *desk, uint32_t generation,
					      td_admin_progress_t *progress, td_err_t *err);

#endif
