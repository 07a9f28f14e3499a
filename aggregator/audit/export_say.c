#include "aggregator/audit/export.h"

/* Verdicts that are not there, or not for this user. */
static void say_missing(td_report_t *report, const td_exporting_t *topic)
{
	static const td_report_kind_t kind = {"missing",
					      "Không có hoặc không được đọc",
					      "Not there, or not to be read",
					      false,
					      1,
					      {{"topic", "Chủ đề", "Topic", false}}};
	td_report_row(report, &kind, (const td_report_cell_t[]){{topic->name, 0}});
}

void td_exporting_say(td_report_t *report, const td_exporting_t *topics, size_t count)
{
	static const td_report_kind_t kind = {"archived",
					      "Đã lưu trữ",
					      "Archived",
					      false,
					      6,
					      {{"topic", "Chủ đề", "Topic", false},
					       {"first", "Vị trí đầu", "First offset", true},
					       {"end", "Đến trước vị trí", "Up to offset", true},
					       {"records", "Bản ghi mới", "New records", true},
					       {"bytes", "Byte mới", "New bytes", true},
					       {"file", "Tệp mới", "New file", false}}};
	for (size_t i = 0; i < count; i++) {
		const td_exporting_t *topic = &topics[i];
		const Thidua__V1__ArchiveFile *file = topic->file;
		if (topic->missing) {
			say_missing(report, topic);
			continue;
		}
		uint64_t first = topic->before != NULL ? topic->before->first_offset : topic->first;
		const td_report_cell_t cells[] = {
			{topic->name, 0},
			{NULL, (int64_t)first},
			{NULL,
			 (int64_t)(file != NULL ? file->end_offset : td_exporting_begin(topic))},
			{NULL, file != NULL ? (int64_t)file->records : 0},
			{NULL, file != NULL ? (int64_t)file->bytes : 0},
			{file != NULL ? file->name : "", 0}};
		td_report_row(report, &kind, cells);
	}
}
