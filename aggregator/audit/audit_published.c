/* compare --published: figures that were printed elsewhere, against the log. */
#include "aggregator/audit/audit_published.h"

#include "aggregator/audit/published.h"
#include "aggregator/audit/shelf.h"
#include "aggregator/layout.h"
#include "common/file.h"
#include "common/localday.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FILE_MAX = 4 * 1024 * 1024 };

typedef struct checking {
	td_audit_t *audit;
	td_published_t *rows;
	size_t count, prefix_size;
} checking_t;

static bool add(void *context, const td_hashes_item_t *item)
{
	checking_t *checking = context;
	td_field_t field;
	td_slice_t key = {item->key.data + checking->prefix_size,
			  item->key.size - checking->prefix_size};
	char digits[24] = "";
	td_field_read(key, item->field, &field);
	if (field.kind != TD_FIELD_TALLY || field.hash.span != TD_SPAN_DAY ||
	    field.hash.days.first < checking->audit->days.first ||
	    field.hash.days.last > checking->audit->days.last || item->value.size >= sizeof digits)
		return true;
	memcpy(digits, item->value.data, item->value.size);
	for (size_t i = 0; i < checking->count; i++)
		td_published_add(&checking->rows[i], &field, strtoll(digits, NULL, 10));
	return true;
}

static void say(const checking_t *checking)
{
	static const td_report_kind_t kind = {
		"published",
		"Số đã công bố khác với nhật ký",
		"Published figures that differ from the log",
		true,
		8,
		{{"line", "Dòng", "Line", true},
		 {"metric", "Chỉ tiêu", "Metric", false},
		 {"province", "Tỉnh", "Province", false},
		 {"unit", "Đơn vị", "Unit", false},
		 {"dimension", "Phân tổ", "Dimension", false},
		 {"published", "Đã công bố", "Published", true},
		 {"log", "Theo nhật ký", "By the log", true},
		 {"denominator", "Mẫu số theo nhật ký", "Denominator by the log", true}}};
	static const td_report_column_t compared = {"figures_compared", "Số chỉ tiêu đã đối chiếu",
						    "Figures compared", true};
	td_report_fact(checking->audit->report, &compared,
		       (td_report_cell_t){NULL, (int64_t)checking->count});
	for (size_t i = 0; i < checking->count; i++) {
		const td_published_t *row = &checking->rows[i];
		if (td_published_holds(row))
			continue;
		const td_report_cell_t cells[] = {{NULL, (int64_t)row->line}, {row->metric, 0},
						  {row->province, 0},         {row->unit, 0},
						  {row->dimension, 0},        {NULL, row->value},
						  {NULL, row->over},          {NULL, row->under}};
		td_report_row(checking->audit->report, &kind, cells);
	}
}

static bool compare(checking_t *checking, const td_logs_t *logs, td_err_t *err)
{
	const td_shelf_plan_t plan = {.logs = logs, .name = "live"};
	td_shelf_t *shelf = td_shelf_fill(checking->audit, &plan, err);
	bool done = shelf != NULL;
	for (size_t i = 0; done && i < td_logs_count(logs); i++) {
		char prefix[TD_KEY_MAX];
		td_layout_prefix(td_logs_get(logs, i)->reporter,
				 (uint32_t)checking->audit->settings->generation, prefix);
		checking->prefix_size = strlen(prefix);
		done = td_keep_walk(td_shelf_get(shelf, i)->keep, add, checking, err);
	}
	td_shelf_free(shelf);
	if (done)
		say(checking);
	return done;
}

/* A month against a year would only look like a false figure. */
static bool are_of_these_days(const checking_t *checking, td_err_t *err)
{
	const td_audit_t *audit = checking->audit;
	int32_t first = td_localday_yyyymmdd(audit->days.first);
	for (size_t i = 0; i < checking->count; i++) {
		const td_published_t *row = &checking->rows[i];
		if (row->first_day == 0 || row->first_day == first)
			continue;
		return td_err_set(err, TD_EUSAGE,
				  "%s: line %zu: it is of days from %" PRId64 " on, %s; ask "
				  "about the same days, and have one row for all of them",
				  audit->settings->published, row->line, row->first_day,
				  td_audit_has_days(audit) ? "not those asked about"
							   : "but no days are asked about");
	}
	return true;
}

bool td_audit_published(td_audit_t *audit, td_err_t *err)
{
	const char *path = audit->settings->published;
	checking_t checking = {.audit = audit};
	td_buf_t csv = td_buf_make(FILE_MAX);
	bool done = td_file_read(path, &csv, err) &&
		    (td_published_read(td_buf_slice(&csv), audit->arena, &checking.rows,
				       &checking.count, err) ||
		     td_err_prefix(err, "%s", path));
	done = done && are_of_these_days(&checking, err);
	td_logs_t *logs = done ? td_audit_logs(audit, err) : NULL;
	done = logs != NULL && compare(&checking, logs, err);
	td_logs_free(logs);
	td_buf_free(&csv);
	return done;
}
