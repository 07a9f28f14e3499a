#include "aggregator/reference_diff.h"

#include <stdlib.h>

/* How many columns name a row; one for tables that are not here. */
static const struct {
	const char *file;
	size_t columns;
} keys[] = {
	{"awards.tsv", 2}, {"clusters.tsv", 3}, {"criteria.tsv", 3},
	{"keys.tsv", 3},   {"offences.tsv", 2},
};

/* A table taken apart; the lines lie in the message. */
typedef struct lines {
	const char *name;
	td_slice_t header;
	td_slice_t *rows; /* sorted */
	size_t count;
} lines_t;

/* Both sides of one table, and where to write. */
typedef struct diff {
	td_buf_t *out;
	td_slice_t header;
	size_t key_columns;
	size_t added, removed, changed;
} diff_t;

/* The next line of `*rest`, without its end; false at the end of the text. */
static bool next_line(td_slice_t *rest, td_slice_t *line)
{
	if (rest->size == 0)
		return false;
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	line->data = rest->data;
	line->size = end ? (size_t)(end - rest->data) : rest->size;
	size_t taken = end ? line->size + 1 : line->size;
	rest->data += taken;
	rest->size -= taken;
	return true;
}

static bool is_row(td_slice_t line)
{
	return line.size > 0 && line.data[0] != '#';
}

static td_slice_t content_of(const Thidua__V1__ReferenceFile *file)
{
	return file ? (td_slice_t){file->content.data, file->content.len} : (td_slice_t){0};
}

/* Lines that are no comments, the header included. */
static size_t count_lines(const Thidua__V1__ReferenceFile *file)
{
	td_slice_t line, rest = content_of(file);
	size_t count = 0;
	while (next_line(&rest, &line))
		count += is_row(line);
	return count;
}

size_t td_reference_rows(const Thidua__V1__ReferenceFile *file)
{
	size_t lines = count_lines(file);
	return lines > 0 ? lines - 1 : 0;
}

static int by_bytes(const void *a, const void *b)
{
	const td_slice_t *one = a, *two = b;
	size_t size = one->size < two->size ? one->size : two->size;
	int order = size > 0 ? memcmp(one->data, two->data, size) : 0;
	if (order != 0)
		return order;
	return one->size < two->size ? -1 : one->size > two->size;
}

static bool take_apart(const Thidua__V1__ReferenceFile *file, td_arena_t *arena, lines_t *lines)
{
	td_slice_t line, rest = content_of(file);
	*lines = (lines_t){.rows = td_arena_take(arena, count_lines(file) * sizeof *lines->rows)};
	if (!lines->rows)
		return false;
	while (next_line(&rest, &line)) {
		if (!is_row(line))
			continue;
		if (!lines->header.data)
			lines->header = line;
		else
			lines->rows[lines->count++] = line;
	}
	if (lines->count > 0)
		qsort(lines->rows, lines->count, sizeof *lines->rows, by_bytes);
	return true;
}

/* Leaves in each only the rows that the other does not have. */
static void drop_equal(lines_t *before, lines_t *after)
{
	size_t b = 0, a = 0, kept_b = 0, kept_a = 0;
	while (b < before->count && a < after->count) {
		int order = by_bytes(&before->rows[b], &after->rows[a]);
		if (order < 0) {
			before->rows[kept_b++] = before->rows[b++];
		} else if (order > 0) {
			after->rows[kept_a++] = after->rows[a++];
		} else {
			b++;
			a++;
		}
	}
	while (b < before->count)
		before->rows[kept_b++] = before->rows[b++];
	while (a < after->count)
		after->rows[kept_a++] = after->rows[a++];
	before->count = kept_b;
	after->count = kept_a;
}

/* The cells before the tab behind column `columns`, that tab not included. */
static td_slice_t first_cells(td_slice_t row, size_t columns)
{
	size_t size = 0;
	for (; size < row.size; size++)
		if (row.data[size] == '\t' && --columns == 0)
			break;
	return (td_slice_t){row.data, size};
}

/* Takes the next cell of `*rest`; an empty one when there are no more. */
static td_slice_t next_cell(td_slice_t *rest)
{
	td_slice_t cell = first_cells(*rest, 1);
	size_t taken = cell.size < rest->size ? cell.size + 1 : cell.size;
	rest->data = rest->data ? rest->data + taken : NULL;
	rest->size -= taken;
	return cell;
}

/* The row with bars instead of tabs. */
static void put_row(td_buf_t *out, td_slice_t row)
{
	bool is_first = true;
	while (row.size > 0) {
		td_buf_add_text(out, is_first ? "" : " | ");
		td_buf_add_slice(out, next_cell(&row));
		is_first = false;
	}
}

