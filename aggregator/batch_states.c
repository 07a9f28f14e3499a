#include "aggregator/batch_parts.h"
#include "workers/reason.h"

/* Hash and field of every record, those of one hash together. */
static bool list_records(td_batch_t *batch, td_entry_t *entries)
{
	size_t count = batch->record_count;
	td_slice_t *keys = td_batch_take(batch, count, sizeof *keys);
	td_slice_t *fields = td_batch_take(batch, count, sizeof *fields);
	batch->state_order = td_batch_take(batch, count, sizeof *batch->state_order);
	if (keys == NULL || fields == NULL || batch->state_order == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		char key[TD_KEY_MAX], field[TD_FIELD_MAX];
		td_layout_state(batch->prefix, batch->records[i].kind, batch->records[i].id, key,
				field);
		keys[i] = td_batch_text(batch, key);
		fields[i] = td_batch_text(batch, field);
	}
	if (!td_batch_group(batch, keys, count, batch->state_order))
		return false;
	for (size_t i = 0; i < count; i++) {
		uint32_t record = batch->state_order[i];
		entries[i] = (td_entry_t){keys[record], fields[record], {NULL, 0}};
	}
	return true;
}

static void list_sources(td_batch_t *batch, td_entry_t *entries)
{
	td_slice_t key = td_batch_key(batch, "sources");
	for (size_t i = 0; i < batch->source_count; i++) {
		char field[TD_SOURCE_FIELD_MAX];
		td_source_field(batch->sources[i].state.name, batch->sources[i].state.epoch, field);
		entries[i] = (td_entry_t){key, td_batch_text(batch, field), {NULL, 0}};
	}
}

static void list_codes(td_batch_t *batch, td_entry_t *entries)
{
	td_slice_t key = td_batch_key(batch, "codes");
	for (size_t i = 0; i < batch->code_count; i++) {
		char field[16];
		td_reason_print(batch->codes[i].code, field);
		entries[i] = (td_entry_t){key, td_batch_text(batch, field), {NULL, 0}};
	}
}

static void list_signed(td_batch_t *batch, td_entry_t *entries)
{
	td_slice_t key = td_batch_key(batch, "signed");
	for (size_t i = 0; i < batch->signed_count; i++)
		entries[i] = (td_entry_t){
			key, td_batch_text(batch, batch->signeds[i].period), {NULL, 0}};
}

td_entries_t td_batch_states(td_batch_t *batch)
{
	size_t sources = batch->record_count, codes = sources + batch->source_count;
	size_t signeds = codes + batch->code_count, count = signeds + batch->signed_count;
	td_entry_t *entries = td_batch_take(batch, count, sizeof *entries);
	if (entries == NULL || !list_records(batch, entries)) {
		batch->out_of_memory = true;
		return (td_entries_t){NULL, 0};
	}
	list_sources(batch, entries + sources);
	list_codes(batch, entries + codes);
	list_signed(batch, entries + signeds);
	batch->states = (td_entries_t){entries, count};
	return batch->states;
}
