/*
 * totals: all that a reporter's tallies of a period come to, as one text that can be signed.
 *
 * Pure. A line "<metric>.<dim1>.<dim2>.<province> <value>\n" for each cell that is not 0, fields as
 * in the tally hashes by province (aggregator/layout.h), in ascending order of bytes. It is what a
 * province signs off (SHA-256 of it), what is kept when a period is closed, and by what live
 * figures are told from closed ones.
 */
#ifndef TD_AGGREGATOR_TOTALS_H
#define TD_AGGREGATOR_TOTALS_H

#include "aggregator/layout.h"
#include "common/buf.h"
#include "common/td.h"

enum {
	TD_TOTALS_MAX = 1000000,          /* cells, before equal ones are added up */
	TD_TOTALS_TEXT_MAX = 1024 * 1024, /* bytes of the text */
	TD_TOTALS_DIGEST_SIZE = 32,
};

typedef struct td_totals td_totals_t;

/* One line. */
typedef struct td_total {
	char field[TD_FIELD_MAX];
	int64_t value;
} td_total_t;

/* None yet; NULL when memory is out. The caller frees. */
TD_MUST_USE td_totals_t *td_totals_new(void);
void td_totals_free(td_totals_t *totals);

/* Adds a cell of a tally hash, by its field without hour; equal fields are summed. False when
 * memory is out or a sum leaves 64 bits. */
TD_MUST_USE bool td_totals_add(td_totals_t *totals, const char *field, int64_t value);

/* Adds the lines of a text; false when it is none that td_totals_write makes. */
TD_MUST_USE bool td_totals_read(td_totals_t *totals, td_slice_t text);

/* What it comes to, in order; lives until the next add. False when memory ran out on the way. */
TD_MUST_USE bool td_totals_list(td_totals_t *totals, const td_total_t **items, size_t *count);

/* Appends the text; its SHA-256. False when it does not fit, or memory ran out on the way. */
TD_MUST_USE bool td_totals_write(td_totals_t *totals, td_buf_t *out);
TD_MUST_USE bool td_totals_digest(td_totals_t *totals, uint8_t digest[TD_TOTALS_DIGEST_SIZE]);

/* Calls `each` for every field that differs between the two, in order; 0 where there is none. */
typedef void td_totals_fn(void *context, const char *field, int64_t a, int64_t b);
TD_MUST_USE bool td_totals_compare(td_totals_t *a, td_totals_t *b, td_totals_fn *each,
				   void *context);

#endif
