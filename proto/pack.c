#include "proto/pack.h"

typedef ProtobufCFieldDescriptor field_t;

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* Where is written, downwards. */
typedef struct writer {
	uint8_t *start, *at;
	bool full;
} writer_t;

static void put(writer_t *writer, const void *data, size_t size)
{
	if (size > (size_t)(writer->at - writer->start)) {
		writer->full = true;
		return;
	}
	writer->at -= size;
	if (size > 0)
		memcpy(writer->at, data, size);
}

static void put_varint(writer_t *writer, uint64_t value)
{
	size_t size = 1;
	for (uint64_t rest = value >> 7; rest != 0; rest >>= 7)
		size++;
	if (size > (size_t)(writer->at - writer->start)) {
		writer->full = true;
		return;
	}
	uint8_t *at = writer->at -= size;
	for (; value >= 0x80; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at = (uint8_t)value;
}

static void put_tag(writer_t *writer, const field_t *field, uint32_t wire_type)
{
	put_varint(writer, (uint64_t)field->id << 3 | wire_type);
}

/* Bytes that end at writer->at and began at `end` become a field. */
static void close_bytes(writer_t *writer, const field_t *field, const uint8_t *end)
{
	put_varint(writer, (uint64_t)(end - writer->at));
	put_tag(writer, field, WIRE_BYTES);
}

static void put_message(writer_t *writer, const ProtobufCMessage *message);

/* One text, bytes or message at `value`; an empty one is left out unless `must`. */
static void put_content(writer_t *writer, const field_t *field, const void *value, bool must)
{
	const uint8_t *end = writer->at;
	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		const ProtobufCMessage *const *message = value;
		if (*message == NULL)
			return;
		put_message(writer, *message);
		must = true;
	} else if (field->type == PROTOBUF_C_TYPE_STRING) {
		const char *const *text = value;
		if (*text != NULL)
			put(writer, *text, strlen(*text));
	} else {
		const ProtobufCBinaryData *bytes = value;
		put(writer, bytes->data, bytes->len);
	}
	if (must || writer->at != end)
		close_bytes(writer, field, end);
}

/* A number as it is written: what is negative has 64 bits. */
static uint64_t number_of(const field_t *field, const void *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_INT64:
		return *(const uint64_t *)value;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return *(const uint32_t *)value;
	default:
		return (uint64_t)(int64_t) * (const int32_t *)value;
	}
}

static void put_number(writer_t *writer, const field_t *field, const void *value, bool must)
{
	uint64_t number = number_of(field, value);
	if (number == 0 && !must)
		return;
	if (field->type != PROTOBUF_C_TYPE_FIXED32) {
		put_varint(writer, number);
		put_tag(writer, field, WIRE_VARINT);
		return;
	}
	const uint8_t bytes[] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
				 (uint8_t)(number >> 24)};
	put(writer, bytes, sizeof bytes);
	put_tag(writer, field, WIRE_FIXED32);
}

static bool has_content(const field_t *field)
{
	return field->type == PROTOBUF_C_TYPE_MESSAGE || field->type == PROTOBUF_C_TYPE_STRING ||
	       field->type == PROTOBUF_C_TYPE_BYTES;
}

static void put_value(writer_t *writer, const field_t *field, const void *value, bool must)
{
	if (has_content(field))
		put_content(writer, field, value, must);
	else
		put_number(writer, field, value, must);
}

static void put_list(writer_t *writer, const field_t *field, const void *list, size_t count)
{
	const uint8_t *end = writer->at;
	size_t size =
		field->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : sizeof(void *);
	if (count == 0)
		return;
	if (has_content(field)) {
		for (size_t i = count; i-- > 0;)
			put_content(writer, field, (const uint8_t *)list + i * size, true);
		return;
	}
	for (size_t i = count; i-- > 0;)
		put_varint(writer, ((const uint32_t *)list)[i]);
	close_bytes(writer, field, end);
}

static void put_message(writer_t *writer, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	for (unsigned i = descriptor->n_fields; i-- > 0;) {
		const field_t *field = &descriptor->fields[i];
		const uint8_t *base = (const uint8_t *)message;
		const void *value = base + field->offset;
		const void *quantifier = base + field->quantifier_offset;
		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			put_list(writer, field, *(const void *const *)value,
				 *(const size_t *)quantifier);
		else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
			put_value(writer, field, value, false);
		else if (*(const uint32_t *)quantifier == field->id)
			put_value(writer, field, value, true);
	}
}

bool td_pack_message(const ProtobufCMessage *message, size_t room, td_arena_t *arena,
		     td_slice_t *packed)
{
	uint8_t *start = td_arena_take(arena, room);
	if (start == NULL)
		return false;
	writer_t writer = {.start = start, .at = start + room};
	put_message(&writer, message);
	*packed = (td_slice_t){writer.at, (size_t)(start + room - writer.at)};
	return !writer.full;
}
