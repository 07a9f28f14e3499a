#include "aggregator/audit/audit_compare.h"

#include "aggregator/audit/judged.h"
#include "aggregator/dimension.h"
#include "aggregator/metric.h"
#include "common/localday.h"

#include <inttypes.h>
#include <stdio.h>

enum { TEXT_MAX = 600 };

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

void td_diff_say_tally(td_audit_t *audit, const char *reporter, const td_diffs_t *diffs,
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
	const char *cause = td_diffs_explain(diffs, &diff->what, reporter)
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

void td_diff_say_record(td_audit_t *audit, const char *reporter, const td_diff_t *diff)
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

void td_diff_say_other(td_audit_t *audit, const char *reporter, const td_diff_t *diff)
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
