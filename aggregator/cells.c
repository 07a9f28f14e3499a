#include "aggregator/cells.h"

#include "common/digest.h"
#include "common/localday.h"
#include "common/room.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 16, SORTS = 6, LAST_DAYS = 64, WAITING_MAX = 64 };

/* What is to be added to one cell. */
typedef struct move {
	size_t set;
	uint64_t what;
	int64_t delta;
} move_t;

struct td_cells {
	td_change_set_t *sets; /* those beyond set_count keep their slots for later */
	size_t set_count, set_made, set_room;
	td_hashtable_t set_table;
	size_t last[SORTS][LAST_DAYS]; /* sets that were added to last, by sort and day */
	char (*areas)[TD_AREA_MAX];
	size_t area_count, area_room;
	td_hashtable_t area_table;
	move_t waiting[WAITING_MAX + 3 * TD_CONTRIBUTIONS_MAX]; /* until their memory is there */
	size_t waiting_count;
	size_t slots;     /* of all sets that are in use */
	size_t half_from; /* the sets from there on are half-months, if they were added */
	bool has_halves, failed;
};

/* How a cell's parts lie in `what`. */
enum {
	AREA_BITS = 17, /* its number and 1 more, so that no cell is 0 */
	HOUR_AT = AREA_BITS,
	DIM2_AT = HOUR_AT + 5,
	DIM1_AT = DIM2_AT + 8,
	METRIC_AT = DIM1_AT + 8,
	NO_HOUR = 31,
};

td_cells_t *td_cells_new(void)
{
	td_cells_t *cells = calloc(1, sizeof *cells);
	if (cells == NULL)
		return NULL;
	bool tables = td_hashtable_init(&cells->set_table);
	tables = td_hashtable_init(&cells->area_table) && tables;
	if (tables)
		return cells;
	td_cells_free(cells);
	return NULL;
}

void td_cells_free(td_cells_t *cells)
{
	if (cells == NULL)
		return;
	for (size_t i = 0; i < cells->set_made; i++)
		free(cells->sets[i].slots);
	free(cells->sets);
	free(cells->areas);
	td_hashtable_free(&cells->set_table);
	td_hashtable_free(&cells->area_table);
	free(cells);
}

void td_cells_clear(td_cells_t *cells)
{
	td_hashtable_clear(&cells->set_table);
	td_hashtable_clear(&cells->area_table);
	cells->set_count = cells->area_count = cells->slots = cells->waiting_count = 0;
	cells->has_halves = cells->failed = false;
}

size_t td_cells_bytes(const td_cells_t *cells)
{
	return cells->slots * sizeof(td_change_t) + cells->set_count * sizeof *cells->sets;
}

const char (*td_cells_areas(const td_cells_t *cells, size_t *count))[TD_AREA_MAX]
{
	*count = cells->area_count;
	return cells->areas;
}

size_t td_change_area(const td_change_t *change)
{
	return (size_t)(change->what & ((1U << AREA_BITS) - 1)) - 1;
}

td_cell_t td_cells_name(const td_cells_t *cells, const td_change_t *change)
{
	uint64_t what = change->what, hour = what >> HOUR_AT & 31;
	return (td_cell_t){
		.metric = (uint16_t)(what >> METRIC_AT),
		.dim1 = (uint8_t)(what >> DIM1_AT),
		.dim2 = (uint8_t)(what >> DIM2_AT),
		.hour = hour == NO_HOUR ? (int8_t)TD_HOUR_NONE : (int8_t)hour,
		.area = cells->areas[td_change_area(change)],
	};
}

/* The area's number and 1 more, a new one if need be; 0 when there is no room. */
static uint64_t find_area(td_cells_t *cells, const char *area)
{
	uint64_t digest = td_digest(0, area, strnlen(area, TD_AREA_MAX));
	td_probe_t probe = td_hashtable_probe(&cells->area_table, digest);
	int64_t index;
	while ((index = td_hashtable_next(&cells->area_table, &probe)) != TD_HASHTABLE_NONE) {
		if (memcmp(cells->areas[index], area, TD_AREA_MAX) == 0)
			return (uint64_t)index + 1;
	}
	if (cells->area_count == UINT16_MAX ||
	    !td_room(&cells->areas, TD_AREA_MAX, cells->area_count, &cells->area_room) ||
	    !td_hashtable_put(&cells->area_table, digest, (uint32_t)cells->area_count)) {
		cells->failed = true;
		return 0;
	}
	memcpy(cells->areas[cells->area_count], area, TD_AREA_MAX);
	return ++cells->area_count;
}

static size_t sort_of(td_span_t span, bool by_unit)
{
	return 2 * (size_t)span + (by_unit ? 1 : 0);
}

