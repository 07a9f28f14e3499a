#include "aggregator/batch_parts.h"

size_t td_batch_changes(const td_change_set_t *set, const td_change_t **changes)
{
	size_t count = 0;
	for (size_t i = 0; i < set->room; i++) {
		if (set->slots[i].what != 0 && set->slots[i].delta != 0)
			changes[count++] = &set->slots[i];
	}
	return count;
}

static void add_read(td_batch_t *batch, td_slice_t key, td_slice_t field, const td_change_t *change)
{
	batch->read_changes[batch->reads.count] = change;
	td_batch_write(&batch->reads, key, field, (td_slice_t){NULL, 0});
}

/* The cells of one hash, then its checksum. */
static void list_set(td_batch_t *batch, const td_change_set_t *set, const td_change_t **changes)
{
	char key[TD_KEY_MAX], field[TD_FIELD_MAX];
	size_t count = td_batch_changes(set, changes);
	if (count == 0)
		return;
	td_layout_tally_key(batch->prefix, set->span, set->by_unit, set->day, key);
	td_slice_t hash = td_batch_text(batch, key);
	for (size_t i = 0; i < count; i++) {
		td_cell_t cell = td_cells_name(batch->cells, changes[i]);
		td_layout_field(&cell, field);
		add_read(batch, hash, td_batch_text(batch, field), changes[i]);
	}
	add_read(batch, hash, td_batch_text(batch, "#"), NULL);
}

td_entries_t td_batch_cells(td_batch_t *batch)
{
	size_t set_count, count = 0, most = 0;
	td_cells_add_halves(batch->cells);
	td_cells_forget_hours(batch->cells, batch->head.hours_from_day);
	const td_change_set_t *sets = td_cells_sets(batch->cells, &set_count);
	for (size_t i = 0; i < set_count; i++) {
		count += sets[i].count + 1;
		most = sets[i].count > most ? sets[i].count : most;
	}
	const td_change_t **changes = td_batch_take(batch, most, sizeof *changes);
	batch->reads.items = td_batch_take(batch, count, sizeof(td_entry_t));
	batch->read_changes = td_batch_take(batch, count, sizeof *batch->read_changes);
	if (td_cells_failed(batch->cells))
		batch->out_of_memory = true;
	if (batch->out_of_memory)
		return (td_entries_t){NULL, 0};
	for (size_t i = 0; i < set_count; i++)
		list_set(batch, &sets[i], changes);
	return batch->reads;
}
