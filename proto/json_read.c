#include "proto/json.h"

#include "proto/json_text.h"
#include "proto/json_whole.h"

#include <google/protobuf/timestamp.pb-c.h>

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <utf8proc.h>

typedef struct reader {
	td_arena_t *arena;
	td_json_problems_t *problems;
	unsigned depth;
	size_t path_size; /* of the whole path, which may be longer than what is kept of it */
	char path[TD_JSON_PATH_MAX];
} reader_t;

/* What others wrote, shown in a line of ours: control characters, and bytes that are no UTF-8 or
 * were cut to be none, become question marks. */
static void make_line(char *text)
{
	for (char *at = text; *at != '\0';) {
		utf8proc_int32_t character;
		utf8proc_ssize_t size =
			utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &character);
		bool hidden =
			size <= 0 || character < 0x20 || (character >= 0x7f && character < 0xa0);
		size = size <= 0 ? 1 : size;
		if (hidden)
			memset(at, '?', (size_t)size);
		at += size;
	}
}

/* Adds a problem at the present path. Returns false, so that a failing reader can end in it. */
static bool problem(reader_t *reader, td_json_kind_t kind, const char *format, ...) TD_FORMAT(3, 4);
static bool problem(reader_t *reader, td_json_kind_t kind, const char *format, ...)
{
	size_t at = reader->problems->count++;
	if (at >= TD_JSON_PROBLEMS_MAX)
		return false;
	td_json_problem_t *item = &reader->problems->items[at];
	item->kind = kind;
	memcpy(item->path, reader->path, sizeof item->path);
	va_list args;
	va_start(args, format);
	if (vsnprintf(item->text, sizeof item->text, format, args) < 0)
		item->text[0] = '\0';
	va_end(args);
	make_line(item->path);
	make_line(item->text);
	return false;
}

static bool out_of_memory(reader_t *reader)
{
	return problem(reader, TD_JSON_TOO_LARGE, "the message takes more memory than is allowed");
}

/* Appends a step to the path; undone by path_back to the size that it returns. */
static size_t path_add(reader_t *reader, const char *format, ...) TD_FORMAT(2, 3);
static size_t path_add(reader_t *reader, const char *format, ...)
{
	size_t before = reader->path_size;
	if (before >= sizeof reader->path)
		return before;
	va_list args;
	va_start(args, format);
	int added = vsnprintf(reader->path + before, sizeof reader->path - before, format, args);
	va_end(args);
	if (added > 0)
		reader->path_size += (size_t)added;
	return before;
}

static void path_back(reader_t *reader, size_t before)
{
	reader->path_size = before;
	if (before < sizeof reader->path)
		reader->path[before] = '\0';
}

static void *take_zeroed(reader_t *reader, size_t size)
{
	void *taken = td_arena_take(reader->arena, size);
	if (taken == NULL)
		(void)out_of_memory(reader);
	else
		memset(taken, 0, size);
	return taken;
}

/* Reads a number between -below and above. */
static bool read_whole(reader_t *reader, const json_t *json, uint64_t below, uint64_t above,
		       uint64_t *bits)
{
	if (!json_is_number(json) && !json_is_string(json))
		return problem(reader, TD_JSON_TYPE, "a whole number belongs here");
	td_json_whole_t whole;
	if (!td_json_whole(json, &whole))
		return problem(reader, TD_JSON_RANGE, "this is no whole number, or it is too big");
	if (whole.magnitude > (whole.negative ? below : above))
		return problem(reader, TD_JSON_RANGE, "the number does not fit this field");
	*bits = whole.negative ? 0 - whole.magnitude : whole.magnitude;
	return true;
}

static bool read_32(reader_t *reader, const json_t *json, bool is_signed, void *at)
{
	uint64_t bits = 0, below = is_signed ? (uint64_t)INT32_MAX + 1 : 0;
	if (!read_whole(reader, json, below, is_signed ? INT32_MAX : UINT32_MAX, &bits))
		return false;
	uint32_t low = (uint32_t)bits;
	memcpy(at, &low, sizeof low);
	return true;
}

