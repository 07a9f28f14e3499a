/* generation compare: where the tallies of two judgements differ, day by day, at one position. */
#include "aggregator/admin_generation.h"
#include "aggregator/head.h"
#include "aggregator/layout.h"
#include "aggregator/metric.h"
#include "aggregator/registry.h"
#include "common/clock.h"
#include "common/localday.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	SCAN_COUNT = 1000,
	KEYS_MAX = 100000,      /* tally hashes of one reporter */
	MEET_WITHIN_MS = 10000, /* for both to stand at one position */
	LINES_MAX = 200,        /* differences that are printed; the rest is counted */
};

typedef struct comparing {
	td_admin_desk_t *desk;
	uint32_t generations[2];
	const char *reporter;
	char prefixes[2][TD_KEY_MAX];
	const char **names; /* "d:20210305": hashes that either has */
	size_t count, differences;
} comparing_t;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add_name(comparing_t *comparing, td_slice_t key, size_t skip, td_err_t *err)
{
	char *name = td_arena_take(comparing->desk->arena, key.size - skip + 1);
	if (!name || comparing->count == KEYS_MAX)
		return td_err_set(err, TD_EMEMORY, "%s has too many days", comparing->reporter);
	memcpy(name, key.data + skip, key.size - skip);
	name[key.size - skip] = '\0';
	comparing->names[comparing->count++] = name;
	return true;
}

/* The hashes of days by province, of one generation. */
static bool scan(comparing_t *comparing, const char *prefix, td_err_t *err)
{
	td_redis_t *redis = comparing->desk->redis;
	char head[TD_KEY_MAX + 8], pattern[TD_KEY_MAX + 8], cursor[24] = "0", count[12];
	(void)snprintf(head, sizeof head, "%shead", prefix);
	(void)snprintf(pattern, sizeof pattern, "%sd:*", prefix);
	(void)snprintf(count, sizeof count, "%d", SCAN_COUNT);
	do {
		/* SCAN names no key: the one before it leads to the node that has the shard. */
		td_redis_add_words(redis, "EXISTS", head);
		td_redis_add_words(redis, "SCAN", cursor, "MATCH", pattern, "COUNT", count);
		if (!td_redis_run(redis, err))
			return false;
		const td_redis_reply_t *reply = td_redis_reply(redis, 1);
		const td_redis_reply_t *keys = td_redis_reply_at(reply, 1);
		td_slice_t next = td_redis_reply_text(td_redis_reply_at(reply, 0));
		for (size_t i = 0; i < td_redis_reply_count(keys); i++)
			if (!add_name(comparing, td_redis_reply_text(td_redis_reply_at(keys, i)),
				      strlen(prefix), err))
				return false;
		(void)snprintf(cursor, sizeof cursor, "%.*s", (int)next.size,
			       (const char *)next.data);
	} while (strcmp(cursor, "0") != 0);
	return true;
}

static bool list_names(comparing_t *comparing, td_err_t *err)
{
	size_t kept = 0;
	comparing->count = 0;
	if (!scan(comparing, comparing->prefixes[0], err) ||
	    !scan(comparing, comparing->prefixes[1], err))
		return false;
	qsort(comparing->names, comparing->count, sizeof *comparing->names, by_name);
	for (size_t i = 0; i < comparing->count; i++)
		if (kept == 0 || strcmp(comparing->names[kept - 1], comparing->names[i]) != 0)
			comparing->names[kept++] = comparing->names[i];
	comparing->count = kept;
	return true;
}

/* Reads both heads and both hashes in one transaction; `same` says whether the heads stand at one
 * position. */
static bool read_both(const comparing_t *comparing, const char *name, bool *same, td_err_t *err)
{
	td_redis_t *redis = comparing->desk->redis;
	td_redis_exec_t outcome;
	td_head_t heads[2];
	for (size_t i = 0; i < 2; i++) {
		char key[2 * TD_KEY_MAX];
		(void)snprintf(key, sizeof key, "%shead", comparing->prefixes[i]);
		td_redis_add_words(redis, "GET", key);
		(void)snprintf(key, sizeof key, "%s%s", comparing->prefixes[i], name);
		td_redis_add_words(redis, "HGETALL", key);
	}
	if (!td_redis_exec(redis, &outcome, err))
		return false;
	for (size_t i = 0; i < 2; i++)
		if (!td_head_unpack(td_redis_reply_text(td_redis_reply(redis, 2 * i)), &heads[i],
				    err))
			return td_err_prefix(err, "generation %" PRIu32 " of %s",
					     comparing->generations[i], comparing->reporter);
	*same = heads[0].position.next == heads[1].position.next &&
		heads[0].position.hole_count == 0 && heads[1].position.hole_count == 0;
	return true;
}

static td_slice_t value_of(const td_redis_reply_t *hash, td_slice_t field)
{
	for (size_t i = 0; i + 1 < td_redis_reply_count(hash); i += 2)
		if (td_slice_equal(td_redis_reply_text(td_redis_reply_at(hash, i)), field))
			return td_redis_reply_text(td_redis_reply_at(hash, i + 1));
	return td_slice_text("0");
}

