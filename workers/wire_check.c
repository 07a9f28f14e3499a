#include "workers/wire_check.h"

#include "workers/path.h"
#include "workers/text.h"
#include "workers/wire_rules.h"

typedef ProtobufCFieldDescriptor field_t;

/* One message under way. */
typedef struct level {
	const struct level *up; /* the message around it; NULL at the top */
	const field_t *field;   /* the field being read */
	const ProtobufCMessageDescriptor *descriptor;
	td_wire_reader_t reader;
	uint64_t seen;   /* bit i: fields[i] occurred; no message has more than 64 */
	unsigned cursor; /* index of the field read last */
	size_t items;    /* entries of the repeated field read last */
	unsigned oneofs; /* members of oneofs that occurred */
	unsigned depth;
} level_t;

typedef struct scan {
	const td_wire_limits_t *limits;
	td_findings_t *findings;
} scan_t;

/* Notes a finding about the field being read, or about the message when it has none. */
static void object(scan_t *scan, const level_t *level, td_reason_t reason)
{
	const char *names[TD_WIRE_DEPTH_MAX];
	size_t count = 0;
	for (; level != NULL; level = level->up)
		if (level->field != NULL && count < TD_COUNT(names))
			names[count++] = level->field->name;
	td_findings_add(scan->findings, reason, td_path_of(names, count));
}

static void check_number(scan_t *scan, const level_t *level, uint64_t value)
{
	const field_t *field = level->field;
	if (!td_wire_fits(field, value))
		object(scan, level, TD_REASON_NUMBER_TYPE);
	else if (!td_wire_is_known(field, value))
		object(scan, level, TD_REASON_UNKNOWN_ENUM);
}

static void check_packed(scan_t *scan, const level_t *level, td_slice_t content)
{
	td_wire_reader_t reader = {content.data, content.data + content.size, true};
	size_t items = 0;
	uint64_t value;
	while (td_wire_more(&reader)) {
		if (!td_wire_read_varint(&reader, &value)) {
			object(scan, level, TD_REASON_TRUNCATED);
			return;
		}
		if (++items > scan->limits->items_max) {
			object(scan, level, TD_REASON_TOO_MANY);
			return;
		}
		check_number(scan, level, value);
	}
	if (items == 0 || !reader.shortest)
		object(scan, level, TD_REASON_NOT_CANONICAL);
}

static void check_text(scan_t *scan, const level_t *level, td_slice_t text)
{
	td_reason_t reason = TD_REASON_TOO_LONG;
	if (text.size <= scan->limits->text_max)
		reason = td_text_check(text);
	if (reason != 0)
		object(scan, level, reason);
}

static void scan_message(scan_t *scan, level_t *level);

static void check_message(scan_t *scan, const level_t *level, td_slice_t content)
{
	level_t inner = {
		.up = level,
		.descriptor = level->field->descriptor,
		.reader = {content.data, content.data + content.size, true},
		.depth = level->depth + 1,
	};
	if (inner.depth == TD_WIRE_DEPTH_MAX)
		object(scan, level, TD_REASON_TOO_MANY);
	else
		scan_message(scan, &inner);
}

static void check_content(scan_t *scan, const level_t *level, td_slice_t content)
{
	const field_t *field = level->field;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		check_message(scan, level, content);
	else if (field->type == PROTOBUF_C_TYPE_STRING)
		check_text(scan, level, content);
	else if (field->type != PROTOBUF_C_TYPE_BYTES)
		check_packed(scan, level, content);
	else if (content.size > scan->limits->bytes_max)
		object(scan, level, TD_REASON_TOO_LONG);
}

static void check_value(scan_t *scan, const level_t *level, const td_wire_element_t *element)
{
	const field_t *field = level->field;
	if (element->type != td_wire_type_of(field)) {
		object(scan, level, TD_REASON_WIRE_TYPE);
		return;
	}
	if (td_wire_is_left_out(field, element))
		object(scan, level, TD_REASON_NOT_CANONICAL);
	if (element->type == TD_WIRE_BYTES)
		check_content(scan, level, element->content);
	else
		check_number(scan, level, element->value);
}

/* Moves the cursor to field `number`: forward when the fields are in order. False if there is none.
 */
static bool find_field(level_t *level, uint32_t number, bool *in_order)
{
	unsigned at = level->cursor, count = level->descriptor->n_fields;
	const field_t *field = &level->descriptor->fields[at];
	*in_order = field->id <= number;
	if (!*in_order) {
		at = 0;
		field = level->descriptor->fields;
	}
	for (; at < count && field->id < number; at++)
		field++;
	if (at == count || field->id != number)
		return false;
	if (at != level->cursor)
		level->items = 0;
	level->cursor = at;
	level->field = field;
	return true;
}

/* Whether another member of the same oneof has been seen. Most messages have one member of one. */
static bool oneof_taken(level_t *level)
{
	const field_t *fields = level->descriptor->fields;
	if (level->oneofs++ == 0)
		return false;
	for (unsigned i = 0; i < level->descriptor->n_fields; i++)
		if ((level->seen >> i & 1U) != 0 && td_wire_in_oneof(&fields[i]) &&
		    fields[i].quantifier_offset == level->field->quantifier_offset)
			return true;
	return false;
}

/* How often, and where in the order, a field may come. */
static void check_occurrence(scan_t *scan, level_t *level, bool in_order)
{
	const field_t *field = level->field;
	uint64_t bit = UINT64_C(1) << level->cursor;
	bool again = (level->seen & bit) != 0;
	bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
	if (again && !td_wire_goes_on(field))
		object(scan, level, TD_REASON_FIELD_TWICE);
	else if (!again && td_wire_in_oneof(field) && oneof_taken(level))
		object(scan, level, TD_REASON_FIELD_TWICE);
	else if (!in_order)
		object(scan, level, TD_REASON_NOT_CANONICAL);
	else if (list && ++level->items == scan->limits->items_max + 1)
		object(scan, level, TD_REASON_TOO_MANY);
	level->seen |= bit;
}

/* One field; false when what follows cannot be read. */
static bool scan_field(scan_t *scan, level_t *level)
{
	td_wire_element_t element = {0};
	level->field = NULL;
	if (!td_wire_read(&level->reader, &element)) {
		object(scan, level, TD_REASON_TRUNCATED);
		return false;
	}
	bool in_order;
	bool known = find_field(level, element.number, &in_order);
	if (element.type > TD_WIRE_BYTES && element.type != TD_WIRE_FIXED32) {
		object(scan, level, TD_REASON_WIRE_TYPE);
		return false;
	}
	if (!known) {
		object(scan, level, TD_REASON_UNKNOWN_FIELD);
		return true;
	}
	check_occurrence(scan, level, in_order);
	check_value(scan, level, &element);
	return true;
}

static void scan_message(scan_t *scan, level_t *level)
{
	while (td_wire_more(&level->reader) && scan_field(scan, level))
		;
	level->field = NULL;
	if (!level->reader.shortest)
		object(scan, level, TD_REASON_NOT_CANONICAL);
}

void td_wire_check(td_slice_t bytes, const ProtobufCMessageDescriptor *descriptor,
		   const td_wire_limits_t *limits, td_findings_t *findings)
{
	scan_t scan = {limits, findings};
	level_t top = {
		.descriptor = descriptor,
		.reader = {bytes.data, bytes.data + bytes.size, true},
	};
	scan_message(&scan, &top);
}
