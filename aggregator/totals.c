#include "aggregator/totals.h"

#include "aggregator/contribute.h"

#include <openssl/sha.h>
#include <stdlib.h>

enum { FIRST_ROOM = 256, VALUE_DIGITS = 19 };

struct td_totals {
	td_total_t *items;
	size_t count, room;
	size_t sorted; /* the first so many are in order and different */
	bool failed;
};

td_totals_t *td_totals_new(void)
{
	return calloc(1, sizeof(td_totals_t));
}

void td_totals_free(td_totals_t *totals)
{
	if (totals == NULL)
		return;
	free(totals->items);
	free(totals);
}

static int by_field(const void *a, const void *b)
{
	return strcmp(((const td_total_t *)a)->field, ((const td_total_t *)b)->field);
}

/* Sorts, adds up equal fields, leaves zeros out. */
static void settle(td_totals_t *totals)
{
	size_t kept = 0;
	if (totals->sorted == totals->count)
		return;
	qsort(totals->items, totals->count, sizeof *totals->items, by_field);
	for (size_t i = 0; i < totals->count;) {
		td_total_t sum = totals->items[i++];
		while (i < totals->count && strcmp(totals->items[i].field, sum.field) == 0)
			if (__builtin_add_overflow(sum.value, totals->items[i++].value, &sum.value))
				totals->failed = true;
		if (sum.value != 0)
			totals->items[kept++] = sum;
	}
	totals->count = totals->sorted = kept;
}

/* Room for one more: what can be added up is, before memory grows. */
static bool make_room(td_totals_t *totals)
{
	if (totals->count < totals->room)
		return true;
	settle(totals);
	if (totals->count < totals->room / 2)
		return true;
	size_t room = totals->room == 0 ? FIRST_ROOM : 2 * totals->room;
	td_total_t *items =
		room > TD_TOTALS_MAX ? NULL : realloc(totals->items, room * sizeof *items);
	if (items == NULL)
		return totals->count < totals->room;
	totals->items = items;
	totals->room = room;
	return true;
}

bool td_totals_add(td_totals_t *totals, const char *field, int64_t value)
{
	size_t size = strlen(field);
	if (size >= TD_FIELD_MAX || !make_room(totals)) {
		totals->failed = true;
		return false;
	}
	td_total_t *total = &totals->items[totals->count++];
	memcpy(total->field, field, size + 1);
	total->value = value;
	return !totals->failed;
}

/* The digits of a value, with an optional minus; `at` behind them. */
static bool read_value(td_slice_t line, size_t at, int64_t *value)
{
	bool negative = at < line.size && line.data[at] == '-';
	size_t first = negative ? at + 1 : at;
	*value = 0;
	if (first == line.size || line.size - first > VALUE_DIGITS || line.data[first] == '0')
		return false;
	for (size_t i = first; i < line.size; i++) {
		int64_t digit = line.data[i] - '0';
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return false;
	}
	*value = negative ? -*value : *value;
	return true;
}

static bool read_line(td_totals_t *totals, td_slice_t line, char before[TD_FIELD_MAX])
{
	char field[TD_FIELD_MAX];
	td_cell_t cell;
	int64_t value;
	const uint8_t *space = memchr(line.data, ' ', line.size);
	size_t size = space == NULL ? 0 : (size_t)(space - line.data);
	if (size == 0 || size >= sizeof field)
		return false;
	memcpy(field, line.data, size);
	field[size] = '\0';
	if (strcmp(before, field) >= 0 || !td_layout_parse_field(field, &cell) ||
	    cell.hour != (int8_t)TD_HOUR_NONE || !read_value(line, size + 1, &value))
		return false;
	memcpy(before, field, size + 1);
	return td_totals_add(totals, field, value);
}

bool td_totals_read(td_totals_t *totals, td_slice_t text)
{
	char before[TD_FIELD_MAX] = "";
	while (text.size > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		if (end == NULL)
			return false;
		td_slice_t line = {text.data, (size_t)(end - text.data)};
		text = (td_slice_t){end + 1, text.size - line.size - 1};
		if (!read_line(totals, line, before))
			return false;
	}
	return true;
}

bool td_totals_list(td_totals_t *totals, const td_total_t **items, size_t *count)
{
	settle(totals);
	*items = totals->items;
	*count = totals->count;
	return !totals->failed;
}

bool td_totals_write(td_totals_t *totals, td_buf_t *out)
{
	settle(totals);
	for (size_t i = 0; i < totals->count; i++) {
		td_buf_add_text(out, totals->items[i].field);
		td_buf_add_byte(out, ' ');
		td_buf_add_decimal(out, totals->items[i].value);
		td_buf_add_byte(out, '\n');
	}
	return !totals->failed && !out->failed;
}

bool td_totals_digest(td_totals_t *totals, uint8_t digest[TD_TOTALS_DIGEST_SIZE])
{
	td_buf_t text = td_buf_make(TD_TOTALS_TEXT_MAX);
	bool whole = td_totals_write(totals, &text);
	if (whole)
		(void)SHA256(text.data == NULL ? (const uint8_t *)"" : text.data, text.size,
			     digest);
	td_buf_free(&text);
	return whole;
}

bool td_totals_compare(td_totals_t *a, td_totals_t *b, td_totals_fn *each, void *context)
{
	settle(a);
	settle(b);
	for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : by_field(&a->items[i], &b->items[j]);
		const char *field = order <= 0 ? a->items[i].field : b->items[j].field;
		int64_t left = order <= 0 ? a->items[i++].value : 0;
		int64_t right = order >= 0 ? b->items[j++].value : 0;
		if (left != right)
			each(context, field, left, right);
	}
	return !a->failed && !b->failed;
}
