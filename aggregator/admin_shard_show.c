/* shard show: where the shards stand. */
#include "aggregator/admin.h"
#include "aggregator/admin_look.h"
#include "aggregator/layout.h"
#include "aggregator/moment.h"
#include "aggregator/registry.h"
#include "aggregator/show.h"
#include "common/table.h"
#include "common/arena.h"
#include "proto/pb.h"

#include <inttypes.h>

enum { ARENA_MAX = 64 * 1024 * 1024 };

/* What the commands about shards work with. */
typedef struct desk {
	const td_admin_t *admin;
	uint32_t generation;
	td_kafka_admin_t *kafka;
	td_redis_t *redis;
	td_arena_t *arena;
} desk_t;

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the answer");
}

static void close_desk(desk_t *desk)
{
	td_kafka_admin_free(desk->kafka);
	td_redis_free(desk->redis);
	td_arena_free(desk->arena);
}

static bool open_desk(const td_admin_t *admin, desk_t *desk, td_err_t *err)
{
	const td_admin_settings_t *settings = admin->settings;
	*desk = (desk_t){.admin = admin, .arena = td_arena_new(ARENA_MAX)};
	if (!desk->arena)
		return no_memory(err);
	desk->redis = td_redis_new(&settings->redis, err);
	if (desk->redis &&
	    td_registry_live(desk->redis, settings->generation, &desk->generation, err))
		desk->kafka = td_kafka_admin_new(&settings->kafka, "thidua-admin",
						 TD_ADMIN_TIMEOUT_MS, err);
	return desk->kafka != NULL;
}

static bool look_at(const desk_t *desk, const char *reporter, td_look_t *look, td_err_t *err)
{
	td_look_begin(reporter, desk->generation, look);
	return td_look_head(&desk->admin->settings->redis, desk->generation, look, err) &&
	       td_look_ends(desk->kafka, look, err);
}

static uint64_t holes_of(const td_head_t *head)
{
	uint64_t holes = 0;
	for (size_t i = 0; i < head->position.hole_count; i++)
		holes += head->position.holes[i].last - head->position.holes[i].first + 1;
	return holes;
}

static bool add_row(const desk_t *desk, const char *reporter, const td_look_t *look,
		    td_table_t *table)
{
	char moment[TD_MOMENT_TEXT_MAX];
	const td_head_t *head = &look->head;
	const uint64_t end = look->raw_end > 0 ? (uint64_t)look->raw_end : 0;
	const uint64_t numbers[] = {head->owner,
				    head->position.next,
				    end > head->position.next ? end - head->position.next : 0,
				    holes_of(head),
				    head->counts.rejected,
				    head->counts.open_rejections,
				    head->counts.conflicts};
	const char *cells[3 + TD_COUNT(numbers)] = {reporter, td_look_state(look)};
	for (size_t i = 0; i < TD_COUNT(numbers); i++)
		cells[2 + i] =
			look->readable ? td_show_format(desk->arena, "%" PRIu64, numbers[i]) : "-";
	cells[TD_COUNT(cells) - 1] =
		td_show_format(desk->arena, "%s", td_moment_text(head->last_append_ms, moment));
	for (size_t i = 0; i < TD_COUNT(cells); i++)
		if (!cells[i])
			return false;
	return td_table_add(table, cells);
}

static bool show_all(const desk_t *desk, td_err_t *err)
{
	static const char *const heads[] = {"Reporter",  "State",       "Owner",    "Position",
					    "Behind",    "Holes",       "Rejected", "Open",
					    "Conflicts", "Latest event"};
	static const bool right[TD_COUNT(heads)] = {false, false, true, true, true,
						    true,  true,  true, true, false};
	const char **reporters, *text;
	size_t count;
	td_look_t look;
	if (!td_registry_list(desk->redis, desk->generation, desk->arena, &reporters, &count, err))
		return false;
	td_table_t *table = td_table_new(heads, right, TD_COUNT(heads), desk->arena);
	for (size_t i = 0; table && i < count; i++) {
		if (!look_at(desk, reporters[i], &look, err))
			return false;
		if (!add_row(desk, reporters[i], &look, table))
			table = NULL;
	}
	if (!table || !td_table_text(table, &text))
		return no_memory(err);
	(void)fputs(text, desk->admin->out);
	return true;
}