static bool is_set(const td_change_set_t *set, td_span_t span, bool by_unit, int32_t day)
{
	return set->day == day && set->span == span && set->by_unit == by_unit;
}

/* A new set, with the slots of one that was there before the last clear. */
static td_change_set_t *add_set(td_cells_t *cells, uint64_t digest)
{
	if (!td_room(&cells->sets, sizeof *cells->sets, cells->set_count, &cells->set_room))
		return NULL;
	td_change_set_t *set = &cells->sets[cells->set_count];
	if (cells->set_count == cells->set_made) {
		td_change_t *slots = calloc(FIRST_SLOTS, sizeof *slots);
		if (slots == NULL)
			return NULL;
		*set = (td_change_set_t){.room = FIRST_SLOTS, .slots = slots};
		cells->set_made++;
	} else {
		memset(set->slots, 0, set->room * sizeof *set->slots);
	}
	if (!td_hashtable_put(&cells->set_table, digest, (uint32_t)cells->set_count))
		return NULL;
	cells->set_count++;
	cells->slots += set->room;
	set->count = 0;
	return set;
}

static uint64_t digest_of(td_span_t span, bool by_unit, int32_t day)
{
	uint64_t name = (uint64_t)(uint32_t)day << 8 | sort_of(span, by_unit);
	return td_digest(0, &name, sizeof name);
}

enum { NO_SET = -1 };

/* The index of the set of that hash, a new one if need be; NO_SET when memory is out. */
static int64_t find_set(td_cells_t *cells, td_span_t span, bool by_unit, int32_t day)
{
	size_t *last = &cells->last[sort_of(span, by_unit)][(uint32_t)day % LAST_DAYS];
	if (*last < cells->set_count && is_set(&cells->sets[*last], span, by_unit, day))
		return (int64_t)*last;
	uint64_t digest = digest_of(span, by_unit, day);
	td_probe_t probe = td_hashtable_probe(&cells->set_table, digest);
	int64_t index;
	while ((index = td_hashtable_next(&cells->set_table, &probe)) != TD_HASHTABLE_NONE) {
		if (is_set(&cells->sets[index], span, by_unit, day)) {
			*last = (size_t)index;
			return index;
		}
	}
	td_change_set_t *set = add_set(cells, digest);
	if (set == NULL) {
		cells->failed = true;
		return NO_SET;
	}
	set->span = span;
	set->by_unit = by_unit;
	set->day = day;
	*last = cells->set_count - 1;
	return (int64_t)*last;
}

/* Where the search for `what` begins. */
static size_t slot_of(size_t room, uint64_t what)
{
	static const uint64_t prime = 0x9e3779b97f4a7c15u;
	/* The upper bits depend on all of `what`. */
	return (size_t)((what * prime >> 32) * room >> 32);
}

