#include "aggregator/audit/archived.h"

/* Fields 1 and 2 as varints, 3 as bytes; zeros are left out, as proto3 does. */
enum { OFFSET_TAG = 0x08, APPEND_TAG = 0x10, RAW_TAG = 0x1a };

static size_t varint_size(uint64_t number)
{
	size_t size = 1;
	for (; number >= 0x80; number >>= 7)
		size++;
	return size;
}

void td_archived_write(const td_raw_t *raw, td_buf_t *out)
{
	uint64_t append = (uint64_t)raw->append_ms;
	size_t size =
		(raw->offset > 0 ? 1 + varint_size(raw->offset) : 0) +
		(append > 0 ? 1 + varint_size(append) : 0) +
		(raw->bytes.size > 0 ? 1 + varint_size(raw->bytes.size) + raw->bytes.size : 0);
	td_buf_add_varint(out, size);
	if (raw->offset > 0) {
		td_buf_add_byte(out, OFFSET_TAG);
		td_buf_add_varint(out, raw->offset);
	}
	if (append > 0) {
		td_buf_add_byte(out, APPEND_TAG);
		td_buf_add_varint(out, append);
	}
	if (raw->bytes.size > 0) {
		td_buf_add_byte(out, RAW_TAG);
		td_archived_write_bytes(raw->bytes, out);
	}
}

void td_archived_write_bytes(td_slice_t bytes, td_buf_t *out)
{
	td_buf_add_varint(out, bytes.size);
	td_buf_add_slice(out, bytes);
}

static bool read_varint(td_slice_t *rest, uint64_t *number)
{
	*number = 0;
	for (unsigned shift = 0; shift < 64 && rest->size > 0; shift += 7) {
		uint8_t byte = *rest->data++;
		rest->size--;
		*number |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return shift < 63 || byte <= 1;
	}
	return false;
}

bool td_archived_read_bytes(td_slice_t *rest, td_slice_t *bytes)
{
	uint64_t size;
	if (!read_varint(rest, &size) || size > rest->size)
		return false;
	*bytes = (td_slice_t){rest->data, (size_t)size};
	rest->data += size;
	rest->size -= (size_t)size;
	return true;
}

static bool take_tag(td_slice_t *rest, uint8_t tag)
{
	if (rest->size == 0 || *rest->data != tag)
		return false;
	rest->data++;
	rest->size--;
	return true;
}

bool td_archived_read(td_slice_t *rest, td_raw_t *raw)
{
	td_slice_t message;
	uint64_t append = 0;
	*raw = (td_raw_t){.bytes = {(const uint8_t *)"", 0}};
	if (!td_archived_read_bytes(rest, &message) ||
	    (take_tag(&message, OFFSET_TAG) && !read_varint(&message, &raw->offset)) ||
	    (take_tag(&message, APPEND_TAG) && !read_varint(&message, &append)) ||
	    (take_tag(&message, RAW_TAG) && !td_archived_read_bytes(&message, &raw->bytes)))
		return false;
	raw->append_ms = (int64_t)append;
	return message.size == 0 && append <= INT64_MAX;
}
