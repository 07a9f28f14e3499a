#include "aggregator/tally_read.h"

#include "aggregator/layout.h"
#include "aggregator/registry.h"
#include "proto/pb.h"

#include <stdio.h>
#include <stdlib.h>

/* The hashes of one question, first those of its days, then those of the days before. */
typedef struct plan {
	td_bucket_t *buckets;
	size_t count, before_from;
} plan_t;

static bool make_plan(const td_query_t *query, td_arena_t *arena, plan_t *plan, td_err_t *err)
{
	size_t before = 0;
	plan->buckets = td_arena_take(arena, 2 * TD_BUCKETS_MAX * sizeof *plan->buckets);
	if (plan->buckets == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the question");
	if (!td_window_buckets(query->days, query->grain, plan->buckets, &plan->count, err) ||
	    !td_window_buckets(query->before, query->grain, plan->buckets + plan->count, &before,
			       err))
		return false;
	plan->before_from = plan->count;
	plan->count += before;
	return true;
}

static bool list_shards(td_redis_t *redis, uint32_t generation, td_arena_t *arena,
			td_shard_view_t **shards, size_t *count, td_err_t *err)
{
	const char **reporters;
	if (!td_registry_list(redis, generation, arena, &reporters, count, err))
		return false;
	*shards = td_arena_take(arena, *count * sizeof **shards);
	if (*shards == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for %zu shards", *count);
	for (size_t i = 0; i < *count; i++)
		(*shards)[i] = (td_shard_view_t){.reporter = reporters[i]};
	return true;
}

static bool read_sources(const td_redis_reply_t *reply, td_arena_t *arena, td_shard_view_t *shard,
			 td_err_t *err)
{
	ProtobufCAllocator allocator = td_pb_allocator(arena);
	size_t fields = td_redis_reply_count(reply);
	shard->sources = td_arena_take(arena, (fields / 2 + 1) * sizeof(void *));
	if (shard->sources == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the sources of %s",
				  shard->reporter);
	for (size_t i = 1; i < fields; i += 2) {
		td_slice_t packed = td_redis_reply_text(td_redis_reply_at(reply, i));
		Thidua__V1__SourceState *state =
			thidua__v1__source_state__unpack(&allocator, packed.size, packed.data);
		if (state == NULL)
			return td_err_set(err, TD_EINTEGRITY,
					  "shard %s: the state of a source was altered in Redis; "
					  "`thidua-admin shard rebuild %s` makes it anew",
					  shard->reporter, shard->reporter);
		shard->sources[shard->source_count++] = state;
	}
	return true;
}

/* A reply's digits with an end behind them. */
static bool digits_of(td_slice_t text, char digits[24])
{
	if (text.size == 0 || text.size >= 24)
		return false;
	memcpy(digits, text.data, text.size);
	digits[text.size] = '\0';
	return true;
}

static bool number_of(td_slice_t text, int64_t *number)
{
	char digits[24], *end;
	if (!digits_of(text, digits))
		return false;
	*number = strtoll(digits, &end, 10);
	return *end == '\0';
}

static bool sum_of(td_slice_t text, uint64_t *sum)
{
	char digits[24], *end;
	if (!digits_of(text, digits))
		return false;
	*sum = strtoull(digits, &end, 10);
	return *end == '\0';
}

/* One hash of cells: each to the answers, all against the checksum. */
typedef struct hash_read {
	const td_tally_ask_t *ask;
	const td_bucket_t *bucket;
	const char *key;
	bool before;
	const char *reporter;
	uint64_t sum, stored;
} hash_read_t;

static bool read_cell(hash_read_t *to, td_slice_t name, td_slice_t text, td_err_t *err)
{
	char field[TD_FIELD_MAX];
	td_cell_t cell;
	int64_t value;
	if (name.size >= sizeof field)
		return false;
	memcpy(field, name.data, name.size);
	field[name.size] = '\0';
	if (strcmp(field, "#") == 0)
		return sum_of(text, &to->stored);
	if (!number_of(text, &value) || !td_layout_parse_field(field, &cell))
		return false;
	to->sum += td_layout_cell_hash(to->key, field, value);
	if (to->ask->standing != NULL && !to->before &&
	    !td_standing_add(to->ask->standing, to->reporter, field, value, err))
		return false;
	for (size_t i = 0; i < to->ask->answer_count; i++) {
		if (!td_answer_add(to->ask->answers[i], to->before, to->bucket, &cell, value, err))
			return false;
	}
	return true;
}

static bool read_hash(const td_redis_reply_t *reply, hash_read_t *to, const char *reporter,
		      td_err_t *err)
{
	bool ok = true;
	*err = (td_err_t){0};
	for (size_t i = 0; ok && i + 1 < td_redis_reply_count(reply); i += 2)
		ok = read_cell(to, td_redis_reply_text(td_redis_reply_at(reply, i)),
			       td_redis_reply_text(td_redis_reply_at(reply, i + 1)), err);
	if (!ok && err->code != TD_OK)
		return false;
	if (!ok || to->sum != to->stored)
		return td_err_set(err, TD_EINTEGRITY,
				  "shard %s: the tallies in %s were altered in Redis; "
				  "`thidua-admin shard rebuild %s` makes them anew from the log",
				  reporter, to->key, reporter);
	return true;
}

static void bucket_key(const td_tally_ask_t *ask, const char *reporter, const td_bucket_t *bucket,
		       char *key)
{
	char prefix[TD_KEY_MAX];
	td_layout_prefix(reporter, ask->generation, prefix);
	td_layout_tally_key(prefix, bucket->span, ask->query->by_unit, bucket->day, key);
}

static void add_reads(td_redis_t *redis, const td_tally_ask_t *ask, const plan_t *plan,
		      const char *reporter)
{
	char prefix[TD_KEY_MAX], head[TD_KEY_MAX + 8], sources[TD_KEY_MAX + 8], key[TD_KEY_MAX];
	char signed_key[TD_KEY_MAX + 8];
	td_layout_prefix(reporter, ask->generation, prefix);
	(void)snprintf(head, sizeof head, "%shead", prefix);
	(void)snprintf(sources, sizeof sources, "%ssources", prefix);
	td_redis_add_words(redis, "GET", head);
	td_redis_add_words(redis, "HGETALL", sources);
	if (ask->standing != NULL) {
		(void)snprintf(signed_key, sizeof signed_key, "%ssigned", prefix);
		td_redis_add_words(redis, "HGET", signed_key, td_standing_period(ask->standing));
	}
	for (size_t i = 0; i < plan->count; i++) {
		bucket_key(ask, reporter, &plan->buckets[i], key);
		td_redis_add_words(redis, "HGETALL", key);
	}
}

static bool read_shard(td_redis_t *redis, const td_tally_ask_t *ask, const plan_t *plan,
		       td_arena_t *arena, td_shard_view_t *shard, td_err_t *err)
{
	size_t before_buckets = ask->standing != NULL ? 3 : 2;
	td_redis_exec_t outcome;
	char key[TD_KEY_MAX];
	add_reads(redis, ask, plan, shard->reporter);
	if (!td_redis_exec(redis, &outcome, err))
		return false;
	td_slice_t head = td_redis_reply_text(td_redis_reply(redis, 0));
	if (head.size == 0)
		return true; /* registered, and cleared since: nothing is known of it */
	if (!td_head_unpack(head, &shard->head, err))
		return td_err_prefix(err, "shard %s", shard->reporter);
	shard->present = true;
	if (!read_sources(td_redis_reply(redis, 1), arena, shard, err))
		return false;
	if (ask->standing != NULL &&
	    !td_standing_sign(ask->standing, shard->reporter,
			      td_redis_reply_text(td_redis_reply(redis, 2)), err))
		return false;
	for (size_t i = 0; i < plan->count; i++) {
		hash_read_t to = {.ask = ask,
				  .reporter = shard->reporter,
				  .bucket = &plan->buckets[i],
				  .key = key,
				  .before = i >= plan->before_from};
		bucket_key(ask, shard->reporter, to.bucket, key);
		if (!read_hash(td_redis_reply(redis, before_buckets + i), &to, shard->reporter,
			       err))
			return false;
	}
	return true;
}

/* What was kept of the period when it was closed, if it was. */
static bool read_closed(td_redis_t *redis, td_standing_t *standing, td_err_t *err)
{
	char key[TD_CLOSED_KEY_MAX];
	td_closing_redis_key(td_standing_period(standing), key);
	td_redis_add_words(redis, "HGETALL", key);
	if (!td_redis_run(redis, err))
		return false;
	const td_redis_reply_t *reply = td_redis_reply(redis, 0);
	for (size_t i = 0; i + 1 < td_redis_reply_count(reply); i += 2) {
		td_slice_t reporter = td_redis_reply_text(td_redis_reply_at(reply, i));
		td_slice_t snapshot = td_redis_reply_text(td_redis_reply_at(reply, i + 1));
		if (!td_standing_close(standing, reporter, snapshot, err))
			return false;
	}
	return true;
}

bool td_tally_read(td_redis_t *redis, const td_tally_ask_t *ask, td_arena_t *arena,
		   td_shard_view_t **shards, size_t *count, td_err_t *err)
{
	plan_t plan = {0};
	if (ask->answer_count > 0 && !make_plan(ask->query, arena, &plan, err))
		return false;
	if (!list_shards(redis, ask->generation, arena, shards, count, err) ||
	    (ask->standing != NULL && !read_closed(redis, ask->standing, err)))
		return false;
	for (size_t i = 0; i < *count; i++) {
		if (!read_shard(redis, ask, &plan, arena, &(*shards)[i], err))
			return false;
	}
	return true;
}
