#include "common/hex.h"

static const char DIGITS[] = "0123456789abcdef";

void td_hex_write(const uint8_t *bytes, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++) {
		*text++ = DIGITS[bytes[i] >> 4];
		*text++ = DIGITS[bytes[i] & 15];
	}
	*text = '\0';
}

static int value_of(uint8_t digit)
{
	const char *found = digit == '\0' ? NULL : strchr(DIGITS, digit);
	return found == NULL ? -1 : (int)(found - DIGITS);
}

bool td_hex_read(td_slice_t text, size_t size, uint8_t *bytes)
{
	if (text.size != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = value_of(text.data[2 * i]), low = value_of(text.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
