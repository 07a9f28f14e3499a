/* shard rebuild: marks a shard, so that its aggregator clears it and folds it anew. */
#include "aggregator/admin.h"
#include "aggregator/admin_look.h"
#include "aggregator/registry.h"

enum { TRIES_MAX = 50 };

/* Marks the head, whatever it is now; an aggregator that writes meanwhile makes us look again. */
static bool mark(td_store_t *store, const char *reporter, uint32_t generation, td_err_t *err)
{
	td_stored_head_t stored;
	for (int i = 0; i < TRIES_MAX; i++) {
		td_head_t head;
		td_err_t altered;
		if (td_store_head(store, &stored, err) == TD_STORED_AWAY)
			return false;
		if (!stored.exists && !stored.alien)
			return td_look_none(reporter, generation, err);
		if (!td_head_unpack((td_slice_t){stored.bytes, stored.size}, &head, &altered))
			td_head_init(generation, &head);
		head.state = THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING;
		const td_store_write_t write = {.expected = &stored, .head = &head};
		td_stored_t became = td_store_write(store, &write, &stored, err);
		if (became != TD_STORED_MOVED)
			return became == TD_STORED_DONE;
	}
	return td_err_set(err, TD_EUNAVAILABLE, "the shard of %s moved each of %d times; try again",
			  reporter, TRIES_MAX);
}

static bool find_generation(const td_admin_t *admin, uint32_t *generation, td_err_t *err)
{
	td_redis_t *redis = td_redis_new(&admin->settings->redis, err);
	bool fine = redis && td_registry_live(redis, admin->settings->generation, generation, err);
	td_redis_free(redis);
	return fine;
}

bool td_admin_shard_rebuild(const td_admin_t *admin, td_err_t *err)
{
	const char *reporter = admin->arguments[0];
	uint32_t generation;
	if (!find_generation(admin, &generation, err))
		return false;
	if (!td_topic_reporter_valid(reporter))
		return td_look_none(reporter, generation, err);
	td_store_t *store = td_store_new(&admin->settings->redis, reporter, generation, err);
	bool fine = store && mark(store, reporter, generation, err);
	td_store_free(store);
	if (fine)
		(void)fprintf(admin->out,
			      "%s is marked: its aggregator clears it and folds it anew from the "
			      "log; follow it with: thidua-admin shard show %s\n",
			      reporter, reporter);
	return fine;
}
