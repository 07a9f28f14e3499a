/* what-if: the same events judged by draft reference data: what would be rejected, and how the
 * figures would change. Nothing is written. */
#include "aggregator/audit/archive_manifest.h"
#include "aggregator/audit/audit.h"
#include "aggregator/audit/diff.h"
#include "aggregator/audit/judged.h"
#include "aggregator/audit/shelf.h"
#include "aggregator/metric.h"
#include "common/folder.h"

#include <stdio.h>
#include <stdlib.h>

enum { DRAFT_NAME_MAX = 32 };

/* The changes of one log. */
typedef struct change {
	td_summing_t *now, *then;
	const td_sums_t *now_sums, *then_sums;
	td_diffs_t *open; /* rejections that only one side has */
} change_t;

typedef struct what_if {
	td_audit_t *audit;
	const td_logs_t *logs;
	td_shelf_t *live, *draft;
	char draft_name[DRAFT_NAME_MAX];
	change_t changes[TD_LOGS_MAX];
} what_if_t;

/* What was judged by one draft is kept under its own name, so that no other goes on from it. */
static bool name_draft(const td_folder_t *files, char name[DRAFT_NAME_MAX], td_err_t *err)
{
	static const uint8_t end = 0;
	char digest[TD_HASH_TEXT_MAX];
	td_hasher_t *hasher = td_hasher_new();
	if (hasher == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to hash a draft");
	td_hasher_begin(hasher);
	for (size_t i = 0; i < files->count; i++) {
		td_hasher_add(hasher, (td_slice_t){(const uint8_t *)files->files[i].name,
						   strlen(files->files[i].name) + 1});
		td_hasher_add(hasher, files->files[i].content);
		td_hasher_add(hasher, (td_slice_t){&end, 1});
	}
	td_hash_t hash = td_hasher_end(hasher);
	td_hasher_free(hasher);
	td_hash_print(&hash, digest);
	(void)snprintf(name, DRAFT_NAME_MAX, "draft-%.16s", digest);
	return true;
}

static td_reference_t *read_draft(const char *folder, char name[DRAFT_NAME_MAX], td_err_t *err)
{
	td_folder_t files;
	td_reference_t *reference = NULL;
	if (td_folder_read(folder, ".tsv", &files, err) && name_draft(&files, name, err))
		reference = td_reference_parse(files.files, files.count, 0, err);
	td_folder_free(&files);
	return reference;
}

/* Rejections of one side that the other lacks. */
typedef struct looking {
	td_diffs_t *diffs;
	td_keep_t *other;
	size_t prefix_size;
	bool draft; /* the side that is walked is the draft's */
	td_err_t *err;
} looking_t;

static bool look(void *context, const td_hashes_item_t *item)
{
	looking_t *looking = context;
	td_slice_t other;
	td_slice_t key = {item->key.data + looking->prefix_size,
			  item->key.size - looking->prefix_size};
	if (!td_slice_equal(key, td_slice_text("open")))
		return true;
	if (!td_keep_get(looking->other, item->key, item->field, &other, looking->err))
		return false;
	if (other.size > 0 && (!looking->draft || td_slice_equal(other, item->value)))
		return true; /* on both sides: told when the draft's is walked, if it differs */
	const td_hashes_item_t mine = *item, theirs = {item->key, item->field, other};
	size_t theirs_count = other.size > 0 ? 1 : 0;
	return looking->draft ? td_diffs_add(looking->diffs, key, &mine, 1, &theirs, theirs_count)
			      : td_diffs_add(looking->diffs, key, &theirs, theirs_count, &mine, 1);
}

static bool compare_open(what_if_t *what, size_t index, td_err_t *err)
{
	char prefix[TD_KEY_MAX];
	td_keep_t *live = td_shelf_get(what->live, index)->keep;
	td_keep_t *draft = td_shelf_get(what->draft, index)->keep;
	change_t *change = &what->changes[index];
	td_layout_prefix(td_logs_get(what->logs, index)->reporter,
			 (uint32_t)what->audit->settings->generation, prefix);
	looking_t looking = {.diffs = change->open, .prefix_size = strlen(prefix), .err = err};
	looking.other = live;
	looking.draft = true;
	if (!td_keep_walk(draft, look, &looking, err))
		return false;
	looking.other = draft;
	looking.draft = false;
	return td_keep_walk(live, look, &looking, err);
}

static bool sum_up(const what_if_t *what, td_shelf_t *shelf, size_t index, td_summing_t **summing,
		   const td_sums_t **sums, td_err_t *err)
{
	char prefix[TD_KEY_MAX];
	td_layout_prefix(td_logs_get(what->logs, index)->reporter,
			 (uint32_t)what->audit->settings->generation, prefix);
	*summing = td_summing_new(prefix, what->audit->days);
	if (*summing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for sums");
	return td_keep_walk(td_shelf_get(shelf, index)->keep, td_summing_take, *summing, err) &&
	       (td_summing_finish(*summing, sums) ||
		td_err_set(err, TD_EBUG, "tallies cannot be summed"));
}

/* `sum` says of what. */
static void say_figure(td_audit_t *audit, const td_sum_t *sum, int64_t now, int64_t then)
{
	static const td_report_kind_t kind = {"figures",
					      "Số liệu sẽ đổi",
					      "Figures that would change",
					      true,
					      5,
					      {{"province", "Tỉnh", "Province", false},
					       {"metric", "Mã", "Metric", false},
					       {"label", "Chỉ tiêu", "Figure", false},
					       {"now", "Hiện nay", "Now", true},
					       {"then", "Theo dự thảo", "By the draft", true}}};
	const td_metric_info_t *metric = td_metric_find(sum->metric);
	const td_report_cell_t cells[] = {
		{sum->province, 0},
		{metric != NULL ? metric->code : "?", 0},
		{metric != NULL ? td_say(td_report_lang(audit->report), metric->vi, metric->en)
				: "?",
		 0},
		{NULL, now},
		{NULL, then}};
	td_report_row(audit->report, &kind, cells);
}

/* The order of sums: by province, then by metric; what has ended comes last. */
static int order_of(const td_sums_t *a, size_t i, const td_sums_t *b, size_t j)
{
	if (i == a->count || j == b->count)
		return i == a->count ? 1 : -1;
	int order = strcmp(a->items[i].province, b->items[j].province);
	if (order != 0)
		return order;
	return (a->items[i].metric > b->items[j].metric) -
	       (a->items[i].metric < b->items[j].metric);
}

static void say_figures(td_audit_t *audit, const td_sums_t *now, const td_sums_t *then)
{
	size_t i = 0, j = 0;
	while (i < now->count || j < then->count) {
		int order = order_of(now, i, then, j);
		if (order < 0) {
			say_figure(audit, &now->items[i], now->items[i].value, 0);
		} else if (order > 0) {
			say_figure(audit, &then->items[j], 0, then->items[j].value);
		} else if (now->items[i].value != then->items[j].value) {
			say_figure(audit, &now->items[i], now->items[i].value,
				   then->items[j].value);
		}
		i += order <= 0;
		j += order >= 0;
	}
}

static void say_open(td_audit_t *audit, const char *reporter, const td_diffs_t *open)
{
	static const td_report_kind_t kind = {"rejections",
					      "Từ chối sẽ đổi",
					      "Rejections that would change",
					      true,
					      4,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"record", "Hồ sơ", "Record", false},
					       {"now", "Hiện nay", "Now", false},
					       {"then", "Theo dự thảo", "By the draft", false}}};
	for (size_t i = 0; i < open->kept; i++) {
		const td_diff_t *diff = &open->items[i];
		const td_report_cell_t cells[] = {{reporter, 0},
						  {(const char *)diff->field.data, 0},
						  {(const char *)diff->log.data, 0},
						  {(const char *)diff->claimed.data, 0}};
		td_report_row(audit->report, &kind, cells);
	}
}