static void put_change(diff_t *diff, td_slice_t before, td_slice_t after)
{
	td_slice_t names = diff->header;
	const char *between = ": ";
	td_buf_add_text(diff->out, "  ~ ");
	put_row(diff->out, first_cells(before, diff->key_columns));
	while (before.size > 0 || after.size > 0) {
		td_slice_t name = next_cell(&names), old = next_cell(&before),
			   new = next_cell(&after);
		if (td_slice_equal(old, new))
			continue;
		td_buf_add_text(diff->out, between);
		td_buf_add_slice(diff->out, name);
		td_buf_add_text(diff->out, ": ");
		td_buf_add_slice(diff->out, old);
		td_buf_add_text(diff->out, " -> ");
		td_buf_add_slice(diff->out, new);
		between = "; ";
	}
	td_buf_add_byte(diff->out, '\n');
	diff->changed++;
}

static void put_one(diff_t *diff, const char *mark, td_slice_t row, size_t *count)
{
	td_buf_add_text(diff->out, mark);
	put_row(diff->out, row);
	td_buf_add_byte(diff->out, '\n');
	(*count)++;
}

/* Rows are sorted, and a tab sorts before what a cell may hold: so are their keys. */
static void put_rows(diff_t *diff, const lines_t *before, const lines_t *after)
{
	size_t b = 0, a = 0;
	while (b < before->count || a < after->count) {
		int order = b == before->count ? 1 : a == after->count ? -1 : 0;
		if (order == 0) {
			td_slice_t old = first_cells(before->rows[b], diff->key_columns);
			td_slice_t new = first_cells(after->rows[a], diff->key_columns);
			order = by_bytes(&old, &new);
		}
		if (order < 0)
			put_one(diff, "  - ", before->rows[b++], &diff->removed);
		else if (order > 0)
			put_one(diff, "  + ", after->rows[a++], &diff->added);
		else
			put_change(diff, before->rows[b++], after->rows[a++]);
	}
}

static size_t key_columns(const char *name)
{
	for (size_t i = 0; i < TD_COUNT(keys); i++)
		if (strcmp(keys[i].file, name) == 0)
			return keys[i].columns;
	return 1;
}

static void put_counts(td_buf_t *out, const char *name, const diff_t *diff)
{
	td_buf_add_text(out, name);
	td_buf_add_text(out, ": ");
	td_buf_add_decimal(out, (int64_t)diff->added);
	td_buf_add_text(out, diff->added == 1 ? " row added, " : " rows added, ");
	td_buf_add_decimal(out, (int64_t)diff->removed);
	td_buf_add_text(out, " removed, ");
	td_buf_add_decimal(out, (int64_t)diff->changed);
	td_buf_add_text(out, " changed\n");
}

static void put_header_change(td_buf_t *out, td_slice_t before, td_slice_t after)
{
	td_buf_add_text(out, "  columns: ");
	put_row(out, before);
	td_buf_add_text(out, " -> ");
	put_row(out, after);
	td_buf_add_byte(out, '\n');
}

/* One table; either side may be missing. */
static bool diff_table(const char *name, const Thidua__V1__ReferenceFile *before,
		       const Thidua__V1__ReferenceFile *after, td_arena_t *arena, td_buf_t *out,
		       size_t *rows)
{
	lines_t old, new;
	td_buf_t body = td_buf_make(out->max);
	if (!take_apart(before, arena, &old) || !take_apart(after, arena, &new))
		return false;
	bool same_columns = td_slice_equal(old.header, new.header);
	diff_t diff = {.out = &body, .header = new.header, .key_columns = key_columns(name)};
	if (same_columns)
		drop_equal(&old, &new);
	else
		put_header_change(&body, old.header, new.header);
	put_rows(&diff, &old, &new);
	if (body.size > 0) {
		put_counts(out, name, &diff);
		td_buf_add_slice(out, td_buf_slice(&body));
	}
	*rows += diff.added + diff.removed + diff.changed + !same_columns;
	bool fits = !body.failed && !out->failed;
	td_buf_free(&body);
	return fits;
}

bool td_reference_diff(const Thidua__V1__ReferenceVersion *before,
		       const Thidua__V1__ReferenceVersion *after, td_arena_t *arena, td_buf_t *out,
		       size_t *rows)
{
	size_t b = 0, a = 0;
	*rows = 0;
	while (b < before->n_files || a < after->n_files) {
		int order = b == before->n_files ? 1
			    : a == after->n_files
				    ? -1
				    : strcmp(before->files[b]->name, after->files[a]->name);
		const char *name = order <= 0 ? before->files[b]->name : after->files[a]->name;
		const Thidua__V1__ReferenceFile *old = order <= 0 ? before->files[b++] : NULL;
		const Thidua__V1__ReferenceFile *new = order >= 0 ? after->files[a++] : NULL;
		if (!diff_table(name, old, new, arena, out, rows))
			return false;
	}
	return true;
}
