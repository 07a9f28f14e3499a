#include "aggregator/batch_parts.h"
#include "aggregator/digest.h"
#include "common/localday.h"

#include <stdlib.h>

/* A cell's identity as bytes without gaps. */
typedef struct cell_key {
	uint64_t numbers[2];
	char area[TD_AREA_MAX];
} cell_key_t;

static uint64_t digest_of(const td_batch_cell_t *cell)
{
	cell_key_t key = {{(uint64_t)(uint32_t)cell->day << 32 | (uint64_t)cell->metric << 16 |
				   (uint64_t)cell->dim1 << 8 | cell->dim2,
			   (uint64_t)(uint8_t)cell->hour << 16 | (uint64_t)cell->span << 8 |
				   (cell->by_unit ? 1 : 0)},
			  {0}};
	memcpy(key.area, cell->area, sizeof key.area);
	return td_digest(0, &key, sizeof key);
}

static bool same_cell(const td_batch_cell_t *a, const td_batch_cell_t *b)
{
	return a->day == b->day && a->metric == b->metric && a->dim1 == b->dim1 &&
	       a->dim2 == b->dim2 && a->hour == b->hour && a->span == b->span &&
	       a->by_unit == b->by_unit && memcmp(a->area, b->area, sizeof a->area) == 0;
}

static bool make_room(td_batch_t *batch)
{
	if (batch->cell_count < batch->cell_room)
		return true;
	td_batch_cell_t *larger =
		realloc(batch->cells, 2 * batch->cell_room * sizeof *batch->cells);
	if (larger == NULL)
		return false;
	batch->cells = larger;
	batch->cell_room *= 2;
	return true;
}

/* Beyond 64 bits it stays at a number that td_batch_finish refuses. */
static void add_delta(td_batch_cell_t *cell, int64_t delta)
{
	if (__builtin_add_overflow(cell->delta, delta, &cell->delta))
		cell->delta = delta > 0 ? INT64_MAX : INT64_MIN;
}

/* Adds the cell's delta to its equal, or the cell itself. */
static void add_cell(td_batch_t *batch, const td_batch_cell_t *cell)
{
	uint64_t digest = digest_of(cell);
	td_probe_t probe = td_hashtable_probe(&batch->cell_table, digest);
	int64_t index;
	while ((index = td_hashtable_next(&batch->cell_table, &probe)) != TD_HASHTABLE_NONE) {
		if (same_cell(&batch->cells[index], cell)) {
			add_delta(&batch->cells[index], cell->delta);
			return;
		}
	}
	if (!make_room(batch) ||
	    !td_hashtable_put(&batch->cell_table, digest, (uint32_t)batch->cell_count)) {
		batch->out_of_memory = true;
		return;
	}
	batch->cells[batch->cell_count++] = *cell;
}

void td_batch_move(td_batch_t *batch, const td_contributions_t *adds, int64_t sign)
{
	for (size_t i = 0; i < adds->count; i++) {
		const td_contribution_t *item = &adds->items[i];
		td_batch_cell_t cell = {
			.delta = sign * item->amount,
			.day = item->day,
			.metric = item->metric,
			.dim1 = item->dim1,
			.dim2 = item->dim2,
			.hour = TD_HOUR_NONE,
			.span = TD_SPAN_DAY,
		};
		memcpy(cell.area, adds->provinces[item->province], sizeof cell.area);
		add_cell(batch, &cell);
		if (item->hour != TD_HOUR_NONE && item->day >= batch->head.hours_from_day) {
			cell.span = TD_SPAN_HOUR;
			cell.hour = item->hour;
			add_cell(batch, &cell);
		}
		if (adds->unit[0] == '\0')
			continue;
		cell.span = TD_SPAN_DAY;
		cell.hour = TD_HOUR_NONE;
		cell.by_unit = true;
		memcpy(cell.area, adds->unit, sizeof cell.area);
		add_cell(batch, &cell);
	}
}

/* A half-month changes by the sum of its days' changes. */
static void add_halves(td_batch_t *batch)
{
	size_t count = batch->cell_count;
	for (size_t i = 0; i < count; i++) {
		td_batch_cell_t cell = batch->cells[i];
		if (cell.span != TD_SPAN_DAY || cell.delta == 0)
			continue;
		cell.span = TD_SPAN_HALF;
		cell.day = td_localday_half_first(td_localday_half(cell.day));
		add_cell(batch, &cell);
	}
}

static void drop_unchanged(td_batch_t *batch)
{
	size_t kept = 0;
	for (size_t i = 0; i < batch->cell_count; i++) {
		if (batch->cells[i].delta != 0)
			batch->cells[kept++] = batch->cells[i];
	}
	batch->cell_count = kept;
}

static td_slice_t field_of(td_batch_t *batch, const td_batch_cell_t *cell)
{
	char field[TD_FIELD_MAX];
	td_cell_t plain = {cell->metric, cell->dim1, cell->dim2, cell->hour, cell->area};
	td_layout_field(&plain, field);
	return td_batch_text(batch, field);
}

/* The key of each cell's hash, and the cells in the order of their hashes. */
static bool group_cells(td_batch_t *batch, td_slice_t *keys, uint32_t *order)
{
	for (size_t i = 0; i < batch->cell_count; i++) {
		const td_batch_cell_t *cell = &batch->cells[i];
		char key[TD_KEY_MAX];
		td_layout_tally_key(batch->prefix, (td_span_t)cell->span, cell->by_unit, cell->day,
				    key);
		keys[i] = td_batch_text(batch, key);
	}
	return td_batch_group(batch, keys, batch->cell_count, order);
}

/* Fills the list: the cells of one hash, then its checksum, then the next hash. */
static void list_reads(td_batch_t *batch, const td_slice_t *keys, const uint32_t *order)
{
	td_slice_t checksum = td_batch_text(batch, "#");
	for (size_t i = 0; i < batch->cell_count; i++) {
		uint32_t cell = order[i];
		bool is_last =
			i + 1 == batch->cell_count || keys[order[i + 1]].data != keys[cell].data;
		batch->read_cells[batch->reads.count] = cell;
		td_batch_write(&batch->reads, keys[cell], field_of(batch, &batch->cells[cell]),
			       (td_slice_t){NULL, 0});
		if (!is_last)
			continue;
		batch->read_cells[batch->reads.count] = UINT32_MAX;
		td_batch_write(&batch->reads, keys[cell], checksum, (td_slice_t){NULL, 0});
	}
}

td_entries_t td_batch_cells(td_batch_t *batch)
{
	add_halves(batch);
	drop_unchanged(batch);
	size_t count = batch->cell_count;
	td_slice_t *keys = td_batch_take(batch, count, sizeof *keys);
	uint32_t *order = td_batch_take(batch, count, sizeof *order);
	batch->reads.items = td_batch_take(batch, 2 * count, sizeof(td_entry_t));
	batch->read_cells = td_batch_take(batch, 2 * count, sizeof *batch->read_cells);
	if (batch->out_of_memory || !group_cells(batch, keys, order)) {
		batch->out_of_memory = true;
		return (td_entries_t){NULL, 0};
	}
	list_reads(batch, keys, order);
	return batch->reads;
}
