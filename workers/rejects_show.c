#include "workers/rejects_show.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/localday.h"
#include "common/table.h"
#include "workers/rejects_parts.h"

enum { CODES_MAX = 2000 }; /* above every code of the reason table */

static const char *const STATES[TD_REJECTION_STATES] = {"open", "corrected", "outdated",
							"nameless"};
static const char *const STATES_VI[TD_REJECTION_STATES] = {"chưa sửa", "đã sửa", "đã có bản sau",
							   "không rõ bản ghi"};

const char *td_rejects_state(const td_rejects_view_t *view, td_rejection_state_t state)
{
	return view->english ? STATES[state] : STATES_VI[state];
}

const char *td_rejects_kind(const td_rejects_view_t *view, uint32_t kind)
{
	static const char *const names[][2] = {
		{"", ""},
		{"vụ án", "case"},
		{"bắt giữ", "arrest"},
		{"tai nạn", "accident"},
		{"căn cước", "identity"},
		{"huy động lực lượng", "deployment"},
		{"đóng góp xã hội", "society"},
		{"khen thưởng", "commendation"},
		{"danh hiệu", "title"},
		{"chỉ tiêu", "target"},
		{"điểm thi đua", "score"},
	};

	return kind < TD_COUNT(names) ? names[kind][view->english] : "?";
}

const char *td_rejects_time(const td_rejects_view_t *view, int64_t moment_ms)
{
	int32_t day = td_localday_of_ms(moment_ms), on = td_localday_yyyymmdd(day);
	int32_t seconds = (int32_t)((moment_ms - td_localday_start_ms(day)) / 1000);

	if (view->english)
		return td_arena_format(view->arena, "%04d-%02d-%02d %02d:%02d:%02d", on / 10000,
				       on / 100 % 100, on % 100, seconds / 3600, seconds / 60 % 60,
				       seconds % 60);
	return td_arena_format(view->arena, "%02d/%02d/%04d %02d:%02d:%02d", on % 100,
			       on / 100 % 100, on / 10000, seconds / 3600, seconds / 60 % 60,
			       seconds % 60);
}

const char *td_rejects_sentence(const td_rejects_view_t *view, uint32_t code)
{
	const td_reason_info_t *info = td_reason_find(code);

	if (!info)
		return view->english ? "A later release knows this code."
				     : "Mã của phiên bản phần mềm mới hơn.";
	return view->english ? info->en : info->vi;
}

/* "E304 case.article, E210 unit"; with `separator` between the two words of each. */
static const char *reasons_text(const td_rejects_view_t *view, const td_rejection_t *item)
{
	const Thidua__V1__Rejected *rejected = item->verdict->rejected;
	const char *text = "";

	for (size_t i = 0; text && i < rejected->n_reasons; i++) {
		char code[8];

		td_reason_print(rejected->reasons[i]->code, code);
		text = td_arena_format(view->arena, "%s%s%s%s%s", text, i ? ", " : "", code,
				       rejected->reasons[i]->field[0] ? " " : "",
				       rejected->reasons[i]->field);
	}
	return text;
}

static bool has_code(const td_rejection_t *item, uint32_t code)
{
	for (size_t i = 0; i < item->verdict->rejected->n_reasons; i++)
		if (item->verdict->rejected->reasons[i]->code == code)
			return true;
	return false;
}

bool td_rejects_is_meant(const td_rejects_view_t *view, const td_rejection_t *item)
{
	return item->verdict->append_ms >= view->since_ms &&
	       (view->code == 0 || has_code(item, view->code));
}

/* Whether it is asked for by its state too. */
static bool is_shown(const td_rejects_view_t *view, const td_rejection_t *item)
{
	return td_rejects_is_meant(view, item) && (view->all || item->state == TD_REJECTION_OPEN);
}

static bool add_row(const td_rejects_view_t *view, const td_rejection_t *item, td_table_t *table)
{
	const td_envelope_t *envelope = &item->envelope;
	bool named = td_envelope_has_record(envelope);
	const char *const cells[] = {
		item->reporter,
		td_arena_format(view->arena, "%" PRIu64, item->verdict->raw_offset),
		td_rejects_time(view, item->verdict->append_ms),
		td_rejects_kind(view, envelope->kind),
		envelope->record_id,
		named ? td_arena_format(view->arena, "%" PRIu64, envelope->revision) : "",
		view->all ? td_rejects_state(view, item->state) : "",
		reasons_text(view, item),
	};

	for (size_t i = 0; i < TD_COUNT(cells); i++)
		if (!cells[i])
			return false;
	return td_table_add(table, cells);
}

static void note_codes(const td_rejection_t *item, bool *seen)
{
	for (size_t i = 0; i < item->verdict->rejected->n_reasons; i++)
		if (item->verdict->rejected->reasons[i]->code < CODES_MAX)
			seen[item->verdict->rejected->reasons[i]->code] = true;
}

