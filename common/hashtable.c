#include "common/hashtable.h"

#include <stdlib.h>

enum { FIRST_SIZE = 256 };

static const uint64_t HIGH_HALF = 0xffffffff00000000u;
static const uint64_t EMPTY = UINT64_MAX;

static void empty(uint64_t *slots, size_t size)
{
	memset(slots, 0xff, size * sizeof slots[0]);
}

/* `size` empty slots. Zeroed memory would be mapped when it is first read and again when it is
 * first written, each time for one page, with all cores taking part. */
static uint64_t *new_slots(size_t size)
{
	uint64_t *slots = reallocarray(NULL, size, sizeof slots[0]);
	if (slots != NULL)
		empty(slots, size);
	return slots;
}

bool td_hashtable_init(td_hashtable_t *table)
{
	*table = (td_hashtable_t){new_slots(FIRST_SIZE), FIRST_SIZE - 1, 0};
	return table->slots != NULL;
}

void td_hashtable_free(td_hashtable_t *table)
{
	free(table->slots);
	*table = (td_hashtable_t){0};
}

void td_hashtable_clear(td_hashtable_t *table)
{
	if (table->count > 0)
		empty(table->slots, table->mask + 1);
	table->count = 0;
}

td_probe_t td_hashtable_probe(const td_hashtable_t *table, uint64_t digest)
{
	return (td_probe_t){digest & HIGH_HALF, (size_t)(digest >> 32) & table->mask};
}

void td_hashtable_expect(const td_hashtable_t *table, uint64_t digest)
{
	__builtin_prefetch(&table->slots[(size_t)(digest >> 32) & table->mask]);
}

int64_t td_hashtable_next(const td_hashtable_t *table, td_probe_t *probe)
{
	uint64_t slot;
	while ((slot = table->slots[probe->at]) != EMPTY) {
		probe->at = (probe->at + 1) & table->mask;
		if ((slot & HIGH_HALF) == probe->digest)
			return (int64_t)(slot & ~HIGH_HALF);
	}
	return TD_HASHTABLE_NONE;
}

static void put_slot(uint64_t *slots, size_t mask, size_t at, uint64_t slot)
{
	while (slots[at] != EMPTY)
		at = (at + 1) & mask;
	slots[at] = slot;
}

/* Only the high half of a digest is kept: it also says where the item goes in a table twice the
 * size, so the low bits that begin the walk are taken from it. */
static size_t start_of(uint64_t slot, size_t mask)
{
	return (size_t)(slot >> 32) & mask;
}

static bool grow(td_hashtable_t *table)
{
	size_t size = (table->mask + 1) * 2;
	uint64_t *slots = new_slots(size);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i <= table->mask; i++) {
		if (table->slots[i] != EMPTY)
			put_slot(slots, size - 1, start_of(table->slots[i], size - 1),
				 table->slots[i]);
	}
	free(table->slots);
	table->slots = slots;
	table->mask = size - 1;
	return true;
}

bool td_hashtable_put(td_hashtable_t *table, uint64_t digest, uint32_t index)
{
	uint64_t slot = (digest & HIGH_HALF) | index;
	if ((table->count + 1) * 2 > table->mask + 1 && !grow(table))
		return false;
	put_slot(table->slots, table->mask, start_of(slot, table->mask), slot);
	table->count++;
	return true;
}
