#include "aggregator/batch_parts.h"

#include "common/localday.h"

#include <stdio.h>

static void fold_one_statement(td_batch_t *batch, const td_batch_op_t *op,
			       td_batch_folding_t *folding)
{
	struct td_head_counts *counts = &batch->head.counts;
	folding->statement.revision = op->revision;
	memcpy(&folding->statement.adds, op->adds, op->adds_size);
	switch (td_fold_statement(&folding->statement, &folding->record, &folding->changes)) {
	case TD_FOLD_NEWER:
		counts->newer++;
		break;
	case TD_FOLD_OLDER:
		counts->older++;
		return;
	case TD_FOLD_REPEAT:
		counts->repeated++;
		return;
	case TD_FOLD_CONFLICT:
		if (counts->conflicts++ < TD_CONFLICTS_MAX)
			folding->conflicted = op->revision;
		break;
	}
	td_cells_move(batch->cells, &folding->changes.out, -1, batch->head.hours_from_day);
	td_cells_move(batch->cells, &folding->changes.in, 1, batch->head.hours_from_day);
}

static void fold_one_rejection(const td_batch_op_t *op, td_batch_folding_t *folding)
{
	if (op->revision > folding->record.rejected_revision)
		folding->codes = op->codes;
	td_fold_rejection(op->revision, &folding->record);
}

static void fold_ops(td_batch_t *batch, const td_batch_record_t *record,
		     td_batch_folding_t *folding)
{
	uint32_t at = record->first_op;
	while (at != TD_BATCH_LIST_END) {
		const td_batch_op_t *op = &batch->ops[at - 1];
		if (op->act == TD_BATCH_STATEMENT)
			fold_one_statement(batch, op, folding);
		else
			fold_one_rejection(op, folding);
		at = op->next_of_record;
	}
}

static void list(td_batch_t *batch, td_entries_t *entries, size_t *room, td_entry_t entry)
{
	if (td_room(&entries->items, sizeof entry, entries->count, room))
		entries->items[entries->count++] = entry;
	else
		batch->out_of_memory = true;
}

/* Writes the hash "open" where it changes. */
static void note_open(td_batch_t *batch, const td_batch_record_t *record,
		      const td_batch_folding_t *folding)
{
	char text[TD_BATCH_CODES_TEXT + 64];
	bool is_open = td_record_is_open(&folding->record);
	if (is_open && !folding->was_open)
		batch->head.counts.open_rejections++;
	if (!is_open && folding->was_open)
		batch->head.counts.open_rejections--;
	td_slice_t value = {NULL, 0};
	if (is_open && folding->codes != NULL) {
		(void)snprintf(text, sizeof text, "%llu%s",
			       (unsigned long long)folding->record.rejected_revision,
			       folding->codes);
		value = td_batch_text(batch, text);
	} else if (is_open || !folding->was_open) {
		return;
	}
	list(batch, &batch->open, &batch->open_room, (td_entry_t){{NULL, 0}, record->name, value});
}

static void note_conflict(td_batch_t *batch, const td_batch_record_t *record, uint64_t revision)
{
	char text[24];
	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)revision);
	list(batch, &batch->conflicts, &batch->conflicts_room,
	     (td_entry_t){{NULL, 0}, record->name, td_batch_text(batch, text)});
}

bool td_batch_fold_record(td_batch_t *batch, const td_batch_record_t *record, td_slice_t before,
			  td_batch_folding_t *folding, td_slice_t *after)
{
	bool is_new = before.size == 0;
	if (is_new)
		memset(&folding->record, 0, sizeof folding->record);
	else if (!td_record_unpack(before, record->name, batch->reporter, &folding->record))
		return false;
	folding->was_open = td_record_is_open(&folding->record);
	folding->codes = NULL;
	folding->conflicted = 0;
	fold_ops(batch, record, folding);
	batch->head.counts.records += is_new ? 1 : 0;
	note_open(batch, record, folding);
	if (folding->conflicted != 0)
		note_conflict(batch, record, folding->conflicted);
	after->data = folding->packed;
	after->size =
		td_record_pack(&folding->record, record->name, batch->reporter, folding->packed);
	return true;
}

bool td_batch_refuse_record(const td_batch_t *batch, const td_batch_record_t *record, td_err_t *err)
{
	char key[TD_KEY_MAX], field[TD_FIELD_MAX];
	td_layout_state(batch->prefix, record->kind, record->id, key, field);
	return td_err_set(err, TD_EINTEGRITY,
			  "the state of record %s of %s (field %s of %s in Redis) was altered or "
			  "torn; rebuild the shard from its log",
			  (const char *)record->name.data, batch->reporter, field, key);
}

bool td_batch_refuse_source(const td_batch_t *batch, td_slice_t field, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY,
			  "what Redis holds of source %s of %s was altered or torn; rebuild the "
			  "shard from its log",
			  (const char *)field.data, batch->reporter);
}

static bool fold_records(td_batch_t *batch, td_err_t *err)
{
	for (size_t i = 0; i < batch->record_count; i++) {
		const td_batch_record_t *record = &batch->records[batch->state_order[i]];
		const td_entry_t *entry = &batch->states.items[i];
		td_slice_t after = record->state;
		if (!batch->at_once &&
		    !td_batch_fold_record(batch, record, entry->value, &batch->folding, &after))
			return td_batch_refuse_record(batch, record, err);
		if (!td_slice_equal(after, entry->value))
			td_batch_write(&batch->writes, entry->key, entry->field,
				       td_batch_bytes(batch, after.data, after.size));
	}
	return true;
}

