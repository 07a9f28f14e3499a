#include "workers/wire.h"

#include "workers/wire_check.h"
#include "workers/wire_read.h"
#include "workers/wire_reader.h"

ProtobufCMessage *td_wire_unpack(td_slice_t bytes, const ProtobufCMessageDescriptor *descriptor,
				 const td_wire_limits_t *limits, td_arena_t *arena,
				 td_findings_t *findings)
{
	ProtobufCMessage *message = td_wire_read_message(bytes, descriptor, limits, arena);
	if (message == NULL)
		td_wire_check(bytes, descriptor, limits, findings);
	return message;
}

uint64_t td_wire_number(td_slice_t bytes, uint32_t number)
{
	td_wire_reader_t reader = {bytes.data, bytes.data + bytes.size, true};
	td_wire_element_t element = {0};
	uint64_t value = 0;
	while (td_wire_more(&reader) && td_wire_read(&reader, &element)) {
		if (element.type > TD_WIRE_BYTES && element.type != TD_WIRE_FIXED32)
			break;
		if (element.number == number && element.type == TD_WIRE_VARINT)
			value = element.value;
	}
	return value;
}
