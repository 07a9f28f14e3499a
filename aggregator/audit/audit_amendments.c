/* amendments: what a closed period's figures are today beside what they were, and every record that
 * moved them since, by which event, and why. And whether the log still gives what was closed,
 * without which the former would not explain the latter. */
#include "aggregator/audit/closings.h"
#include "aggregator/audit/moves.h"
#include "aggregator/audit/periods.h"
#include "aggregator/audit/seals.h"
#include "workers/topics.h"

#include <stdlib.h>

/* One log: up to where it is closed, and what it comes to now. */
typedef struct part {
	const td_closed_t *closed; /* NULL: it had no log when the period was closed */
	td_totals_t *now;
	bool seen; /* what the log gives up to there */
	td_figures_t then;
} part_t;

typedef struct amending {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_named_period_t named;
	td_closings_t closings;
	const td_closing_t *closing;
	td_measure_t measure; /* all metrics in the days of the period */
	td_moves_t *moves;
	part_t parts[TD_LOGS_MAX];
} amending_t;

/* Why a log does not give what was closed, and the SHA-256 of what it gives; NULL: of nothing. */
typedef struct wrong {
	const char *vi, *en;
	const uint8_t *replayed;
} wrong_t;

/* One change under way. */
typedef struct noting {
	td_moves_t *moves;
	const td_telling_t *telling;
	const td_change_t *change;
	td_err_t *err;
	bool failed;
} noting_t;

/* What contributions add to the period, by cell. */
static td_totals_t *cells_of(const amending_t *amending, const td_contributions_t *adds)
{
	td_totals_t *totals = td_totals_new();
	td_contributions_t cut;
	bool done = totals != NULL;
	td_measure_cut(&amending->measure, adds, &cut);
	for (size_t i = 0; done && i < cut.count; i++) {
		const td_contribution_t *one = &cut.items[i];
		char field[TD_FIELD_MAX];
		const td_cell_t cell = {one->metric, one->dim1, one->dim2, TD_HOUR_NONE,
					cut.provinces[one->province]};
		td_layout_field(&cell, field);
		done = td_totals_add(totals, field, one->amount);
	}
	if (done)
		return totals;
	td_totals_free(totals);
	return NULL;
}

static void note(void *context, const char *field, int64_t before, int64_t after)
{
	noting_t *noting = context;
	const td_move_t move = {field, before, after};
	noting->failed = noting->failed || !td_moves_note(noting->moves, noting->telling,
							  noting->change, &move, noting->err);
}

static bool take(void *context, const td_telling_t *telling, const td_change_t *change,
		 td_err_t *err)
{
	amending_t *amending = context;
	noting_t noting = {amending->moves, telling, change, err, false};
	const td_closed_t *closed = amending->parts[change->index].closed;
	if (closed != NULL && change->judged->offset < closed->through_offset)
		return true;
	td_totals_t *before = cells_of(amending, &change->before->record.adds);
	td_totals_t *after = cells_of(amending, &change->after->record.adds);
	bool done =
		before != NULL && after != NULL && td_totals_compare(before, after, note, &noting);
	td_totals_free(before);
	td_totals_free(after);
	return done ? !noting.failed : td_err_set(err, TD_EMEMORY, "no memory for so many figures");
}

/* What the log gives up to where it was closed, once that is reached. */
static bool look_back(const amending_t *amending, part_t *part, td_shelved_t *shelved,
		      uint64_t reached, td_err_t *err)
{
	uint64_t through = part->closed != NULL ? part->closed->through_offset : UINT64_MAX;
	if (part->seen || reached < through || td_replay_next(shelved->replay) > through)
		return true;
	part->seen = true;
	return td_shelved_figures(amending->audit, shelved, amending->audit->days, &part->then,
				  err);
}

static bool pass_closing(void *context, size_t index, td_shelved_t *shelved, const td_raw_t *raw,
			 td_err_t *err)
{
	amending_t *amending = context;
	return look_back(amending, &amending->parts[index], shelved, raw->offset, err);
}

static bool sum_up(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	amending_t *amending = context;
	part_t *part = &amending->parts[index];
	if (!look_back(amending, part, shelved, shelved->end, err))
		return false;
	part->now = td_shelved_totals(amending->audit, shelved, amending->audit->days, err);
	return part->now != NULL;
}

static bool name(void *context, const char *field, td_report_cell_t *cells)
{
	const amending_t *amending = context;
	td_total_words_t words;
	if (!td_total_words(amending->audit, field, &words))
		return false;
	cells[0] = (td_report_cell_t){words.metric, 0};
	cells[1] = (td_report_cell_t){words.province, 0};
	cells[2] = (td_report_cell_t){words.dimensions, 0};
	return true;
}

