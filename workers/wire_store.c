#include "workers/wire_store.h"

/* How many entries a list has; a oneof's number lies in the same place. */
static void *quantifier(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
	return (uint8_t *)message + field->quantifier_offset;
}

static void *take(td_wire_store_t *store, size_t size)
{
	void *taken = td_arena_take(store->arena, size);
	store->full |= taken == NULL;
	return taken;
}

ProtobufCMessage *td_wire_store_new(td_wire_store_t *store,
				    const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = take(store, descriptor->sizeof_message);
	if (message != NULL)
		descriptor->message_init(message);
	return message;
}

/* The place of a list's next entry, of `size` bytes; the list doubles when it is full. */
static void *next_entry(td_wire_store_t *store, ProtobufCMessage *message,
			const ProtobufCFieldDescriptor *field, size_t size)
{
	size_t *count = quantifier(message, field);
	uint8_t **list = td_wire_store_place(message, field);
	bool power_of_two = (*count & (*count - 1)) == 0;
	if (power_of_two) { /* 0 too */
		uint8_t *longer = take(store, (*count == 0 ? 1 : 2 * *count) * size);
		if (longer == NULL)
			return NULL;
		if (*count > 0)
			memcpy(longer, *list, *count * size);
		*list = longer;
	}
	return *list + (*count)++ * size;
}

/* The place of a single value, or of a list's next one. */
static void *place_of(td_wire_store_t *store, ProtobufCMessage *message,
		      const ProtobufCFieldDescriptor *field, size_t size)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return next_entry(store, message, field, size);
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
		*(uint32_t *)quantifier(message, field) = field->id;
	return td_wire_store_place(message, field);
}

void td_wire_store_content(td_wire_store_t *store, ProtobufCMessage *message,
			   const ProtobufCFieldDescriptor *field, td_slice_t content)
{
	bool text = field->type == PROTOBUF_C_TYPE_STRING;
	uint8_t *copy = take(store, content.size + (text ? 1 : 0));
	if (copy == NULL)
		return;
	memcpy(copy, content.data, content.size);
	if (text) {
		copy[content.size] = '\0';
		uint8_t **place = place_of(store, message, field, sizeof *place);
		if (place != NULL)
			*place = copy;
	} else {
		ProtobufCBinaryData *place = place_of(store, message, field, sizeof *place);
		if (place != NULL)
			*place = (ProtobufCBinaryData){content.size, copy};
	}
}

ProtobufCMessage *td_wire_store_message(td_wire_store_t *store, ProtobufCMessage *message,
					const ProtobufCFieldDescriptor *field)
{
	ProtobufCMessage *inner = td_wire_store_new(store, field->descriptor);
	ProtobufCMessage **place =
		inner == NULL ? NULL : place_of(store, message, field, sizeof *place);
	if (place == NULL)
		return NULL;
	*place = inner;
	return inner;
}

uint32_t *td_wire_store_numbers(td_wire_store_t *store, ProtobufCMessage *message,
				const ProtobufCFieldDescriptor *field, size_t count)
{
	uint32_t *numbers = take(store, count * sizeof *numbers);
	if (numbers == NULL)
		return NULL;
	*(uint32_t **)td_wire_store_place(message, field) = numbers;
	*(size_t *)quantifier(message, field) = count;
	return numbers;
}
