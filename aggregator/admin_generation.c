/* generation start|status: the whole raw log judged once more, beside the live judgement. */
#include "aggregator/admin_generation.h"

#include "aggregator/admin_look.h"
#include "aggregator/admin_topics.h"
#include "aggregator/registry.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ARENA_MAX = 16 * 1024 * 1024, KEY_MAX = 32 };

bool td_admin_generation_number(const char *text, uint32_t *generation, td_err_t *err)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || number > TD_GENERATION_MAX)
		return td_err_set(err, TD_EUSAGE, "'%.20s' is no generation; write 0 to %d", text,
				  TD_GENERATION_MAX);
	*generation = (uint32_t)number;
	return true;
}

bool td_admin_desk_open(const td_admin_t *admin, td_admin_desk_t *desk, td_err_t *err)
{
	*desk = (td_admin_desk_t){.admin = admin, .arena = td_arena_new(ARENA_MAX)};
	if (!desk->arena)
		return td_err_set(err, TD_EMEMORY, "no memory for the answer");
	if (!td_admin_books_read(admin, &desk->books, err))
		return false;
	desk->redis = td_redis_new(&admin->settings->redis, err);
	if (desk->redis)
		desk->kafka = td_kafka_admin_new(&admin->settings->kafka, "thidua-admin",
						 TD_ADMIN_TIMEOUT_MS, err);
	return desk->kafka != NULL;
}

void td_admin_desk_close(td_admin_desk_t *desk)
{
	td_kafka_admin_free(desk->kafka);
	td_redis_free(desk->redis);
	td_admin_books_free(&desk->books);
	td_arena_free(desk->arena);
}

/* The version that was asked for, or the newest one. */
static const td_version_t *base_version(const td_admin_desk_t *desk, td_err_t *err)
{
	const td_versions_t *versions = desk->books.versions;
	int64_t asked = desk->admin->settings->reference_version;
	size_t count = td_versions_count(versions);
	const td_version_t *version = asked ? td_versions_find(versions, (uint32_t)asked)
					    : (count ? td_versions_get(versions, count - 1) : NULL);
	if (!version)
		(void)td_err_set(err, TD_EUSAGE,
				 "there is no version %" PRId64
				 " of the reference data; see thidua-admin reference list",
				 asked);
	return version;
}

/* A number is never used again, even when its generation was dropped. */
static bool is_new(const td_admin_desk_t *desk, uint32_t generation, td_err_t *err)
{
	const Thidua__V1__GenerationDecision *const *list;
	size_t count = td_decisions_generations(desk->books.decisions, &list);
	uint32_t highest = count ? list[count - 1]->generation : 0;
	if (generation > highest)
		return true;
	return td_err_set(err, TD_EUSAGE,
			  "generation %" PRIu32
			  " was used before, and a number is never used again; take %" PRIu32,
			  generation, highest + 1);
}

static bool make_topics(const td_admin_desk_t *desk, const td_version_t *version,
			uint32_t generation, td_err_t *err)
{
	td_admin_topics_t topics;
	size_t made = 0;
	bool fine = td_admin_topics_make(version->reference, generation,
					 desk->admin->settings->kafka.single_node, &topics, err);
	for (size_t i = 0; fine && i < topics.count; i++) {
		bool created = false;
		fine = td_kafka_admin_create(desk->kafka, &topics.items[i].plan, &created, err);
		made += created;
	}
	td_admin_topics_free(&topics);
	if (fine)
		(void)fprintf(desk->admin->out, "%zu topics made\n", made);
	return fine;
}

static bool record(const td_admin_desk_t *desk, const td_version_t *version, uint32_t generation,
		   td_err_t *err)
{
	const td_admin_settings_t *settings = desk->admin->settings;
	uint8_t packed[TD_DECISION_PACKED_MAX];
	char key[KEY_MAX];
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Thidua__V1__GenerationDecision decision = THIDUA__V1__GENERATION_DECISION__INIT;
	at.seconds = desk->admin->now_ms / 1000;
	decision.generation = generation;
	decision.reference_version = version->number;
	decision.decided_by = (char *)(settings->by ? settings->by : ""); /* only read */
	decision.note = (char *)(settings->note ? settings->note : "");
	decision.decided_at = &at;
	if (!td_decisions_check_generation(&decision, err))
		return td_err_prefix(err, "say it with --by and --note");
	size_t size = thidua__v1__generation_decision__pack(&decision, packed);
	(void)snprintf(key, sizeof key, TD_GENERATION_KEY "%" PRIu32, generation);
	return td_admin_write(desk->admin,
			      &(td_admin_record_t){TD_TOPIC_DECISIONS, key, {packed, size}}, err);
}