/* The slot that holds `what`, or the empty one where it belongs. */
static td_change_t *find_slot(td_change_t *slots, size_t room, uint64_t what)
{
	size_t at = slot_of(room, what);
	while (slots[at].what != 0 && slots[at].what != what)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static bool grow(td_cells_t *cells, td_change_set_t *set)
{
	size_t room = 2 * set->room;
	td_change_t *slots = calloc(room, sizeof *slots);
	if (slots == NULL) {
		cells->failed = true;
		return false;
	}
	for (size_t i = 0; i < set->room; i++) {
		if (set->slots[i].what != 0)
			*find_slot(slots, room, set->slots[i].what) = set->slots[i];
	}
	free(set->slots);
	cells->slots += room - set->room;
	set->slots = slots;
	set->room = room;
	return true;
}

static void add(td_cells_t *cells, td_change_set_t *set, uint64_t what, int64_t delta)
{
	td_change_t *slot = find_slot(set->slots, set->room, what);
	if (slot->what == 0) {
		if (4 * (set->count + 1) > 3 * set->room) {
			if (!grow(cells, set))
				return;
			slot = find_slot(set->slots, set->room, what);
		}
		slot->what = what;
		set->count++;
	}
	if (__builtin_add_overflow(slot->delta, delta, &slot->delta))
		slot->delta = delta > 0 ? INT64_MAX : INT64_MIN;
}

/* A cell but for its area. */
static uint64_t what_of(const td_contribution_t *item, bool with_hour)
{
	return (uint64_t)item->metric << METRIC_AT | (uint64_t)item->dim1 << DIM1_AT |
	       (uint64_t)item->dim2 << DIM2_AT |
	       (with_hour ? (uint64_t)item->hour : NO_HOUR) << HOUR_AT;
}

/* Adds what waits. */
static void settle(td_cells_t *cells)
{
	for (size_t i = 0; i < cells->waiting_count; i++) {
		const move_t *move = &cells->waiting[i];
		add(cells, &cells->sets[move->set], move->what, move->delta);
	}
	cells->waiting_count = 0;
}

bool td_cells_failed(td_cells_t *cells)
{
	settle(cells);
	return cells->failed;
}

const td_change_set_t *td_cells_sets(td_cells_t *cells, size_t *count)
{
	settle(cells);
	*count = cells->set_count;
	return cells->sets;
}

/* Lets the cell's memory be fetched, to be added to a little later: that of many at once costs
 * little more than that of one. */
static void plan(td_cells_t *cells, int64_t set, uint64_t what, int64_t delta)
{
	if (set == NO_SET)
		return;
	__builtin_prefetch(&cells->sets[set].slots[slot_of(cells->sets[set].room, what)]);
	cells->waiting[cells->waiting_count++] = (move_t){(size_t)set, what, delta};
}

static void plan_all(td_cells_t *cells, const td_contributions_t *adds, int64_t sign,
		     int32_t hours_from)
{
	uint64_t provinces[TD_AREAS_MAX] = {0}, unit = 0;
	int64_t by_province = NO_SET, by_unit = NO_SET;
	for (size_t i = 0; i < TD_AREAS_MAX && adds->provinces[i][0] != '\0'; i++)
		provinces[i] = find_area(cells, adds->provinces[i]);
	if (adds->unit[0] != '\0')
		unit = find_area(cells, adds->unit);
	for (size_t i = 0; i < adds->count; i++) {
		const td_contribution_t *item = &adds->items[i];
		uint64_t what = what_of(item, false), province = provinces[item->province];
		int64_t delta = sign * item->amount;
		if (i == 0 || item->day != item[-1].day) {
			by_province = find_set(cells, TD_SPAN_DAY, false, item->day);
			if (unit != 0)
				by_unit = find_set(cells, TD_SPAN_DAY, true, item->day);
		}
		plan(cells, by_province, what | province, delta);
		plan(cells, by_unit, what | unit, delta);
		if (item->hour != TD_HOUR_NONE && item->day >= hours_from)
			plan(cells, find_set(cells, TD_SPAN_HOUR, false, item->day),
			     what_of(item, true) | province, delta);
	}
}

void td_cells_move(td_cells_t *cells, const td_contributions_t *adds, int64_t sign,
		   int32_t hours_from)
{
	if (cells->waiting_count >= WAITING_MAX)
		settle(cells);
	if (adds->count > 0)
		plan_all(cells, adds, sign, hours_from);
}

/* Adds a day's cells to its half-month. A new set can move the others. */
static void add_half(td_cells_t *cells, size_t index)
{
	int32_t first = td_localday_half_first(td_localday_half(cells->sets[index].day));
	int64_t half = find_set(cells, TD_SPAN_HALF, cells->sets[index].by_unit, first);
	if (half == NO_SET)
		return;
	const td_change_set_t *set = &cells->sets[index];
	for (size_t i = 0; i < set->room; i++) {
		const td_change_t *slot = &set->slots[i];
		if (slot->what != 0 && slot->delta != 0)
			add(cells, &cells->sets[half], slot->what, slot->delta);
	}
}

void td_cells_add_halves(td_cells_t *cells)
{
	settle(cells);
	size_t count = cells->has_halves ? 0 : cells->set_count;
	if (!cells->has_halves)
		cells->half_from = cells->set_count;
	cells->has_halves = true;
	for (size_t i = 0; i < count && !cells->failed; i++) {
		if (cells->sets[i].span == TD_SPAN_DAY)
			add_half(cells, i);
	}
}

void td_cells_forget_halves(td_cells_t *cells)
{
	if (!cells->has_halves)
		return;
	for (; cells->set_count > cells->half_from; cells->set_count--)
		cells->slots -= cells->sets[cells->set_count - 1].room;
	td_hashtable_clear(&cells->set_table);
	for (size_t i = 0; i < cells->set_count; i++) {
		const td_change_set_t *set = &cells->sets[i];
		if (!td_hashtable_put(&cells->set_table,
				      digest_of(set->span, set->by_unit, set->day), (uint32_t)i))
			cells->failed = true;
	}
	cells->has_halves = false;
}

void td_cells_forget_hours(td_cells_t *cells, int32_t hours_from)
{
	settle(cells);
	for (size_t i = 0; i < cells->set_count; i++) {
		td_change_set_t *set = &cells->sets[i];
		if (set->span != TD_SPAN_HOUR || set->day >= hours_from)
			continue;
		memset(set->slots, 0, set->room * sizeof *set->slots);
		set->count = 0;
	}
}
