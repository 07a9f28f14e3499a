/*
 * The command restore: an empty cluster goes on where an archive ends, as a new generation.
 *
 * Nothing is written before all of the archive was read and every topic looked at. The decision
 * comes before the reference data, without which nobody judges, and before the first filler of a
 * raw topic: so no worker ever takes a topic that is half made for a log. Killed at any point, it
 * is called again with the same words.
 */
#include "aggregator/admin_topics.h"
#include "aggregator/audit/restore.h"
#include "aggregator/audit/restored.h"
#include "common/kafka_topic.h"
#include "aggregator/put.h"
#include "aggregator/registry.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/redis.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { ADMIN_TIMEOUT_MS = 15000, POLL_MS = 100, KEY_MAX = 32 };

uint64_t td_restore_end(const td_restore_t *restore, size_t index)
{
	const td_log_bounds_t *bounds = td_logs_get(restore->logs, index);
	if (restore->is_new)
		return bounds->end;
	const Thidua__V1__RestoredLog *log =
		td_decisions_restored(restore->decided, bounds->reporter);
	return log != NULL ? log->end_offset : 0;
}

bool td_restore_bounds(const td_restore_t *restore, const char *topic, int64_t *low, int64_t *high,
		       td_err_t *err)
{
	bool exists = false;
	td_kafka_topic_info_t info;
	*low = *high = 0;
	return td_kafka_admin_topic(restore->admin, topic, &exists, &info, err) &&
	       (!exists || td_kafka_admin_bounds(restore->admin, topic, low, high, err));
}

static uint64_t steps_of(size_t index, const void *context)
{
	return td_restore_end(context, index);
}

bool td_restore_each(const td_restore_t *restore, const char *doing, td_crew_fn *each,
		     td_err_t *err)
{
	const td_crew_plan_t plan = {
		.doing = doing,
		.work = each,
		.steps = steps_of,
		.context = (void *)restore,
		.count = td_logs_count(restore->logs),
		.threads_max = (size_t)restore->audit->settings->threads,
	};
	td_crew_end_t end = td_crew_run(&plan, restore->audit->run, err);
	if (end == TD_CREW_STOPPED)
		(void)td_err_set(err, TD_ESUPERSEDED, "stopped; call restore again to go on");
	return end == TD_CREW_DONE;
}

static bool take_decision(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	return td_decisions_hear(context, record->key, record->value, err);
}

/* What this cluster knows of decisions, and so whether it was restored before. */
static bool read_decided(td_restore_t *restore, td_err_t *err)
{
	bool exists;
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&restore->audit->settings->kafka, "thidua-audit", err);
	restore->decided = td_decisions_new();
	bool done =
		restore->decided != NULL || td_err_set(err, TD_EMEMORY, "no memory for decisions");
	done = done && reader != NULL &&
	       td_kafka_topic_read_all(reader, TD_TOPIC_DECISIONS, &exists, take_decision,
				       restore->decided, err);
	td_kafka_reader_free(reader);
	restore->is_new =
		done && td_decisions_generation(restore->decided, restore->generation) == NULL;
	return done;
}

/* A number that the lost cluster used would bring its decisions and shards back. */
static bool check_number(const td_restore_t *restore, td_err_t *err)
{
	const Thidua__V1__GenerationDecision *const *list;
	size_t count = td_decisions_generations(td_logs_decisions(restore->logs), &list);
	uint32_t highest = count > 0 ? list[count - 1]->generation : 0;
	const Thidua__V1__GenerationDecision *before = td_decisions_restoration(restore->decided);
	if (!restore->is_new && before != NULL)
		return td_restored_agrees(restore->archive, before->archive, err);
	if (restore->is_new && restore->generation > highest)
		return true;
	return td_err_set(err, TD_EUSAGE,
			  "a lost cluster starts again as a generation that was never used: give "
			  "--generation %" PRIu32,
			  highest + 1);
}

/* Who is called again needs not say it again. */
static bool check_words(const td_restore_t *restore, td_err_t *err)
{
	const td_audit_settings_t *settings = restore->audit->settings;
	return !restore->is_new || (settings->by != NULL && settings->note != NULL) ||
	       td_err_set(err, TD_EUSAGE, "who decides it, and why? say it with --by and --note");
}

/* Shards of that number in a Redis that outlived the cluster are of another log; and while there
 * are other shards, theirs are the figures that count until somebody switches. */
