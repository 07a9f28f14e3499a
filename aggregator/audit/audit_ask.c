/* What a command is asked about: which days, which moment, which logs. */
#include "aggregator/audit/audit.h"
#include "aggregator/moment.h"
#include "aggregator/request.h"
#include "common/localday.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>

/* Every day that an event can lie on. */
static td_days_t all_days(void)
{
	return (td_days_t){td_localday_make(TD_YEAR_MIN, 1, 1),
			   td_localday_make(TD_YEAR_MAX, 12, 31)};
}

bool td_audit_has_days(const td_audit_t *audit)
{
	td_days_t all = all_days();
	return audit->days.first != all.first || audit->days.last != all.last;
}

static bool ask_days(td_audit_t *audit, td_err_t *err)
{
	const td_audit_settings_t *settings = audit->settings;
	bool civil = settings->calendar != NULL && strcmp(settings->calendar, "civil") == 0;
	td_period_t period;
	audit->days = all_days();
	if (settings->period != NULL && (settings->from != NULL || settings->to != NULL))
		return td_err_set(err, TD_EUSAGE, "--period and --from/--to exclude each other");
	if (settings->period != NULL) {
		if (!td_period_parse(settings->period,
				     civil ? TD_CALENDAR_CIVIL : TD_CALENDAR_POLICE, &period, err))
			return false;
		audit->days = td_period_days(&period);
	}
	if (settings->from != NULL && !td_request_day(settings->from, &audit->days.first, err))
		return false;
	if (settings->to != NULL && !td_request_day(settings->to, &audit->days.last, err))
		return false;
	/* Of no day everything is equal. */
	return audit->days.first <= audit->days.last ||
	       td_err_set(err, TD_EUSAGE, "--from is a day after --to: there is no day between");
}

bool td_audit_moment(const td_audit_t *audit, const char *text, int64_t *moment_ms, td_err_t *err)
{
	td_err_t ignored;
	if (text[0] == '@') {
		static const td_opt_t number = {.name = "as-of", .type = TD_OPT_INT};
		if (td_opt_set(&number, text + 1, moment_ms, &ignored))
			return true;
	}
	return td_moment_parse(text, audit->now_ms, moment_ms, err);
}

bool td_audit_ask(td_audit_t *audit, td_err_t *err)
{
	const char *as_of = audit->settings->as_of;
	return ask_days(audit, err) &&
	       (as_of == NULL || td_audit_moment(audit, as_of, &audit->as_of_ms, err));
}

static void say_asked(const td_audit_t *audit, const td_logs_t *logs)
{
	static const td_report_column_t where = {"logs", "Nhật ký", "Logs", false};
	static const td_report_column_t manifest = {"manifest_sha256", "SHA-256 của bản kê",
						    "SHA-256 of the manifest", false};
	static const td_report_column_t until = {"as_of", "Tính đến", "As of", false};
	static const td_report_column_t days = {"days", "Các ngày", "Days", false};
	static const td_report_column_t versions = {"reference_versions", "Phiên bản dữ liệu gốc",
						    "Reference versions", true};
	char text[64], moment[TD_MOMENT_TEXT_MAX];
	static const td_report_column_t first = {"archive_first", "Kho lưu trữ trước nhật ký",
						 "Archive before the logs", false};
	const td_audit_settings_t *settings = audit->settings;
	if (settings->archive == NULL && settings->archive_first != NULL)
		td_report_fact(audit->report, &first,
			       (td_report_cell_t){settings->archive_first, 0});
	td_report_fact(audit->report, &where,
		       (td_report_cell_t){settings->archive != NULL ? settings->archive
								    : settings->kafka.brokers,
					  0});
	if (td_logs_digest(logs) != NULL)
		td_report_fact(audit->report, &manifest,
			       (td_report_cell_t){td_logs_digest(logs), 0});
	if (audit->as_of_ms > 0)
		td_report_fact(audit->report, &until,
			       (td_report_cell_t){td_moment_text(audit->as_of_ms, moment), 0});
	if (td_audit_has_days(audit)) {
		(void)snprintf(text, sizeof text, "%" PRId32 "..%" PRId32,
			       td_localday_yyyymmdd(audit->days.first),
			       td_localday_yyyymmdd(audit->days.last));
		td_report_fact(audit->report, &days, (td_report_cell_t){text, 0});
	}
	td_report_fact(
		audit->report, &versions,
		(td_report_cell_t){NULL, (int64_t)td_versions_count(td_logs_versions(logs))});
}

/* A log whose first events are gone cannot be audited to its beginning: that is a finding. */
static void say_cut(const td_audit_t *audit, const td_logs_t *logs)
{
	static const td_report_kind_t kind = {
		"logs_cut",
		"Nhật ký mất phần đầu",
		"Logs that do not begin at their beginning",
		true,
		2,
		{{"place", "Nơi", "Where", false}, {"first", "Vị trí đầu", "First offset", true}}};
	for (size_t i = 0; i < td_logs_count(logs); i++) {
		char place[TD_TOPIC_MAX];
		const td_log_bounds_t *bounds = td_logs_get(logs, i);
		if (bounds->first == 0)
			continue;
		td_logs_place(logs, i, place);
		td_report_row(
			audit->report, &kind,
			(const td_report_cell_t[]){{place, 0}, {NULL, (int64_t)bounds->first}});
	}
}

/* Nor can one that is gone, of which figures may still be shown. */
static void say_gone(const td_audit_t *audit, const td_logs_t *logs)
{
	static const td_report_kind_t kind = {
		"logs_gone",
		"Nhật ký đã mất, dù vẫn còn kết quả xử lý của nó",
		"Logs that are gone, though what was made of them is there",
		true,
		1,
		{{"reporter", "Đơn vị", "Reporter", false}}};
	const char *reporter;
	for (size_t i = 0; (reporter = td_logs_gone(logs, i)) != NULL; i++)
		td_report_row(audit->report, &kind, (const td_report_cell_t[]){{reporter, 0}});
}

td_logs_t *td_audit_logs(td_audit_t *audit, td_err_t *err)
{
	const td_logs_settings_t settings = {
		.kafka = &audit->settings->kafka,
		.archive = audit->settings->archive,
		.archive_first = audit->settings->archive_first,
		.reporter = audit->settings->reporter,
		.as_of_ms = audit->as_of_ms,
		.generation = (uint32_t)audit->settings->generation,
	};
	td_logs_t *logs = td_logs_open(&settings, err);
	if (logs != NULL) {
		say_asked(audit, logs);
		say_cut(audit, logs);
		say_gone(audit, logs);
	}
	return logs;
}
