/* compare: the live tallies against the log, bucket by bucket, and the events behind a difference.
 */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/audit_published.h"
#include "aggregator/audit/compare.h"
#include "aggregator/audit/events.h"
#include "aggregator/dimension.h"
#include "aggregator/metric.h"
#include "common/localday.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 600, BEHIND_MAX = 20 /* records listed behind one tally */ };

typedef struct comparisons {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_shelf_t *shelf;
	td_wanted_t *wanted;
	td_comparison_t items[TD_LOGS_MAX];
	uint64_t ends[TD_LOGS_MAX];
} comparisons_t;

static bool compare_one(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	comparisons_t *all = context;
	return td_comparison_run(&all->items[index], shelved, err);
}

static void say_shard(td_audit_t *audit, const char *reporter, const td_comparison_t *comparison)
{
	static const td_report_kind_t kind = {
		"compared",
		"Đã đối chiếu",
		"Compared",
		false,
		4,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"next_raw_offset", "Đến vị trí", "Up to offset", true},
		 {"fields", "Số ô", "Fields", true},
		 {"differences", "Sai khác", "Differences", true}}};
	const td_report_cell_t cells[] = {{reporter, 0},
					  {NULL, (int64_t)comparison->head.position.next},
					  {NULL, (int64_t)comparison->fields},
					  {NULL, (int64_t)comparison->diffs->count}};
	td_report_row(audit->report, &kind, cells);
}

static void say_outcome(td_audit_t *audit, const char *reporter, td_compared_t outcome)
{
	static const td_report_kind_t kind = {
		"shards_wrong",
		"Phân mảnh không đối chiếu được",
		"Shards that cannot be compared",
		true,
		2,
		{{"reporter", "Đơn vị", "Reporter", false}, {"why", "Vì sao", "Why", false}}};
	static const char *const why[][2] = {
		[TD_COMPARED_NO_SHARD] = {"Redis không có phân mảnh này, nhật ký thì có sự kiện",
					  "Redis has no such shard, but its log has events"},
		[TD_COMPARED_NOT_LIVE] = {"đang được dựng lại, hoặc đã dừng",
					  "it is being rebuilt, or was stopped"},
		[TD_COMPARED_BAD_HEAD] = {"phần đầu đã bị sửa hoặc hỏng",
					  "its head was altered or is torn"},
		[TD_COMPARED_AHEAD] =
			{"số liệu tính cả sự kiện mà nhật ký không có: nhật ký bị cắt",
			 "it speaks for events that the log does not have: the log "
			 "was cut"},
	};
	const td_report_cell_t cells[] = {
		{reporter, 0},
		{td_report_word(audit->report, why[outcome][0], why[outcome][1]), 0}};
	td_report_row(audit->report, &kind, cells);
}

/* "2021-03-05", "2021-03-05 07h", "2021-03-01..14". */
static void bucket_text(const td_field_t *what, char *text, size_t size)
{
	int32_t first = td_localday_yyyymmdd(what->hash.days.first);
	int32_t last = td_localday_yyyymmdd(what->hash.days.last);
	int used = snprintf(text, size, "%04d-%02d-%02d", (int)(first / 10000),
			    (int)(first / 100 % 100), (int)(first % 100));
	if (what->hash.span == TD_SPAN_HALF)
		(void)snprintf(text + used, size - (size_t)used, "..%02d", (int)(last % 100));
	else if (what->hash.span == TD_SPAN_HOUR)
		(void)snprintf(text + used, size - (size_t)used, " %02dh", what->cell.hour);
}