static bool settle_redis(const td_restore_t *restore, td_err_t *err)
{
	const char **reporters;
	size_t count;
	uint32_t live;
	td_arena_t *arena = restore->audit->arena;
	td_redis_t *redis = td_redis_new(&restore->audit->settings->redis, err);
	bool done = redis != NULL;
	if (done && td_registry_list(redis, restore->generation, arena, &reporters, &count, err))
		done = td_err_set(err, TD_EUSAGE,
				  "Redis has shards of generation %" PRIu32
				  ", of which this cluster knows nothing: empty Redis, or take "
				  "another number",
				  restore->generation);
	else
		done = done && err->code == TD_ENOINPUT;
	if (done && td_registry_live(redis, TD_REGISTRY_LIVE, &live, err) &&
	    td_registry_list(redis, live, arena, &reporters, &count, err))
		done = td_registry_switch(redis, live, err);
	td_redis_free(redis);
	return done;
}

/* Whether the log of that reporter keeps what it is given. A topic that was made just now is not
 * known to every broker at once. */
static bool check_hot(const td_restore_t *restore, const char *topic, td_err_t *err)
{
	int64_t give_up_ms = td_clock_mono_ms() + ADMIN_TIMEOUT_MS;
	while (!td_kafka_admin_check_hot(restore->admin, topic, err)) {
		if (err->code != TD_ECONFIG || td_clock_mono_ms() > give_up_ms)
			return false;
		(void)poll(NULL, 0, POLL_MS);
	}
	return true;
}

static bool make_topic(const td_restore_t *restore, const td_kafka_topic_plan_t *plan,
		       td_err_t *err)
{
	bool created;
	return td_kafka_admin_create(restore->admin, plan, &created, err);
}

/* Whether both are raw topics, or both are topics of verdicts. */
static bool are_alike(const char *name, const char *other)
{
	uint32_t generation;
	if (td_topic_reporter(name) != NULL)
		return td_topic_reporter(other) != NULL;
	return td_topic_judged(name, &generation) != NULL &&
	       td_topic_judged(other, &generation) != NULL;
}

/* The topics of a log whose reporter the last reference data do not know any more are made like
 * those of another. */
static bool make_alike(const td_restore_t *restore, const td_admin_topics_t *topics,
		       const char *name, td_err_t *err)
{
	for (size_t i = 0; i < topics->count; i++) {
		td_kafka_topic_plan_t plan = topics->items[i].plan;
		if (!are_alike(name, plan.name))
			continue;
		plan.name = name;
		return make_topic(restore, &plan, err);
	}
	return td_err_set(err, TD_ENOINPUT, "the reference data know no reporter");
}

static bool make_topics(const td_restore_t *restore, td_err_t *err)
{
	const td_versions_t *versions = td_logs_versions(restore->logs);
	const td_version_t *last = td_versions_get(versions, td_versions_count(versions) - 1);
	td_admin_topics_t topics;
	bool done = td_admin_topics_make(last->reference, restore->generation,
					 restore->audit->settings->kafka.single_node, &topics, err);
	for (size_t i = 0; done && i < topics.count; i++)
		done = make_topic(restore, &topics.items[i].plan, err);
	for (size_t i = 0; done && i < td_logs_count(restore->logs); i++) {
		char raw[TD_TOPIC_MAX], verdicts[TD_TOPIC_MAX];
		td_logs_place(restore->logs, i, raw);
		td_topic_verdicts(td_topic_reporter(raw), restore->generation, verdicts);
		done = make_alike(restore, &topics, raw, err) &&
		       make_alike(restore, &topics, verdicts, err) &&
		       check_hot(restore, raw, err) && check_hot(restore, verdicts, err);
	}
	td_admin_topics_free(&topics);
	return done;
}

/* The rules of the judgement that was live when the archive was made. */
static uint32_t reference_version(const td_restore_t *restore)
{
	uint32_t was = td_archive_manifest(restore->archive)->generation;
	const Thidua__V1__GenerationDecision *before =
		td_decisions_generation(td_logs_decisions(restore->logs), was);
	return before != NULL ? before->reference_version
			      : td_versions_get(td_logs_versions(restore->logs), 0)->number;
}

