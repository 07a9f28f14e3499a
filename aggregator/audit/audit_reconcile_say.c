#include "aggregator/audit/audit_reconcile.h"

#include "aggregator/layout.h"
#include "aggregator/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void say_sources(const td_reconciling_t *all, size_t index)
{
	static const td_report_kind_t kind = {
		"sources",
		"Nguồn gửi",
		"Sources",
		false,
		12,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"source", "Nguồn", "Source", false},
		 {"epoch", "Đợt", "Epoch", false},
		 {"received", "Nhận", "Received", true},
		 {"enriched", "Hợp lệ", "Valid", true},
		 {"rejected", "Bị từ chối", "Rejected", true},
		 {"repeats", "Lặp lại", "Repeats", true},
		 {"missing", "Thiếu", "Missing", true},
		 {"checkpoints", "Điểm kiểm tra", "Checkpoints", true},
		 {"proven", "Khớp mã băm", "Proven", true},
		 {"complete_until", "Đủ đến", "Complete until", false},
		 {"key", "Khóa", "Key", false}}};
	const td_reconciled_t *item = all->items[index];
	for (size_t i = 0; i < td_sources_count(item->sources); i++) {
		const td_trail_t *trail = td_sources_get(item->sources, i);
		char moment[TD_MOMENT_TEXT_MAX], epoch[24];
		(void)snprintf(epoch, sizeof epoch, "%" PRIu64, trail->epoch);
		const td_report_cell_t cells[] = {
			{td_logs_get(all->logs, index)->reporter, 0},
			{trail->source, 0},
			{epoch, 0},
			{NULL, (int64_t)trail->received},
			{NULL, (int64_t)trail->enriched},
			{NULL, (int64_t)trail->rejected},
			{NULL, (int64_t)trail->repeats},
			{NULL, (int64_t)trail->missing},
			{NULL, (int64_t)trail->checkpoints},
			{NULL, (int64_t)trail->proven},
			{td_moment_text(trail->complete_until_ms, moment), 0},
			{trail->key_id[0] != '\0'
				 ? trail->key_id
				 : td_report_word(all->audit->report, "chưa có", "none"),
			 0}};
		td_report_row(all->audit->report, &kind, cells);
	}
}

/* An archive of before verdicts were archived, or of another generation. */
static void say_no_verdicts(const td_reconciling_t *all, size_t index)
{
	static const td_report_kind_t kind = {"verdicts_not_archived",
					      "Kết luận không có trong kho lưu trữ",
					      "Verdicts that the archive does not have",
					      false,
					      1,
					      {{"reporter", "Đơn vị", "Reporter", false}}};
	const td_report_cell_t cells[] = {{td_logs_get(all->logs, index)->reporter, 0}};
	td_report_row(all->audit->report, &kind, cells);
}

static void say_verdicts(const td_reconciling_t *all, size_t index)
{
	static const td_report_kind_t kind = {"verdicts",
					      "Kết luận",
					      "Verdicts",
					      false,
					      7,
					      {{"reporter", "Đơn vị", "Reporter", false},
					       {"enriched", "Hợp lệ", "Valid", true},
					       {"rejected", "Bị từ chối", "Rejected", true},
					       {"absent", "Vắng", "Absent", true},
					       {"repeats", "Lặp lại", "Repeats", true},
					       {"missing", "Thiếu", "Missing", true},
					       {"wrong", "Sai", "Wrong", true}}};
	const td_verdicts_t *verdicts = &all->items[index]->verdicts;
	const td_report_cell_t cells[] = {{td_logs_get(all->logs, index)->reporter, 0},
					  {NULL, (int64_t)verdicts->enriched},
					  {NULL, (int64_t)verdicts->rejected},
					  {NULL, (int64_t)verdicts->absent},
					  {NULL, (int64_t)verdicts->repeats},
					  {NULL, (int64_t)verdicts->missing},
					  {NULL, (int64_t)verdicts->wrong}};
	if (all->items[index]->has_verdicts)
		td_report_row(all->audit->report, &kind, cells);
	else
		say_no_verdicts(all, index);
}

/* "5", "5..9", or "" for nothing. */
static void range_text(uint64_t first, uint64_t last, bool applies, char text[48])
{
	if (!applies)
		text[0] = '\0';
	else if (last <= first)
		(void)snprintf(text, 48, "%" PRIu64, first);
	else
		(void)snprintf(text, 48, "%" PRIu64 "..%" PRIu64, first, last);
}

