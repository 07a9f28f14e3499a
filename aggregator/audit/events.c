#include "aggregator/audit/events.h"

#include "aggregator/audit/hashes.h"
#include "aggregator/fold.h"
#include "aggregator/layout.h"
#include "aggregator/moment.h"
#include "workers/topics.h"

#include <stdlib.h>

enum {
	ADDS_MAX = 600,
	EVENTS_MAX = TD_REPORT_ROWS_MAX, /* kept of one log: more are never shown */
	ARENA_BYTES = 64 * 1024 * 1024
};

/* One event, in the arena of its log. */
typedef struct seen {
	struct seen *next;
	uint64_t offset, revision;
	int64_t append_ms;
	const char *record, *name, *codes, *adds, *effect;
} seen_t;

/* What was seen in one log; the records are folded as they come. */
typedef struct seeing {
	td_arena_t *arena;
	seen_t *first, **end;
	uint64_t count;
	td_hashes_t *records; /* "r" → name → td_record_t */
} seeing_t;

typedef struct events {
	const td_audit_t *audit;
	const td_events_ask_t *ask;
	seeing_t logs[TD_LOGS_MAX];
} events_t;

static bool want(void *context, size_t index, const td_raw_t *raw, const td_envelope_t *envelope)
{
	const events_t *events = context;
	(void)raw;
	return td_envelope_has_record(envelope) &&
	       td_wanted_has(events->ask->wanted, index, envelope->kind, envelope->record_id);
}

/* What the event does to its record. */
static const char *effect_of(const td_report_t *report, const td_judged_t *judged,
			     td_record_t *record)
{
	td_changes_t changes;
	if (!td_judged_states(judged)) {
		td_fold_rejection(judged->envelope.revision, record);
		return td_report_word(report, "bị từ chối", "rejected");
	}
	const td_statement_t statement = {judged->event->revision, judged->adds};
	switch (td_fold_statement(&statement, record, &changes)) {
	case TD_FOLD_NEWER:
		return td_report_word(report, "có hiệu lực", "stands");
	case TD_FOLD_OLDER:
		return td_report_word(report, "cũ hơn, bỏ qua", "older, no effect");
	case TD_FOLD_REPEAT:
		return td_report_word(report, "lặp lại", "repeat");
	case TD_FOLD_CONFLICT:
		return td_report_word(report, "mâu thuẫn", "conflict");
	}
	return "?";
}

static bool fold(events_t *events, seeing_t *seeing, const td_judged_t *judged, const char **effect)
{
	char name[TD_FIELD_MAX];
	td_slice_t kept;
	td_record_t record = {0};
	(void)td_layout_name(judged->envelope.kind, judged->envelope.record_id, name);
	if (td_hashes_get(seeing->records, td_slice_text("r"), td_slice_text(name), &kept))
		memcpy(&record, kept.data, sizeof record);
	*effect = effect_of(events->audit->report, judged, &record);
	return td_hashes_put(seeing->records, td_slice_text("r"), td_slice_text(name),
			     (td_slice_t){(const uint8_t *)&record, sizeof record});
}

/* Keeps one to be listed. */
static bool keep(const events_t *events, seeing_t *seeing, const td_judged_t *judged,
		 const char *effect)
{
	char record[TD_FIELD_MAX], name[TD_JUDGED_NAME_MAX], codes[TD_JUDGED_CODES_MAX],
		adds[ADDS_MAX];
	seen_t *seen = td_arena_take(seeing->arena, sizeof *seen);
	td_judged_record(judged->envelope.kind, judged->envelope.record_id, record);
	td_judged_name(judged, name);
	td_judged_codes(judged, codes);
	td_contributions_t shown = judged->adds;
	if (events->ask->measure != NULL)
		td_measure_cut(events->ask->measure, &judged->adds, &shown);
	td_judged_adds(&shown, adds, sizeof adds);
	if (seen == NULL)
		return false;
	*seen = (seen_t){
		.offset = judged->offset,
		.append_ms = judged->append_ms,
		.revision = judged->envelope.revision,
		.effect = effect,
		.record = td_show_format(seeing->arena, "%s", record),
		.name = td_show_format(seeing->arena, "%s", name),
		.codes = td_show_format(seeing->arena, "%s", codes),
		.adds = td_show_format(seeing->arena, "%s", adds),
	};
	*seeing->end = seen;
	seeing->end = &seen->next;
	return seen->record != NULL && seen->name != NULL && seen->codes != NULL &&
	       seen->adds != NULL;
}

