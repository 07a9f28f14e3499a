#include "aggregator/record.h"

#include "common/digest.h"
#include "common/localday.h"

#include <assert.h>

/* What a packed state begins with: which of its parts follow. */
enum {
	HAS_REJECTED = 1,  /* a varint: the rejected revision */
	HAS_PROVINCES = 2, /* a count and names; otherwise home is the only province */
	HAS_UNIT = 4,      /* a name */
	UNIT_AT_HOME = 8,  /* the name lacks "<home>." */
	HAS_ITEMS = 16,    /* a count and items */
	ALL_PARTS = 31,
};

/* What an item begins with, below the distance of its metric from the one before. */
enum {
	NEW_DIMS = 1, /* two bytes; otherwise those of the item before */
	NEW_DAY = 2,  /* a varint: distance from the day before */
	HAS_HOUR = 4, /* a byte */
	AMOUNT = 8,   /* a varint; otherwise 1 */
	SECOND = 16,  /* the second province */
	TAG_BITS = 5,
	FIRST_DAY = 18262, /* 1 January 2020: near most days */
};

static_assert(TD_AREAS_MAX == 2, "SECOND is one bit");

bool td_record_is_open(const td_record_t *record)
{
	return record->rejected_revision > record->revision;
}

void td_record_sum(td_slice_t body, td_slice_t name, uint8_t sum[TD_RECORD_SUM_SIZE])
{
	uint64_t hash = td_digest(0, name.data, name.size);
	hash = td_digest(hash, body.data, body.size);
	for (int i = 0; i < TD_RECORD_SUM_SIZE; i++)
		sum[i] = (uint8_t)(hash >> (8 * i));
}

static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at++ = (uint8_t)value;
	return at;
}

/* Small numbers of either sign become small ones. */
static uint64_t fold_sign(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t unfold_sign(uint64_t value)
{
	return (int64_t)(value >> 1 ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
	size_t length = strlen(name);
	*at++ = (uint8_t)length;
	memcpy(at, name, length);
	return at + length;
}

/* The unit's name behind "<home>."; NULL when it does not begin so. */
static const char *behind_home(const char *unit, const char *home)
{
	size_t length = strlen(home);
	bool at_home = length > 0 && strncmp(unit, home, length) == 0 && unit[length] == '.';
	return at_home ? unit + length + 1 : NULL;
}

static bool is_only_home(const td_contributions_t *adds, const char *home)
{
	return strcmp(adds->provinces[0], home) == 0 && adds->provinces[1][0] == '\0';
}

/* The unit's part of the flags, and what is written of its name. */
static unsigned unit_flags(const char *unit, const char *home, const char **written)
{
	const char *behind = behind_home(unit, home);
	*written = behind != NULL ? behind : unit;
	return (unit[0] != '\0' ? HAS_UNIT : 0U) | (behind != NULL ? UNIT_AT_HOME : 0U);
}

static uint8_t flags_of(const td_record_t *record, const char *home, const char **unit)
{
	const td_contributions_t *adds = &record->adds;
	unsigned flags = record->rejected_revision != 0 ? HAS_REJECTED : 0;
	*unit = adds->unit;
	if (adds->count == 0)
		return (uint8_t)flags;
	flags |= HAS_ITEMS | unit_flags(adds->unit, home, unit);
	if (!is_only_home(adds, home))
		flags |= HAS_PROVINCES;
	return (uint8_t)flags;
}

static uint8_t *put_item(uint8_t *at, const td_contribution_t *item,
			 const td_contribution_t *before)
{
	unsigned tag = (unsigned)(item->metric - before->metric) << TAG_BITS;
	tag |= item->dim1 != before->dim1 || item->dim2 != before->dim2 ? NEW_DIMS : 0;
	tag |= item->day != before->day ? NEW_DAY : 0;
	tag |= item->hour != TD_HOUR_NONE ? HAS_HOUR : 0;
	tag |= item->amount != 1 ? AMOUNT : 0;
	tag |= item->province != 0 ? SECOND : 0;
	at = put_varint(at, tag);
	if ((tag & NEW_DIMS) != 0) {
		*at++ = item->dim1;
		*at++ = item->dim2;
	}
	if ((tag & NEW_DAY) != 0)
		at = put_varint(at, fold_sign((int64_t)item->day - before->day));
	if ((tag & HAS_HOUR) != 0)
		*at++ = (uint8_t)item->hour;
	if ((tag & AMOUNT) != 0)
		at = put_varint(at, fold_sign(item->amount));
	return at;
}

static uint8_t *put_adds(uint8_t *at, const td_contributions_t *adds, uint8_t flags,
			 const char *unit)
{
	td_contribution_t before = {.day = FIRST_DAY};
	if ((flags & HAS_PROVINCES) != 0) {
		at = put_name(at, adds->provinces[0]);
		at = put_name(at, adds->provinces[1]);
	}
	if ((flags & HAS_UNIT) != 0)
		at = put_name(at, unit);
	*at++ = (uint8_t)adds->count;
	for (size_t i = 0; i < adds->count; i++) {
		at = put_item(at, &adds->items[i], &before);
		before = adds->items[i];
	}
	return at;
}

size_t td_record_pack(const td_record_t *record, td_slice_t name, const char *home, uint8_t *packed)
{
	const char *unit;
	uint8_t *at = packed, flags = flags_of(record, home, &unit);
	*at++ = flags;
	at = put_varint(at, record->revision);
	if ((flags & HAS_REJECTED) != 0)
		at = put_varint(at, record->rejected_revision);
	if ((flags & HAS_ITEMS) != 0)
		at = put_adds(at, &record->adds, flags, unit);
	size_t size = (size_t)(at - packed);
	td_record_sum((td_slice_t){packed, size}, name, at);
	return size + TD_RECORD_SUM_SIZE;
}

/* What is left to read; `data` NULL once something did not fit. */
static uint8_t get_byte(td_slice_t *from)
{
	if (from->data == NULL || from->size == 0) {
		from->data = NULL;
		return 0;
	}
	from->size--;
	return *from->data++;
}

static uint64_t get_varint(td_slice_t *from)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = get_byte(from);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return value;
	}
	from->data = NULL;
	return 0;
}