static bool read_64(reader_t *reader, const json_t *json, bool is_signed, void *at)
{
	uint64_t bits = 0, below = is_signed ? (uint64_t)INT64_MAX + 1 : 0;
	if (!read_whole(reader, json, below, is_signed ? INT64_MAX : UINT64_MAX, &bits))
		return false;
	memcpy(at, &bits, sizeof bits);
	return true;
}

static bool read_bool(reader_t *reader, const json_t *json, void *at)
{
	if (!json_is_boolean(json))
		return problem(reader, TD_JSON_TYPE, "true or false belongs here");
	*(protobuf_c_boolean *)at = json_is_true(json);
	return true;
}

static bool read_enum(reader_t *reader, const json_t *json, const ProtobufCEnumDescriptor *type,
		      void *at)
{
	if (!json_is_string(json))
		return read_32(reader, json, true, at);
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value_by_name(type, json_string_value(json));
	if (value == NULL)
		return problem(reader, TD_JSON_ENUM, "%s has no value %.40s", type->short_name,
			       json_string_value(json));
	memcpy(at, &value->value, sizeof value->value);
	return true;
}

static bool read_text(reader_t *reader, const json_t *json, void *at)
{
	if (!json_is_string(json))
		return problem(reader, TD_JSON_TYPE, "a text belongs here");
	size_t size = json_string_length(json);
	char *text = td_arena_take(reader->arena, size + 1);
	if (text == NULL)
		return out_of_memory(reader);
	memcpy(text, json_string_value(json), size + 1);
	*(char **)at = text;
	return true;
}

static bool read_bytes(reader_t *reader, const json_t *json, void *at)
{
	if (!json_is_string(json))
		return problem(reader, TD_JSON_TYPE, "bytes as a base64 text belong here");
	td_slice_t text = {(const uint8_t *)json_string_value(json), json_string_length(json)};
	ProtobufCBinaryData bytes;
	bytes.data = td_arena_take(reader->arena, text.size / 4 * 3 + 2);
	if (bytes.data == NULL)
		return out_of_memory(reader);
	if (!td_base64_decode(text, bytes.data, &bytes.len))
		return problem(reader, TD_JSON_FORMAT, "this is no base64");
	*(ProtobufCBinaryData *)at = bytes;
	return true;
}

static bool read_timestamp(reader_t *reader, const json_t *json, ProtobufCMessage *message)
{
	Google__Protobuf__Timestamp *moment = (Google__Protobuf__Timestamp *)message;
	if (!json_is_string(json))
		return problem(reader, TD_JSON_TYPE, "a moment as a text belongs here");
	td_slice_t text = {(const uint8_t *)json_string_value(json), json_string_length(json)};
	if (!td_timestamp_parse(text, &moment->seconds, &moment->nanos))
		return problem(reader, TD_JSON_FORMAT,
			       "this is no moment such as 2021-03-05T14:30:00+07:00");
	return true;
}

static bool read_fields(reader_t *reader, json_t *json, ProtobufCMessage *message);

static bool read_message(reader_t *reader, json_t *json, const ProtobufCMessageDescriptor *type,
			 void *at)
{
	ProtobufCMessage *message = td_arena_take(reader->arena, type->sizeof_message);
	if (message == NULL)
		return out_of_memory(reader);
	type->message_init(message);
	*(ProtobufCMessage **)at = message;
	if (type == &google__protobuf__timestamp__descriptor)
		return read_timestamp(reader, json, message);
	if (!json_is_object(json))
		return problem(reader, TD_JSON_TYPE, "an object belongs here");
	if (reader->depth == TD_JSON_DEPTH_MAX)
		return problem(reader, TD_JSON_TOO_LARGE, "objects are nested too deep");
	reader->depth++;
	bool fine = read_fields(reader, json, message);
	reader->depth--;
	return fine;
}