static void say(comparing_t *comparing, const char *name, td_slice_t field, td_slice_t values[2])
{
	char text[TD_FIELD_MAX];
	td_cell_t cell;
	(void)snprintf(text, sizeof text, "%.*s", (int)field.size, (const char *)field.data);
	comparing->differences++;
	if (comparing->differences > LINES_MAX || !td_layout_parse_field(text, &cell))
		return;
	const td_metric_info_t *metric = td_metric_find(cell.metric);
	(void)fprintf(comparing->desk->admin->out, "%s %s %s dims %u,%u: %.*s, %.*s\n", cell.area,
		      name + 2, metric ? metric->code : "unknown metric", cell.dim1, cell.dim2,
		      (int)values[0].size, (const char *)values[0].data, (int)values[1].size,
		      (const char *)values[1].data);
}

/* Each field of one hash that the other has not, or has another value for; `side` reads `hash`. */
static void compare_side(comparing_t *comparing, const char *name, size_t side)
{
	const td_redis_reply_t *hash = td_redis_reply(comparing->desk->redis, 2 * side + 1);
	const td_redis_reply_t *other = td_redis_reply(comparing->desk->redis, 3 - 2 * side);
	for (size_t i = 0; i + 1 < td_redis_reply_count(hash); i += 2) {
		td_slice_t field = td_redis_reply_text(td_redis_reply_at(hash, i)), values[2];
		if (td_slice_equal(field, td_slice_text("#")))
			continue;
		values[side] = td_redis_reply_text(td_redis_reply_at(hash, i + 1));
		values[1 - side] = value_of(other, field);
		bool missing = td_slice_equal(values[1 - side], td_slice_text("0"));
		/* What both have is compared once. */
		if ((side == 0 || missing) && !td_slice_equal(values[0], values[1]))
			say(comparing, name, field, values);
	}
}

static bool compare_hash(comparing_t *comparing, const char *name, td_err_t *err)
{
	int64_t end_ms = td_clock_mono_ms() + MEET_WITHIN_MS;
	bool same = false;
	while (!same && td_clock_mono_ms() < end_ms)
		if (!read_both(comparing, name, &same, err))
			return false;
	if (!same)
		return td_err_set(err, TD_EUNAVAILABLE,
				  "the two do not stand at one position of %s, or miss verdicts "
				  "there; compare again when both have caught up and thidua-admin "
				  "doctor finds no hole",
				  comparing->reporter);
	compare_side(comparing, name, 0);
	compare_side(comparing, name, 1);
	return true;
}

static bool compare_shard(comparing_t *comparing, const char *reporter, td_err_t *err)
{
	comparing->reporter = reporter;
	for (size_t i = 0; i < 2; i++)
		td_layout_prefix(reporter, comparing->generations[i], comparing->prefixes[i]);
	bool fine = list_names(comparing, err);
	for (size_t i = 0; fine && i < comparing->count; i++)
		fine = compare_hash(comparing, comparing->names[i], err);
	return fine;
}

/* Compares the shards that both have, and names those that only one has; both lists are sorted. */
static bool compare_lists(comparing_t *comparing, const char **const lists[2],
			  const size_t counts[2], td_err_t *err)
{
	size_t at[2] = {0, 0};
	while (at[0] < counts[0] || at[1] < counts[1]) {
		int order = at[0] == counts[0]   ? 1
			    : at[1] == counts[1] ? -1
						 : strcmp(lists[0][at[0]], lists[1][at[1]]);
		size_t side = order > 0; /* where the next name is, at least */
		const char *reporter = lists[side][at[side]];
		if (order == 0 && !compare_shard(comparing, reporter, err))
			return false;
		if (order != 0)
			(void)fprintf(comparing->desk->admin->out,
				      "%s has no shard in generation %" PRIu32 "\n", reporter,
				      comparing->generations[1 - side]);
		at[0] += order <= 0;
		at[1] += order >= 0;
	}
	return true;
}

static bool compare_all(comparing_t *comparing, td_err_t *err)
{
	td_admin_desk_t *desk = comparing->desk;
	const char **lists[2] = {NULL, NULL};
	size_t counts[2] = {0, 0};
	comparing->names = td_arena_take(desk->arena, KEYS_MAX * sizeof *comparing->names);
	if (!comparing->names)
		return td_err_set(err, TD_EMEMORY, "no memory to compare");
	for (size_t i = 0; i < 2; i++)
		if (!td_registry_list(desk->redis, comparing->generations[i], desk->arena,
				      &lists[i], &counts[i], err))
			return false;
	return compare_lists(comparing, (const char **const *)lists, counts, err);
}

bool td_admin_generation_compare(const td_admin_t *admin, td_err_t *err)
{
	td_admin_desk_t desk = {0};
	comparing_t comparing = {.desk = &desk};
	bool fine =
		td_admin_generation_number(admin->arguments[0], &comparing.generations[0], err) &&
		td_admin_generation_number(admin->arguments[1], &comparing.generations[1], err);
	fine = fine && td_admin_desk_open(admin, &desk, err) && compare_all(&comparing, err);
	if (fine && comparing.differences > LINES_MAX)
		(void)fprintf(admin->out, "... and %zu more\n", comparing.differences - LINES_MAX);
	if (fine)
		(void)fprintf(admin->out, "%zu tallies differ between generations %s and %s\n",
			      comparing.differences, admin->arguments[0], admin->arguments[1]);
	td_admin_desk_close(&desk);
	return fine;
}
