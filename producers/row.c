#include "producers/row.h"

#include "workers/decode.h"
#include "workers/validate.h"

#include <assert.h>
#include <stdio.h>

static_assert((int)TD_ROW_SYNTAX == (int)TD_JSON_SYNTAX + 1 &&
		      (int)TD_ROW_TOO_LARGE == (int)TD_JSON_TOO_LARGE + 1,
	      "row_reason.def begins with the kinds of td_json_kind_t");

typedef struct sentences {
	const char *vi, *en;
} sentences_t;

static sentences_t sentences_of(td_row_reason_t reason)
{
	static const struct {
		td_row_reason_t reason;
		sentences_t says;
	} TABLE[] = {
#define TD_ROW_REASON(number, name, vi, en) {TD_ROW_##name, {vi, en}},
#include "producers/row_reason.def"
#undef TD_ROW_REASON
	};
	for (size_t i = 0; i < TD_COUNT(TABLE); i++)
		if (TABLE[i].reason == reason)
			return TABLE[i].says;
	return (sentences_t){"", ""};
}

/* The next finding to fill, NULL if there is no room: the row is refused all the same. */
static td_row_finding_t *next_finding(td_row_findings_t *findings, const char *field,
				      const char *detail)
{
	if (findings->count == TD_ROW_FINDINGS_MAX)
		return NULL;
	td_row_finding_t *item = &findings->items[findings->count++];
	(void)snprintf(item->field, sizeof item->field, "%s", field);
	(void)snprintf(item->detail, sizeof item->detail, "%s", detail);
	return item;
}

void td_row_add(td_row_findings_t *findings, td_row_reason_t reason, const char *field,
		const char *detail)
{
	td_row_finding_t *item = next_finding(findings, field, detail);
	if (item == NULL)
		return;
	sentences_t says = sentences_of(reason);
	(void)snprintf(item->code, sizeof item->code, "R%03u", (unsigned)reason % 1000);
	item->vi = says.vi;
	item->en = says.en;
}

static void add_reason(td_row_findings_t *findings, td_reason_t reason, const char *field)
{
	td_row_finding_t *item = next_finding(findings, field, "");
	if (item == NULL)
		return;
	const td_reason_info_t *info = td_reason_find(reason);
	td_reason_print(reason, item->code);
	item->vi = info == NULL ? "" : info->vi;
	item->en = info == NULL ? "" : info->en;
}

static void add_all(td_row_findings_t *findings, const td_findings_t *found)
{
	for (size_t i = 0; i < found->count; i++)
		add_reason(findings, found->items[i].reason, found->items[i].field);
}

static td_event_t *read_json(td_slice_t line, td_arena_t *arena, td_row_findings_t *errors)
{
	td_json_problems_t problems;
	ProtobufCMessage *message =
		td_json_read(line, &thidua__v1__event__descriptor, arena, &problems);
	for (size_t i = 0; i < problems.count && i < TD_JSON_PROBLEMS_MAX; i++)
		td_row_add(errors, (td_row_reason_t)((int)problems.items[i].kind + 1),
			   problems.items[i].path, problems.items[i].text);
	return (td_event_t *)message;
}

/* Fills in what only the producer knows; refuses a row that pretends to know it. */
static void fill_envelope(td_event_t *event, const td_row_context_t *context, uint64_t sequence,
			  td_row_findings_t *errors)
{
	if (event->source[0] != '\0')
		td_row_add(errors, TD_ROW_NOT_YOURS, "source", "");
	if (event->epoch != 0)
		td_row_add(errors, TD_ROW_NOT_YOURS, "epoch", "");
	if (event->sequence != 0)
		td_row_add(errors, TD_ROW_NOT_YOURS, "sequence", "");
	if (event->source_line != 0)
		td_row_add(errors, TD_ROW_NOT_YOURS, "source_line", "");
	if (event->kind == THIDUA__V1__KIND__KIND_CHECKPOINT ||
	    event->body_case == THIDUA__V1__EVENT__BODY_CHECKPOINT)
		td_row_add(errors, TD_ROW_CHECKPOINT, "kind", "");
	if (event->reporter[0] == '\0')
		event->reporter = (char *)context->reporter;
	event->source = (char *)context->source;
	event->epoch = context->epoch;
	event->sequence = sequence;
	event->source_line = context->source_line;
}

static bool pack(const td_event_t *event, td_arena_t *arena, td_slice_t *packed)
{
	size_t size = thidua__v1__event__get_packed_size(event);
	uint8_t *bytes = td_arena_take(arena, size);
	if (bytes == NULL)
		return false;
	*packed = (td_slice_t){bytes, thidua__v1__event__pack(event, bytes)};
	return true;
}

/* What the worker would say of these bytes. */
static void judge(const td_row_context_t *context, td_slice_t packed, td_arena_t *arena,
		  td_row_t *row)
{
	td_findings_t errors, warnings;
	const td_event_t *event = td_decode_event(packed.data, packed.size, arena, &errors);
	if (event == NULL) {
		add_all(&row->errors, &errors);
		if (errors.count == 0) /* the arena is full */
			td_row_add(&row->errors, TD_ROW_TOO_LARGE, "", "");
		return;
	}
	if (!td_validate_event(event, context->reference, context->reporter, context->now_ms,
			       &errors, &warnings))
		for (size_t i = 0; i < errors.count; i++)
			add_reason(td_validate_by_reference(errors.items[i].reason) ? &row->warnings
										    : &row->errors,
				   errors.items[i].reason, errors.items[i].field);
	add_all(&row->warnings, &warnings);
}

bool td_row_read(const td_row_context_t *context, td_slice_t line, uint64_t sequence,
		 td_arena_t *arena, td_row_t *row)
{
	row->packed = (td_slice_t){NULL, 0};
	row->errors.count = row->warnings.count = 0;
	td_event_t *event = read_json(line, arena, &row->errors);
	if (event == NULL)
		return false;
	fill_envelope(event, context, sequence, &row->errors);
	td_slice_t packed;
	if (!pack(event, arena, &packed)) {
		td_row_add(&row->errors, TD_ROW_TOO_LARGE, "", "");
		return false;
	}
	judge(context, packed, arena, row);
	if (row->errors.count == 0)
		row->packed = packed;
	return row->errors.count == 0;
}
