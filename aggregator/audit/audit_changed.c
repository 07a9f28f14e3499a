/* changed: each record that moved a figure between two moments, by which event, and why. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/moves.h"

#include <stdlib.h>

/* What one log adds to each metric of the figure, at the first moment and at the second. */
typedef struct part {
	int64_t sums[2][2 * TD_RATE_TERMS_MAX];
} part_t;

typedef struct changing {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_measure_t measure;
	int64_t from_ms, to_ms;
	td_moves_t *moves;
	part_t of_log[TD_LOGS_MAX];
} changing_t;

static bool note(changing_t *changing, const td_telling_t *telling, const td_change_t *change,
		 td_err_t *err)
{
	for (size_t i = 0; i < changing->measure.count; i++) {
		const td_move_t move = {
			td_metric_find(changing->measure.metrics[i])->code,
			td_measure_sum(&changing->measure, i, &change->before->record.adds),
			td_measure_sum(&changing->measure, i, &change->after->record.adds)};
		if (move.before != move.after &&
		    !td_moves_note(changing->moves, telling, change, &move, err))
			return false;
	}
	return true;
}

static void add(changing_t *changing, const td_change_t *change, size_t side)
{
	part_t *part = &changing->of_log[change->index];
	for (size_t i = 0; i < changing->measure.count; i++)
		part->sums[side][i] +=
			td_measure_sum(&changing->measure, i, &change->after->record.adds) -
			td_measure_sum(&changing->measure, i, &change->before->record.adds);
}

static bool take(void *context, const td_telling_t *telling, const td_change_t *change,
		 td_err_t *err)
{
	changing_t *changing = context;
	bool within = change->is_again || change->judged->append_ms > changing->from_ms;
	if (!within)
		add(changing, change, 0);
	add(changing, change, 1);
	return !within || note(changing, telling, change, err);
}

static bool name(void *context, const char *metric, td_report_cell_t *cells)
{
	(void)context;
	cells[0] = (td_report_cell_t){metric, 0};
	return true;
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
	td_moves_say(changing->moves, changing->audit->report, &kind, name, NULL);
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

static bool find(changing_t *changing, td_err_t *err)
{
	const td_audit_settings_t *settings = changing->audit->settings;
	int64_t former = settings->former_generation;
	const td_changes_plan_t plan = {
		.logs = changing->logs,
		.measure = &changing->measure,
		.former = (uint32_t)(former < 0 ? settings->generation : former),
		.generation = (uint32_t)settings->generation,
		.since_ms = changing->from_ms,
		.until_ms = changing->to_ms,
		.doing = "changed",
		.each = take,
		.context = changing,
	};
	changing->moves = td_moves_new(changing->logs, err);
	if (changing->moves == NULL || !td_changes_tell(changing->audit, &plan, err))
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
	td_moves_free(changing->moves);
	td_logs_free(logs);
	free(changing);
	return done;
}
