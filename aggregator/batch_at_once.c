#include "aggregator/batch_parts.h"

/* A record without its name and state, and its place in the table. */
enum { RECORD_BYTES = sizeof(td_batch_record_t) + 4 * sizeof(uint64_t) };

void td_batch_fold_at_once(td_batch_t *batch, td_batch_look_fn *look, void *context)
{
	batch->at_once = true;
	batch->look = look;
	batch->look_context = context;
}

size_t td_batch_bytes_used(const td_batch_t *batch)
{
	return td_arena_used(batch->given) + td_arena_used(batch->made) +
	       td_cells_bytes(batch->cells) + batch->record_count * RECORD_BYTES;
}

/* The newest events may have made hours of many days old: they are dropped now and then, so that a
 * year of them does not pile up. */
static void sweep_hours(td_batch_t *batch)
{
	int32_t from = batch->head.hours_from_day;
	if (batch->swept_from != INT32_MIN && from < batch->swept_from + TD_HOUR_DAYS)
		return;
	td_cells_forget_hours(batch->cells, from);
	batch->swept_from = from;
}

/* The record's state so far: of this batch, or what the shard holds. */
static bool find_state(const td_batch_t *batch, const td_batch_record_t *record, td_slice_t *state,
		       td_err_t *err)
{
	char key[TD_KEY_MAX], field[TD_FIELD_MAX];
	*state = record->state;
	if (record->state.size > 0 || batch->look == NULL)
		return true;
	td_layout_state(batch->prefix, record->kind, record->id, key, field);
	return batch->look(batch->look_context, td_slice_text(key), td_slice_text(field), state,
			   err);
}

/* Keeps the state where the one before lay, if it fits there. */
static void put_state(td_batch_t *batch, td_batch_record_t *record, td_slice_t state)
{
	if (state.size > record->state.size || record->state.size == 0) {
		record->state = td_batch_bytes(batch, state.data, state.size);
		return;
	}
	memcpy((uint8_t *)record->state.data, state.data, state.size);
	record->state.size = state.size;
}

static bool fold_record(td_batch_t *batch, td_batch_record_t *record, td_err_t *err)
{
	td_slice_t before, after;
	if (!find_state(batch, record, &before, err))
		return false;
	if (!td_batch_fold_record(batch, record, before, &batch->folding, &after))
		return td_batch_refuse_record(batch, record, err);
	put_state(batch, record, after);
	record->first_op = record->last_op = TD_BATCH_LIST_END;
	return true;
}

static bool look_at_source(td_batch_t *batch, td_batch_source_t *source, td_err_t *err)
{
	char field[TD_SOURCE_FIELD_MAX];
	td_slice_t value;
	source->is_new = false;
	if (batch->look == NULL)
		return true;
	td_source_field(source->state.name, source->state.epoch, field);
	if (!batch->look(batch->look_context, td_batch_key(batch, "sources"), td_slice_text(field),
			 &value, err))
		return false;
	return value.size == 0 || td_source_unpack(value, &source->state) ||
	       td_batch_refuse_source(batch, td_slice_text(field), err);
}

static bool fold_source(td_batch_t *batch, td_batch_source_t *source, td_err_t *err)
{
	if (source->is_new && !look_at_source(batch, source, err))
		return false;
	td_batch_fold_source(batch, source);
	source->first_op = source->last_op = TD_BATCH_LIST_END;
	return true;
}

bool td_batch_fold_newest(td_batch_t *batch, td_err_t *err)
{
	bool done = true;
	if (batch->op_count > 0) {
		td_batch_move_hours(&batch->head);
		sweep_hours(batch);
	}
	if (batch->touched_source != NULL)
		done = fold_source(batch, batch->touched_source, err);
	if (done && batch->touched_record != NULL)
		done = fold_record(batch, batch->touched_record, err);
	batch->touched_source = NULL;
	batch->touched_record = NULL;
	batch->op_count = 0;
	return done;
}
