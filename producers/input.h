/*
 * input: one source of rows: a file, a pipe or standard input, its lines, digest and counts.
 */
#ifndef TD_PRODUCERS_INPUT_H
#define TD_PRODUCERS_INPUT_H

#include "common/err.h"
#include "producers/checkpoint.h"
#include "producers/lines.h"

typedef struct td_input {
	const char *name; /* as given; "-" for standard input */
	int fd;
	bool is_file;   /* a regular one: never waited for, and known by its digest */
	bool has_ended; /* no more bytes will come */
	td_lines_t *lines;
	void *hash;     /* of all bytes so far */
	td_rows_t rows; /* since its beginning */
} td_input_t;

/* Opens it; `name` NULL is standard input. `lines` is borrowed. TD_ENOINPUT. */
TD_MUST_USE bool td_input_open(td_input_t *input, const char *name, td_lines_t *lines,
			       td_err_t *err);
void td_input_close(td_input_t *input);

/* Reads what is there without waiting, after the lines said MORE; `got` false if there is nothing
 * yet. At the end has_ended is set. */
TD_MUST_USE bool td_input_read(td_input_t *input, bool *got, td_err_t *err);

/* SHA-256 of a whole file, without moving its place. */
TD_MUST_USE bool td_input_digest_file(const td_input_t *input, uint8_t digest[TD_DIGEST_SIZE],
				      td_err_t *err);

/* SHA-256 of what was read; once, at the end. */
TD_MUST_USE bool td_input_digest(td_input_t *input, uint8_t digest[TD_DIGEST_SIZE], td_err_t *err);

/* The moment at which all that the input says was said, above 0 and at most `now_ms`: when a file
 * was last written, else now. */
int64_t td_input_complete_ms(const td_input_t *input, int64_t now_ms);

#endif
