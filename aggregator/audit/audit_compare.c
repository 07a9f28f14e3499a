/* compare: the live tallies against the log, bucket by bucket, and the events behind a difference.
 */
#include "aggregator/audit/audit_compare.h"
#include "aggregator/audit/audit_published.h"
#include "aggregator/audit/compare.h"
#include "aggregator/audit/events.h"
#include "aggregator/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BEHIND_MAX = 20 }; /* records listed behind one tally */

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
		[TD_COMPARED_NO_LOG] = {"Redis có số liệu, nhưng không có nhật ký nào của đơn vị "
					"này",
					"Redis has figures, but there is no log of it at all"},
	};
	const td_report_cell_t cells[] = {
		{reporter, 0},
		{td_report_word(audit->report, why[outcome][0], why[outcome][1]), 0}};
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
		else if (what->kind == TD_FIELD_TALLY && td_diffs_explain(diffs, what, reporter))
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
			td_diff_say_tally(all->audit, reporter, diffs, diff);
		else if (diff->what.kind == TD_FIELD_STATE)
			td_diff_say_record(all->audit, reporter, diff);
		else
			td_diff_say_other(all->audit, reporter, diff);
	}
}

static bool has_log(const comparisons_t *all, const char *reporter)
{
	for (size_t i = 0; i < td_logs_count(all->logs); i++)
		if (strcmp(td_logs_get(all->logs, i)->reporter, reporter) == 0)
			return true;
	return false;
}

/* Of whom the reference data says that it reports: figures of it without a log. */
static bool look_for_log(const comparisons_t *all, const char *reporter, td_err_t *err)
{
	td_comparison_t comparison;
	td_log_bounds_t bounds = {.first = 0, .end = 0};
	uint64_t end;
	if (has_log(all, reporter))
		return true;
	(void)snprintf(bounds.reporter, sizeof bounds.reporter, "%s", reporter);
	bool done = td_comparison_begin(all->audit, &bounds, &comparison, &end, err);
	if (done && comparison.outcome != TD_COMPARED_NOTHING)
		say_outcome(all->audit, reporter, TD_COMPARED_NO_LOG);
	td_comparison_end(&comparison);
	return done || td_err_prefix(err, "%s", reporter);
}

static bool look_for_logs(const comparisons_t *all, td_err_t *err)
{
	const td_versions_t *versions = td_logs_versions(all->logs);
	const td_reference_t *newest =
		td_versions_get(versions, td_versions_count(versions) - 1)->reference;
	const td_reporter_t *reporter;
	for (size_t i = 0; (reporter = td_reference_reporter_at(newest, i)) != NULL; i++)
		if (!look_for_log(all, reporter->id, err))
			return false;
	return true;
}

static bool report_all(comparisons_t *all, td_err_t *err)
{
	if (all->audit->settings->reporter == NULL && !look_for_logs(all, err))
		return false;
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

/* Whether Redis has nothing of the generation that is asked about, and shows another: that is no
 * loss, but another question. */
static bool is_shown(const comparisons_t *all, td_err_t *err)
{
	const uint32_t asked = (uint32_t)all->audit->settings->generation;
	uint32_t live = asked;
	bool missing = false;
	td_err_t unknown;
	for (size_t i = 0; i < td_logs_count(all->logs); i++) {
		td_compared_t outcome = all->items[i].outcome;
		if (outcome != TD_COMPARED_NO_SHARD && outcome != TD_COMPARED_NOTHING)
			return true;
		missing = missing || outcome == TD_COMPARED_NO_SHARD;
	}
	td_redis_t *redis = missing ? td_redis_new(&all->audit->settings->redis, err) : NULL;
	bool asks = redis == NULL || !td_registry_live(redis, TD_REGISTRY_LIVE, &live, &unknown) ||
		    live == asked;
	td_redis_free(redis);
	return asks ||
	       td_err_set(err, TD_EUSAGE,
			  "Redis has no shard of generation %" PRIu32
			  "; the one that is shown is %" PRIu32 ": give --generation %" PRIu32,
			  asked, live, live);
}

static bool compare_all(comparisons_t *all, td_err_t *err)
{
	if (!begin(all, err) || !is_shown(all, err))
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
