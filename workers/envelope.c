#include "workers/envelope.h"

#include "workers/text.h"

#include <thidua/v1/event.pb-c.h>

enum { VARINT = 0, BYTES = 2, WIRE_TYPE_BITS = 3 };

/* The numbers of the fields in the contract. */
enum { REPORTER = 1, SOURCE, EPOCH, SEQUENCE, KIND, RECORD_ID, REVISION };

static bool get_varint(td_slice_t *from, uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 64 && from->size > 0; shift += 7) {
		uint8_t byte = *from->data++;
		from->size--;
		*value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

/* Only what could be an id of the contract: it becomes a key, and is shown to people. */
static void copy_id(td_slice_t bytes, char *id)
{
	if (bytes.size > TD_ID_MAX || td_text_check(bytes) != 0)
		return;
	memcpy(id, bytes.data, bytes.size);
	id[bytes.size] = '\0';
}

static uint64_t if_exact(uint64_t number)
{
	return number < (uint64_t)TD_EXACT_MAX ? number : 0;
}

static void note_number(uint64_t field, uint64_t value, td_envelope_t *envelope)
{
	bool is_record = value > THIDUA__V1__KIND__KIND_UNSPECIFIED &&
			 value <= THIDUA__V1__KIND__KIND_SIGN_OFF &&
			 value != THIDUA__V1__KIND__KIND_CHECKPOINT;
	switch (field) {
	case EPOCH:
		envelope->epoch = if_exact(value);
		break;
	case SEQUENCE:
		envelope->sequence = if_exact(value);
		break;
	case KIND:
		envelope->kind = is_record ? (uint32_t)value : 0;
		break;
	case REVISION:
		envelope->revision = if_exact(value);
		break;
	default:
		break;
	}
}

static void note_bytes(uint64_t field, td_slice_t bytes, td_envelope_t *envelope)
{
	if (field == REPORTER)
		copy_id(bytes, envelope->reporter);
	else if (field == SOURCE)
		copy_id(bytes, envelope->source);
	else if (field == RECORD_ID)
		copy_id(bytes, envelope->record_id);
}

/* Reads one field; false when it cannot, or when it is of a type that no envelope has. */
static bool read_field(td_slice_t *rest, td_envelope_t *envelope)
{
	uint64_t tag, value;
	if (!get_varint(rest, &tag) || !get_varint(rest, &value))
		return false;
	uint64_t field = tag >> WIRE_TYPE_BITS, type = tag & ((1 << WIRE_TYPE_BITS) - 1);
	if (type == VARINT) {
		note_number(field, value, envelope);
		return true;
	}
	if (type != BYTES || value > rest->size)
		return false;
	note_bytes(field, (td_slice_t){rest->data, (size_t)value}, envelope);
	rest->data += value;
	rest->size -= (size_t)value;
	return true;
}

void td_envelope_read(td_slice_t event, td_envelope_t *envelope)
{
	memset(envelope, 0, sizeof *envelope);
	while (event.size > 0 && read_field(&event, envelope))
		continue;
}

bool td_envelope_has_record(const td_envelope_t *envelope)
{
	return envelope->kind != 0 && envelope->record_id[0] != '\0' && envelope->revision != 0;
}

bool td_envelope_has_source(const td_envelope_t *envelope)
{
	return envelope->source[0] != '\0' && envelope->epoch != 0 && envelope->sequence != 0;
}

bool td_envelope_is_trusted(const Thidua__V1__Rejected *rejected)
{
	static const char *const names[] = {"reporter", "kind", "record_id", "revision"};
	for (size_t i = 0; i < rejected->n_reasons; i++) {
		for (size_t name = 0; name < TD_COUNT(names); name++) {
			if (strcmp(rejected->reasons[i]->field, names[name]) == 0)
				return false;
		}
	}
	return true;
}
