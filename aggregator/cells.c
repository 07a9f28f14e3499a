#include "aggregator/cells.h"

#include "aggregator/change_sets.h"
#include "common/digest.h"
#include "common/localday.h"
#include "common/room.h"

#include <stdlib.h>

enum { WAITING_MAX = 64 };

/* What is to be added to one cell. */
typedef struct move {
	size_t set;
	uint64_t what;
	int64_t delta;
} move_t;

struct td_cells {
	td_change_sets_t sets;
	char (*areas)[TD_AREA_MAX];
	size_t area_count, area_room;
	td_hashtable_t area_table;
	move_t waiting[WAITING_MAX + 3 * TD_CONTRIBUTIONS_MAX]; /* until their memory is there */
	size_t waiting_count;
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
	bool tables = td_change_sets_init(&cells->sets);
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
	td_change_sets_free(&cells->sets);
	free(cells->areas);
	td_hashtable_free(&cells->area_table);
	free(cells);
}

void td_cells_clear(td_cells_t *cells)
{
	td_hashtable_clear(&cells->area_table);
	cells->area_count = cells->waiting_count = 0;
	cells->has_halves = false;
	cells->failed = !td_change_sets_cut(&cells->sets, 0);
}

size_t td_cells_bytes(const td_cells_t *cells)
{
	return cells->sets.slots * sizeof(td_change_t) +
	       cells->sets.count * sizeof(td_change_set_t);
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

/* A cell but for its area. */
static uint64_t what_of(const td_contribution_t *item, bool with_hour)
{
	return (uint64_t)item->metric << METRIC_AT | (uint64_t)item->dim1 << DIM1_AT |
	       (uint64_t)item->dim2 << DIM2_AT |
	       (with_hour ? (uint64_t)item->hour : NO_HOUR) << HOUR_AT;
}

static void add(td_cells_t *cells, size_t set, uint64_t what, int64_t delta)
{
	if (!td_change_sets_add(&cells->sets, set, what, delta))
		cells->failed = true;
}

/* Adds what waits. */
static void settle(td_cells_t *cells)
{
	for (size_t i = 0; i < cells->waiting_count; i++) {
		const move_t *move = &cells->waiting[i];
		add(cells, move->set, move->what, move->delta);
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
	*count = cells->sets.count;
	return cells->sets.items;
}

/* Lets the cell's memory be fetched, to be added to a little later: that of many at once costs
 * little more than that of one. */
static void plan(td_cells_t *cells, int64_t set, uint64_t what, int64_t delta)
{
	if (set == TD_CHANGE_SET_NONE) {
		cells->failed = true;
		return;
	}
	td_change_sets_expect(&cells->sets, (size_t)set, what);
	cells->waiting[cells->waiting_count++] = (move_t){(size_t)set, what, delta};
}

static void plan_all(td_cells_t *cells, const td_contributions_t *adds, int64_t sign,
		     int32_t hours_from)
{
	uint64_t provinces[TD_AREAS_MAX] = {0}, unit = 0;
	int64_t by_province = TD_CHANGE_SET_NONE, by_unit = TD_CHANGE_SET_NONE;
	for (size_t i = 0; i < TD_AREAS_MAX && adds->provinces[i][0] != '\0'; i++)
		provinces[i] = find_area(cells, adds->provinces[i]);
	if (adds->unit[0] != '\0')
		unit = find_area(cells, adds->unit);
	for (size_t i = 0; i < adds->count; i++) {
		const td_contribution_t *item = &adds->items[i];
		uint64_t what = what_of(item, false), province = provinces[item->province];
		int64_t delta = sign * item->amount;
		if (i == 0 || item->day != item[-1].day) {
			by_province =
				td_change_sets_find(&cells->sets, TD_SPAN_DAY, false, item->day);
			if (unit != 0)
				by_unit = td_change_sets_find(&cells->sets, TD_SPAN_DAY, true,
							      item->day);
		}
		plan(cells, by_province, what | province, delta);
		if (unit != 0)
			plan(cells, by_unit, what | unit, delta);
		if (item->hour != TD_HOUR_NONE && item->day >= hours_from)
			plan(cells,
			     td_change_sets_find(&cells->sets, TD_SPAN_HOUR, false, item->day),
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
	td_change_set_t day = cells->sets.items[index];
	int32_t first = td_localday_half_first(td_localday_half(day.day));
	int64_t half = td_change_sets_find(&cells->sets, TD_SPAN_HALF, day.by_unit, first);
	if (half == TD_CHANGE_SET_NONE)
		cells->failed = true;
	for (size_t i = 0; i < day.room && !cells->failed; i++) {
		const td_change_t *slot = &day.slots[i];
		if (slot->what != 0 && slot->delta != 0)
			add(cells, (size_t)half, slot->what, slot->delta);
	}
}

void td_cells_add_halves(td_cells_t *cells)
{
	settle(cells);
	size_t count = cells->has_halves ? 0 : cells->sets.count;
	if (!cells->has_halves)
		cells->half_from = cells->sets.count;
	cells->has_halves = true;
	for (size_t i = 0; i < count && !cells->failed; i++) {
		if (cells->sets.items[i].span == TD_SPAN_DAY)
			add_half(cells, i);
	}
}

void td_cells_forget_halves(td_cells_t *cells)
{
	if (cells->has_halves && !td_change_sets_cut(&cells->sets, cells->half_from))
		cells->failed = true;
	cells->has_halves = false;
}

void td_cells_forget_hours(td_cells_t *cells, int32_t hours_from)
{
	settle(cells);
	for (size_t i = 0; i < cells->sets.count; i++) {
		td_change_set_t *set = &cells->sets.items[i];
		if (set->span != TD_SPAN_HOUR || set->day >= hours_from)
			continue;
		memset(set->slots, 0, set->room * sizeof *set->slots);
		set->count = 0;
	}
}
