/* changed: each record that moved a figure between two moments, by which event, and why. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/hashes.h"
#include "aggregator/audit/measure.h"
#include "aggregator/audit/pass.h"
#include "aggregator/fold.h"
#include "aggregator/moment.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, TEXT_MAX = 128 };

/* What is known of a record on the way. */
typedef struct known {
	td_record_t record;
	uint32_t version; /* of the reference data that judged what stands */
} known_t;

/* One move of the figure; texts in the arena of its log. */
typedef struct move {
	struct move *next;
	const char *record, *event, *why;
	uint64_t offset;
	int64_t append_ms;
	size_t metric; /* of the measure */
	int64_t before, after;
} move_t;

typedef struct moves {
	td_arena_t *arena, *scratch;
	td_hashes_t *known; /* "r" → name → known_t */
	move_t *first, **end;
	int64_t sums[2][2 * TD_RATE_TERMS_MAX]; /* at the first moment, at the second */
} moves_t;

typedef struct changing {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_measure_t measure;
	int64_t from_ms, to_ms;
	moves_t of_log[TD_LOGS_MAX];
} changing_t;

/* Whether the event would say what stood before, if the reference data of then judged it: then it
 * is the reference data that moved the figure. */
static bool is_by_reference(const changing_t *changing, size_t index, const td_judged_t *judged,
			    const known_t *known)
{
	const moves_t *moves = &changing->of_log[index];
	const td_version_t *version =
		td_versions_find(td_logs_versions(changing->logs), known->version);
	const ProtobufCBinaryData *bytes = &judged->verdict->enriched->raw;
	const td_raw_t raw = {judged->offset, judged->append_ms, {bytes->data, bytes->len}};
	td_judged_t then;
	td_contributions_t a, b;
	if (version == NULL || known->version == judged->verdict->reference_version)
		return false;
	td_arena_reset(moves->scratch);
	if (!td_judged_make(&raw, td_logs_get(changing->logs, index)->reporter, version->reference,
			    moves->scratch, &then))
		return false;
	td_measure_cut(&changing->measure, &then.adds, &a);
	td_measure_cut(&changing->measure, &known->record.adds, &b);
	return a.count == b.count && memcmp(a.items, b.items, a.count * sizeof a.items[0]) == 0;
}

static const char *why(const changing_t *changing, size_t index, const td_judged_t *judged,
		       const known_t *before, char text[TEXT_MAX])
{
	const td_report_t *report = changing->audit->report;
	if (before->record.revision == 0)
		return td_report_word(report, "báo cáo lần đầu", "first said");
	if (judged->event->body_case == THIDUA__V1__EVENT__BODY_RETRACTION)
		return td_report_word(report, "đơn vị rút lại", "retracted by the reporter");
	if (!is_by_reference(changing, index, judged, before))
		return td_report_word(report, "đơn vị sửa", "corrected by the reporter");
	(void)snprintf(text, TEXT_MAX, "%s %" PRIu32 " → %" PRIu32,
		       td_report_word(report, "dữ liệu gốc", "reference data"), before->version,
		       judged->verdict->reference_version);
	return text;
}

static bool note(changing_t *changing, size_t index, const td_judged_t *judged,
		 const known_t *before, const known_t *after)
{
	moves_t *moves = &changing->of_log[index];
	char record[TD_FIELD_MAX], event[TD_JUDGED_NAME_MAX], text[TEXT_MAX];
	td_judged_record((uint32_t)judged->event->kind, judged->event->record_id, record);
	td_judged_name(judged, event);
	for (size_t i = 0; i < changing->measure.count; i++) {
		int64_t was = td_measure_sum(&changing->measure, i, &before->record.adds);
		int64_t is = td_measure_sum(&changing->measure, i, &after->record.adds);
		if (was == is)
			continue;
		move_t *move = td_arena_take(moves->arena, sizeof *move);
		if (move == NULL)
			return false;
		*move = (move_t){
			.record = td_show_format(moves->arena, "%s", record),
			.event = td_show_format(moves->arena, "%s", event),
			.why = td_show_format(moves->arena, "%s",
					      why(changing, index, judged, before, text)),
			.offset = judged->offset,
			.append_ms = judged->append_ms,
			.metric = i,
			.before = was,
			.after = is,
		};
		if (move->record == NULL || move->event == NULL || move->why == NULL)
			return false;
		*moves->end = move;
		moves->end = &move->next;
	}
	return true;
}

