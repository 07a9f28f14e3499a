/* One rejection with its event, for people and as JSON. */
#include <inttypes.h>
#include <stdlib.h>

#include <jansson.h>

#include "proto/json.h"
#include "proto/json_text.h"
#include "proto/pb.h"
#include "workers/decode.h"
#include "workers/rejects_parts.h"
#include "workers/verdict.h"

/* The event as a row for the producer, or false: `exact` if nothing was lost in reading it. */
static bool write_event(const td_rejects_view_t *view, const td_rejection_t *item, td_buf_t *out,
			bool *exact)
{
	const td_slice_t raw = td_verdict_raw(item->verdict);
	ProtobufCAllocator allocator = td_pb_allocator(view->arena);
	td_findings_t findings;
	td_err_t err;
	td_event_t *event = td_decode_event(raw.data, raw.size, view->arena, &findings);

	*exact = event != NULL;
	/* What is not sound may still be readable enough to see what was meant. */
	if (!event)
		event = thidua__v1__event__unpack(&allocator, raw.size, raw.data);
	if (!event || raw.size == 0)
		return false;
	event->source = (char *)"";
	event->epoch = event->sequence = event->source_line = 0;
	return td_json_write(&event->base, out, &err);
}

static json_t *reasons_of(const Thidua__V1__Rejected *rejected)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rejected->n_reasons; i++) {
		const td_reason_info_t *info = td_reason_find(rejected->reasons[i]->code);
		char code[8];

		td_reason_print(rejected->reasons[i]->code, code);
		if (json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "code", code,
							  "field", rejected->reasons[i]->field,
							  "vi", info ? info->vi : "", "en",
							  info ? info->en : "")) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *head_of(const td_rejects_view_t *view, const td_rejection_t *item)
{
	static const char *const states[TD_REJECTION_STATES] = {"open", "corrected", "outdated",
								"nameless"};
	const Thidua__V1__Verdict *verdict = item->verdict;
	const td_envelope_t *envelope = &item->envelope;
	const ProtobufCEnumValue *kind = protobuf_c_enum_descriptor_get_value(
		&thidua__v1__kind__descriptor, (int)envelope->kind);
	char received[TD_TIMESTAMP_TEXT_MAX];

	(void)view;
	if (!td_timestamp_print(verdict->append_ms / 1000,
				(int32_t)(verdict->append_ms % 1000) * 1000000, received))
		received[0] = '\0';
	return json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:o}",
			 "reporter", item->reporter, "rawOffset", (json_int_t)verdict->raw_offset,
			 "received", received, "referenceVersion",
			 (json_int_t)verdict->reference_version, "state", states[item->state],
			 "source", envelope->source, "epoch", (json_int_t)envelope->epoch,
			 "sequence", (json_int_t)envelope->sequence, "kind", kind ? kind->name : "",
			 "recordId", envelope->record_id, "revision",
			 (json_int_t)envelope->revision, "accepted", (json_int_t)item->accepted,
			 "reasons", reasons_of(verdict->rejected));
}

/* `event` or `bytes`, behind the other keys. */
static void add_event(const td_rejects_view_t *view, const td_rejection_t *item, td_buf_t *out)
{
	td_buf_t event = td_buf_make(out->max);
	const td_slice_t raw = td_verdict_raw(item->verdict);
	bool exact = false;

	if (write_event(view, item, &event, &exact)) {
		td_buf_add_text(out, exact ? ",\"event\":" : ",\"eventAsFarAsReadable\":");
		td_buf_add_slice(out, td_buf_slice(&event));
	}
	if (!exact) {
		td_buf_add_text(out, ",\"bytes\":\"");
		td_base64_add(out, raw);
		td_buf_add_text(out, "\"");
	}
	td_buf_free(&event);
}

bool td_rejects_object(const td_rejects_view_t *view, const td_rejection_t *item, td_buf_t *out)
{
	json_t *head = head_of(view, item);
	char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;

	if (text) {
		td_buf_add(out, text, strlen(text) - 1); /* without the last brace */
		add_event(view, item, out);
		td_buf_add_text(out, "}\n");
	}
	free(text);
	json_decref(head);
	return text != NULL;
}

