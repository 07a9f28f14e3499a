/*
 * aggregator_store: what folding costs beside the writing: batches of verdicts folded into Redis,
 * and the same commands sent by bare hiredis into the same Redis, batch by batch in turn.
 *
 *     aggregator_store HOST PORT VERDICTS BATCH
 *
 * Prints "<verdicts per second folded> <the same bare> <bytes of Redis a record> <records>".
 */
#include "aggregator/batch.h"
#include "aggregator/store.h"
#include "common/buf.h"
#include "common/clock.h"
#include "tests/bench/sample.h"

#include <hiredis/hiredis.h>

#include <stdio.h>
#include <stdlib.h>

enum { BATCH_BYTES = 256 * 1024 * 1024, WORDS_MAX = 1026, ARENA_STEP = 1024 };

#define FOLDED "vn-06"
#define BARE   "vn-07" /* as long, so that the bare commands have as many bytes */

typedef struct bench {
	td_store_t *store;
	td_batch_t *batch;
	td_head_t head;
	td_stored_head_t stored;
	redisContext *bare;
	td_buf_t verdicts; /* of the batch, */
	size_t *sizes;     /* and their sizes */
	int64_t folded_us, bare_us, skipped_us;
} bench_t;

static bool fail(const char *what)
{
	fprintf(stderr, "aggregator_store: %s\n", what);
	return false;
}

/* Keys of the folded shard turned into keys of the bare one, in place. */
static void rename_keys(td_entries_t entries, const char *to)
{
	for (size_t i = 0; i < entries.count; i++) {
		uint8_t *key = (uint8_t *)(uintptr_t)entries.items[i].key.data;
		memcpy(key + 1, to, strlen(to));
	}
}

static size_t group_end(td_entries_t entries, size_t from)
{
	size_t end = from + 1;
	while (end < entries.count && end - from < 512 &&
	       td_slice_equal(entries.items[end].key, entries.items[from].key))
		end++;
	return end;
}

static size_t append(bench_t *bench, td_entries_t entries, size_t from, size_t end, bool read)
{
	const char *words[WORDS_MAX] = {read ? "HMGET" : "HSET"};
	size_t sizes[WORDS_MAX] = {read ? 5 : 4}, count = 1;
	words[count] = (const char *)entries.items[from].key.data;
	sizes[count++] = entries.items[from].key.size;
	for (size_t i = from; i < end; i++) {
		if (!read && entries.items[i].value.size == 0)
			continue;
		words[count] = (const char *)entries.items[i].field.data;
		sizes[count++] = entries.items[i].field.size;
		if (read)
			continue;
		words[count] = (const char *)entries.items[i].value.data;
		sizes[count++] = entries.items[i].value.size;
	}
	if (count == 2)
		return 0;
	return redisAppendCommandArgv(bench->bare, (int)count, words, sizes) == REDIS_OK;
}

static bool take_replies(bench_t *bench, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		void *reply = NULL;
		if (redisGetReply(bench->bare, &reply) != REDIS_OK || !reply)
			return fail("the bare writer's connection broke");
		bool refused = ((redisReply *)reply)->type == REDIS_REPLY_ERROR;
		freeReplyObject(reply);
		if (refused)
			return fail("the bare writer was refused");
	}
	return true;
}

static bool bare_read(bench_t *bench, td_entries_t entries)
{
	size_t commands = 0;
	for (size_t from = 0, end; from < entries.count; from = end) {
		end = group_end(entries, from);
		commands += append(bench, entries, from, end, true);
	}
	return take_replies(bench, commands);
}

static bool bare_write(bench_t *bench, td_entries_t entries)
{
	static const char head[] = "{" BARE "}:0:head";
	size_t commands = 4;
	if (redisAppendCommand(bench->bare, "WATCH %s", head) != REDIS_OK ||
	    redisAppendCommand(bench->bare, "GET %s", head) != REDIS_OK ||
	    !take_replies(bench, 2) || redisAppendCommand(bench->bare, "MULTI") != REDIS_OK)
		return fail("the bare writer cannot append");
	for (size_t from = 0, end; from < entries.count; from = end) {
		end = group_end(entries, from);
		commands += append(bench, entries, from, end, false);
	}
	if (redisAppendCommand(bench->bare, "SET %s %b", head, bench->stored.bytes,
			       bench->stored.size) != REDIS_OK ||
	    redisAppendCommand(bench->bare, "EXEC") != REDIS_OK)
		return fail("the bare writer cannot append");
	return take_replies(bench, commands - 1);
}

/* The batch's own way; `us` grows by what it took. */
static bool fold(bench_t *bench, td_entries_t *states, td_entries_t *cells, td_err_t *err)
{
	*states = td_batch_states(bench->batch);
	if ((bench->stored.exists &&
	     td_store_watch(bench->store, &bench->stored, err) != TD_STORED_DONE) ||
	    td_store_read(bench->store, *states, err) != TD_STORED_DONE ||
	    !td_batch_fold(bench->batch, err))
		return false;
	*cells = td_batch_cells(bench->batch);
	if (td_store_read(bench->store, *cells, err) != TD_STORED_DONE ||
	    !td_batch_finish(bench->batch, err))
		return false;
	td_store_write_t write = {.expected = &bench->stored,
				  .head = td_batch_head(bench->batch),
				  .entries = td_batch_writes(bench->batch)};
	write.deletes = td_batch_deletes(bench->batch, &write.delete_count);
	return td_store_write(bench->store, &write, &bench->stored, err) == TD_STORED_DONE;
}

