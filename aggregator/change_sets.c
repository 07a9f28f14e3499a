#include "aggregator/change_sets.h"

#include "common/digest.h"
#include "common/room.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 16 };

bool td_change_sets_init(td_change_sets_t *sets)
{
	memset(sets, 0, sizeof *sets);
	return td_hashtable_init(&sets->table);
}

void td_change_sets_free(td_change_sets_t *sets)
{
	for (size_t i = 0; i < sets->made; i++)
		free(sets->items[i].slots);
	free(sets->items);
	td_hashtable_free(&sets->table);
}

static size_t sort_of(td_span_t span, bool by_unit)
{
	return 2 * (size_t)span + (by_unit ? 1 : 0);
}

static uint64_t digest_of(td_span_t span, bool by_unit, int32_t day)
{
	uint64_t name = (uint64_t)(uint32_t)day << 8 | sort_of(span, by_unit);
	return td_digest(0, &name, sizeof name);
}

bool td_change_sets_cut(td_change_sets_t *sets, size_t count)
{
	bool fine = true;
	for (; sets->count > count; sets->count--)
		sets->slots -= sets->items[sets->count - 1].room;
	td_hashtable_clear(&sets->table);
	for (size_t i = 0; i < sets->count; i++) {
		const td_change_set_t *set = &sets->items[i];
		uint64_t digest = digest_of(set->span, set->by_unit, set->day);
		fine = fine && td_hashtable_put(&sets->table, digest, (uint32_t)i);
	}
	return fine;
}

/* A new set, with the slots of one that was there before the last cut. */
static td_change_set_t *add_set(td_change_sets_t *sets, uint64_t digest)
{
	if (!td_room(&sets->items, sizeof *sets->items, sets->count, &sets->room))
		return NULL;
	td_change_set_t *set = &sets->items[sets->count];
	if (sets->count == sets->made) {
		td_change_t *slots = calloc(FIRST_SLOTS, sizeof *slots);
		if (slots == NULL)
			return NULL;
		*set = (td_change_set_t){.room = FIRST_SLOTS, .slots = slots};
		sets->made++;
	} else {
		memset(set->slots, 0, set->room * sizeof *set->slots);
	}
	if (!td_hashtable_put(&sets->table, digest, (uint32_t)sets->count))
		return NULL;
	sets->count++;
	sets->slots += set->room;
	set->count = 0;
	return set;
}

static bool is_set(const td_change_set_t *set, td_span_t span, bool by_unit, int32_t day)
{
	return set->day == day && set->span == span && set->by_unit == by_unit;
}

int64_t td_change_sets_find(td_change_sets_t *sets, td_span_t span, bool by_unit, int32_t day)
{
	size_t *last = &sets->last[sort_of(span, by_unit)][(uint32_t)day % TD_CHANGE_LAST_DAYS];
	if (*last < sets->count && is_set(&sets->items[*last], span, by_unit, day))
		return (int64_t)*last;
	uint64_t digest = digest_of(span, by_unit, day);
	td_probe_t probe = td_hashtable_probe(&sets->table, digest);
	int64_t index;
	while ((index = td_hashtable_next(&sets->table, &probe)) != TD_HASHTABLE_NONE) {
		if (is_set(&sets->items[index], span, by_unit, day)) {
			*last = (size_t)index;
			return index;
		}
	}
	td_change_set_t *set = add_set(sets, digest);
	if (set == NULL)
		return TD_CHANGE_SET_NONE;
	set->span = span;
	set->by_unit = by_unit;
	set->day = day;
	*last = sets->count - 1;
	return (int64_t)*last;
}

/* Where the search for `what` begins. */
static size_t slot_of(size_t room, uint64_t what)
{
	static const uint64_t prime = 0x9e3779b97f4a7c15u;
	/* The upper bits depend on all of `what`. */
	return (size_t)((what * prime >> 32) * room >> 32);
}

void td_change_sets_expect(const td_change_sets_t *sets, size_t set, uint64_t what)
{
	__builtin_prefetch(&sets->items[set].slots[slot_of(sets->items[set].room, what)]);
}

/* The slot that holds `what`, or the empty one where it belongs. */
static td_change_t *find_slot(td_change_t *slots, size_t room, uint64_t what)
{
	size_t at = slot_of(room, what);
	while (slots[at].what != 0 && slots[at].what != what)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static bool grow(td_change_sets_t *sets, td_change_set_t *set)
{
	size_t room = 2 * set->room;
	td_change_t *slots = calloc(room, sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < set->room; i++) {
		if (set->slots[i].what != 0)
			*find_slot(slots, room, set->slots[i].what) = set->slots[i];
	}
	free(set->slots);
	sets->slots += room - set->room;
	set->slots = slots;
	set->room = room;
	return true;
}

bool td_change_sets_add(td_change_sets_t *sets, size_t index, uint64_t what, int64_t delta)
{
	td_change_set_t *set = &sets->items[index];
	td_change_t *slot = find_slot(set->slots, set->room, what);
	if (slot->what == 0) {
		if (4 * (set->count + 1) > 3 * set->room) {
			if (!grow(sets, set))
				return false;
			slot = find_slot(set->slots, set->room, what);
		}
		slot->what = what;
		set->count++;
	}
	if (__builtin_add_overflow(slot->delta, delta, &slot->delta))
		slot->delta = delta > 0 ? INT64_MAX : INT64_MIN;
	return true;
}