static void say_digests(td_audit_t *audit, const what_if_t *what)
{
	static const td_report_kind_t kind = {"rest",
					      "Khác biệt chi tiết",
					      "Differences in detail",
					      true,
					      1,
					      {{"reporter", "Đơn vị", "Reporter", false}}};
	for (size_t i = 0; i < td_logs_count(what->logs); i++) {
		const change_t *change = &what->changes[i];
		if (!td_hash_equal(&change->now_sums->digest, &change->then_sums->digest))
			td_report_row(audit->report, &kind,
				      (const td_report_cell_t[]){
					      {td_logs_get(what->logs, i)->reporter, 0}});
	}
}

static bool judge_twice(what_if_t *what, const td_reference_t *draft, td_err_t *err)
{
	const td_shelf_plan_t now = {.logs = what->logs, .name = "live"};
	const td_shelf_plan_t then = {.logs = what->logs, .draft = draft, .name = what->draft_name};
	what->live = td_shelf_fill(what->audit, &now, err);
	if (what->live == NULL)
		return false;
	what->draft = td_shelf_fill(what->audit, &then, err);
	return what->draft != NULL;
}

static bool compare_all(what_if_t *what, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(what->logs); i++) {
		change_t *change = &what->changes[i];
		change->open = td_diffs_new();
		if (change->open == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory to compare");
		if (!compare_open(what, i, err) ||
		    !sum_up(what, what->live, i, &change->now, &change->now_sums, err) ||
		    !sum_up(what, what->draft, i, &change->then, &change->then_sums, err))
			return false;
		say_figures(what->audit, change->now_sums, change->then_sums);
		say_open(what->audit, td_logs_get(what->logs, i)->reporter, change->open);
	}
	say_digests(what->audit, what);
	return true;
}

bool td_audit_what_if(td_audit_t *audit, td_err_t *err)
{
	const char *folder = audit->settings->reference;
	what_if_t *what = calloc(1, sizeof *what);
	td_reference_t *draft = NULL;
	td_logs_t *logs = NULL;
	if (what == NULL)
		(void)td_err_set(err, TD_EMEMORY, "no memory to judge twice");
	else if (folder == NULL)
		(void)td_err_set(err, TD_EUSAGE, "write: thidua-audit what-if --reference DIR");
	else
		draft = read_draft(folder, what->draft_name, err);
	if (draft != NULL)
		logs = td_audit_logs(audit, err);
	bool done = false;
	if (logs != NULL) {
		what->audit = audit;
		what->logs = logs;
		done = judge_twice(what, draft, err) && compare_all(what, err);
	}
	for (size_t i = 0; what != NULL && i < TD_LOGS_MAX; i++) {
		td_summing_free(what->changes[i].now);
		td_summing_free(what->changes[i].then);
		td_diffs_free(what->changes[i].open);
	}
	if (what != NULL) {
		td_shelf_free(what->live);
		td_shelf_free(what->draft);
	}
	td_logs_free(logs);
	td_reference_free(draft);
	free(what);
	return done;
}