/* The same commands again under the bare shard's keys. */
static bool repeat_bare(bench_t *bench, td_entries_t states, td_entries_t cells)
{
	td_entries_t writes = td_batch_writes(bench->batch);
	rename_keys(states, BARE);
	rename_keys(cells, BARE);
	rename_keys(writes, BARE);
	int64_t began_us = td_clock_mono_us();
	bool ok = bare_read(bench, states) && bare_read(bench, cells) && bare_write(bench, writes);
	bench->bare_us += td_clock_mono_us() - began_us;
	return ok;
}

/* Makes the verdicts of a batch, one behind the other. */
static void make_verdicts(bench_t *bench, uint64_t from, uint64_t count)
{
	uint8_t packed[TD_SAMPLE_MAX];
	td_buf_clear(&bench->verdicts);
	for (uint64_t i = 0; i < count; i++) {
		bench->sizes[i] = td_sample_verdict(FOLDED, from + i, 1640000000000, packed);
		td_buf_add(&bench->verdicts, packed, bench->sizes[i]);
	}
}

static bool one_batch(bench_t *bench, uint64_t from, uint64_t count, td_err_t *err)
{
	td_entries_t states, cells;
	make_verdicts(bench, from, count);
	const uint8_t *at = bench->verdicts.data;
	int64_t began_us = td_clock_mono_us();
	td_batch_begin(bench->batch, &bench->head);
	for (uint64_t i = 0; i < count; at += bench->sizes[i++]) {
		td_slice_t verdict = {at, bench->sizes[i]};
		if (td_batch_add(bench->batch, verdict, from + i, 0, err) != TD_ADDED)
			return td_err_set(err, TD_EBUG, "verdict %llu was not taken",
					  (unsigned long long)(from + i));
	}
	if (!fold(bench, &states, &cells, err))
		return false;
	bench->folded_us += td_clock_mono_us() - began_us;
	bench->head = *td_batch_head(bench->batch);
	if (!repeat_bare(bench, states, cells))
		return td_err_set(err, TD_EUNAVAILABLE, "the bare writer failed");
	td_store_forget(bench->store);
	return true;
}

static long long memory_of(redisContext *redis)
{
	long long used = -1;
	redisReply *reply = redisCommand(redis, "INFO memory");
	const char *line = reply && reply->str ? strstr(reply->str, "used_memory_dataset:") : NULL;
	if (line)
		used = strtoll(line + strlen("used_memory_dataset:"), NULL, 10);
	freeReplyObject(reply);
	return used;
}

static bool measure(bench_t *bench, uint64_t verdicts, uint64_t per_batch, td_err_t *err)
{
	long long before = memory_of(bench->bare);
	td_head_init(0, &bench->head);
	for (uint64_t from = 0; from < verdicts; from += per_batch) {
		uint64_t left = verdicts - from;
		if (!one_batch(bench, from, left < per_batch ? left : per_batch, err))
			return false;
		if (from < verdicts / 10) /* warming up */
			bench->folded_us = bench->bare_us = 0, bench->skipped_us = (int64_t)from;
	}
	double counted = (double)verdicts - (double)bench->skipped_us - (double)per_batch;
	double records = (double)bench->head.counts.records;
	/* Both shards hold the same; so half of what was added is one's. */
	printf("%.0f %.0f %.1f %.0f\n", counted * 1e6 / (double)bench->folded_us,
	       counted * 1e6 / (double)bench->bare_us,
	       (double)(memory_of(bench->bare) - before) / 2 / records, records);
	return true;
}

int main(int argc, char **argv)
{
	char address[128];
	td_err_t err = {0};
	if (argc != 5) {
		fprintf(stderr, "usage: aggregator_store HOST PORT VERDICTS BATCH\n");
		return 64;
	}
	(void)snprintf(address, sizeof(address), "%s:%s", argv[1], argv[2]);
	td_redis_settings_t settings = {
		.address = address, .connect_timeout_ms = 2000, .command_timeout_ms = 30000};
	uint64_t verdicts = strtoull(argv[3], NULL, 10), per_batch = strtoull(argv[4], NULL, 10);
	bench_t bench = {.bare = redisConnect(argv[1], (int)strtol(argv[2], NULL, 10))};
	bench.store = td_store_new(&settings, FOLDED, 0, &err);
	bench.batch = td_batch_new(FOLDED, 0, (size_t)per_batch, BATCH_BYTES);
	bench.verdicts = td_buf_make(BATCH_BYTES);
	bench.sizes = calloc((size_t)per_batch, sizeof(*bench.sizes));
	bool ok = bench.sizes && bench.bare && !bench.bare->err && bench.store && bench.batch &&
		  per_batch > 0 && measure(&bench, verdicts, per_batch, &err);
	if (!ok)
		(void)fail(err.text);
	td_batch_free(bench.batch);
	td_store_free(bench.store);
	td_buf_free(&bench.verdicts);
	free(bench.sizes);
	if (bench.bare)
		redisFree(bench.bare);
	return ok ? 0 : 70;
}
