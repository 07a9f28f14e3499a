#include "producers/lines.h"

#include <stdlib.h>

enum { MARK = 3 }; /* bytes of a byte order mark */

struct td_lines {
	size_t max, room;
	size_t from, to; /* bytes that are not given yet */
	size_t searched; /* bytes from `from` in which there is no LF */
	uint64_t number;
	bool begun;    /* past the place of a byte order mark */
	bool skipping; /* the rest of a line that was too long */
	bool ended;
	uint8_t bytes[];
};

td_lines_t *td_lines_new(size_t max)
{
	/* Two bytes for CRLF; the rest makes for few moves. */
	size_t room = 2 * (max + 2);
	td_lines_t *lines = malloc(sizeof *lines + room);
	if (lines == NULL)
		return NULL;
	lines->max = max;
	lines->room = room;
	td_lines_reset(lines);
	return lines;
}

void td_lines_free(td_lines_t *lines)
{
	free(lines);
}

void td_lines_reset(td_lines_t *lines)
{
	lines->from = lines->to = lines->searched = 0;
	lines->number = 0;
	lines->begun = lines->skipping = lines->ended = false;
}

uint64_t td_lines_number(const td_lines_t *lines)
{
	return lines->number;
}

/* Size of the line at `from` and of its end; false while its end is not there. */
static bool find_end(td_lines_t *lines, size_t *size, size_t *end)
{
	const uint8_t *at = lines->bytes + lines->from;
	size_t there = lines->to - lines->from;
	const uint8_t *feed = there > lines->searched
				      ? memchr(at + lines->searched, '\n', there - lines->searched)
				      : NULL;
	if (feed == NULL && !(lines->ended && there > 0)) {
		lines->searched = there;
		return false;
	}
	*size = feed == NULL ? there : (size_t)(feed - at);
	*end = feed == NULL ? 0 : 1;
	if (*size > 0 && at[*size - 1] == '\r') {
		--*size;
		++*end;
	}
	return true;
}

static bool is_blank(td_slice_t line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] != ' ' && line.data[i] != '\t')
			return false;
	return true;
}

/* Before anything is measured: the mark is no part of the first line. */
static void drop_mark(td_lines_t *lines)
{
	if (lines->begun || lines->to - lines->from < MARK)
		return;
	lines->begun = true;
	if (memcmp(lines->bytes + lines->from, "\xef\xbb\xbf", MARK) == 0) {
		lines->from += MARK;
		lines->searched = 0;
	}
}

/* The line has outgrown the maximum before its end came. */
static td_lines_found_t cut(td_lines_t *lines, td_slice_t *line)
{
	bool begins = !lines->skipping;
	*line = (td_slice_t){lines->bytes + lines->from, lines->max};
	lines->from = lines->to;
	lines->searched = 0;
	lines->skipping = true;
	if (!begins)
		return TD_LINES_MORE;
	lines->number++;
	return TD_LINES_CUT;
}

td_lines_found_t td_lines_next(td_lines_t *lines, td_slice_t *line)
{
	size_t size, end;
	drop_mark(lines);
	while (find_end(lines, &size, &end)) {
		bool was_cut = lines->skipping;
		*line = (td_slice_t){lines->bytes + lines->from, size};
		lines->from += size + end;
		lines->searched = 0;
		lines->skipping = false;
		lines->begun = true;
		if (was_cut)
			continue;
		lines->number++;
		if (size > lines->max) {
			line->size = lines->max;
			return TD_LINES_CUT;
		}
		if (!is_blank(*line))
			return TD_LINES_LINE;
	}
	return lines->to - lines->from > lines->max + 1 ? cut(lines, line) : TD_LINES_MORE;
}

uint8_t *td_lines_room(td_lines_t *lines, size_t *size)
{
	if (lines->from > 0) {
		memmove(lines->bytes, lines->bytes + lines->from, lines->to - lines->from);
		lines->to -= lines->from;
		lines->from = 0;
	}
	*size = lines->room - lines->to;
	return lines->bytes + lines->to;
}

void td_lines_filled(td_lines_t *lines, size_t got)
{
	lines->to += got;
}

void td_lines_end(td_lines_t *lines)
{
	lines->ended = true;
}