static void say_mismatch(const td_reconciling_t *all, size_t index, const td_reconciled_one_t *kept)
{
	static const td_report_kind_t kind = {
		"mismatches",
		"Không khớp",
		"What does not fit",
		true,
		7,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"code", "Mã", "Code", false},
		 {"what", "Gì", "What", false},
		 {"source", "Nguồn", "Source", false},
		 {"sequences", "Số thứ tự", "Sequences", false},
		 {"offsets", "Vị trí trong nhật ký gốc", "Raw offsets", false},
		 {"verdict_offset", "Vị trí kết luận", "Verdict's offset", false}}};
	const td_mismatch_t *what = &kept->what;
	const td_mismatch_info_t *info = td_mismatch_info(what->kind);
	char source[TD_ID_MAX + 32] = "", sequences[48], offsets[48], verdict[48];
	bool of_source = kept->source[0] != '\0',
	     of_verdict = what->kind >= TD_MISMATCH_VERDICT_MISSING;
	if (of_source)
		(void)snprintf(source, sizeof source, "%s/%" PRIu64, kept->source, what->epoch);
	range_text(what->first_sequence, what->last_sequence, of_source, sequences);
	range_text(what->first_offset, what->last_offset, true, offsets);
	range_text(what->verdict_offset, what->verdict_offset,
		   of_verdict && what->kind != TD_MISMATCH_VERDICT_MISSING, verdict);
	const td_report_cell_t cells[] = {
		{td_logs_get(all->logs, index)->reporter, 0},
		{info->code, 0},
		{td_report_word(all->audit->report, info->vi, info->en), 0},
		{source, 0},
		{sequences, 0},
		{offsets, 0},
		{verdict, 0}};
	td_report_row(all->audit->report, &kind, cells);
}

bool td_reconciled_say_transfer(void *context, td_mismatch_kind_t kind,
				const td_transfer_half_t *half, const td_transfer_half_t *other,
				td_err_t *err)
{
	static const td_report_kind_t table = {"transfers",
					       "Chuyển giao không khớp",
					       "Transfers that do not meet",
					       true,
					       8,
					       {{"code", "Mã", "Code", false},
						{"what", "Gì", "What", false},
						{"transfer", "Số chuyển", "Transfer", false},
						{"sender", "Bên chuyển", "Sender", false},
						{"receiver", "Bên nhận", "Receiver", false},
						{"record", "Hồ sơ", "Record", false},
						{"offset", "Vị trí", "Offset", true},
						{"other", "Hồ sơ bên kia", "Other record", false}}};
	const td_reconciling_t *all = context;
	const td_mismatch_info_t *info = td_mismatch_info(kind);
	const td_report_cell_t cells[] = {
		{info->code, 0},
		{td_report_word(all->audit->report, info->vi, info->en), 0},
		{half->transfer_id, 0},
		{half->sender, 0},
		{half->receiver, 0},
		{half->record_id, 0},
		{NULL, (int64_t)half->offset},
		{other != NULL ? other->record_id : "", 0}};
	(void)err;
	td_report_row(all->audit->report, &table, cells);
	return true;
}

bool td_reconciled_say_field(void *context, const td_hashes_item_t *item)
{
	static const td_report_kind_t open = {
		"open_rejections",
		"Từ chối chưa sửa",
		"Rejections still open",
		false,
		3,
		{{"reporter", "Đơn vị", "Reporter", false},
		 {"record", "Hồ sơ", "Record", false},
		 {"why", "Lần sửa và lý do", "Revision, why", false}}};
	static const td_report_kind_t conflicts = {"conflicts",
						   "Mâu thuẫn",
						   "Conflicts",
						   false,
						   3,
						   {{"reporter", "Đơn vị", "Reporter", false},
						    {"record", "Hồ sơ", "Record", false},
						    {"revision", "Lần sửa", "Revision", false}}};
	const td_reconciled_listing_t *listing = context;
	td_slice_t key = {item->key.data + listing->prefix_size,
			  item->key.size - listing->prefix_size};
	bool is_open = td_slice_equal(key, td_slice_text("open"));
	char record[TD_FIELD_MAX], value[TD_JUDGED_CODES_MAX + 32];
	if (!is_open && !td_slice_equal(key, td_slice_text("conflicts")))
		return true;
	(void)snprintf(record, sizeof record, "%.*s", (int)item->field.size,
		       (const char *)item->field.data);
	(void)snprintf(value, sizeof value, "%.*s", (int)item->value.size,
		       (const char *)item->value.data);
	const char *slash = strchr(record, '/');
	char named[TD_FIELD_MAX];
	td_judged_record((uint32_t)strtoul(record, NULL, 10), slash != NULL ? slash + 1 : record,
			 named);
	const td_report_cell_t cells[] = {
		{td_logs_get(listing->all->logs, listing->index)->reporter, 0},
		{named, 0},
		{value, 0}};
	td_report_row(listing->all->audit->report, is_open ? &open : &conflicts, cells);
	return true;
}

void td_reconciled_say(const td_reconciling_t *all, size_t index)
{
	say_sources(all, index);
	say_verdicts(all, index);
	for (size_t i = 0; i < all->items[index]->kept_count; i++)
		say_mismatch(all, index, &all->items[index]->kept[i]);
}