bool td_admin_generation_start(const td_admin_t *admin, td_err_t *err)
{
	td_admin_desk_t desk = {0};
	uint32_t generation = 0, live = 0;
	if (!td_admin_generation_number(admin->arguments[0], &generation, err))
		return false;
	if (generation == 0)
		return td_err_set(err, TD_EUSAGE, "generation 0 is the first judgement; take 1");
	bool fine = td_admin_desk_open(admin, &desk, err) && is_new(&desk, generation, err);
	const td_version_t *version = fine ? base_version(&desk, err) : NULL;
	/* From now on Redis says whose figures count: there will be more than one that could. */
	fine = version && td_registry_live(desk.redis, TD_REGISTRY_LIVE, &live, err) &&
	       td_registry_switch(desk.redis, live, err) &&
	       make_topics(&desk, version, generation, err) &&
	       record(&desk, version, generation, err);
	if (fine)
		(void)fprintf(admin->out,
			      "generation %" PRIu32 " judges every event by version %" PRIu32
			      " of the reference data, or a later one that was in force; start:\n"
			      "  thidua-worker --generation %" PRIu32 "\n"
			      "  thidua-aggregator --generation %" PRIu32 "\n",
			      generation, version->number, generation, generation);
	/* Workers wait for the verdicts on what is in no topic of this cluster. */
	if (fine && td_decisions_restoration(desk.books.decisions))
		(void)fprintf(admin->out,
			      "  thidua-audit restore --archive DIR --generation %" PRIu32 "\n",
			      generation);
	td_admin_desk_close(&desk);
	return fine;
}

bool td_admin_generation_progress(const td_admin_desk_t *desk, uint32_t generation,
				  td_admin_progress_t *progress, td_err_t *err)
{
	const char **reporters;
	size_t count = 0;
	*progress = (td_admin_progress_t){0};
	if (!td_registry_list(desk->redis, generation, desk->arena, &reporters, &count, err))
		return err->code == TD_ENOINPUT;
	for (size_t i = 0; i < count; i++) {
		td_look_t look;
		td_look_begin(reporters[i], generation, &look);
		if (!td_look_head(&desk->admin->settings->redis, generation, &look, err) ||
		    !td_look_ends(desk->kafka, &look, err))
			return false;
		uint64_t end = look.raw_end > 0 ? (uint64_t)look.raw_end : 0;
		uint64_t next = look.readable ? look.head.position.next : 0;
		progress->shards++;
		progress->live += look.readable &&
				  look.head.state == THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE &&
				  look.head.position.hole_count == 0;
		progress->folded += next;
		progress->behind += end > next ? end - next : 0;
	}
	return true;
}

/* Where the first events of a cluster that was lost are. */
static void show_archive(FILE *out, const Thidua__V1__RestoredArchive *archive)
{
	uint64_t offsets = 0;
	for (size_t i = 0; i < archive->n_logs; i++)
		offsets += archive->logs[i]->end_offset;
	(void)fprintf(out,
		      "  goes on from an archive: %zu logs, the first %" PRIu64
		      " raw offsets; SHA-256 of its manifest %s\n",
		      archive->n_logs, offsets, archive->manifest_sha256);
}

static bool show(const td_admin_desk_t *desk, uint32_t generation, bool is_live, td_err_t *err)
{
	FILE *out = desk->admin->out;
	const Thidua__V1__GenerationDecision *decision =
		td_decisions_generation(desk->books.decisions, generation);
	td_admin_progress_t progress;
	if (!td_admin_generation_progress(desk, generation, &progress, err))
		return false;
	(void)fprintf(out,
		      "generation %" PRIu32 "%s: %zu shards, %zu of them live and whole; %" PRIu64
		      " events folded, %" PRIu64 " to come\n",
		      generation, is_live ? " (live)" : "", progress.shards, progress.live,
		      progress.folded, progress.behind);
	if (decision)
		(void)fprintf(out,
			      "  by version %" PRIu32 " of the reference data; decided by %s: %s\n",
			      decision->reference_version, decision->decided_by, decision->note);
	if (decision && decision->archive)
		show_archive(out, decision->archive);
	return true;
}

bool td_admin_generation_status(const td_admin_t *admin, td_err_t *err)
{
	const Thidua__V1__GenerationDecision *const *list;
	td_admin_desk_t desk = {0};
	uint32_t live = 0;
	bool fine = td_admin_desk_open(admin, &desk, err);
	bool known = fine && td_registry_live(desk.redis, TD_REGISTRY_LIVE, &live, err);
	if (fine && !known && err->code == TD_ECONFIG)
		(void)fprintf(admin->out, "%s\n", err->text);
	else
		fine = fine && known;
	size_t count = fine ? td_decisions_generations(desk.books.decisions, &list) : 0;
	fine = fine && show(&desk, 0, known && live == 0, err);
	for (size_t i = 0; fine && i < count; i++)
		fine = show(&desk, list[i]->generation, known && live == list[i]->generation, err);
	td_admin_desk_close(&desk);
	return fine;
}
