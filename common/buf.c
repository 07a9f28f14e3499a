#include "common/buf.h"

#include <stdlib.h>

enum { FIRST_ROOM = 256 };

td_buf_t td_buf_make(size_t max)
{
	return (td_buf_t){.max = max};
}

void td_buf_free(td_buf_t *buf)
{
	free(buf->data);
	*buf = td_buf_make(buf->max);
}

void td_buf_clear(td_buf_t *buf)
{
	buf->size = 0;
	buf->failed = false;
}

/* Makes room for `size` bytes more; marks the failure. */
static bool grow(td_buf_t *buf, size_t size)
{
	if (buf->failed || size > buf->max - buf->size) {
		buf->failed = true;
		return false;
	}
	if (size <= buf->room - buf->size)
		return true;
	size_t room = buf->room > 0 ? buf->room : FIRST_ROOM;
	while (room < buf->size + size)
		room = room > buf->max / 2 ? buf->max : 2 * room;
	uint8_t *data = realloc(buf->data, room);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->room = room;
	return true;
}

uint8_t *td_buf_extend(td_buf_t *buf, size_t size)
{
	/* Even nothing needs a place. */
	if (!grow(buf, size) || (!buf->data && !grow(buf, buf->max > 0 ? 1 : 0)))
		return NULL;
	uint8_t *at = buf->data + buf->size;
	buf->size += size;
	return at;
}

void td_buf_add(td_buf_t *buf, const void *data, size_t size)
{
	if (size == 0 || !grow(buf, size))
		return;
	memcpy(buf->data + buf->size, data, size);
	buf->size += size;
}

void td_buf_add_slice(td_buf_t *buf, td_slice_t slice)
{
	td_buf_add(buf, slice.data, slice.size);
}

void td_buf_add_text(td_buf_t *buf, const char *text)
{
	td_buf_add(buf, text, strlen(text));
}

void td_buf_add_byte(td_buf_t *buf, uint8_t byte)
{
	td_buf_add(buf, &byte, 1);
}

void td_buf_add_varint(td_buf_t *buf, uint64_t number)
{
	uint8_t bytes[10];
	size_t size = 0;
	for (; number >= 0x80; number >>= 7)
		bytes[size++] = (uint8_t)(number | 0x80);
	bytes[size++] = (uint8_t)number;
	td_buf_add(buf, bytes, size);
}

static void add_little_endian(td_buf_t *buf, uint64_t number, size_t size)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
	td_buf_add(buf, bytes, size);
}

void td_buf_add_u32(td_buf_t *buf, uint32_t number)
{
	add_little_endian(buf, number, 4);
}

void td_buf_add_u64(td_buf_t *buf, uint64_t number)
{
	add_little_endian(buf, number, 8);
}

void td_buf_add_decimal(td_buf_t *buf, int64_t number)
{
	uint8_t digits[20];
	size_t at = sizeof digits;
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	do {
		digits[--at] = (uint8_t)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	td_buf_add(buf, digits + at, sizeof digits - at);
}

td_slice_t td_buf_slice(const td_buf_t *buf)
{
	return (td_slice_t){buf->data, buf->size};
}
