#include "aggregator/batch.h"

#include "aggregator/batch_parts.h"
#include "common/digest.h"
#include "workers/verdict.h"

#include <stdlib.h>

static bool allocate(td_batch_t *batch)
{
	batch->reading = td_arena_new(TD_VERDICT_ARENA);
	batch->given = td_arena_new(batch->bytes_max);
	batch->made = td_arena_new(SIZE_MAX / 2);
	batch->cells = td_cells_new();
	batch->sources = calloc(TD_BATCH_SOURCES_MAX, sizeof *batch->sources);
	batch->codes = calloc(TD_BATCH_CODES_MAX, sizeof *batch->codes);
	bool tables = td_hashtable_init(&batch->record_table);
	tables = td_hashtable_init(&batch->key_table) && tables;
	return tables && batch->reading != NULL && batch->given != NULL && batch->made != NULL &&
	       batch->cells != NULL && batch->sources != NULL && batch->codes != NULL;
}

td_batch_t *td_batch_new(const char *reporter, uint32_t generation, size_t verdicts_max,
			 size_t bytes_max)
{
	td_batch_t *batch = calloc(1, sizeof *batch);
	if (batch == NULL)
		return NULL;
	memcpy(batch->reporter, reporter, strnlen(reporter, TD_ID_MAX));
	td_layout_prefix(batch->reporter, generation, batch->prefix);
	batch->generation = generation;
	batch->verdicts_max = verdicts_max > 0 ? verdicts_max : 1;
	batch->bytes_max = bytes_max > TD_BATCH_VERDICT_NEED ? bytes_max : TD_BATCH_VERDICT_NEED;
	if (!allocate(batch)) {
		td_batch_free(batch);
		return NULL;
	}
	return batch;
}

void td_batch_free(td_batch_t *batch)
{
	if (batch == NULL)
		return;
	td_arena_free(batch->reading);
	td_arena_free(batch->given);
	td_arena_free(batch->made);
	free(batch->ops);
	free(batch->records);
	free(batch->sources);
	free(batch->codes);
	free(batch->conflicts.items);
	free(batch->open.items);
	td_hashtable_free(&batch->record_table);
	td_cells_free(batch->cells);
	td_hashtable_free(&batch->key_table);
	free(batch);
}

void td_batch_begin(td_batch_t *batch, const td_head_t *head)
{
	td_arena_reset(batch->given);
	td_arena_reset(batch->made);
	td_hashtable_clear(&batch->record_table);
	td_cells_clear(batch->cells);
	batch->begun = *head;
	batch->head = *head;
	batch->added = batch->op_count = batch->record_count = batch->source_count = 0;
	batch->code_count = batch->signed_count = batch->delete_count = 0;
	batch->out_of_memory = false;
	batch->touched_record = NULL;
	batch->touched_source = NULL;
	batch->swept_from = head->hours_from_day;
	batch->states = batch->reads = batch->writes = (td_entries_t){NULL, 0};
	batch->conflicts.count = batch->open.count = 0;
}

size_t td_batch_count(const td_batch_t *batch)
{
	return batch->added;
}

td_entries_t td_batch_writes(const td_batch_t *batch)
{
	return batch->writes;
}

const td_slice_t *td_batch_deletes(const td_batch_t *batch, size_t *count)
{
	*count = batch->delete_count;
	return batch->deletes;
}

const td_head_t *td_batch_head(const td_batch_t *batch)
{
	return &batch->head;
}

void *td_batch_take(td_batch_t *batch, size_t count, size_t size)
{
	void *taken = td_arena_take(batch->made, count * size);
	if (taken == NULL)
		batch->out_of_memory = true;
	else
		memset(taken, 0, count * size);
	return taken;
}

td_slice_t td_batch_key(td_batch_t *batch, const char *name)
{
	char key[TD_KEY_MAX + 16];
	size_t length = strlen(batch->prefix);
	memcpy(key, batch->prefix, length);
	memcpy(key + length, name, strlen(name) + 1);
	return td_batch_text(batch, key);
}

td_slice_t td_batch_bytes(td_batch_t *batch, const void *bytes, size_t size)
{
	uint8_t *copy = td_arena_take(batch->made, size + 1);
	if (copy == NULL) {
		batch->out_of_memory = true;
		return (td_slice_t){(const uint8_t *)"", 0};
	}
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	return (td_slice_t){copy, size};
}

td_slice_t td_batch_text(td_batch_t *batch, const char *text)
{
	return td_batch_bytes(batch, text, strlen(text));
}

void td_batch_write(td_entries_t *list, td_slice_t key, td_slice_t field, td_slice_t value)
{
	list->items[list->count++] = (td_entry_t){key, field, value};
}

bool td_batch_number(td_slice_t text, int64_t *number)
{
	enum { DIGITS_MAX = 19 };
	bool negative = text.size > 0 && text.data[0] == '-';
	size_t first = negative ? 1 : 0;
	*number = 0;
	if (text.size == first || text.size > first + DIGITS_MAX ||
	    (text.data[first] == '0' && text.size > 1))
		return false;
	for (size_t i = first; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' ||
		    __builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, text.data[i] - '0', number))
			return false;
	}
	if (negative)
		*number = -*number;
	return true;
}

/* The number of keys[i] among the different ones, `*groups` so far, where `firsts` says which keys
 * they are; TD_HASHTABLE_NONE when memory is out. */
static int64_t find_group(td_batch_t *batch, const td_slice_t *keys, uint32_t *firsts, uint32_t i,
			  uint32_t *groups)
{
	uint64_t digest = td_digest(0, keys[i].data, keys[i].size);
	td_probe_t probe = td_hashtable_probe(&batch->key_table, digest);
	int64_t group;
	while ((group = td_hashtable_next(&batch->key_table, &probe)) != TD_HASHTABLE_NONE) {
		if (td_slice_equal(keys[firsts[group]], keys[i]))
			return group;
	}
	if (!td_hashtable_put(&batch->key_table, digest, *groups))
		return TD_HASHTABLE_NONE;
	firsts[*groups] = i;
	return (*groups)++;
}

bool td_batch_group(td_batch_t *batch, td_slice_t *keys, size_t count, uint32_t *order)
{
	uint32_t *group_of = td_batch_take(batch, count, sizeof *group_of);
	uint32_t *firsts = td_batch_take(batch, count, sizeof *firsts);
	uint32_t *starts = td_batch_take(batch, count + 1, sizeof *starts);
	uint32_t groups = 0;
	if (group_of == NULL || firsts == NULL || starts == NULL)
		return false;
	td_hashtable_clear(&batch->key_table);
	int64_t group = TD_HASHTABLE_NONE;
	for (uint32_t i = 0; i < count; i++) {
		/* Neighbours are often alike. */
		if (i == 0 || !td_slice_equal(keys[i], keys[i - 1]))
			group = find_group(batch, keys, firsts, i, &groups);
		if (group == TD_HASHTABLE_NONE)
			return false;
		keys[i] = keys[firsts[group]];
		group_of[i] = (uint32_t)group;
		starts[group + 1]++;
	}
	for (uint32_t at = 1; at <= groups; at++)
		starts[at] += starts[at - 1];
	for (uint32_t i = 0; i < count; i++)
		order[starts[group_of[i]]++] = i;
	return true;
}