static void add(const changing_t *changing, moves_t *moves, size_t side, const known_t *before,
		const known_t *after)
{
	for (size_t i = 0; i < changing->measure.count; i++)
		moves->sums[side][i] += td_measure_sum(&changing->measure, i, &after->record.adds) -
					td_measure_sum(&changing->measure, i, &before->record.adds);
}

/* What is remembered of a record: the version, and its state as a shard packs it. */
static bool recall(const changing_t *changing, size_t index, const char *name, known_t *known)
{
	const char *reporter = td_logs_get(changing->logs, index)->reporter;
	td_slice_t kept;
	*known = (known_t){.version = 0};
	if (!td_hashes_get(changing->of_log[index].known, td_slice_text("r"), td_slice_text(name),
			   &kept))
		return true;
	memcpy(&known->version, kept.data, sizeof known->version);
	return td_record_unpack(
		(td_slice_t){kept.data + sizeof known->version, kept.size - sizeof known->version},
		td_slice_text(name), reporter, &known->record);
}

static bool remember(const changing_t *changing, size_t index, const char *name,
		     const known_t *known)
{
	uint8_t packed[sizeof known->version + TD_RECORD_PACKED_MAX];
	memcpy(packed, &known->version, sizeof known->version);
	size_t size = td_record_pack(&known->record, td_slice_text(name),
				     td_logs_get(changing->logs, index)->reporter,
				     packed + sizeof known->version);
	return td_hashes_put(changing->of_log[index].known, td_slice_text("r"), td_slice_text(name),
			     (td_slice_t){packed, sizeof known->version + size});
}

static bool take(void *context, size_t index, const td_judged_t *judged, td_err_t *err)
{
	changing_t *changing = context;
	moves_t *moves = &changing->of_log[index];
	known_t before, after;
	char name[TD_FIELD_MAX];
	td_changes_t changes;
	if (!td_judged_states(judged) || judged->append_ms > changing->to_ms)
		return true;
	td_layout_name((uint32_t)judged->event->kind, judged->event->record_id, name);
	if (!recall(changing, index, name, &before))
		return td_err_set(err, TD_EBUG, "the state of %s is not what was put", name);
	after = before;
	const td_statement_t statement = {judged->event->revision, judged->adds};
	td_fold_t fold = td_fold_statement(&statement, &after.record, &changes);
	if (fold == TD_FOLD_OLDER || fold == TD_FOLD_REPEAT)
		return true;
	after.version = judged->verdict->reference_version;
	bool within = judged->append_ms > changing->from_ms;
	if (!within)
		add(changing, moves, 0, &before, &after);
	add(changing, moves, 1, &before, &after);
	bool done = (!within || note(changing, index, judged, &before, &after)) &&
		    remember(changing, index, name, &after);
	return done || td_err_set(err, TD_EMEMORY,
				  "no memory for so many records; ask about "
				  "fewer days or one --reporter");
}

