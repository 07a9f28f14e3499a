#include "workers/text.h"

#include <utf8proc.h>

/* Characters that nobody sees, by range: controls, joiners, marks of direction, variation
 * selectors, tags, non-characters, private use. A list of our own: a library's grows with each
 * release, and a verdict must not depend on the release. */
static const struct {
	uint32_t first, last;
} HIDDEN[] = {
	{0x0000, 0x001F},
	{0x007F, 0x009F},
	{0x00AD, 0x00AD},
	{0x034F, 0x034F},
	{0x061C, 0x061C},
	{0x115F, 0x1160},
	{0x17B4, 0x17B5},
	{0x180B, 0x180F},
	{0x200B, 0x200F},
	{0x2028, 0x202E},
	{0x2060, 0x206F},
	{0x3164, 0x3164},
	{0xE000, 0xF8FF},
	{0xFDD0, 0xFDEF},
	{0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF},
	{0xFFA0, 0xFFA0},
	{0xFFF0, 0xFFFF},
	/* Beyond the first plane there is no script that an id is written in. */
	{0x10000, 0x10FFFF},
};

enum { FIRST_DECOMPOSABLE = 0x300 }; /* every character below stands for itself in NFC */

static bool is_hidden(uint32_t character)
{
	for (size_t i = 0; i < TD_COUNT(HIDDEN) && HIDDEN[i].first <= character; i++)
		if (character <= HIDDEN[i].last)
			return true;
	return false;
}

static const uint64_t ONES = 0x0101010101010101u, TOPS = 0x8080808080808080u;

/* Whether eight bytes are all visible ASCII: none above 0x7F, none below 0x20, none 0x7F. */
static bool is_plain_word(uint64_t word)
{
	return ((word | (word - 0x20 * ONES) | (word + ONES)) & TOPS) == 0;
}

/* Whether all is visible ASCII, as in most ids. */
static bool is_plain(td_slice_t text)
{
	uint64_t word = 0x20 * ONES;
	for (; text.size > sizeof word; text.data += sizeof word, text.size -= sizeof word) {
		memcpy(&word, text.data, sizeof word);
		if (!is_plain_word(word))
			return false;
	}
	/* What is left lies over bytes that are plain: blanks, or those before. */
	if (text.size > 0)
		memcpy(&word, text.data, text.size);
	return is_plain_word(word);
}

/* Whether composing the decomposed text gives it back. */
static bool is_composed(td_slice_t text, const utf8proc_int32_t *characters, size_t count)
{
	/* A character of 2 or 3 bytes is at most 4 when decomposed. */
	utf8proc_int32_t again[4 * TD_TEXT_NFC_MAX];
	utf8proc_ssize_t room = (utf8proc_ssize_t)TD_COUNT(again);
	utf8proc_ssize_t size = utf8proc_decompose(text.data, (utf8proc_ssize_t)text.size, again,
						   room, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (size < 0 || size > room)
		return false;
	size = utf8proc_normalize_utf32(again, size, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	return size == (utf8proc_ssize_t)count &&
	       memcmp(again, characters, count * sizeof *characters) == 0;
}

td_reason_t td_text_check(td_slice_t text)
{
	if (is_plain(text))
		return (td_reason_t)0;
	if (text.size > TD_TEXT_NFC_MAX)
		return TD_REASON_TOO_LONG;

	utf8proc_int32_t characters[TD_TEXT_NFC_MAX];
	size_t count = 0;
	bool hidden = false, decomposable = false;
	for (size_t at = 0; at < text.size;) {
		utf8proc_int32_t *character = &characters[count++];
		utf8proc_ssize_t step = utf8proc_iterate(
			text.data + at, (utf8proc_ssize_t)(text.size - at), character);
		if (step <= 0)
			return TD_REASON_TEXT_UTF8;
		at += (size_t)step;
		hidden |= is_hidden((uint32_t)*character);
		decomposable |= *character >= FIRST_DECOMPOSABLE;
	}
	if (hidden)
		return TD_REASON_TEXT_CONTROL;
	if (decomposable && !is_composed(text, characters, count))
		return TD_REASON_TEXT_NFC;
	return (td_reason_t)0;
}