/* What each code means, and how many there are. */
static void add_legend(const td_rejects_view_t *view, const bool *seen, size_t shown,
		       size_t nameless, td_buf_t *out)
{
	for (uint32_t i = 0; i < CODES_MAX; i++) {
		char code[8];

		if (!seen[i])
			continue;
		td_reason_print(i, code);
		td_buf_add_text(out, code);
		td_buf_add_text(out, "  ");
		td_buf_add_text(out, td_rejects_sentence(view, i));
		td_buf_add_text(out, "\n");
	}
	td_buf_add_decimal(out, (int64_t)shown);
	if (view->all)
		td_buf_add_text(out, view->english ? " rejections" : " lần từ chối");
	else
		td_buf_add_text(out, view->english ? " records wait for a correction"
						   : " bản ghi chờ sửa");
	if (!view->all && nameless > 0) {
		td_buf_add_text(out, "; ");
		td_buf_add_decimal(out, (int64_t)nameless);
		td_buf_add_text(out, view->english ? " rejections name no record (--all)"
						   : " lần từ chối không rõ bản ghi (--all)");
	}
	td_buf_add_text(out, "\n");
}

static bool list_table(const td_rejects_view_t *view, td_buf_t *out)
{
	static const char *const vi[] = {"Đơn vị",  "Vị trí",    "Tiếp nhận",  "Loại",
					 "Bản ghi", "Phiên bản", "Trạng thái", "Lý do"};
	static const char *const en[] = {"Reporter", "Offset",   "Received", "Kind",
					 "Record",   "Revision", "State",    "Reasons"};
	static const bool right[] = {false, true, false, false, false, true, false, false};
	td_table_t *table =
		td_table_new(view->english ? en : vi, right, TD_COUNT(right), view->arena);
	bool seen[CODES_MAX] = {false};
	size_t shown = 0, nameless = 0;
	const char *text = NULL;

	for (size_t i = 0; table && i < td_rejections_count(view->list); i++) {
		const td_rejection_t *item = td_rejections_get(view->list, i);

		nameless += td_rejects_is_meant(view, item) && item->state == TD_REJECTION_NAMELESS;
		if (!is_shown(view, item))
			continue;
		if (!add_row(view, item, table))
			return false;
		note_codes(item, seen);
		shown++;
	}
	if (!table || !td_table_text(table, &text))
		return false;
	if (shown > 0) {
		td_buf_add_text(out, text);
		td_buf_add_text(out, "\n");
	}
	add_legend(view, seen, shown, nameless, out);
	return true;
}

/* In double quotes, as CSV has them. */
static void add_quoted(td_buf_t *out, const char *text)
{
	td_buf_add_byte(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			td_buf_add_byte(out, '"');
		td_buf_add_byte(out, (uint8_t)*text);
	}
	td_buf_add_byte(out, '"');
}

static bool list_csv(const td_rejects_view_t *view, td_buf_t *out)
{
	td_buf_add_text(out, "reporter,raw_offset,received,state,kind,record_id,revision,source,"
			     "epoch,sequence,reasons\n");
	for (size_t i = 0; i < td_rejections_count(view->list); i++) {
		const td_rejection_t *item = td_rejections_get(view->list, i);
		const td_envelope_t *envelope = &item->envelope;
		td_rejects_view_t english = *view;

		english.english = true;
		if (!is_shown(view, item))
			continue;
		const char *reasons = reasons_text(view, item);
		const char *received = td_rejects_time(&english, item->verdict->append_ms);
		const char *begin = td_arena_format(view->arena, "%s,%" PRIu64 ",%s,%s,%s,",
						    item->reporter, item->verdict->raw_offset,
						    received ? received : "", STATES[item->state],
						    td_rejects_kind(&english, envelope->kind));
		const char *end = td_arena_format(
			view->arena, ",%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64 ",\"%s\"\n",
			envelope->revision, envelope->source, envelope->epoch, envelope->sequence,
			reasons ? reasons : "");

		if (!begin || !end || !reasons || !received)
			return false;
		td_buf_add_text(out, begin);
		add_quoted(out, envelope->record_id);
		td_buf_add_text(out, end);
	}
	return true;
}

static bool list_json(const td_rejects_view_t *view, td_buf_t *out)
{
	for (size_t i = 0; i < td_rejections_count(view->list); i++) {
		const td_rejection_t *item = td_rejections_get(view->list, i);

		if (is_shown(view, item) && !td_rejects_object(view, item, out))
			return false;
	}
	return true;
}

bool td_rejects_list(const td_rejects_view_t *view, td_buf_t *out, td_err_t *err)
{
	bool fine = view->format == TD_REJECTS_JSON  ? list_json(view, out)
		    : view->format == TD_REJECTS_CSV ? list_csv(view, out)
						     : list_table(view, out);

	return (fine && !out->failed) ||
	       td_err_set(err, TD_EMEMORY, "no memory for so long a list; ask for less");
}