static void say_moves(amending_t *amending)
{
	static const td_report_kind_t kind = {"moves",
					      "Hồ sơ làm thay đổi số liệu từ khi chốt",
					      "Records that moved figures since the closing",
					      false,
					      11,
					      {{"record", "Hồ sơ", "Record", false},
					       {"metric", "Mã chỉ tiêu", "Metric", false},
					       {"province", "Tỉnh", "Province", false},
					       {"dimensions", "Phân loại", "Class", false},
					       {"before", "Trước", "Before", true},
					       {"after", "Sau", "After", true},
					       {"why", "Vì sao", "Why", false},
					       {"place", "Nơi", "Where", false},
					       {"offset", "Vị trí", "Offset", true},
					       {"append", "Ghi nhận lúc", "Appended", false},
					       {"event", "Sự kiện", "Event", false}}};
	td_moves_say(amending->moves, amending->audit->report, &kind, name, amending);
}

/* Which reporter's figures are being compared. */
typedef struct comparing {
	const amending_t *amending;
	const char *reporter;
} comparing_t;

static void say_figure(void *context, const char *field, int64_t closed, int64_t now)
{
	static const td_report_kind_t kind = {"amended",
					      "Số liệu đã thay đổi từ khi chốt",
					      "Figures amended since the closing",
					      false,
					      8,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"metric", "Mã chỉ tiêu", "Metric", false},
					       {"label", "Chỉ tiêu", "Figure", false},
					       {"province", "Tỉnh", "Province", false},
					       {"dimensions", "Phân loại", "Class", false},
					       {"closed", "Khi chốt", "As closed", true},
					       {"now", "Hiện nay", "As known now", true},
					       {"change", "Thay đổi", "Change", true}}};
	const comparing_t *comparing = context;
	td_total_words_t words;
	if (!td_total_words(comparing->amending->audit, field, &words))
		return;
	const td_report_cell_t cells[] = {{comparing->reporter, 0},
					  {words.metric, 0},
					  {words.label, 0},
					  {words.province, 0},
					  {words.dimensions, 0},
					  {NULL, closed},
					  {NULL, now},
					  {NULL, now - closed}};
	td_report_row(comparing->amending->audit->report, &kind, cells);
}

static void say_closed(const amending_t *amending, const td_closed_t *closed,
		       const uint8_t *closed_sha256, const wrong_t *wrong)
{
	static const td_report_kind_t kind = {
		"closed_wrong",
		"Nhật ký đến vị trí chốt nay cho số liệu khác",
		"Closed figures that the log does not give any more",
		true,
		5,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"through_offset", "Đến vị trí", "Up to offset", true},
		 {"what", "Sai thế nào", "What is wrong", false},
		 {"closed_sha256", "SHA-256 khi chốt", "SHA-256 as closed", false},
		 {"replayed_sha256", "SHA-256 tính lại", "SHA-256 replayed", false}}};
	const td_audit_t *audit = amending->audit;
	const td_report_cell_t cells[] = {
		{closed->reporter, 0},
		{NULL, (int64_t)closed->through_offset},
		{td_report_word(audit->report, wrong->vi, wrong->en), 0},
		{td_audit_hex(audit, closed_sha256), 0},
		{wrong->replayed != NULL ? td_audit_hex(audit, wrong->replayed) : "", 0}};
	td_report_row(audit->report, &kind, cells);
}

/* What the log gave up to there, against what was closed. */
static void check_figures(const amending_t *amending, const part_t *part)
{
	const td_closed_t *closed = part->closed;
	const wrong_t totals = {"tổng số", "totals", part->then.totals};
	const wrong_t tallies = {"số theo ngày hoặc theo đơn vị", "figures by day or unit",
				 part->then.tallies.bytes};
	if (memcmp(closed->totals_sha256, totals.replayed, sizeof closed->totals_sha256) != 0)
		say_closed(amending, closed, closed->totals_sha256, &totals);
	else if (closed->has_more && memcmp(closed->tallies_sha256, tallies.replayed,
					    sizeof closed->tallies_sha256) != 0)
		say_closed(amending, closed, closed->tallies_sha256, &tallies);
}

/* Its log, and where that ends; NULL when there is none. */
static const part_t *part_of(const amending_t *amending, const td_closed_t *closed, uint64_t *end)
{
	for (size_t i = 0; i < td_logs_count(amending->logs); i++) {
		*end = td_logs_get(amending->logs, i)->end;
		if (amending->parts[i].closed == closed)
			return &amending->parts[i];
	}
	return NULL;
}