static void add_reasons(const td_rejects_view_t *view, const td_rejection_t *item, td_buf_t *out)
{
	const Thidua__V1__Rejected *rejected = item->verdict->rejected;

	for (size_t i = 0; i < rejected->n_reasons; i++) {
		char code[8];

		td_reason_print(rejected->reasons[i]->code, code);
		td_buf_add_text(out, "  ");
		td_buf_add_text(out, code);
		td_buf_add_text(out, " ");
		td_buf_add_text(out, rejected->reasons[i]->field);
		td_buf_add_text(out, rejected->reasons[i]->field[0] ? ": " : "");
		td_buf_add_text(out, td_rejects_sentence(view, rejected->reasons[i]->code));
		td_buf_add_text(out, "\n");
	}
}

static const char *heading(const td_rejects_view_t *view, const td_rejection_t *item)
{
	static const char vi[] = "Bị từ chối: %s, vị trí %" PRIu64 ", tiếp nhận %s\n"
				 "Nguồn:       %s, kỳ %" PRIu64 ", số %" PRIu64 "\n"
				 "Bản ghi:     %s %s, phiên bản %" PRIu64 "\n"
				 "Trạng thái:  %s\n"
				 "Lý do (dữ liệu danh mục phiên bản %" PRIu32 "):\n";
	static const char en[] = "Rejected: %s, offset %" PRIu64 ", received %s\n"
				 "Source:   %s, epoch %" PRIu64 ", sequence %" PRIu64 "\n"
				 "Record:   %s %s, revision %" PRIu64 "\n"
				 "State:    %s\n"
				 "Reasons (reference data version %" PRIu32 "):\n";
	const Thidua__V1__Verdict *verdict = item->verdict;
	const td_envelope_t *envelope = &item->envelope;
	const char *received = td_rejects_time(view, verdict->append_ms);

#define HEADING_OF(format)                                                                         \
	td_arena_format(view->arena, format, item->reporter, verdict->raw_offset, received,        \
			envelope->source, envelope->epoch, envelope->sequence,                     \
			td_rejects_kind(view, envelope->kind), envelope->record_id,                \
			envelope->revision, td_rejects_state(view, item->state),                   \
			verdict->reference_version)
	if (!received)
		return NULL;
	return view->english ? HEADING_OF(en) : HEADING_OF(vi);
#undef HEADING_OF
}

/* The event, so that it can be corrected and fed again. */
static void show_event(const td_rejects_view_t *view, const td_rejection_t *item, td_buf_t *out)
{
	const td_slice_t raw = td_verdict_raw(item->verdict);
	td_buf_t event = td_buf_make(out->max);
	bool exact = false, readable = write_event(view, item, &event, &exact);

	if (exact)
		td_buf_add_text(out, view->english ? "The event, to correct and feed again:\n"
						   : "Sự kiện, để sửa rồi gửi lại:\n");
	else if (readable)
		td_buf_add_text(out, view->english ? "The event, as far as it can be read:\n"
						   : "Sự kiện, phần còn đọc được:\n");
	if (readable) {
		td_buf_add_slice(out, td_buf_slice(&event));
		td_buf_add_text(out, "\n");
	}
	if (!exact) {
		td_buf_add_text(out, view->english ? "Its bytes, in base64:\n"
						   : "Nguyên văn (base64):\n");
		td_base64_add(out, raw);
		td_buf_add_text(out, "\n");
	}
	td_buf_free(&event);
}

bool td_rejects_one(const td_rejects_view_t *view, const td_rejection_t *rejection, td_buf_t *out,
		    td_err_t *err)
{
	bool fine = true;

	if (view->format == TD_REJECTS_JSON) {
		fine = td_rejects_object(view, rejection, out);
	} else {
		const char *text = heading(view, rejection);

		fine = text != NULL;
		td_buf_add_text(out, text ? text : "");
		add_reasons(view, rejection, out);
		show_event(view, rejection, out);
	}
	return (fine && !out->failed) || td_err_set(err, TD_EMEMORY, "no memory to show it");
}
