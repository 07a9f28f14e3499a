/*
 * wire_reader: the elements of the wire format, read one after the other.
 *
 * Pure; inline, since a scan spends its time here.
 */
#ifndef TD_WORKERS_WIRE_READER_H
#define TD_WORKERS_WIRE_READER_H

#include "common/td.h"

typedef struct td_wire_reader {
	const uint8_t *at, *end;
	bool shortest; /* false once a number was longer than needed */
} td_wire_reader_t;

typedef enum td_wire_type {
	TD_WIRE_VARINT = 0,
	TD_WIRE_FIXED64 = 1,
	TD_WIRE_BYTES = 2,
	TD_WIRE_FIXED32 = 5,
} td_wire_type_t;

typedef struct td_wire_element {
	uint32_t number;    /* of the field */
	uint32_t type;      /* td_wire_type_t, or one of the four that are not in use */
	uint64_t value;     /* of VARINT and FIXED32 */
	td_slice_t content; /* of the others */
} td_wire_element_t;

/* A number of 1 to 10 bytes; false when it does not end or has more than 64 bits. */
static inline bool td_wire_read_varint(td_wire_reader_t *reader, uint64_t *value)
{
	const uint8_t *at = reader->at;
	if (at < reader->end && *at < 0x80) {
		*value = *at;
		reader->at = at + 1;
		return true;
	}
	uint64_t sum = 0;
	for (unsigned shift = 0; shift < 70 && at < reader->end; shift += 7) {
		uint8_t byte = *at++;
		if (shift == 63 && byte > 1)
			return false;
		sum |= (uint64_t)(byte & 0x7F) << shift;
		if (byte < 0x80) {
			reader->shortest &= byte != 0;
			reader->at = at;
			*value = sum;
			return true;
		}
	}
	return false;
}

static inline bool td_wire_read_content(td_wire_reader_t *reader, uint64_t size,
					td_slice_t *content)
{
	if (size > (uint64_t)(reader->end - reader->at))
		return false;
	*content = (td_slice_t){reader->at, (size_t)size};
	reader->at += size;
	return true;
}

/* Four bytes, the lowest first. */
static inline bool td_wire_read_fixed32(td_wire_reader_t *reader, uint64_t *value)
{
	td_slice_t four;
	if (!td_wire_read_content(reader, 4, &four))
		return false;
	*value = (uint64_t)four.data[0] | (uint64_t)four.data[1] << 8 |
		 (uint64_t)four.data[2] << 16 | (uint64_t)four.data[3] << 24;
	return true;
}

/* True while there is something to read. */
static inline bool td_wire_more(const td_wire_reader_t *reader)
{
	return reader->at < reader->end;
}

/* The next field with its value; false when the bytes end within it. A type that is not in use
 * leaves the reader behind the tag: nothing more can be read. */
static inline bool td_wire_read(td_wire_reader_t *reader, td_wire_element_t *element)
{
	uint64_t tag, size = 0;
	if (!td_wire_read_varint(reader, &tag) || tag > UINT32_MAX)
		return false;
	element->number = (uint32_t)(tag >> 3);
	element->type = (uint32_t)(tag & 7);
	switch (element->type) {
	case TD_WIRE_VARINT:
		return td_wire_read_varint(reader, &element->value);
	case TD_WIRE_BYTES:
		return td_wire_read_varint(reader, &size) &&
		       td_wire_read_content(reader, size, &element->content);
	case TD_WIRE_FIXED32:
		return td_wire_read_fixed32(reader, &element->value);
	case TD_WIRE_FIXED64:
		return td_wire_read_content(reader, 8, &element->content);
	default:
		return true;
	}
}

#endif
