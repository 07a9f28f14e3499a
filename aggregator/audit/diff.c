#include "aggregator/audit/diff.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

td_diffs_t *td_diffs_new(void)
{
	td_diffs_t *diffs = calloc(1, sizeof *diffs);
	if (diffs == NULL)
		return NULL;
	diffs->arena = td_arena_new(ARENA_BYTES);
	if (diffs->arena != NULL)
		return diffs;
	free(diffs);
	return NULL;
}

void td_diffs_free(td_diffs_t *diffs)
{
	if (diffs == NULL)
		return;
	td_arena_free(diffs->arena);
	free(diffs);
}

static bool is_digit(uint8_t letter)
{
	return letter >= '0' && letter <= '9';
}

/* "s:<kind>:<stem>" and its field back to a record: two digits follow the stem, or the field is the
 * whole id (aggregator/layout.h). */
static bool read_state(td_slice_t key, td_slice_t field, td_field_t *read)
{
	size_t at = 2;
	uint32_t kind = 0;
	if (key.size < 4 || memcmp(key.data, "s:", 2) != 0)
		return false;
	for (; at < key.size && is_digit(key.data[at]) && kind < 1000; at++)
		kind = kind * 10 + (uint32_t)(key.data[at] - '0');
	if (at == 2 || at == key.size || key.data[at] != ':')
		return false;
	at++;
	bool numbered = field.size == 2 && is_digit(field.data[0]) && is_digit(field.data[1]);
	size_t stem = numbered ? key.size - at : 0;
	if (stem + field.size > TD_ID_MAX)
		return false;
	read->record_kind = kind;
	memcpy(read->record_id, key.data + at, stem);
	memcpy(read->record_id + stem, field.data, field.size);
	read->record_id[stem + field.size] = '\0';
	return true;
}

void td_field_read(td_slice_t key, td_slice_t field, td_field_t *read)
{
	char text[TD_FIELD_MAX] = "";
	*read = (td_field_t){.kind = TD_FIELD_OTHER};
	if (td_tally_key_read(key, &read->hash)) {
		if (td_slice_equal(field, td_slice_text("#"))) {
			read->kind = TD_FIELD_CHECKSUM;
			return;
		}
		if (field.size >= sizeof text)
			return;
		memcpy(text, field.data, field.size);
		if (!td_layout_parse_field(text, &read->cell))
			return;
		memcpy(read->area, read->cell.area, strnlen(read->cell.area, TD_AREA_MAX - 1));
		read->cell.area = NULL; /* the text does not last: see area */
		read->kind = TD_FIELD_TALLY;
	} else if (read_state(key, field, read)) {
		read->kind = TD_FIELD_STATE;
	}
}

static bool copy(td_diffs_t *diffs, td_slice_t *slice)
{
	uint8_t *bytes = td_arena_take(diffs->arena, slice->size + 1);
	if (bytes == NULL)
		return false;
	if (slice->size > 0)
		memcpy(bytes, slice->data, slice->size);
	bytes[slice->size] = '\0';
	slice->data = bytes;
	return true;
}

static bool add(td_diffs_t *diffs, td_diff_t diff)
{
	diffs->count++;
	if (diffs->kept == TD_DIFFS_MAX)
		return true;
	td_field_read(diff.key, diff.field, &diff.what);
	if (!copy(diffs, &diff.key) || !copy(diffs, &diff.field) || !copy(diffs, &diff.claimed) ||
	    !copy(diffs, &diff.log))
		return false;
	diffs->items[diffs->kept++] = diff;
	return true;
}

bool td_diffs_add(td_diffs_t *diffs, td_slice_t key, const td_hashes_item_t *claimed,
		  size_t claimed_count, const td_hashes_item_t *log, size_t log_count)
{
	static const td_slice_t nothing = {NULL, 0};
	size_t i = 0, j = 0;
	td_diff_t checksum = {.key = key};
	uint64_t before = diffs->count;
	while (i < claimed_count || j < log_count) {
		int order = i == claimed_count ? 1
			    : j == log_count   ? -1
					       : td_hashes_order(claimed[i].field, log[j].field);
		td_diff_t diff = {.key = key,
				  .field = order <= 0 ? claimed[i].field : log[j].field,
				  .claimed = order <= 0 ? claimed[i].value : nothing,
				  .log = order >= 0 ? log[j].value : nothing};
		i += order <= 0 ? 1 : 0;
		j += order >= 0 ? 1 : 0;
		if (td_slice_equal(diff.claimed, diff.log))
			continue;
		if (td_slice_equal(diff.field, td_slice_text("#")))
			checksum = diff;
		else if (!add(diffs, diff))
			return false;
	}
	return diffs->count > before || checksum.field.size == 0 || add(diffs, checksum);
}

bool td_diff_record(const td_field_t *what, td_slice_t packed, const char *reporter,
		    td_record_t *record)
{
	char name[TD_FIELD_MAX];
	*record = (td_record_t){0};
	if (packed.size == 0)
		return true;
	(void)td_layout_name(what->record_kind, what->record_id, name);
	return td_record_unpack(packed, td_slice_text(name), reporter, record);
}

bool td_diff_touches(const td_contributions_t *adds, const td_field_t *what)
{
	for (size_t i = 0; i < adds->count; i++) {
		const td_contribution_t *one = &adds->items[i];
		const char *area = what->hash.by_unit ? adds->unit : adds->provinces[one->province];
		if (one->metric == what->cell.metric && one->dim1 == what->cell.dim1 &&
		    one->dim2 == what->cell.dim2 && one->day >= what->hash.days.first &&
		    one->day <= what->hash.days.last && strcmp(area, what->area) == 0 &&
		    (what->hash.span != TD_SPAN_HOUR || one->hour == what->cell.hour))
			return true;
	}
	return false;
}

bool td_diffs_explain(const td_diffs_t *diffs, const td_field_t *tally, const char *reporter)
{
	td_record_t record;
	for (size_t i = 0; i < diffs->kept; i++) {
		const td_diff_t *diff = &diffs->items[i];
		if (diff->what.kind != TD_FIELD_STATE)
			continue;
		if ((td_diff_record(&diff->what, diff->claimed, reporter, &record) &&
		     td_diff_touches(&record.adds, tally)) ||
		    (td_diff_record(&diff->what, diff->log, reporter, &record) &&
		     td_diff_touches(&record.adds, tally)))
			return true;
	}
	return false;
}
