#include "aggregator/batch_parts.h"
#include "aggregator/metric.h"
#include "common/decimal.h"

/* What became of one field. */
typedef enum finished {
	FINISHED,
	TORN,   /* it was altered by hand, or an EXEC was torn */
	BEYOND, /* the log says more than a tally holds */
} finished_t;

bool td_batch_is_tally(uint16_t metric, int64_t value)
{
	/* Deductions can make a sum of points negative; nothing else can be. */
	int64_t least = metric == TD_METRIC_SCORE_POINTS ? -TD_TALLY_MAX : 0;
	return value >= least && value <= TD_TALLY_MAX;
}

static bool read_tally(const td_entry_t *entry, uint16_t metric, int64_t *value)
{
	*value = 0;
	return entry->value.size == 0 || (td_batch_number(entry->value, value) && *value != 0 &&
					  td_batch_is_tally(metric, *value));
}

/* The checksum of a hash: any 64-bit number but 0, in decimal. */
static bool read_checksum(const td_entry_t *entry, uint64_t *checksum)
{
	*checksum = 0;
	if (entry->value.size > 20 || (entry->value.size > 0 && entry->value.data[0] == '0'))
		return false;
	for (size_t i = 0; i < entry->value.size; i++) {
		uint64_t digit = (uint64_t)entry->value.data[i] - '0';
		if (digit > 9 || *checksum > (UINT64_MAX - digit) / 10)
			return false;
		*checksum = *checksum * 10 + digit;
	}
	return true;
}

static bool refuse_torn(const td_batch_t *batch, const char *key, const char *field, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY,
			  "field %s of %s of %s in Redis was altered or torn (it is no number, or "
			  "would go below zero); rebuild the shard from its log",
			  field, key, batch->reporter);
}

static bool refuse_beyond(const td_batch_t *batch, const char *key, const char *field,
			  td_err_t *err)
{
	return td_err_set(err, TD_EDATA,
			  "field %s of %s of %s would leave 2^62: the log says more than a tally "
			  "holds; find the absurd amounts and have them corrected, then "
			  "thidua-admin shard rebuild",
			  field, key, batch->reporter);
}

static bool refuse(const td_batch_t *batch, const td_entry_t *entry, finished_t finished,
		   td_err_t *err)
{
	const char *key = (const char *)entry->key.data, *field = (const char *)entry->field.data;
	return finished == BEYOND ? refuse_beyond(batch, key, field, err)
				  : refuse_torn(batch, key, field, err);
}

bool td_batch_refuse_tally(const td_batch_t *batch, const char *key, const char *field,
			   int64_t value, td_err_t *err)
{
	return value > TD_TALLY_MAX || value < -TD_TALLY_MAX ? refuse_beyond(batch, key, field, err)
							     : refuse_torn(batch, key, field, err);
}

static void write_tally(td_batch_t *batch, const td_entry_t *entry, int64_t value)
{
	char text[TD_DECIMAL_MAX];
	size_t size = td_decimal_text(value, text);
	td_slice_t bytes = value == 0 ? (td_slice_t){NULL, 0} : td_batch_bytes(batch, text, size);
	td_batch_write(&batch->writes, entry->key, entry->field, bytes);
}

/* Writes one cell; adds to `moved` what it changes in its hash's checksum. */
static finished_t finish_cell(td_batch_t *batch, const td_entry_t *entry, const td_change_t *change,
			      uint64_t *moved)
{
	int64_t before, after;
	uint16_t metric = td_cells_name(batch->cells, change).metric;
	if (!read_tally(entry, metric, &before))
		return TORN;
	if (__builtin_add_overflow(before, change->delta, &after) || after > TD_TALLY_MAX ||
	    after < -TD_TALLY_MAX)
		return BEYOND;
	if (!td_batch_is_tally(metric, after))
		return TORN;
	const char *key = (const char *)entry->key.data, *field = (const char *)entry->field.data;
	*moved += td_layout_cell_hash(key, field, after) - td_layout_cell_hash(key, field, before);
	write_tally(batch, entry, after);
	return FINISHED;
}

static finished_t finish_checksum(td_batch_t *batch, const td_entry_t *entry, uint64_t moved)
{
	uint64_t checksum;
	char text[TD_DECIMAL_MAX];
	if (!read_checksum(entry, &checksum))
		return TORN;
	checksum += moved;
	size_t size = (size_t)(td_decimal_put(text, checksum) - text);
	td_slice_t bytes =
		checksum == 0 ? (td_slice_t){NULL, 0} : td_batch_bytes(batch, text, size);
	td_batch_write(&batch->writes, entry->key, entry->field, bytes);
	return FINISHED;
}

static bool finish_cells(td_batch_t *batch, td_err_t *err)
{
	uint64_t moved = 0;
	for (size_t i = 0; i < batch->reads.count; i++) {
		const td_entry_t *entry = &batch->reads.items[i];
		const td_change_t *change = batch->read_changes[i];
		finished_t finished = change != NULL ? finish_cell(batch, entry, change, &moved)
						     : finish_checksum(batch, entry, moved);
		if (finished != FINISHED)
			return refuse(batch, entry, finished, err);
		if (change == NULL)
			moved = 0;
	}
	return true;
}

static void append_list(td_batch_t *batch, const td_entries_t *list, const char *name)
{
	td_slice_t slice = td_batch_key(batch, name);
	for (size_t i = 0; i < list->count; i++)
		td_batch_write(&batch->writes, slice, list->items[i].field, list->items[i].value);
}

/* Room for all writes; those of the fold are moved there. */
static bool take_writes(td_batch_t *batch)
{
	td_entries_t folded = batch->writes;
	size_t room =
		folded.count + batch->conflicts.count + batch->open.count + batch->reads.count;
	batch->writes.items = td_batch_take(batch, room, sizeof(td_entry_t));
	if (batch->writes.items == NULL)
		return false;
	if (folded.count > 0)
		memcpy(batch->writes.items, folded.items, folded.count * sizeof(td_entry_t));
	return true;
}

bool td_batch_finish(td_batch_t *batch, td_err_t *err)
{
	if (!batch->out_of_memory && take_writes(batch)) {
		append_list(batch, &batch->conflicts, "conflicts");
		append_list(batch, &batch->open, "open");
		if (!finish_cells(batch, err))
			return false;
	}
	if (batch->out_of_memory)
		return td_err_set(err, TD_EMEMORY, "no memory for a batch of %zu verdicts of %s",
				  batch->added, batch->reporter);
	return true;
}
