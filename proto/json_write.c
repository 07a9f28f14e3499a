#include "proto/json.h"

#include "proto/json_text.h"

#include <google/protobuf/timestamp.pb-c.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <utf8proc.h>

typedef struct writer {
	td_buf_t *out;
	td_err_t *err;
	unsigned depth;
} writer_t;

static void write_escaped(td_buf_t *out, uint8_t c)
{
	static const char SHORT[] = "\b\f\n\r\t\"\\", LETTER[] = "bfnrt\"\\";
	const char *found = memchr(SHORT, c, sizeof SHORT - 1);
	char text[8];
	if (found != NULL)
		(void)snprintf(text, sizeof text, "\\%c", LETTER[found - SHORT]);
	else
		(void)snprintf(text, sizeof text, "\\u%04x", c);
	td_buf_add_text(out, text);
}

static bool is_utf8(const char *text, size_t size)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	while (size > 0) {
		utf8proc_int32_t point;
		utf8proc_ssize_t taken = utf8proc_iterate(at, (utf8proc_ssize_t)size, &point);
		if (taken <= 0)
			return false;
		at += taken;
		size -= (size_t)taken;
	}
	return true;
}

static bool write_text(writer_t *writer, const char *text)
{
	size_t size = strlen(text);
	if (!is_utf8(text, size))
		return td_err_set(writer->err, TD_EDATA, "the text is not UTF-8");
	td_buf_add_byte(writer->out, '"');
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)text[i];
		if (c < ' ' || c == '"' || c == '\\')
			write_escaped(writer->out, c);
		else
			td_buf_add_byte(writer->out, c);
	}
	td_buf_add_byte(writer->out, '"');
	return true;
}

static bool write_bytes(writer_t *writer, const ProtobufCBinaryData *bytes)
{
	td_buf_add_byte(writer->out, '"');
	td_base64_add(writer->out, (td_slice_t){bytes->data, bytes->len});
	td_buf_add_byte(writer->out, '"');
	return true;
}

static bool write_enum(writer_t *writer, const ProtobufCEnumDescriptor *type, int32_t number)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(type, number);
	if (value == NULL) {
		td_buf_add_decimal(writer->out, number);
		return true;
	}
	return write_text(writer, value->name);
}

static bool write_timestamp(writer_t *writer, const ProtobufCMessage *message)
{
	const Google__Protobuf__Timestamp *moment = (const Google__Protobuf__Timestamp *)message;
	char text[TD_TIMESTAMP_TEXT_MAX];
	if (!td_timestamp_print(moment->seconds, moment->nanos, text))
		return td_err_set(writer->err, TD_EDATA, "the moment is out of the years 1..9999");
	return write_text(writer, text);
}

static bool write_fields(writer_t *writer, const ProtobufCMessage *message);

static bool write_message(writer_t *writer, const ProtobufCMessage *message)
{
	if (message->descriptor == &google__protobuf__timestamp__descriptor)
		return write_timestamp(writer, message);
	if (writer->depth == TD_JSON_DEPTH_MAX)
		return td_err_set(writer->err, TD_EDATA, "messages are nested too deep");
	writer->depth++;
	td_buf_add_byte(writer->out, '{');
	bool fine = write_fields(writer, message);
	td_buf_add_byte(writer->out, '}');
	writer->depth--;
	return fine;
}

static bool write_number(writer_t *writer, const char *format, ...) TD_FORMAT(2, 3);
static bool write_number(writer_t *writer, const char *format, ...)
{
	char text[32];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	td_buf_add_text(writer->out, text);
	return length > 0;
}

static bool write_value(writer_t *writer, const ProtobufCFieldDescriptor *field, const void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return write_number(writer, "%" PRId32, *(const int32_t *)at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return write_number(writer, "%" PRIu32, *(const uint32_t *)at);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return write_number(writer, "\"%" PRId64 "\"", *(const int64_t *)at);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return write_number(writer, "\"%" PRIu64 "\"", *(const uint64_t *)at);
	case PROTOBUF_C_TYPE_BOOL:
		return write_number(writer, "%s",
				    *(const protobuf_c_boolean *)at ? "true" : "false");
	case PROTOBUF_C_TYPE_ENUM:
		return write_enum(writer, field->descriptor, *(const int32_t *)at);
	case PROTOBUF_C_TYPE_STRING:
		return write_text(writer, *(const char *const *)at);
	case PROTOBUF_C_TYPE_BYTES:
		return write_bytes(writer, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return write_message(writer, *(const ProtobufCMessage *const *)at);
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		break;
	}
	return td_err_set(writer->err, TD_EBUG, "floating-point fields are not supported");
}

static bool write_list(writer_t *writer, const ProtobufCFieldDescriptor *field,
		       const uint8_t *message)
{
	size_t count = *(const size_t *)(message + field->quantifier_offset);
	const uint8_t *items = *(const uint8_t *const *)(message + field->offset);
	td_buf_add_byte(writer->out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			td_buf_add_byte(writer->out, ',');
		if (!write_value(writer, field, items + i * td_json_size_of(field->type)))
			return td_err_prefix(writer->err, "[%zu]", i);
	}
	td_buf_add_byte(writer->out, ']');
	return true;
}

/* True if a singular field holds something else than its default. */
static bool is_given(const ProtobufCFieldDescriptor *field, const uint8_t *message)
{
	const void *at = message + field->offset;
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
		return *(const uint32_t *)(message + field->quantifier_offset) == field->id;
	static const uint8_t ZEROS[sizeof(ProtobufCBinaryData)];
	const char *text;
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		text = *(const char *const *)at;
		return text != NULL && text[0] != '\0';
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len > 0;
	default:
		return memcmp(at, ZEROS, td_json_size_of(field->type)) != 0;
	}
}

static bool write_field(writer_t *writer, const ProtobufCFieldDescriptor *field,
			const uint8_t *message, bool *first)
{
	bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
	bool given = is_list ? *(const size_t *)(message + field->quantifier_offset) > 0
			     : is_given(field, message);
	if (!given)
		return true;
	td_buf_add_text(writer->out, *first ? "\"" : ",\"");
	td_json_add_name(writer->out, field->name);
	td_buf_add_text(writer->out, "\":");
	*first = false;
	if (is_list ? write_list(writer, field, message)
		    : write_value(writer, field, message + field->offset))
		return true;
	return td_err_prefix(writer->err, "%s", field->name);
}

static bool write_fields(writer_t *writer, const ProtobufCMessage *message)
{
	bool first = true;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++)
		if (!write_field(writer, &message->descriptor->fields[i], (const uint8_t *)message,
				 &first))
			return false;
	return true;
}

bool td_json_write(const ProtobufCMessage *message, td_buf_t *out, td_err_t *err)
{
	writer_t writer = {.out = out, .err = err};
	if (!write_message(&writer, message))
		return false;
	if (out->failed)
		return td_err_set(err, TD_EMEMORY, "the JSON text is longer than %zu bytes",
				  out->max);
	return true;
}
