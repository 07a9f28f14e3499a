#include "common/table.h"

#include <utf8proc.h>

enum { GAP = 2 };

typedef struct td_table_row {
	const char *cells[TD_COLUMNS_MAX];
	struct td_table_row *next;
} td_table_row_t;

struct td_table {
	td_arena_t *arena;
	size_t columns;
	bool right[TD_COLUMNS_MAX];
	td_table_row_t heads;
	td_table_row_t *last;
};

td_table_t *td_table_new(const char *const *heads, const bool *right, size_t columns,
			 td_arena_t *arena)
{
	td_table_t *table = columns > TD_COLUMNS_MAX ? NULL : td_arena_take(arena, sizeof *table);
	if (table == NULL)
		return NULL;
	*table = (td_table_t){.arena = arena, .columns = columns};
	for (size_t i = 0; i < columns; i++) {
		table->heads.cells[i] = heads[i];
		table->right[i] = right[i];
	}
	table->last = &table->heads;
	return table;
}

bool td_table_add(td_table_t *table, const char *const *cells)
{
	td_table_row_t *row = td_arena_take(table->arena, sizeof *row);
	if (row == NULL)
		return false;
	*row = (td_table_row_t){0};
	for (size_t i = 0; i < table->columns; i++)
		row->cells[i] = cells[i];
	table->last->next = row;
	table->last = row;
	return true;
}

static size_t width_of(const char *text)
{
	size_t width = 0;
	utf8proc_int32_t letter;
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	while (*at != '\0') {
		utf8proc_ssize_t size = utf8proc_iterate(at, -1, &letter);
		if (size <= 0)
			return width;
		int cells = utf8proc_charwidth(letter);
		width += cells > 0 ? (size_t)cells : 0;
		at += size;
	}
	return width;
}

/* Widths of the columns, 0 for those without a word below their head; returns the bytes that the
 * whole text may take. */
static size_t measure(const td_table_t *table, size_t *widths)
{
	size_t bytes = 1;
	for (const td_table_row_t *row = table->heads.next; row != NULL; row = row->next) {
		for (size_t i = 0; i < table->columns; i++) {
			size_t width = width_of(row->cells[i]);
			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	for (size_t i = 0; i < table->columns; i++) {
		size_t width = width_of(table->heads.cells[i]);
		widths[i] = widths[i] > 0 && width > widths[i] ? width : widths[i];
	}
	for (const td_table_row_t *row = &table->heads; row != NULL; row = row->next) {
		bytes += 1;
		for (size_t i = 0; i < table->columns; i++)
			bytes += strlen(row->cells[i]) + widths[i] + GAP;
	}
	return bytes;
}

static char *put_spaces(char *out, size_t count)
{
	memset(out, ' ', count);
	return out + count;
}

static char *put_row(const td_table_t *table, const td_table_row_t *row, const size_t *widths,
		     char *out)
{
	for (size_t i = 0; i < table->columns; i++) {
		if (widths[i] == 0)
			continue;
		size_t size = strlen(row->cells[i]), pad = widths[i] - width_of(row->cells[i]);
		if (table->right[i])
			out = put_spaces(out, pad);
		memcpy(out, row->cells[i], size);
		out += size;
		if (!table->right[i])
			out = put_spaces(out, pad);
		out = put_spaces(out, GAP);
	}
	while (out[-1] == ' ')
		out--;
	*out++ = '\n';
	return out;
}

bool td_table_text(const td_table_t *table, const char **text)
{
	size_t widths[TD_COLUMNS_MAX] = {0};
	char *start = td_arena_take(table->arena, measure(table, widths) + 1);
	if (start == NULL)
		return false;
	start[0] = '\n'; /* stops the cut of spaces at a row without words */
	char *out = start + 1;
	for (const td_table_row_t *row = &table->heads; row != NULL; row = row->next)
		out = put_row(table, row, widths, out);
	*out = '\0';
	*text = start + 1;
	return true;
}
