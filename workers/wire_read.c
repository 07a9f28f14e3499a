#include "workers/wire_read.h"

#include "workers/text.h"
#include "workers/wire_rules.h"

typedef ProtobufCFieldDescriptor field_t;

typedef struct reading {
	const td_wire_limits_t *limits;
	td_arena_t *arena;
	uint8_t *texts; /* where the next text goes; with its end it is shorter than its field, so
			   there is room for all */
} reading_t;

static void *place_of(ProtobufCMessage *message, const field_t *field)
{
	return (uint8_t *)message + field->offset;
}

/* How many entries a list has; the number of a oneof's member lies in the same place. */
static void *quantifier_of(ProtobufCMessage *message, const field_t *field)
{
	return (uint8_t *)message + field->quantifier_offset;
}

static ProtobufCMessage *new_message(reading_t *reading,
				     const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = td_arena_take(reading->arena, descriptor->sizeof_message);
	if (message != NULL)
		descriptor->message_init(message);
	return message;
}

/* The place of a list's next entry, of `size` bytes; the list doubles when it is full. */
static void *next_entry(reading_t *reading, ProtobufCMessage *message, const field_t *field,
			size_t size)
{
	size_t *count = quantifier_of(message, field);
	uint8_t **list = place_of(message, field);
	bool power_of_two = (*count & (*count - 1)) == 0;
	if (*count == reading->limits->items_max)
		return NULL;
	if (power_of_two) { /* 0 too */
		uint8_t *longer =
			td_arena_take(reading->arena, (*count == 0 ? 1 : 2 * *count) * size);
		if (longer == NULL)
			return NULL;
		if (*count > 0)
			memcpy(longer, *list, *count * size);
		*list = longer;
	}
	return *list + (*count)++ * size;
}

/* The place of a single value, or of a list's next one; NULL when there is none. */
static void *take_place(reading_t *reading, ProtobufCMessage *message, const field_t *field,
			size_t size)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return next_entry(reading, message, field, size);
	if (td_wire_in_oneof(field))
		*(uint32_t *)quantifier_of(message, field) = field->id;
	return place_of(message, field);
}

static bool read_number(ProtobufCMessage *message, const field_t *field, uint64_t value)
{
	if (!td_wire_fits(field, value) || !td_wire_is_known(field, value))
		return false;
	if (td_wire_in_oneof(field))
		*(uint32_t *)quantifier_of(message, field) = field->id;
	if (field->type == PROTOBUF_C_TYPE_UINT64 || field->type == PROTOBUF_C_TYPE_INT64) {
		memcpy(place_of(message, field), &value, sizeof value);
	} else {
		uint32_t narrow = (uint32_t)value; /* truths and enums are as wide as int */
		memcpy(place_of(message, field), &narrow, sizeof narrow);
	}
	return true;
}

static bool read_text(reading_t *reading, ProtobufCMessage *message, const field_t *field,
		      td_slice_t text)
{
	uint8_t *copy = reading->texts;
	if (text.size > reading->limits->text_max || td_text_check(text) != 0)
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	reading->texts += text.size + 1;
	uint8_t **place = take_place(reading, message, field, sizeof *place);
	if (place != NULL)
		*place = copy;
	return place != NULL;
}

static bool read_bytes(reading_t *reading, ProtobufCMessage *message, const field_t *field,
		       td_slice_t bytes)
{
	uint8_t *copy = reading->texts;
	if (bytes.size > reading->limits->bytes_max)
		return false;
	memcpy(copy, bytes.data, bytes.size);
	reading->texts += bytes.size;
	ProtobufCBinaryData *place = take_place(reading, message, field, sizeof *place);
	if (place != NULL)
		*place = (ProtobufCBinaryData){bytes.size, copy};
	return place != NULL;
}

/* A list of numbers of 32 bits each; none is longer than its bytes are many. */
static bool read_packed(reading_t *reading, ProtobufCMessage *message, const field_t *field,
			td_slice_t content)
{
	td_wire_reader_t reader = {content.data, content.data + content.size, true};
	size_t room = content.size < reading->limits->items_max ? content.size
								: reading->limits->items_max;
	uint32_t *numbers = td_arena_take(reading->arena, room * sizeof *numbers);
	size_t count = 0;
	uint64_t value;
	if (numbers == NULL || content.size == 0)
		return false;
	for (; td_wire_more(&reader); numbers[count++] = (uint32_t)value) {
		if (!td_wire_read_varint(&reader, &value) || count == room ||
		    !td_wire_fits(field, value) || !td_wire_is_known(field, value))
			return false;
	}
	*(uint32_t **)place_of(message, field) = numbers;
	*(size_t *)quantifier_of(message, field) = count;
	return reader.shortest;
}

static bool read_fields(reading_t *reading, td_slice_t bytes, ProtobufCMessage *message,
			unsigned depth);

static bool read_inner(reading_t *reading, ProtobufCMessage *message, const field_t *field,
		       td_slice_t bytes, unsigned depth)
{
	if (depth == TD_WIRE_DEPTH_MAX)
		return false;
	ProtobufCMessage **place = take_place(reading, message, field, sizeof *place);
	if (place == NULL)
		return false;
	*place = new_message(reading, field->descriptor);
	return *place != NULL && read_fields(reading, bytes, *place, depth);
}

static bool read_content(reading_t *reading, ProtobufCMessage *message, const field_t *field,
			 td_slice_t content, unsigned depth)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		return read_inner(reading, message, field, content, depth + 1);
	case PROTOBUF_C_TYPE_STRING:
		return read_text(reading, message, field, content);
	case PROTOBUF_C_TYPE_BYTES:
		return read_bytes(reading, message, field, content);
	default:
		return read_packed(reading, message, field, content);
	}
}

/* Whether the field may come here: lists of messages, texts or bytes go on, everything else comes
 * once, and one member of a oneof. */
static bool may_come(ProtobufCMessage *message, const field_t *field, bool again)
{
	if (again)
		return td_wire_goes_on(field);
	return !td_wire_in_oneof(field) || *(uint32_t *)quantifier_of(message, field) == 0;
}

static bool read_fields(reading_t *reading, td_slice_t bytes, ProtobufCMessage *message,
			unsigned depth)
{
	td_wire_reader_t reader = {bytes.data, bytes.data + bytes.size, true};
	const field_t *field = message->descriptor->fields, *before = NULL;
	const field_t *end = field + message->descriptor->n_fields;
	td_wire_element_t element = {0};
	for (; td_wire_more(&reader); before = field) {
		if (!td_wire_read(&reader, &element))
			return false;
		while (field < end && field->id < element.number)
			field++;
		if (field == end || field->id != element.number ||
		    element.type != td_wire_type_of(field) ||
		    td_wire_is_left_out(field, &element) ||
		    !may_come(message, field, field == before))
			return false;
		bool read = element.type == TD_WIRE_BYTES
				    ? read_content(reading, message, field, element.content, depth)
				    : read_number(message, field, element.value);
		if (!read)
			return false;
	}
	return reader.shortest;
}

ProtobufCMessage *td_wire_read_message(td_slice_t bytes,
				       const ProtobufCMessageDescriptor *descriptor,
				       const td_wire_limits_t *limits, td_arena_t *arena)
{
	reading_t reading = {limits, arena, td_arena_take(arena, bytes.size)};
	ProtobufCMessage *message = new_message(&reading, descriptor);
	if (reading.texts == NULL || message == NULL || !read_fields(&reading, bytes, message, 0))
		return NULL;
	return message;
}