/* Reads a name into the rest of `to`, which has TD_AREA_MAX bytes, `used` of them taken. */
static void get_name(td_slice_t *from, size_t used, char *to)
{
	size_t length = get_byte(from);
	if (from->data == NULL || length > from->size || used + length >= TD_AREA_MAX) {
		from->data = NULL;
		return;
	}
	memcpy(to + used, from->data, length);
	to[used + length] = '\0';
	from->data += length;
	from->size -= length;
}

static void get_item(td_slice_t *from, const td_contribution_t *before, td_contribution_t *item)
{
	uint64_t tag = get_varint(from);
	*item = *before;
	item->metric = (uint16_t)(before->metric + (tag >> TAG_BITS));
	if ((tag & NEW_DIMS) != 0) {
		item->dim1 = get_byte(from);
		item->dim2 = get_byte(from);
	}
	if ((tag & NEW_DAY) != 0)
		item->day =
			(int32_t)((uint32_t)before->day + (uint32_t)unfold_sign(get_varint(from)));
	item->hour = (tag & HAS_HOUR) != 0 ? (int8_t)get_byte(from) : (int8_t)TD_HOUR_NONE;
	item->amount = (tag & AMOUNT) != 0 ? unfold_sign(get_varint(from)) : 1;
	item->province = (tag & SECOND) != 0 ? 1 : 0;
}

static void get_adds(td_slice_t *from, uint8_t flags, const char *home, td_contributions_t *adds)
{
	td_contribution_t before = {.day = FIRST_DAY};
	size_t at_home = 0, home_length = strnlen(home, TD_AREA_MAX - 1);
	if ((flags & HAS_PROVINCES) != 0) {
		get_name(from, 0, adds->provinces[0]);
		get_name(from, 0, adds->provinces[1]);
	} else {
		memcpy(adds->provinces[0], home, home_length);
	}
	if ((flags & UNIT_AT_HOME) != 0 && home_length + 1 < TD_AREA_MAX) {
		memcpy(adds->unit, home, home_length);
		adds->unit[home_length] = '.';
		at_home = home_length + 1;
	}
	if ((flags & HAS_UNIT) != 0)
		get_name(from, at_home, adds->unit);
	adds->count = get_byte(from);
	if (adds->count > TD_CONTRIBUTIONS_MAX)
		from->data = NULL;
	for (size_t i = 0; i < adds->count && from->data != NULL; i++) {
		get_item(from, &before, &adds->items[i]);
		before = adds->items[i];
	}
}

/* What td_contribute can have made, so that no sum of it can overflow. */
static bool is_plausible(const td_contribution_t *item)
{
	static const int64_t most = (int64_t)1 << 50;
	return item->amount != 0 && item->amount >= -most && item->amount <= most &&
	       item->hour >= TD_HOUR_NONE && item->hour < 24 &&
	       item->day >= td_localday_make(TD_YEAR_MIN, 1, 1) &&
	       item->day <= td_localday_make(TD_YEAR_MAX, 12, 31);
}

static bool are_plausible(const td_contributions_t *adds)
{
	for (size_t i = 0; i < adds->count; i++) {
		if (!is_plausible(&adds->items[i]))
			return false;
	}
	return true;
}

/* Only one packed form of each state is accepted: the one that would be written again. */
static bool is_canonical(const td_record_t *record, td_slice_t packed, td_slice_t name,
			 const char *home)
{
	uint8_t again[TD_RECORD_PACKED_MAX];
	size_t size = td_record_pack(record, name, home, again);
	return td_slice_equal((td_slice_t){again, size}, packed);
}

bool td_record_unpack(td_slice_t packed, td_slice_t name, const char *home, td_record_t *record)
{
	memset(record, 0, sizeof *record);
	if (packed.size < TD_RECORD_SUM_SIZE || packed.size > TD_RECORD_PACKED_MAX)
		return false;
	td_slice_t rest = {packed.data, packed.size - TD_RECORD_SUM_SIZE};
	uint8_t flags = get_byte(&rest);
	if (flags > ALL_PARTS)
		return false;
	record->revision = get_varint(&rest);
	if ((flags & HAS_REJECTED) != 0)
		record->rejected_revision = get_varint(&rest);
	if ((flags & HAS_ITEMS) != 0)
		get_adds(&rest, flags, home, &record->adds);
	return rest.data != NULL && rest.size == 0 && are_plausible(&record->adds) &&
	       is_canonical(record, packed, name, home);
}
