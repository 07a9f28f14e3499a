/* changed: each record that moved a figure between two moments, by which event, and why. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/changes.h"
#include "aggregator/moment.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

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
	td_arena_t *arena;
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

static bool note(changing_t *changing, const td_telling_t *telling, const td_change_t *change)
{
	moves_t *moves = &changing->of_log[change->index];
	const td_judged_t *judged = change->judged;
	char record[TD_FIELD_MAX], event[TD_JUDGED_NAME_MAX], text[TD_CHANGE_WHY_MAX];
	td_judged_record((uint32_t)judged->event->kind, judged->event->record_id, record);
	td_judged_name(judged, event);
	for (size_t i = 0; i < changing->measure.count; i++) {
		int64_t was = td_measure_sum(&changing->measure, i, &change->before->record.adds);
		int64_t is = td_measure_sum(&changing->measure, i, &change->after->record.adds);
		if (was == is)
			continue;
		move_t *move = td_arena_take(moves->arena, sizeof *move);
		if (move == NULL)
			return false;
		*move = (move_t){
			.record = td_show_format(moves->arena, "%s", record),
			.event = td_show_format(moves->arena, "%s", event),
			.why = td_show_format(moves->arena, "%s",
					      td_change_why(telling, change, text)),
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

static void add(changing_t *changing, const td_change_t *change, size_t side)
{
	moves_t *moves = &changing->of_log[change->index];
	for (size_t i = 0; i < changing->measure.count; i++)
		moves->sums[side][i] +=
			td_measure_sum(&changing->measure, i, &change->after->record.adds) -
			td_measure_sum(&changing->measure, i, &change->before->record.adds);
}

static bool take(void *context, const td_telling_t *telling, const td_change_t *change,
		 td_err_t *err)
{
	changing_t *changing = context;
	bool within = change->judged->append_ms > changing->from_ms;
	if (!within)
		add(changing, change, 0);
	add(changing, change, 1);
	return !within || note(changing, telling, change) ||
	       td_err_set(err, TD_EMEMORY,
			  "no memory for so many records; ask about fewer days or one --reporter");
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
		if (moves->arena == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	}
	return true;
}

static bool find(changing_t *changing, td_err_t *err)
{
	const td_changes_plan_t plan = {
		.logs = changing->logs,
		.measure = &changing->measure,
		.until_ms = changing->to_ms,
		.doing = "changed",
		.each = take,
		.context = changing,
	};
	if (!make(changing, err) || !td_changes_tell(changing->audit, &plan, err))
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
	for (size_t i = 0; i < TD_LOGS_MAX; i++)
		td_arena_free(changing->of_log[i].arena);
	td_logs_free(logs);
	free(changing);
	return done;
}
