#include "aggregator/batch_parts.h"

#include <stdlib.h>

/* One cell's place among those of its hash: its field as a number in the order of texts. */
typedef struct place {
	uint64_t order; /* hour, metric, dimensions, area */
	const td_change_t *change;
} place_t;

/* A number below 1,000, such as a metric or a byte, in the order of texts: "1." is before "10.",
 * and that before "2.". Takes 12 bits. */
static uint64_t spell(uint64_t number)
{
	if (number < 10)
		return 100 * number << 2 | 1;
	return number < 100 ? 10 * number << 2 | 2 : number << 2 | 3;
}

static place_t place_of(const td_cells_t *cells, const uint16_t *ranks, const td_change_t *change)
{
	td_cell_t cell = td_cells_name(cells, change);
	uint64_t hour = cell.hour == TD_HOUR_NONE ? 0 : spell((uint64_t)cell.hour);
	return (place_t){hour << 52 | spell(cell.metric) << 40 | spell(cell.dim1) << 28 |
				 spell(cell.dim2) << 16 | ranks[td_change_area(change)],
			 change};
}

/* Merges two runs that lie one behind the other. */
static void merge(const place_t *left, const place_t *right, const place_t *end, place_t *to)
{
	const place_t *middle = right;
	while (left < middle && right < end) {
		bool is_left = left->order <= right->order;
		*to++ = is_left ? *left : *right;
		left += is_left;
		right += !is_left;
	}
	while (left < middle)
		*to++ = *left++;
	while (right < end)
		*to++ = *right++;
}

/* Sorts the places, with as many of them to spare; returns where they are then. Millions of cells
 * lie in thousands of small sets: qsort, which calls for each comparison, took four times as long.
 */
static place_t *sort(place_t *places, place_t *spare, size_t count)
{
	for (size_t run = 1; run < count; run *= 2) {
		for (size_t at = 0; at < count; at += 2 * run) {
			size_t middle = at + run < count ? at + run : count;
			size_t end = middle + run < count ? middle + run : count;
			merge(&places[at], &places[middle], &places[end], &spare[at]);
		}
		place_t *sorted = spare;
		spare = places;
		places = sorted;
	}
	return places;
}

/* D M d h m: as their letters are ordered. */
static int rank_of(const td_change_set_t *set)
{
	static const int ranks[] = {[TD_SPAN_DAY] = 0, [TD_SPAN_HOUR] = 1, [TD_SPAN_HALF] = 2};
	return ranks[set->span] + (set->by_unit ? 0 : 3);
}

static int by_key(const void *a, const void *b)
{
	const td_change_set_t *left = *(const td_change_set_t *const *)a;
	const td_change_set_t *right = *(const td_change_set_t *const *)b;
	int left_rank = rank_of(left), right_rank = rank_of(right);
	if (left_rank != right_rank)
		return left_rank < right_rank ? -1 : 1;
	return (left->day > right->day) - (left->day < right->day);
}

/* What a walk needs: its sets in order, and room for the changes of the largest. */
typedef struct walk {
	td_batch_t *batch;
	const td_change_set_t **sets;
	size_t count;
	const td_change_t **changes;
	place_t *places, *spare;
	uint16_t *ranks; /* of each area among all, in the order of texts */
} walk_t;

static int by_area(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool rank_areas(walk_t *walk)
{
	size_t count;
	const char(*areas)[TD_AREA_MAX] = td_cells_areas(walk->batch->cells, &count);
	const char **sorted = td_batch_take(walk->batch, count, sizeof *sorted);
	walk->ranks = td_batch_take(walk->batch, count, sizeof *walk->ranks);
	if (sorted == NULL || walk->ranks == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		sorted[i] = areas[i];
	qsort(sorted, count, sizeof *sorted, by_area);
	for (size_t i = 0; i < count; i++)
		walk->ranks[(const char(*)[TD_AREA_MAX])sorted[i] - areas] = (uint16_t)i;
	return true;
}

static bool begin(walk_t *walk)
{
	td_batch_t *batch = walk->batch;
	size_t most = 0;
	td_cells_add_halves(batch->cells);
	td_cells_forget_hours(batch->cells, batch->head.hours_from_day);
	const td_change_set_t *sets = td_cells_sets(batch->cells, &walk->count);
	walk->sets = td_batch_take(batch, walk->count, sizeof *walk->sets);
	if (walk->sets == NULL)
		return false;
	for (size_t i = 0; i < walk->count; i++) {
		walk->sets[i] = &sets[i];
		most = sets[i].count > most ? sets[i].count : most;
	}
	walk->changes = td_batch_take(batch, most, sizeof *walk->changes);
	walk->places = td_batch_take(batch, most, sizeof *walk->places);
	walk->spare = td_batch_take(batch, most, sizeof *walk->spare);
	if (walk->changes == NULL || walk->places == NULL || walk->spare == NULL ||
	    !rank_areas(walk) || batch->out_of_memory || td_cells_failed(batch->cells))
		return false;
	qsort(walk->sets, walk->count, sizeof *walk->sets, by_key);
	return true;
}

static bool walk_set(const walk_t *walk, const td_change_set_t *set, td_tally_fn *each,
		     void *context, td_err_t *err)
{
	const td_batch_t *batch = walk->batch;
	char key[TD_KEY_MAX], field[TD_FIELD_MAX];
	size_t count = td_batch_changes(set, walk->changes);
	for (size_t i = 0; i < count; i++)
		walk->places[i] = place_of(batch->cells, walk->ranks, walk->changes[i]);
	const place_t *places = sort(walk->places, walk->spare, count);
	td_layout_tally_key(batch->prefix, set->span, set->by_unit, set->day, key);
	td_tally_t tally = {.key = td_slice_text(key),
			    .field = field,
			    .span = set->span,
			    .by_unit = set->by_unit,
			    .day = set->day};
	for (size_t i = 0; i < count; i++) {
		const td_change_t *change = places[i].change;
		tally.cell = td_cells_name(batch->cells, change);
		tally.value = change->delta;
		td_layout_field(&tally.cell, field);
		if (!td_batch_is_tally(tally.cell.metric, tally.value))
			return td_batch_refuse_tally(batch, key, field, tally.value, err);
		if (!each(context, &tally))
			return false;
	}
	return true;
}

bool td_batch_walk(td_batch_t *batch, td_tally_fn *each, void *context, td_err_t *err)
{
	walk_t walk = {.batch = batch};
	*err = (td_err_t){0};
	bool going = begin(&walk) || td_err_set(err, TD_EMEMORY, "no memory for the tallies of %s",
						batch->reporter);
	for (size_t i = 0; going && i < walk.count; i++)
		going = walk_set(&walk, walk.sets[i], each, context, err);
	td_cells_forget_halves(batch->cells);
	return going;
}
