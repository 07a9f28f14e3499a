/*
 * wire_rules: what a value has to be like, by its field's descriptor.
 *
 * Pure; for workers/wire*.c only, which read a message and say what is wrong with one by the same
 * rules. Inline, since a reader spends its time here.
 */
#ifndef TD_WORKERS_WIRE_RULES_H
#define TD_WORKERS_WIRE_RULES_H

#include "workers/wire_reader.h"

#include <protobuf-c/protobuf-c.h>

/* Whether it has a length of its own, unlike a number. */
static inline bool td_wire_is_content(const ProtobufCFieldDescriptor *field)
{
	static const uint32_t CONTENT = 1U << PROTOBUF_C_TYPE_STRING | 1U << PROTOBUF_C_TYPE_BYTES |
					1U << PROTOBUF_C_TYPE_MESSAGE;
	return (CONTENT >> field->type & 1U) != 0;
}

/* The contract has no other numbers of fixed size, and lists of numbers come packed. */
static inline td_wire_type_t td_wire_type_of(const ProtobufCFieldDescriptor *field)
{
	if (td_wire_is_content(field))
		return TD_WIRE_BYTES;
	if (field->type == PROTOBUF_C_TYPE_FIXED32)
		return TD_WIRE_FIXED32;
	return field->label == PROTOBUF_C_LABEL_REPEATED ? TD_WIRE_BYTES : TD_WIRE_VARINT;
}

/* Whether it may come again, right behind itself. */
static inline bool td_wire_goes_on(const ProtobufCFieldDescriptor *field)
{
	return field->label == PROTOBUF_C_LABEL_REPEATED && td_wire_is_content(field);
}

static inline bool td_wire_in_oneof(const ProtobufCFieldDescriptor *field)
{
	return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

/* Whether the number is one of the field's type. */
static inline bool td_wire_fits(const ProtobufCFieldDescriptor *field, uint64_t value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_UINT32:
		return value <= UINT32_MAX;
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_ENUM:
		return (int64_t)value >= INT32_MIN && (int64_t)value <= INT32_MAX;
	case PROTOBUF_C_TYPE_BOOL:
		return value <= 1;
	default:
		return true;
	}
}

/* Whether the contract knows the value, if it is an enum's. Most count up without a gap. */
static inline bool td_wire_is_known(const ProtobufCFieldDescriptor *field, uint64_t value)
{
	const ProtobufCEnumDescriptor *of = field->descriptor;
	if (field->type != PROTOBUF_C_TYPE_ENUM)
		return true;
	if (of->n_value_ranges == 1)
		return value - (uint64_t)of->value_ranges[0].start_value < of->n_values;
	return protobuf_c_enum_descriptor_get_value(of, (int)value) != NULL;
}

/* Whether the element is what a canonical encoder leaves out. */
static inline bool td_wire_is_left_out(const ProtobufCFieldDescriptor *field,
				       const td_wire_element_t *element)
{
	if (field->label != PROTOBUF_C_LABEL_NONE || td_wire_in_oneof(field))
		return false;
	if (element->type != TD_WIRE_BYTES)
		return element->value == 0;
	return field->type != PROTOBUF_C_TYPE_MESSAGE && element->content.size == 0;
}

#endif