/* "severity=very" and the like. */
static void dims_text(const td_field_t *what, const td_metric_info_t *metric, char *text,
		      size_t size)
{
	const td_dimension_t dims[] = {metric->dim1, metric->dim2};
	const uint8_t values[] = {what->cell.dim1, what->cell.dim2};
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < TD_COUNT(dims) && used < size; i++) {
		const td_value_info_t *value = td_dimension_value(dims[i], values[i]);
		char number[8];
		if (dims[i] == TD_DIM_NONE)
			continue;
		(void)snprintf(number, sizeof number, "%u", values[i]);
		int wrote =
			snprintf(text + used, size - used, "%s%s=%s", used > 0 ? "," : "",
				 td_dimension_name(dims[i]), value != NULL ? value->code : number);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* Whether a record that differs accounts for the tally that differs. */
static bool has_cause(const td_diffs_t *diffs, const td_field_t *tally, const char *reporter)
{
	td_record_t record;
	for (size_t i = 0; i < diffs->kept; i++) {
		const td_diff_t *diff = &diffs->items[i];
		if (diff->what.kind != TD_FIELD_STATE)
			continue;
		if ((td_diff_record(&diff->what, diff->claimed, reporter, &record) &&
		     td_diff_touches(&record.adds, tally)) ||
		    (td_diff_record(&diff->what, diff->log, reporter, &record) &&
		     td_diff_touches(&record.adds, tally)))
			return true;
	}
	return false;
}

static void say_tally(td_audit_t *audit, const char *reporter, const td_diffs_t *diffs,
		      const td_diff_t *diff)
{
	static const td_report_kind_t kind = {"tallies",
					      "Số liệu khác với nhật ký",
					      "Tallies that differ from the log",
					      true,
					      8,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"bucket", "Kỳ", "Bucket", false},
					       {"area", "Nơi tính", "Area", false},
					       {"metric", "Chỉ tiêu", "Metric", false},
					       {"dimensions", "Phân tổ", "Dimensions", false},
					       {"live", "Đang có", "Live", false},
					       {"log", "Theo nhật ký", "By the log", false},
					       {"cause", "Vì sao", "Cause", false}}};
	const td_metric_info_t *metric = td_metric_find(diff->what.cell.metric);
	char bucket[32], dims[128] = "", code[16];
	(void)snprintf(code, sizeof code, "%u", diff->what.cell.metric);
	bucket_text(&diff->what, bucket, sizeof bucket);
	if (metric != NULL)
		dims_text(&diff->what, metric, dims, sizeof dims);
	const char *cause = has_cause(diffs, &diff->what, reporter)
				    ? td_report_word(audit->report, "hồ sơ khác, xem dưới",
						     "a record differs, see below")
				    : td_report_word(audit->report,
						     "ô bị sửa trong Redis: không hồ sơ nào khác",
						     "altered in Redis: no record differs");
	const td_report_cell_t cells[] = {{reporter, 0},
					  {bucket, 0},
					  {diff->what.area, 0},
					  {metric != NULL ? metric->code : code, 0},
					  {dims, 0},
					  {(const char *)diff->claimed.data, 0},
					  {(const char *)diff->log.data, 0},
					  {cause, 0}};
	td_report_row(audit->report, &kind, cells);
}

static void record_text(td_audit_t *audit, const td_diff_t *diff, td_slice_t packed,
			const char *reporter, char *text)
{
	td_record_t record;
	if (packed.size == 0) {
		(void)snprintf(text, TEXT_MAX, "%s",
			       td_report_word(audit->report, "không có", "none"));
	} else if (!td_diff_record(&diff->what, packed, reporter, &record)) {
		(void)snprintf(
			text, TEXT_MAX, "%s",
			td_report_word(audit->report, "bị sửa hoặc hỏng", "altered or torn"));
	} else {
		int used = snprintf(text, TEXT_MAX, "%s %" PRIu64 ": ",
				    td_report_word(audit->report, "lần sửa", "revision"),
				    record.revision);
		td_judged_adds(&record.adds, text + used, TEXT_MAX - (size_t)used);
	}
}

static void say_record(td_audit_t *audit, const char *reporter, const td_diff_t *diff)
{
	static const td_report_kind_t kind = {"records",
					      "Hồ sơ khác với nhật ký",
					      "Records that differ from the log",
					      true,
					      4,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"record", "Hồ sơ", "Record", false},
					       {"live", "Đang có", "Live", false},
					       {"log", "Theo nhật ký", "By the log", false}}};
	char record[TD_FIELD_MAX], live[TEXT_MAX], log[TEXT_MAX];
	td_judged_record(diff->what.record_kind, diff->what.record_id, record);
	record_text(audit, diff, diff->claimed, reporter, live);
	record_text(audit, diff, diff->log, reporter, log);
	const td_report_cell_t cells[] = {{reporter, 0}, {record, 0}, {live, 0}, {log, 0}};
	td_report_row(audit->report, &kind, cells);
}

static const char *printable(const td_audit_t *audit, td_slice_t value)
{
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < 0x20 || value.data[i] > 0x7e)
			return td_show_format(audit->arena, "(%zu bytes)", value.size);
	}
	return (const char *)value.data;
}

static void say_other(td_audit_t *audit, const char *reporter, const td_diff_t *diff)
{
	static const td_report_kind_t kind = {"others",
					      "Khác biệt khác",
					      "Other differences",
					      true,
					      5,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"key", "Khóa", "Key", false},
					       {"field", "Trường", "Field", false},
					       {"live", "Đang có", "Live", false},
					       {"log", "Theo nhật ký", "By the log", false}}};
	const td_report_cell_t cells[] = {{reporter, 0},
					  {printable(audit, diff->key), 0},
					  {printable(audit, diff->field), 0},
					  {printable(audit, diff->claimed), 0},
					  {printable(audit, diff->log), 0}};
	td_report_row(audit->report, &kind, cells);
}

static bool lies_within(const td_audit_t *audit, const td_diff_t *diff)
{
	return diff->what.kind == TD_FIELD_STATE || diff->what.kind == TD_FIELD_OTHER ||
	       (diff->what.hash.days.last >= audit->days.first &&
		diff->what.hash.days.first <= audit->days.last);
}

/* The records that make up some tallies that differ. */
typedef struct behind {
	comparisons_t *all;
	size_t index;
	uint16_t found[TD_DIFFS_MAX]; /* records already listed, by difference */
} behind_t;