/* Says for all time that this cluster begins with this archive. */
static bool decide(td_restore_t *restore, td_err_t *err)
{
	const td_audit_settings_t *settings = restore->audit->settings;
	char key[KEY_MAX];
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Thidua__V1__GenerationDecision decision = THIDUA__V1__GENERATION_DECISION__INIT;
	at.seconds = restore->audit->now_ms / 1000;
	decision.generation = restore->generation;
	decision.reference_version = reference_version(restore);
	decision.decided_by = (char *)(settings->by != NULL ? settings->by : ""); /* only read */
	decision.note = (char *)(settings->note != NULL ? settings->note : "");
	decision.decided_at = &at;
	decision.archive =
		td_restored_describe(restore->archive, restore->roots, restore->audit->arena, err);
	if (decision.archive == NULL)
		return false;
	if (!td_decisions_check_generation(&decision, err))
		return td_err_prefix(err, "say it with --by and --note");
	uint8_t *packed = td_arena_take(
		restore->audit->arena, thidua__v1__generation_decision__get_packed_size(&decision));
	if (packed == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for the decision");
	td_slice_t value = {packed, thidua__v1__generation_decision__pack(&decision, packed)};
	(void)snprintf(key, sizeof key, TD_GENERATION_KEY "%" PRIu32, restore->generation);
	/* Taken by itself first: what is written can be read. */
	return td_decisions_take(restore->decided, td_slice_text(key), value, err) &&
	       td_put(&settings->kafka, &(td_put_t){TD_TOPIC_DECISIONS, key, value}, err);
}

static bool look(td_restore_t *restore, td_err_t *err)
{
	return td_restore_check(restore, err) && read_decided(restore, err) &&
	       check_number(restore, err) && check_words(restore, err) &&
	       td_restore_books_look(restore, err) && td_restore_logs_look(restore, err) &&
	       (!restore->is_new || settle_redis(restore, err));
}

static bool write(td_restore_t *restore, td_err_t *err)
{
	td_fault("restore.looked");
	if (!make_topics(restore, err) || !td_restore_book(restore, TD_TOPIC_DECISIONS, err))
		return false;
	td_fault("restore.decide");
	if (restore->is_new && !decide(restore, err))
		return false;
	td_fault("restore.decided");
	return td_restore_book(restore, TD_TOPIC_REFERENCE, err) &&
	       td_restore_book(restore, TD_TOPIC_SEALS, err) && td_restore_logs(restore, err) &&
	       td_restore_verdicts(restore, err);
}

static void say(const td_restore_t *restore)
{
	static const td_report_kind_t kind = {
		"restored",
		"Đã khôi phục",
		"Restored",
		false,
		3,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"goes_on_at", "Tiếp tục từ vị trí", "Goes on at offset", true},
		 {"verdicts", "Phán quyết ghi lần này", "Verdicts written now", true}}};
	static const td_report_column_t next = {"next", "Tiếp theo", "Next", false};
	char text[256];
	(void)snprintf(text, sizeof text,
		       "thidua-worker --generation %" PRIu32
		       "; thidua-aggregator --generation %" PRIu32
		       "; thidua-admin generation switch %" PRIu32,
		       restore->generation, restore->generation, restore->generation);
	td_report_fact(restore->audit->report, &next, (td_report_cell_t){text, 0});
	for (size_t i = 0; i < td_logs_count(restore->logs); i++) {
		const td_report_cell_t cells[] = {{td_logs_get(restore->logs, i)->reporter, 0},
						  {NULL, (int64_t)td_restore_end(restore, i)},
						  {NULL, (int64_t)restore->verdicts[i]}};
		td_report_row(restore->audit->report, &kind, cells);
	}
}

static bool is_asked_well(const td_audit_t *audit, td_err_t *err)
{
	const td_audit_settings_t *settings = audit->settings;
	if (settings->archive == NULL)
		return td_err_set(err, TD_EUSAGE, "which archive? give --archive DIR");
	if (settings->reporter != NULL || settings->as_of != NULL || td_audit_has_days(audit))
		return td_err_set(
			err, TD_EUSAGE,
			"a cluster begins with the whole archive: no --reporter, no days, "
			"no --as-of");
	return true;
}

bool td_audit_restore(td_audit_t *audit, td_err_t *err)
{
	if (!is_asked_well(audit, err))
		return false;
	td_restore_t *restore = calloc(1, sizeof *restore);
	if (restore == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to restore");
	restore->audit = audit;
	restore->generation = (uint32_t)audit->settings->generation;
	restore->logs = td_audit_logs(audit, err);
	bool done = restore->logs != NULL;
	if (done)
		restore->archive = td_archive_open(audit->settings->archive, err);
	if (restore->archive != NULL)
		restore->admin = td_kafka_admin_new(&audit->settings->kafka, "thidua-restore",
						    ADMIN_TIMEOUT_MS, err);
	done = restore->admin != NULL && look(restore, err) && write(restore, err);
	if (done)
		say(restore);
	td_kafka_admin_free(restore->admin);
	td_decisions_free(restore->decided);
	td_archive_free(restore->archive);
	td_logs_free(restore->logs);
	free(restore);
	return done;
}