/* Every event is folded, since sums are asked of the records; of many not all are listed. */
static bool take(void *context, size_t index, const td_judged_t *judged, td_err_t *err)
{
	events_t *events = context;
	seeing_t *seeing = &events->logs[index];
	const char *effect;
	return (fold(events, seeing, judged, &effect) &&
		(seeing->count++ >= EVENTS_MAX || keep(events, seeing, judged, effect))) ||
	       td_err_set(err, TD_EMEMORY, "no memory for the events behind a difference");
}

static void say(td_audit_t *audit, const td_logs_t *logs, events_t *events)
{
	static const td_report_kind_t kind = {"events",
					      "Các sự kiện của hồ sơ",
					      "Events of these records",
					      false,
					      9,
					      {{"record", "Hồ sơ", "Record", false},
					       {"place", "Nơi", "Where", false},
					       {"offset", "Vị trí", "Offset", true},
					       {"append", "Ghi nhận lúc", "Appended", false},
					       {"event", "Sự kiện", "Event", false},
					       {"revision", "Lần sửa", "Revision", true},
					       {"effect", "Tác dụng", "Effect", false},
					       {"codes", "Lý do", "Reasons", false},
					       {"adds", "Cộng vào", "Adds", false}}};
	for (size_t i = 0; i < td_logs_count(logs); i++) {
		char place[TD_TOPIC_MAX], moment[TD_MOMENT_TEXT_MAX];
		td_logs_place(logs, i, place);
		for (const seen_t *seen = events->logs[i].first; seen != NULL; seen = seen->next) {
			const td_report_cell_t cells[] = {
				{seen->record, 0},
				{place, 0},
				{NULL, (int64_t)seen->offset},
				{td_moment_text(seen->append_ms, moment), 0},
				{seen->name, 0},
				{NULL, (int64_t)seen->revision},
				{seen->effect, 0},
				{seen->codes, 0},
				{seen->adds, 0}};
			td_report_row(audit->report, &kind, cells);
		}
		if (events->logs[i].count > EVENTS_MAX)
			td_report_more(audit->report, &kind, events->logs[i].count - EVENTS_MAX);
	}
}

static bool make(events_t *events, size_t count, td_err_t *err)
{
	for (size_t i = 0; i < count; i++) {
		seeing_t *seeing = &events->logs[i];
		seeing->end = &seeing->first;
		seeing->arena = td_arena_new(ARENA_BYTES);
		seeing->records = td_hashes_new();
		if (seeing->arena == NULL || seeing->records == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	}
	return true;
}

/* What the records of one log stand for in the end. */
typedef struct adding {
	const td_measure_t *measure;
	int64_t *sums;
} adding_t;

static bool add_record(void *context, const td_hashes_item_t *item)
{
	const adding_t *adding = context;
	td_record_t record;
	memcpy(&record, item->value.data, sizeof record);
	for (size_t i = 0; i < adding->measure->count; i++)
		adding->sums[i] += td_measure_sum(adding->measure, i, &record.adds);
	return true;
}

static bool add_up(const events_t *events, int64_t *sums, td_err_t *err)
{
	adding_t adding = {events->ask->measure, sums};
	for (size_t i = 0; i < adding.measure->count; i++)
		sums[i] = 0;
	for (size_t i = 0; i < td_logs_count(events->ask->logs); i++) {
		if (!td_hashes_walk(events->logs[i].records, add_record, &adding))
			return td_err_set(err, TD_EMEMORY, "no memory to add records up");
	}
	return true;
}

bool td_events_say(td_audit_t *audit, const td_events_ask_t *ask,
		   int64_t sums[2 * TD_RATE_TERMS_MAX], td_err_t *err)
{
	const td_logs_t *logs = ask->logs;
	events_t *events = calloc(1, sizeof *events);
	if (events == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	events->audit = audit;
	events->ask = ask;
	const td_pass_t pass = {
		.logs = logs, .doing = "events", .want = want, .take = take, .context = events};
	bool done = make(events, td_logs_count(logs), err) &&
		    (td_wanted_count(ask->wanted) == 0 || td_pass_run(audit, &pass, err));
	if (done && ask->measure != NULL)
		done = add_up(events, sums, err);
	if (done)
		say(audit, logs, events);
	for (size_t i = 0; i < td_logs_count(logs); i++) {
		td_arena_free(events->logs[i].arena);
		td_hashes_free(events->logs[i].records);
	}
	free(events);
	return done;
}
