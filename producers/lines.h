/*
 * lines: bytes as they come, cut into lines.
 *
 * Pure. A line ends with LF or CRLF, the last one with the input; a byte order mark before the
 * first is left out; lines without anything but white space are counted and skipped. A line longer
 * than the maximum is given cut, once, and the rest of it is skipped.
 *
 *	for (;;) {
 *		while ((found = td_lines_next(lines, &line)) != TD_LINES_MORE)
 *			... line number td_lines_number(lines) ...
 *		room = td_lines_room(lines, &size);
 *		... read into it; 0 bytes: td_lines_end(lines) and take what is left ...
 *		td_lines_filled(lines, got);
 *	}
 */
#ifndef TD_PRODUCERS_LINES_H
#define TD_PRODUCERS_LINES_H

#include "common/td.h"

typedef struct td_lines td_lines_t;

typedef enum td_lines_found {
	TD_LINES_LINE, /* a whole line */
	TD_LINES_CUT,  /* the beginning of one that is too long */
	TD_LINES_MORE, /* none before more bytes come, or after the end none at all */
} td_lines_found_t;

/* For lines of at most `max` bytes; NULL when memory is out. The caller frees it. */
TD_MUST_USE td_lines_t *td_lines_new(size_t max);
void td_lines_free(td_lines_t *lines);

/* Forgets everything: another input begins. */
void td_lines_reset(td_lines_t *lines);

/* The next line, without its end; valid until td_lines_room. */
TD_MUST_USE td_lines_found_t td_lines_next(td_lines_t *lines, td_slice_t *line);

/* The number of the line given last, from 1; all lines count. */
uint64_t td_lines_number(const td_lines_t *lines);

/* Where the next bytes of the input go, `size` at most and never 0; only after TD_LINES_MORE. */
uint8_t *td_lines_room(td_lines_t *lines, size_t *size);
void td_lines_filled(td_lines_t *lines, size_t got);

/* The input has ended: what is left is the last line. */
void td_lines_end(td_lines_t *lines);

#endif
