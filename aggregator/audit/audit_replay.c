/* replay: the logs through the live functions, and what they come to. */
#include "aggregator/audit/audit.h"
#include "aggregator/audit/shelf.h"
#include "aggregator/audit/sums.h"
#include "aggregator/layout.h"
#include "aggregator/metric.h"
#include "aggregator/moment.h"
#include "proto/json_text.h"

#include <stdlib.h>

enum { DIGEST_TEXT = 64 };

/* What one log came to. */
typedef struct outcome {
	td_head_t head;
	td_summing_t *summing;
	const td_sums_t *sums;
	size_t bytes;
} outcome_t;

typedef struct outcomes {
	const td_audit_t *audit;
	outcome_t items[TD_LOGS_MAX];
} outcomes_t;

static bool sum_up(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	outcomes_t *outcomes = context;
	outcome_t *outcome = &outcomes->items[index];
	char prefix[TD_KEY_MAX];
	td_layout_prefix(shelved->bounds->reporter, (uint32_t)outcomes->audit->settings->generation,
			 prefix);
	outcome->head = *td_replay_head(shelved->replay);
	outcome->summing = td_summing_new(prefix, outcomes->audit->days);
	if (outcome->summing == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for sums");
	outcome->bytes = td_replay_bytes(shelved->replay) + td_keep_bytes(shelved->keep);
	if (!td_shelved_sum(shelved, outcome->summing, err))
		return false;
	return td_summing_finish(outcome->summing, &outcome->sums) ||
	       td_err_set(err, TD_EBUG, "the tallies of %s cannot be summed",
			  shelved->bounds->reporter);
}

static void say_shards(td_audit_t *audit, const td_logs_t *logs, const outcomes_t *outcomes)
{
	static const td_report_kind_t kind = {
		"shards",
		"Từng đơn vị báo cáo",
		"Each reporter",
		false,
		9,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"next_raw_offset", "Đến vị trí", "Up to offset", true},
		 {"enriched", "Hợp lệ", "Valid", true},
		 {"rejected", "Bị từ chối", "Rejected", true},
		 {"absent", "Vắng", "Absent", true},
		 {"records", "Hồ sơ", "Records", true},
		 {"conflicts", "Mâu thuẫn", "Conflicts", true},
		 {"last_append", "Ghi nhận cuối", "Last append", false},
		 {"tallies_sha256", "SHA-256 số liệu", "SHA-256 of tallies", false}}};
	for (size_t i = 0; i < td_logs_count(logs); i++) {
		const outcome_t *outcome = &outcomes->items[i];
		const struct td_head_counts *counts = &outcome->head.counts;
		char moment[TD_MOMENT_TEXT_MAX];
		td_buf_t digest = td_buf_make(DIGEST_TEXT);
		td_base64_add(&digest, (td_slice_t){outcome->sums->digest.bytes, TD_HASH_SIZE});
		td_buf_add_byte(&digest, '\0');
		const td_report_cell_t cells[] = {
			{td_logs_get(logs, i)->reporter, 0},
			{NULL, (int64_t)outcome->head.position.next},
			{NULL, (int64_t)counts->enriched},
			{NULL, (int64_t)counts->rejected},
			{NULL, (int64_t)counts->absent},
			{NULL, (int64_t)counts->records},
			{NULL, (int64_t)counts->conflicts},
			{td_moment_text(outcome->head.last_append_ms, moment), 0},
			{(const char *)digest.data, 0}};
		td_report_row(audit->report, &kind, cells);
		td_buf_free(&digest);
	}
}

static void say_figures(td_audit_t *audit, const td_logs_t *logs, const outcomes_t *outcomes)
{
	static const td_report_kind_t kind = {"figures",
					      "Số liệu",
					      "Figures",
					      false,
					      5,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"province", "Tỉnh", "Province", false},
					       {"metric", "Mã chỉ tiêu", "Metric", false},
					       {"label", "Chỉ tiêu", "Figure", false},
					       {"value", "Số", "Value", true}}};
	td_lang_t lang = td_report_lang(audit->report);
	for (size_t i = 0; i < td_logs_count(logs); i++) {
		const td_sums_t *sums = outcomes->items[i].sums;
		for (size_t j = 0; j < sums->count; j++) {
			const td_metric_info_t *metric = td_metric_find(sums->items[j].metric);
			const td_report_cell_t cells[] = {
				{td_logs_get(logs, i)->reporter, 0},
				{sums->items[j].province, 0},
				{metric != NULL ? metric->code : "?", 0},
				{metric != NULL ? td_say(lang, metric->vi, metric->en) : "?", 0},
				{NULL, sums->items[j].value}};
			td_report_row(audit->report, &kind, cells);
		}
	}
}

static void say_bytes(td_audit_t *audit, const td_logs_t *logs, const outcomes_t *outcomes)
{
	static const td_report_column_t fact = {"bytes_per_record", "Byte mỗi hồ sơ",
						"Bytes for each record", true};
	uint64_t records = 0, bytes = 0;
	for (size_t i = 0; i < td_logs_count(logs); i++) {
		records += outcomes->items[i].head.counts.records;
		bytes += outcomes->items[i].bytes;
	}
	if (records > 0)
		td_report_fact(audit->report, &fact,
			       (td_report_cell_t){NULL, (int64_t)(bytes / records)});
}

bool td_audit_replay(td_audit_t *audit, td_err_t *err)
{
	outcomes_t *outcomes = calloc(1, sizeof *outcomes);
	td_logs_t *logs = td_audit_logs(audit, err);
	td_shelf_t *shelf = NULL;
	if (outcomes != NULL && logs != NULL) {
		outcomes->audit = audit;
		const td_shelf_plan_t plan = {.logs = logs,
					      .then = sum_up,
					      .context = outcomes,
					      .only_tallies = true,
					      .name = "live"};
		shelf = td_shelf_fill(audit, &plan, err);
	} else if (outcomes == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a replay");
	}
	if (shelf != NULL) {
		say_bytes(audit, logs, outcomes);
		say_shards(audit, logs, outcomes);
		if (td_audit_has_days(audit))
			say_figures(audit, logs, outcomes);
	}
	td_shelf_free(shelf);
	for (size_t i = 0; outcomes != NULL && i < TD_LOGS_MAX; i++)
		td_summing_free(outcomes->items[i].summing);
	td_logs_free(logs);
	free(outcomes);
	return shelf != NULL;
}