static void say_moves(const changing_t *changing)
{
	static const td_report_kind_t kind = {"moves",
					      "Những gì làm thay đổi",
					      "What moved it",
					      false,
					      9,
					      {{"record", "Hồ sơ", "Record", false},
					       {"metric", "Chỉ tiêu", "Metric", false},
					       {"before", "Trước", "Before", true},
					       {"after", "Sau", "After", true},
					       {"why", "Vì sao", "Why", false},
					       {"place", "Nơi", "Where", false},
					       {"offset", "Vị trí", "Offset", true},
					       {"append", "Ghi nhận lúc", "Appended", false},
					       {"event", "Sự kiện", "Event", false}}};
	for (size_t i = 0; i < td_logs_count(changing->logs); i++) {
		char place[TD_TOPIC_MAX], moment[TD_MOMENT_TEXT_MAX];
		td_logs_place(changing->logs, i, place);
		for (const move_t *move = changing->of_log[i].first; move != NULL;
		     move = move->next) {
			const td_report_cell_t cells[] = {
				{move->record, 0},
				{td_metric_find(changing->measure.metrics[move->metric])->code, 0},
				{NULL, move->before},
				{NULL, move->after},
				{move->why, 0},
				{place, 0},
				{NULL, (int64_t)move->offset},
				{td_moment_text(move->append_ms, moment), 0},
				{move->event, 0}};
			td_report_row(changing->audit->report, &kind, cells);
		}
	}
}

static void say_sums(const changing_t *changing)
{
	static const td_report_kind_t kind = {"figure",
					      "Số liệu",
					      "The figure",
					      false,
					      4,
					      {{"metric", "Chỉ tiêu", "Metric", false},
					       {"before", "Lúc đầu", "At the first", true},
					       {"after", "Lúc sau", "At the second", true},
					       {"change", "Thay đổi", "Change", true}}};
	for (size_t i = 0; i < changing->measure.count; i++) {
		int64_t before = 0, after = 0;
		for (size_t j = 0; j < td_logs_count(changing->logs); j++) {
			before += changing->of_log[j].sums[0][i];
			after += changing->of_log[j].sums[1][i];
		}
		const td_report_cell_t cells[] = {
			{td_metric_find(changing->measure.metrics[i])->code, 0},
			{NULL, before},
			{NULL, after},
			{NULL, after - before}};
		td_report_row(changing->audit->report, &kind, cells);
	}
}

static bool make(changing_t *changing, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(changing->logs); i++) {
		moves_t *moves = &changing->of_log[i];
		moves->end = &moves->first;
		moves->arena = td_arena_new(ARENA_BYTES);
		moves->scratch = td_arena_new(TD_JUDGED_ARENA);
		moves->known = td_hashes_new();
		if (moves->arena == NULL || moves->scratch == NULL || moves->known == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	}
	return true;
}

static bool find(changing_t *changing, td_err_t *err)
{
	const td_pass_t pass = {
		.logs = changing->logs, .doing = "changed", .take = take, .context = changing};
	if (!make(changing, err) || !td_pass_run(changing->audit, &pass, err))
		return false;
	say_sums(changing);
	say_moves(changing);
	return true;
}

bool td_audit_changed(td_audit_t *audit, td_err_t *err)
{
	const char *from = audit->settings->between;
	changing_t *changing = calloc(1, sizeof *changing);
	if (changing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	changing->audit = audit;
	bool done =
		from != NULL && audit->as_of_ms == 0
			? td_measure_find(audit->arguments[0], audit->days, &changing->measure,
					  err) &&
				  td_audit_moment(audit, from, &changing->from_ms, err) &&
				  td_audit_moment(audit, audit->arguments[1], &changing->to_ms, err)
			: td_err_set(err, TD_EUSAGE,
				     "write: thidua-audit changed FIGURE --between T1 T2");
	td_logs_t *logs = done ? td_audit_logs(audit, err) : NULL;
	changing->logs = logs;
	done = logs != NULL && find(changing, err);
	for (size_t i = 0; i < TD_LOGS_MAX; i++) {
		td_arena_free(changing->of_log[i].arena);
		td_arena_free(changing->of_log[i].scratch);
		td_hashes_free(changing->of_log[i].known);
	}
	td_logs_free(logs);
	free(changing);
	return done;
}
