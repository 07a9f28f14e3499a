#include "aggregator/audit/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEYS_BYTES = 256 * 1024 * 1024 };

bool td_comparison_begin(const td_audit_t *audit, const td_log_bounds_t *bounds,
			 td_comparison_t *comparison, uint64_t *end, td_err_t *err)
{
	bool exists;
	*end = bounds->first;
	*comparison = (td_comparison_t){.diffs = td_diffs_new()};
	if (comparison->diffs == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to compare");
	comparison->live = td_live_new(&audit->settings->redis, bounds->reporter,
				       (uint32_t)audit->settings->generation, err);
	if (comparison->live == NULL)
		return false;
	if (!td_live_head(comparison->live, &exists, &comparison->head, err)) {
		comparison->outcome = TD_COMPARED_BAD_HEAD;
		return err->code == TD_EINTEGRITY;
	}
	if (!exists)
		comparison->outcome =
			bounds->end > bounds->first ? TD_COMPARED_NO_SHARD : TD_COMPARED_NOTHING;
	else if (comparison->head.state != THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE)
		comparison->outcome = TD_COMPARED_NOT_LIVE;
	else
		*end = comparison->head.position.next;
	if (*end > bounds->end)
		*end = bounds->end;
	return true;
}

void td_comparison_end(td_comparison_t *comparison)
{
	td_live_free(comparison->live);
	td_diffs_free(comparison->diffs);
}

/* One comparison under way. */
typedef struct comparing {
	td_comparison_t *comparison;
	td_shelved_t *shelved;
	size_t prefix_size;
	td_arena_t *keys;  /* all keys that the live shard had */
	td_hashes_t *seen; /* the same, to be found */
	td_arena_t *fields;
} comparing_t;

static bool out_of_room(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory to compare");
}

/* Takes the replay to where the live shard stands now. */
static bool catch_up(comparing_t *comparing, const td_head_t *head, td_err_t *err)
{
	td_comparison_t *comparison = comparing->comparison;
	uint64_t next = td_replay_next(comparing->shelved->replay);
	if (head->state != THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE ||
	    head->position.next < comparison->head.position.next)
		return td_err_set(err, TD_EUNAVAILABLE,
				  "the shard of %s is being put back or rebuilt just now; compare "
				  "again when it is live",
				  comparing->shelved->bounds->reporter);
	comparison->head = *head;
	if (head->position.next > next &&
	    !td_shelved_extend(comparing->shelved, head->position.next, err)) {
		if (err->code == TD_EINTEGRITY)
			comparison->outcome = TD_COMPARED_AHEAD;
		return false;
	}
	return true;
}

/* The fields of one key of the replay, in memory of the comparing. */
typedef struct gathering {
	comparing_t *comparing;
	td_hashes_item_t *items;
	size_t count, room;
} gathering_t;

static bool gather(void *context, const td_hashes_item_t *item)
{
	gathering_t *to = context;
	if (to->count == to->room) {
		size_t room = to->room == 0 ? 128 : 2 * to->room;
		td_hashes_item_t *items =
			td_arena_take(to->comparing->fields, room * sizeof *items);
		if (items == NULL)
			return false;
		if (to->count > 0)
			memcpy(items, to->items, to->count * sizeof *items);
		to->items = items;
		to->room = room;
	}
	to->items[to->count++] = *item;
	return true;
}

static int by_field(const void *a, const void *b)
{
	return td_hashes_order(((const td_hashes_item_t *)a)->field,
			       ((const td_hashes_item_t *)b)->field);
}

static td_slice_t behind_prefix(const comparing_t *comparing, td_slice_t key)
{
	size_t size = comparing->prefix_size;
	return key.size < size ? key : (td_slice_t){key.data + size, key.size - size};
}

/* Of more conflicts than are listed, batches decide which: then the list is no function of the log.
 */
static bool is_any_list(const comparing_t *comparing, td_slice_t key)
{
	return td_slice_equal(key, td_slice_text("conflicts")) &&
	       comparing->comparison->head.counts.conflicts > TD_CONFLICTS_MAX;
}

static bool compare_hash(comparing_t *comparing, const td_live_hash_t *hash, td_err_t *err)
{
	static const uint8_t wrong_type[] = "wrong type";
	const td_hashes_item_t alien = {
		hash->key, {(const uint8_t *)"", 0}, {wrong_type, sizeof wrong_type - 1}};
	td_diffs_t *diffs = comparing->comparison->diffs;
	td_slice_t key = behind_prefix(comparing, hash->key);
	gathering_t log = {.comparing = comparing};
	if (!hash->alien && is_any_list(comparing, key))
		return true;
	td_arena_reset(comparing->fields);
	if (!td_keep_walk_key(comparing->shelved->keep, hash->key, gather, &log, err))
		return err->code != TD_OK ? false : out_of_room(err);
	if (log.count > 1)
		qsort(log.items, log.count, sizeof *log.items, by_field);
	comparing->comparison->fields += hash->count;
	bool added = hash->alien ? td_diffs_add(diffs, key, &alien, 1, log.items, log.count)
				 : td_diffs_add(diffs, key, hash->fields, hash->count, log.items,
						log.count);
	return added || out_of_room(err);
}

static bool compare_keys(comparing_t *comparing, const td_slice_t *keys, size_t count,
			 td_err_t *err)
{
	td_live_hash_t hashes[TD_LIVE_KEYS_MAX];
	td_head_t head;
	for (size_t done = 0; done < count; done += TD_LIVE_KEYS_MAX) {
		size_t some = count - done < TD_LIVE_KEYS_MAX ? count - done : TD_LIVE_KEYS_MAX;
		if (!td_live_read(comparing->comparison->live, keys + done, some, &head, hashes,
				  err) ||
		    !catch_up(comparing, &head, err))
			return false;
		for (size_t i = 0; i < some; i++) {
			if (!compare_hash(comparing, &hashes[i], err))
				return false;
		}
	}
	return true;
}

/* Everything that the live shard has. */
static bool compare_live(comparing_t *comparing, td_err_t *err)
{
	td_live_scan_t scan = {0};
	while (!scan.done) {
		td_slice_t *keys;
		size_t count, fresh = 0;
		td_slice_t value;
		td_arena_reset(comparing->keys);
		if (!td_live_keys(comparing->comparison->live, &scan, comparing->keys, &keys,
				  &count, err))
			return false;
		for (size_t i = 0; i < count; i++) {
			if (td_hashes_get(comparing->seen, keys[i], (td_slice_t){NULL, 0}, &value))
				continue;
			if (!td_hashes_put(comparing->seen, keys[i], (td_slice_t){NULL, 0},
					   (td_slice_t){NULL, 0}))
				return out_of_room(err);
			keys[fresh++] = keys[i];
		}
		if (!compare_keys(comparing, keys, fresh, err))
			return false;
	}
	return true;
}

/* Keys of the replay that the live shard did not have. */
typedef struct missing {
	comparing_t *comparing;
	td_slice_t last;
	size_t count, room;
	td_slice_t *keys;
} missing_t;

static bool find_missing(void *context, const td_hashes_item_t *item)
{
	missing_t *missing = context;
	comparing_t *comparing = missing->comparing;
	td_slice_t value;
	if (td_slice_equal(item->key, missing->last) ||
	    td_hashes_get(comparing->seen, item->key, (td_slice_t){NULL, 0}, &value))
		return true;
	uint8_t *copy = td_arena_take(comparing->keys, item->key.size + 1);
	if (copy == NULL)
		return false;
	memcpy(copy, item->key.data, item->key.size);
	missing->last = (td_slice_t){copy, item->key.size};
	if (missing->count == missing->room) {
		size_t room = missing->room == 0 ? 64 : 2 * missing->room;
		td_slice_t *keys = td_arena_take(comparing->keys, room * sizeof *keys);
		if (keys == NULL)
			return false;
		if (missing->count > 0)
			memcpy(keys, missing->keys, missing->count * sizeof *keys);
		missing->keys = keys;
		missing->room = room;
	}
	missing->keys[missing->count++] = missing->last;
	return true;
}

/* Everything that only the log has; read again, since it may have come meanwhile. */
static bool compare_missing(comparing_t *comparing, td_err_t *err)
{
	missing_t missing = {.comparing = comparing};
	td_arena_reset(comparing->keys);
	if (!td_keep_walk(comparing->shelved->keep, find_missing, &missing, err))
		return err->code != TD_OK ? false : out_of_room(err);
	return compare_keys(comparing, missing.keys, missing.count, err);
}

/* A number of the head, as if it were a field. */
static bool compare_count(comparing_t *comparing, const char *name, uint64_t live, uint64_t log)
{
	char texts[2][24];
	(void)snprintf(texts[0], sizeof texts[0], "%" PRIu64, live);
	(void)snprintf(texts[1], sizeof texts[1], "%" PRIu64, log);
	const td_slice_t key = td_slice_text("head"), field = td_slice_text(name);
	const td_hashes_item_t claimed = {key, field, td_slice_text(texts[0])};
	const td_hashes_item_t counted = {key, field, td_slice_text(texts[1])};
	return td_diffs_add(comparing->comparison->diffs, key, &claimed, 1, &counted, 1);
}

/* What a set of verdicts decides; not who folded them how often. */
static bool compare_heads(comparing_t *comparing, td_err_t *err)
{
	const td_head_t *live = &comparing->comparison->head;
	const td_head_t *log = td_replay_head(comparing->shelved->replay);
	const struct td_head_counts *a = &live->counts, *b = &log->counts;
	uint64_t holes = 0;
	for (size_t i = 0; i < live->position.hole_count; i++)
		holes += live->position.holes[i].last - live->position.holes[i].first + 1;
	const struct {
		const char *name;
		uint64_t live, log;
	} counts[] = {
		{"open_holes", holes, 0},
		{"enriched", a->enriched, b->enriched},
		{"rejected", a->rejected, b->rejected},
		{"absent", a->absent, b->absent},
		{"conflicts", a->conflicts, b->conflicts},
		{"records", a->records, b->records},
		{"open_rejections", a->open_rejections, b->open_rejections},
		{"unreadable", a->unreadable, b->unreadable},
		{"checkpoints", a->checkpoints, b->checkpoints},
		{"warned", a->warned, b->warned},
		{"last_append_ms", (uint64_t)live->last_append_ms, (uint64_t)log->last_append_ms},
		{"first_append_ms", (uint64_t)live->first_append_ms,
		 (uint64_t)log->first_append_ms},
		{"first_sha256", 0,
		 memcmp(live->first_sha256, log->first_sha256, sizeof log->first_sha256) != 0},
	};
	for (size_t i = 0; i < TD_COUNT(counts); i++) {
		if (!compare_count(comparing, counts[i].name, counts[i].live, counts[i].log))
			return out_of_room(err);
	}
	return true;
}

static bool run(comparing_t *comparing, td_err_t *err)
{
	td_head_t head;
	/* The head once more, so that a shard without any key is taken to its position too. */
	return td_live_read(comparing->comparison->live, NULL, 0, &head, NULL, err) &&
	       catch_up(comparing, &head, err) && compare_live(comparing, err) &&
	       compare_missing(comparing, err) && compare_heads(comparing, err);
}

bool td_comparison_run(td_comparison_t *comparison, td_shelved_t *shelved, td_err_t *err)
{
	if (comparison->outcome != TD_COMPARED)
		return true;
	comparing_t comparing = {
		.comparison = comparison,
		.shelved = shelved,
		.prefix_size = strlen(td_live_prefix(comparison->live)),
		.keys = td_arena_new(KEYS_BYTES),
		.fields = td_arena_new(KEYS_BYTES),
		.seen = td_hashes_new(),
	};
	bool done = comparing.keys != NULL && comparing.fields != NULL && comparing.seen != NULL
			    ? run(&comparing, err)
			    : out_of_room(err);
	td_arena_free(comparing.keys);
	td_arena_free(comparing.fields);
	td_hashes_free(comparing.seen);
	return done || comparison->outcome == TD_COMPARED_AHEAD;
}