void td_batch_fold_source(const td_batch_t *batch, td_batch_source_t *source)
{
	for (uint32_t at = source->first_op; at != TD_BATCH_LIST_END;
	     at = batch->ops[at - 1].next_of_source) {
		const td_batch_op_t *op = &batch->ops[at - 1];
		td_source_see(&source->state, op->sequence, op->append_ms);
		if (op->mark != NULL)
			td_source_mark(&source->state, op->sequence, op->mark);
	}
}

static bool fold_sources(td_batch_t *batch, td_err_t *err)
{
	uint8_t packed[TD_SOURCE_PACKED_MAX];
	for (size_t i = 0; i < batch->source_count; i++) {
		td_batch_source_t *source = &batch->sources[i];
		const td_entry_t *entry = &batch->states.items[batch->record_count + i];
		if (!batch->at_once) {
			if (entry->value.size > 0 &&
			    !td_source_unpack(entry->value, &source->state))
				return td_batch_refuse_source(batch, entry->field, err);
			td_batch_fold_source(batch, source);
		}
		td_slice_t after =
			td_batch_bytes(batch, packed, td_source_pack(&source->state, packed));
		td_batch_write(&batch->writes, entry->key, entry->field, after);
	}
	return true;
}

static bool fold_codes(td_batch_t *batch, td_err_t *err)
{
	for (size_t i = 0; i < batch->code_count; i++) {
		const td_entry_t *entry =
			&batch->states.items[batch->record_count + batch->source_count + i];
		int64_t before = 0;
		char text[24];
		bool valid = entry->value.size == 0 || (td_batch_number(entry->value, &before) &&
							before > 0 && before < TD_EXACT_MAX);
		if (!valid)
			return td_err_set(
				err, TD_EINTEGRITY,
				"the count of code %s of %s in Redis is no number above 0; "
				"rebuild the shard from its log",
				(const char *)entry->field.data, batch->reporter);
		(void)snprintf(text, sizeof text, "%lld",
			       (long long)before + (long long)batch->codes[i].verdicts);
		td_batch_write(&batch->writes, entry->key, entry->field,
			       td_batch_text(batch, text));
	}
	return true;
}

/* The greatest sign-off stands, whatever came first. */
static bool fold_signed(td_batch_t *batch, td_err_t *err)
{
	size_t first = batch->record_count + batch->source_count + batch->code_count;
	for (size_t i = 0; i < batch->signed_count; i++) {
		const td_entry_t *entry = &batch->states.items[first + i];
		const td_signed_t *said = &batch->signeds[i].said;
		td_signed_t before = {0};
		char text[TD_SIGNED_TEXT_MAX];
		if (entry->value.size > 0 && !td_signed_read(entry->value, &before))
			return td_err_set(err, TD_EINTEGRITY,
					  "the sign-off of %s by %s in Redis was altered; rebuild "
					  "the shard from its log",
					  batch->signeds[i].period, batch->reporter);
		if (td_signed_order(&before, said) >= 0)
			continue;
		td_signed_write(said, text);
		td_batch_write(&batch->writes, entry->key, entry->field,
			       td_batch_text(batch, text));
	}
	return true;
}

void td_batch_move_hours(td_head_t *head)
{
	int32_t from = td_localday_of_ms(head->last_append_ms) - (TD_HOUR_DAYS - 1);
	if (head->hours_from_day == INT32_MIN || from > head->hours_from_day)
		head->hours_from_day = from;
}

/* Moves the first day that keeps its hours, and names the hashes that are left behind. An event can
 * lie a day ahead of the log's time at most, so no hash beyond that was ever made. */
static void move_hours(td_batch_t *batch)
{
	td_head_t *head = &batch->head;
	int32_t old = batch->begun.hours_from_day;
	if (head->last_append_ms == 0)
		return;
	td_batch_move_hours(head);
	int32_t from = head->hours_from_day;
	for (int32_t day = old; old != INT32_MIN && day < from && day <= old + TD_HOUR_DAYS;
	     day++) {
		char key[TD_KEY_MAX];
		td_layout_tally_key(batch->prefix, TD_SPAN_HOUR, false, day, key);
		batch->deletes[batch->delete_count++] = td_batch_text(batch, key);
	}
}

static bool take_lists(td_batch_t *batch)
{
	size_t states =
		batch->record_count + batch->source_count + batch->code_count + batch->signed_count;
	batch->writes.items = td_batch_take(batch, states, sizeof(td_entry_t));
	return !batch->out_of_memory;
}

bool td_batch_fold(td_batch_t *batch, td_err_t *err)
{
	bool has_lists = !batch->out_of_memory && take_lists(batch);
	if (has_lists) {
		move_hours(batch);
		if (!fold_records(batch, err) || !fold_sources(batch, err) ||
		    !fold_codes(batch, err) || !fold_signed(batch, err))
			return false;
	}
	if (batch->out_of_memory)
		return td_err_set(err, TD_EMEMORY, "no memory for a batch of %zu verdicts of %s",
				  batch->added, batch->reporter);
	return true;
}