/* Whether a log still gives what was closed. */
static void check_closed(const amending_t *amending, const td_closed_t *closed)
{
	static const wrong_t cut = {"nhật ký dừng trước vị trí đó: bị cắt",
				    "the log ends before it: it was cut", NULL};
	static const wrong_t gone = {"không còn nhật ký nào của đơn vị này",
				     "there is no log of it any more", NULL};
	const td_audit_t *audit = amending->audit;
	const char *only = audit->settings->reporter;
	uint64_t end = 0;
	const part_t *part = part_of(amending, closed, &end);
	if (part != NULL && part->seen)
		check_figures(amending, part);
	else if (part != NULL && end < closed->through_offset && audit->as_of_ms == 0)
		say_closed(amending, closed, closed->totals_sha256, &cut);
	else if (part == NULL && (only == NULL || strcmp(only, closed->reporter) == 0))
		say_closed(amending, closed, closed->totals_sha256, &gone);
}

static bool say_figures(const amending_t *amending, size_t index, td_err_t *err)
{
	const part_t *part = &amending->parts[index];
	const td_snapshot_t *snapshot =
		part->closed == NULL ? NULL
				     : td_closings_snapshot(&amending->closings, amending->closing,
							    part->closed);
	comparing_t comparing = {amending, td_logs_get(amending->logs, index)->reporter};
	if (part->closed != NULL && snapshot == NULL)
		return td_err_set(err, TD_EINTEGRITY, "the figures of %s in %s are gone from %s",
				  comparing.reporter, amending->named.name, TD_TOPIC_SEALS);
	td_totals_t *closed = td_totals_new();
	bool done = closed != NULL &&
		    (snapshot == NULL || td_totals_read(closed, snapshot->totals)) &&
		    td_totals_compare(closed, part->now, say_figure, &comparing);
	td_totals_free(closed);
	return done || td_err_set(err, TD_EMEMORY, "the figures of %s cannot be compared",
				  comparing.reporter);
}

static bool tell(amending_t *amending, td_err_t *err)
{
	const td_shelf_plan_t replay = {
		.logs = amending->logs,
		.each = pass_closing,
		.then = sum_up,
		.context = amending,
		.name = "amended",
	};
	const td_changes_plan_t changes = {
		.logs = amending->logs,
		.measure = &amending->measure,
		.former = (uint32_t)amending->audit->settings->generation,
		.generation = (uint32_t)amending->audit->settings->generation,
		.until_ms = INT64_MAX,
		.doing = "amendments",
		.each = take,
		.context = amending,
	};
	amending->moves = td_moves_new(amending->logs, err);
	if (amending->moves == NULL)
		return false;
	for (size_t i = 0; i < td_logs_count(amending->logs); i++)
		amending->parts[i].closed = td_closing_find(
			amending->closing, td_logs_get(amending->logs, i)->reporter);
	td_shelf_t *shelf = td_shelf_fill(amending->audit, &replay, err);
	bool done = shelf != NULL;
	for (size_t i = 0; done && i < amending->closing->count; i++)
		check_closed(amending, &amending->closing->items[i]);
	for (size_t i = 0; done && i < td_logs_count(amending->logs); i++)
		done = say_figures(amending, i, err);
	td_shelf_free(shelf);
	if (!done || !td_changes_tell(amending->audit, &changes, err))
		return false;
	say_moves(amending);
	return true;
}

static bool begin(amending_t *amending, td_err_t *err)
{
	td_note_keys_t *keys = calloc(1, sizeof *keys);
	bool done = keys != NULL || td_err_set(err, TD_EMEMORY, "no memory for keys");
	done = done && td_audit_period(amending->audit, &amending->named, err) &&
	       td_audit_keys(amending->audit, keys, err) &&
	       td_closings_load(amending->audit, keys, &amending->closings, err);
	free(keys);
	if (!done)
		return false;
	amending->closing = td_closings_find(&amending->closings, amending->named.name);
	amending->measure = (td_measure_t){.days = amending->audit->days};
	return amending->closing != NULL ||
	       td_err_set(err, TD_ENOINPUT, "%s was not closed with one of these keys",
			  amending->named.name);
}

bool td_audit_amendments(td_audit_t *audit, td_err_t *err)
{
	amending_t *amending = calloc(1, sizeof *amending);
	if (amending == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	amending->audit = audit;
	td_logs_t *logs = begin(amending, err) ? td_audit_logs(audit, err) : NULL;
	amending->logs = logs;
	bool done = logs != NULL && tell(amending, err);
	for (size_t i = 0; i < TD_LOGS_MAX; i++)
		td_totals_free(amending->parts[i].now);
	td_moves_free(amending->moves);
	td_closings_free(&amending->closings);
	td_logs_free(logs);
	free(amending);
	return done;
}