/* One value of the field's type, into the memory at `at`. */
static bool read_value(reader_t *reader, json_t *json, const ProtobufCFieldDescriptor *field,
		       void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return read_32(reader, json, true, at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return read_32(reader, json, false, at);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return read_64(reader, json, true, at);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return read_64(reader, json, false, at);
	case PROTOBUF_C_TYPE_BOOL:
		return read_bool(reader, json, at);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(reader, json, field->descriptor, at);
	case PROTOBUF_C_TYPE_STRING:
		return read_text(reader, json, at);
	case PROTOBUF_C_TYPE_BYTES:
		return read_bytes(reader, json, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return read_message(reader, json, field->descriptor, at);
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE:
		break;
	}
	return problem(reader, TD_JSON_TYPE, "floating-point fields are not supported");
}

static bool read_list(reader_t *reader, json_t *json, const ProtobufCFieldDescriptor *field,
		      uint8_t *message)
{
	if (!json_is_array(json))
		return problem(reader, TD_JSON_TYPE, "a list belongs here");
	size_t count = json_array_size(json), size = td_json_size_of(field->type);
	uint8_t *items = take_zeroed(reader, count * size);
	if (items == NULL)
		return false;
	bool fine = true;
	for (size_t i = 0; i < count; i++) {
		size_t before = path_add(reader, "[%zu]", i);
		fine &= read_value(reader, json_array_get(json, i), field, items + i * size);
		path_back(reader, before);
	}
	*(void **)(message + field->offset) = items;
	*(size_t *)(message + field->quantifier_offset) = count;
	return fine;
}

static bool read_field(reader_t *reader, json_t *json, const ProtobufCFieldDescriptor *field,
		       uint8_t *message)
{
	if (json_is_null(json))
		return true;
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_list(reader, json, field, message);
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		uint32_t *which = (uint32_t *)(message + field->quantifier_offset);
		if (*which != 0)
			return problem(reader, TD_JSON_TWICE, "only one such field may be given");
		*which = field->id;
	}
	return read_value(reader, json, field, message + field->offset);
}

static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *type,
						  const char *key)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (td_json_names(key, type->fields[i].name))
			return &type->fields[i];
	return NULL;
}

/* `seen` has one byte for each field. */
static bool read_member(reader_t *reader, const char *key, json_t *json, ProtobufCMessage *message,
			uint8_t *seen)
{
	const ProtobufCFieldDescriptor *field = find_field(message->descriptor, key);
	size_t before = path_add(reader, "%s%s", reader->path_size > 0 ? "." : "",
				 field == NULL ? key : field->name);
	bool fine;
	if (field == NULL)
		fine = problem(reader, TD_JSON_UNKNOWN_FIELD, "%s has no such field",
			       message->descriptor->short_name);
	else if (seen[field - message->descriptor->fields]++ > 0)
		fine = problem(reader, TD_JSON_TWICE, "the field is given under both its names");
	else
		fine = read_field(reader, json, field, (uint8_t *)message);
	path_back(reader, before);
	return fine;
}

static bool read_fields(reader_t *reader, json_t *json, ProtobufCMessage *message)
{
	uint8_t *seen = take_zeroed(reader, message->descriptor->n_fields);
	if (seen == NULL)
		return false;
	bool fine = true;
	const char *key;
	json_t *value;
	json_object_foreach(json, key, value)
	{
		fine &= read_member(reader, key, value, message, seen);
	}
	return fine;
}

ProtobufCMessage *td_json_read(td_slice_t text, const ProtobufCMessageDescriptor *descriptor,
			       td_arena_t *arena, td_json_problems_t *problems)
{
	reader_t reader = {.arena = arena, .problems = problems};
	problems->count = 0;
	if (text.size > TD_JSON_TEXT_MAX) {
		(void)problem(&reader, TD_JSON_TOO_LARGE, "the text is longer than %d bytes",
			      TD_JSON_TEXT_MAX);
		return NULL;
	}
	json_error_t error;
	json_t *json =
		json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL) {
		(void)problem(&reader, TD_JSON_SYNTAX, "byte %d: %.100s", error.position,
			      error.text);
		return NULL;
	}
	ProtobufCMessage *message = NULL;
	bool fine = read_message(&reader, json, descriptor, &message);
	json_decref(json);
	return fine && problems->count == 0 ? message : NULL;
}
