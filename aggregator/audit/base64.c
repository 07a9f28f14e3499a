#include "aggregator/audit/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool value_of(uint8_t letter, uint32_t *value)
{
	const char *at = letter == '\0' ? NULL : strchr(letters, letter);
	*value = at == NULL ? 0 : (uint32_t)(at - letters);
	return at != NULL;
}

/* Four letters, of which the last `padding` are '=', to bytes. */
static bool read_four(const uint8_t *text, size_t padding, uint8_t *bytes)
{
	uint32_t three = 0;
	for (size_t i = 0; i < 4; i++) {
		uint32_t value = 0;
		if (i < 4 - padding && !value_of(text[i], &value))
			return false;
		three = three << 6 | value;
	}
	for (size_t i = 0; i < 3 - padding; i++)
		bytes[i] = (uint8_t)(three >> (16 - 8 * i));
	return (three & ((1u << 8 * padding) - 1)) == 0;
}

bool td_base64_read(td_slice_t text, uint8_t *bytes, size_t room, size_t *size)
{
	*size = 0;
	if (text.size % 4 != 0)
		return false;
	for (size_t i = 0; i < text.size; i += 4) {
		size_t padding = 0;
		if (i + 4 == text.size)
			while (padding < 2 && text.data[i + 3 - padding] == '=')
				padding++;
		if (*size + 3 - padding > room || !read_four(text.data + i, padding, bytes + *size))
			return false;
		*size += 3 - padding;
	}
	return true;
}
