/* generation switch|drop: whose figures count, and the end of a judgement that nobody needs. */
#include "aggregator/admin_generation.h"
#include "aggregator/layout.h"
#include "aggregator/registry.h"
#include "aggregator/store.h"
#include "workers/topics.h"

#include <inttypes.h>

enum { CLEAR_STEPS_MAX = 1000000 };

/* A generation that is behind the live one, or in pieces, would take figures back. */
static bool is_ready(const td_admin_desk_t *desk, uint32_t generation, uint32_t live, td_err_t *err)
{
	td_admin_progress_t now, then;
	if (!td_admin_generation_progress(desk, generation, &then, err) ||
	    !td_admin_generation_progress(desk, live, &now, err))
		return false;
	if (then.shards == 0)
		return td_err_set(err, TD_EUSAGE, "generation %" PRIu32 " has no shard",
				  generation);
	if (then.shards < now.shards || then.live < then.shards)
		return td_err_set(err, TD_EUSAGE,
				  "of generation %" PRIu32
				  ", %zu shards are live and whole, of %zu; the live one has %zu",
				  generation, then.live, then.shards, now.shards);
	if (then.behind > now.behind + now.folded / 100)
		return td_err_set(err, TD_EUSAGE,
				  "generation %" PRIu32 " has %" PRIu64
				  " events to come; wait until it has caught up",
				  generation, then.behind);
	return true;
}

bool td_admin_generation_switch(const td_admin_t *admin, td_err_t *err)
{
	td_admin_desk_t desk = {0};
	uint32_t generation = 0, live = 0;
	if (!td_admin_generation_number(admin->arguments[0], &generation, err))
		return false;
	bool fine = td_admin_desk_open(admin, &desk, err);
	bool known = fine && td_registry_live(desk.redis, TD_REGISTRY_LIVE, &live, err);
	/* Redis forgot which one was live: saying so is what mends it. */
	fine = fine && (known || err->code == TD_ECONFIG);
	fine = fine && is_ready(&desk, generation, known ? live : generation, err) &&
	       td_registry_switch(desk.redis, generation, err);
	if (fine)
		(void)fprintf(admin->out, "generation %" PRIu32 " is live\n", generation);
	if (fine && known && live != generation)
		(void)fprintf(admin->out,
			      "back again: thidua-admin generation switch %" PRIu32 "\n", live);
	td_admin_desk_close(&desk);
	return fine;
}

static bool clear(td_store_t *store, const td_stored_head_t *stored, td_err_t *err)
{
	td_store_clearing_t clearing = {0};
	for (int step = 0; step < CLEAR_STEPS_MAX && !clearing.done; step++)
		if (td_store_clear(store, stored, &clearing, err) != TD_STORED_DONE)
			return false;
	return true;
}

/* Deletes a shard: its keys while the head stands, then the head. */
static bool drop_shard(const td_admin_desk_t *desk, const char *reporter, uint32_t generation,
		       td_err_t *err)
{
	char key[TD_KEY_MAX + 8], prefix[TD_KEY_MAX];
	td_stored_head_t stored;
	td_store_t *store = td_store_new(&desk->admin->settings->redis, reporter, generation, err);
	bool fine = store && td_store_head(store, &stored, err) == TD_STORED_DONE &&
		    clear(store, &stored, err);
	td_store_free(store);
	if (!fine)
		return td_err_prefix(
			err, "generation %" PRIu32 " is still at work; stop its aggregators first",
			generation);
	td_layout_prefix(reporter, generation, prefix);
	(void)snprintf(key, sizeof key, "%shead", prefix);
	td_redis_add_words(desk->redis, "DEL", key);
	return td_redis_run(desk->redis, err);
}

static bool drop_shards(const td_admin_desk_t *desk, uint32_t generation, size_t *count,
			td_err_t *err)
{
	const char **reporters;
	*count = 0;
	if (!td_registry_list(desk->redis, generation, desk->arena, &reporters, count, err))
		return err->code == TD_ENOINPUT;
	for (size_t i = 0; i < *count; i++)
		if (!drop_shard(desk, reporters[i], generation, err))
			return false;
	return td_registry_drop(desk->redis, generation, err);
}

/* The verdict topics of the generation, found by their names. */
typedef struct dropping {
	uint32_t generation;
	size_t count;
	char names[TD_SHARDS_MAX][TD_TOPIC_MAX];
} dropping_t;

static void collect(void *context, const td_kafka_topic_info_t *topic)
{
	dropping_t *dropping = context;
	char name[TD_TOPIC_MAX];
	const char *reporter = strrchr(topic->name, '.');
	if (!reporter || !td_topic_reporter_valid(reporter + 1) || dropping->count == TD_SHARDS_MAX)
		return;
	td_topic_verdicts(reporter + 1, dropping->generation, name);
	if (strcmp(name, topic->name) == 0)
		memcpy(dropping->names[dropping->count++], name, sizeof name);
}

static bool drop_topics(const td_admin_desk_t *desk, uint32_t generation, td_err_t *err)
{
	dropping_t *dropping = td_arena_take(desk->arena, sizeof *dropping);
	if (!dropping)
		return td_err_set(err, TD_EMEMORY, "no memory for the topics");
	*dropping = (dropping_t){.generation = generation};
	bool fine = td_kafka_admin_topics(desk->kafka, collect, dropping, err);
	for (size_t i = 0; fine && i < dropping->count; i++)
		fine = td_kafka_admin_delete(desk->kafka, dropping->names[i], err);
	if (fine)
		(void)fprintf(desk->admin->out, "%zu verdict topics deleted\n", dropping->count);
	return fine;
}

bool td_admin_generation_drop(const td_admin_t *admin, td_err_t *err)
{
	td_admin_desk_t desk = {0};
	uint32_t generation = 0, live = 0;
	size_t shards = 0;
	if (!td_admin_generation_number(admin->arguments[0], &generation, err))
		return false;
	bool fine = td_admin_desk_open(admin, &desk, err) &&
		    td_registry_live(desk.redis, TD_REGISTRY_LIVE, &live, err);
	if (fine && live == generation)
		fine = td_err_set(err, TD_EUSAGE,
				  "generation %" PRIu32 " is the live one; switch first",
				  generation);
	if (fine && !admin->settings->yes)
		fine = td_err_set(err, TD_EUSAGE,
				  "nothing was dropped; to delete the shards and verdicts of "
				  "generation %" PRIu32 ", say it again with --yes",
				  generation);
	fine = fine && drop_shards(&desk, generation, &shards, err);
	if (fine)
		(void)fprintf(admin->out, "%zu shards deleted\n", shards);
	fine = fine && drop_topics(&desk, generation, err);
	td_admin_desk_close(&desk);
	return fine;
}