static bool find_behind(void *context, const td_hashes_item_t *item)
{
	behind_t *behind = context;
	const td_comparison_t *comparison = &behind->all->items[behind->index];
	const char *reporter = td_logs_get(behind->all->logs, behind->index)->reporter;
	size_t prefix = strlen(td_live_prefix(comparison->live));
	td_field_t field;
	td_record_t record;
	if (item->key.size <= prefix)
		return true;
	td_field_read((td_slice_t){item->key.data + prefix, item->key.size - prefix}, item->field,
		      &field);
	if (field.kind != TD_FIELD_STATE || !td_diff_record(&field, item->value, reporter, &record))
		return true;
	for (size_t i = 0; i < comparison->diffs->kept; i++) {
		const td_field_t *tally = &comparison->diffs->items[i].what;
		if (tally->kind != TD_FIELD_TALLY || behind->found[i] == BEHIND_MAX ||
		    !td_diff_touches(&record.adds, tally))
			continue;
		behind->found[i]++;
		/* Beyond the most that are listed, the rest is left out. */
		(void)!td_wanted_add(behind->all->wanted, behind->index, field.record_kind,
				     field.record_id);
	}
	return true;
}

/* Notes which records' events are to be shown for the differences of one shard: those that differ,
 * and all behind a tally for which none of these accounts. */
static bool want_records(comparisons_t *all, size_t index, td_err_t *err)
{
	const td_diffs_t *diffs = all->items[index].diffs;
	const char *reporter = td_logs_get(all->logs, index)->reporter;
	behind_t *behind = calloc(1, sizeof *behind);
	if (behind == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to trace differences");
	*behind = (behind_t){.all = all, .index = index};
	bool unexplained = false;
	for (size_t i = 0; i < diffs->kept; i++) {
		const td_field_t *what = &diffs->items[i].what;
		if (what->kind == TD_FIELD_STATE)
			(void)!td_wanted_add(all->wanted, index, what->record_kind,
					     what->record_id);
		else if (what->kind == TD_FIELD_TALLY && has_cause(diffs, what, reporter))
			behind->found[i] = BEHIND_MAX;
		else if (what->kind == TD_FIELD_TALLY)
			unexplained = true;
	}
	bool done = !unexplained ||
		    td_keep_walk(td_shelf_get(all->shelf, index)->keep, find_behind, behind, err);
	free(behind);
	return done;
}

static void say_diffs(comparisons_t *all, size_t index)
{
	const td_diffs_t *diffs = all->items[index].diffs;
	const char *reporter = td_logs_get(all->logs, index)->reporter;
	for (size_t i = 0; i < diffs->kept; i++) {
		const td_diff_t *diff = &diffs->items[i];
		if (!lies_within(all->audit, diff))
			continue;
		if (diff->what.kind == TD_FIELD_TALLY)
			say_tally(all->audit, reporter, diffs, diff);
		else if (diff->what.kind == TD_FIELD_STATE)
			say_record(all->audit, reporter, diff);
		else
			say_other(all->audit, reporter, diff);
	}
}

static bool report_all(comparisons_t *all, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(all->logs); i++) {
		const td_comparison_t *comparison = &all->items[i];
		const char *reporter = td_logs_get(all->logs, i)->reporter;
		if (comparison->outcome == TD_COMPARED_NOTHING)
			continue;
		if (comparison->outcome != TD_COMPARED) {
			say_outcome(all->audit, reporter, comparison->outcome);
			continue;
		}
		say_shard(all->audit, reporter, comparison);
		say_diffs(all, i);
		if (!want_records(all, i, err))
			return false;
	}
	const td_events_ask_t ask = {.logs = all->logs, .wanted = all->wanted};
	return td_wanted_count(all->wanted) == 0 || td_events_say(all->audit, &ask, NULL, err);
}

static bool begin(comparisons_t *all, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(all->logs); i++) {
		if (!td_comparison_begin(all->audit, td_logs_get(all->logs, i), &all->items[i],
					 &all->ends[i], err))
			return td_err_prefix(err, "%s", td_logs_get(all->logs, i)->reporter);
	}
	return true;
}

static bool compare_all(comparisons_t *all, td_err_t *err)
{
	if (!begin(all, err))
		return false;
	const td_shelf_plan_t plan = {.logs = all->logs,
				      .ends = all->ends,
				      .then = compare_one,
				      .context = all,
				      .name = "live"};
	all->shelf = td_shelf_fill(all->audit, &plan, err);
	return all->shelf != NULL && report_all(all, err);
}

bool td_audit_compare(td_audit_t *audit, td_err_t *err)
{
	if (audit->settings->published != NULL)
		return td_audit_published(audit, err);
	if (audit->as_of_ms > 0)
		return td_err_set(err, TD_EUSAGE,
				  "Redis speaks of now: --as-of goes with replay and explain");
	comparisons_t *all = calloc(1, sizeof *all);
	if (all == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to compare");
	all->audit = audit;
	all->wanted = td_wanted_new();
	td_logs_t *logs = td_audit_logs(audit, err);
	all->logs = logs;
	bool done = logs != NULL && all->wanted != NULL && compare_all(all, err);
	td_shelf_free(all->shelf);
	for (size_t i = 0; i < TD_LOGS_MAX; i++)
		td_comparison_end(&all->items[i]);
	td_wanted_free(all->wanted);
	td_logs_free(logs);
	free(all);
	return done;
}