static void show_head(const td_look_t *look, FILE *out)
{
	char moment[TD_MOMENT_TEXT_MAX];
	const td_head_t *head = &look->head;
	const struct td_head_counts *counts = &head->counts;
	(void)fprintf(out, "state        %s, owner %" PRIu64 "\n", td_look_state(look),
		      head->owner);
	(void)fprintf(out,
		      "position     raw offset %" PRIu64 " of %" PRId64 ", verdict offset %" PRIu64
		      " of %" PRId64 "\n",
		      head->position.next, look->raw_end, head->verdict_hint, look->verdict_end);
	(void)fprintf(out, "events       latest %s\n",
		      td_moment_text(head->last_append_ms, moment));
	(void)fprintf(out, "             first %s\n",
		      td_moment_text(head->first_append_ms, moment));
	(void)fprintf(out,
		      "verdicts     %" PRIu64 " enriched, %" PRIu64 " rejected, %" PRIu64
		      " absent; %" PRIu64 " came again\n",
		      counts->enriched, counts->rejected, counts->absent, counts->repeats);
	(void)fprintf(out,
		      "statements   %" PRIu64 " newer, %" PRIu64 " older, %" PRIu64
		      " repeated, %" PRIu64 " in conflict, %" PRIu64 " with warnings\n",
		      counts->newer, counts->older, counts->repeated, counts->conflicts,
		      counts->warned);
	(void)fprintf(out,
		      "records      %" PRIu64 ", %" PRIu64 " with an open rejection; %" PRIu64
		      " events without a readable record\n",
		      counts->records, counts->open_rejections, counts->unreadable);
	for (size_t i = 0; i < head->position.hole_count; i++)
		(void)fprintf(out,
			      "hole         raw offsets %" PRIu64 "..%" PRIu64 " have no verdict\n",
			      head->position.holes[i].first, head->position.holes[i].last);
}

static void show_source(const Thidua__V1__SourceState *source, FILE *out)
{
	char moment[TD_MOMENT_TEXT_MAX];
	(void)fprintf(out,
		      "source       %s/%" PRIu64 ": next sequence %" PRIu64
		      ", complete until %s, %" PRIu64 " came again\n",
		      source->source, source->epoch, source->next_sequence,
		      td_moment_text(source->complete_until_ms, moment), source->repeats);
	for (size_t i = 0; i < source->n_gaps; i++)
		(void)fprintf(out,
			      "gap          %s/%" PRIu64 ": sequences %" PRIu64 "..%" PRIu64
			      " were not seen\n",
			      source->source, source->epoch, source->gaps[i]->first,
			      source->gaps[i]->last);
}

static void show_sources(const desk_t *desk, const td_redis_reply_t *reply)
{
	ProtobufCAllocator allocator = td_pb_allocator(desk->arena);
	for (size_t i = 1; i < td_redis_reply_count(reply); i += 2) {
		td_slice_t packed = td_redis_reply_text(td_redis_reply_at(reply, i));
		Thidua__V1__SourceState *source =
			thidua__v1__source_state__unpack(&allocator, packed.size, packed.data);
		if (source)
			show_source(source, desk->admin->out);
		else
			(void)fputs("source       altered in Redis\n", desk->admin->out);
	}
}

static void show_codes(const desk_t *desk, const td_redis_reply_t *reply)
{
	for (size_t i = 0; i + 1 < td_redis_reply_count(reply); i += 2) {
		td_slice_t code = td_redis_reply_text(td_redis_reply_at(reply, i));
		td_slice_t count = td_redis_reply_text(td_redis_reply_at(reply, i + 1));
		(void)fprintf(desk->admin->out, "code         %.*s: %.*s verdicts\n",
			      (int)code.size, (const char *)code.data, (int)count.size,
			      (const char *)count.data);
	}
}

/* Sources and codes, as they lie in Redis. */
static bool show_rest(const desk_t *desk, const char *reporter, td_err_t *err)
{
	static const char *const names[] = {"sources", "codes"};
	char prefix[TD_KEY_MAX], key[TD_KEY_MAX + 8];
	td_layout_prefix(reporter, desk->generation, prefix);
	for (size_t i = 0; i < TD_COUNT(names); i++) {
		(void)snprintf(key, sizeof key, "%s%s", prefix, names[i]);
		td_redis_add_words(desk->redis, "HGETALL", key);
	}
	if (!td_redis_run(desk->redis, err))
		return false;
	show_sources(desk, td_redis_reply(desk->redis, 0));
	show_codes(desk, td_redis_reply(desk->redis, 1));
	return true;
}

static bool show_one(const desk_t *desk, const char *reporter, td_err_t *err)
{
	td_look_t look;
	if (!td_topic_reporter_valid(reporter))
		return td_look_none(reporter, desk->generation, err);
	if (!look_at(desk, reporter, &look, err))
		return false;
	if (!look.stored.exists && !look.stored.alien)
		return td_look_none(reporter, desk->generation, err);
	if (!look.readable)
		return td_err_set(err, TD_EINTEGRITY, "the head of %s: %s", reporter,
				  look.why.text);
	show_head(&look, desk->admin->out);
	return show_rest(desk, reporter, err);
}

bool td_admin_shard_show(const td_admin_t *admin, td_err_t *err)
{
	desk_t desk;
	bool fine = open_desk(admin, &desk, err);
	if (fine && admin->argument_count > 0)
		fine = show_one(&desk, admin->arguments[0], err);
	else if (fine)
		fine = show_all(&desk, err);
	close_desk(&desk);
	return fine;
}
