/*
 * simulate: two years of synthetic data of the eight provinces of Cluster 3, from a seed.
 *
 * Pure: no I/O, no clock; equal tasks give equal rows. The cluster's figures of 2021 are those that
 * were published (tests/it/summary_2021.py asserts each); how they spread over provinces, units,
 * days and records is invented here. Plan year 2021 is the police year, 15 December 2020 to 14
 * December 2021; what lies in its last days of December 2020 comes once more a year later, so that
 * the calendar year 2021 has the same figures.
 *
 * A row is one statement as a province feeds it to thidua-producer: an Event in proto3's official
 * JSON, without what the producer fills in. Rows come in the order in which they arrive, which is
 * not that of their days or revisions: some are late, repeated, corrected or taken back. Some are
 * wrong on purpose, and say which codes they should be refused with.
 */
#ifndef TD_PRODUCERS_SIMULATE_H
#define TD_PRODUCERS_SIMULATE_H

#include "common/buf.h"
#include "common/err.h"
#include "common/td.h"

enum {
	TD_SIMULATE_FIRST_YEAR = 2020,
	TD_SIMULATE_LAST_YEAR = 2021,
	TD_SIMULATE_UNITS_MAX = 64, /* of one province */
	TD_SIMULATE_PROVINCES = 8,
};

/* The units of the provinces that exist through both years; in the order of units.tsv. */
typedef struct td_simulate_unit_list {
	size_t count;
	char ids[TD_SIMULATE_UNITS_MAX][32];
} td_simulate_unit_list_t;

typedef struct td_simulate_units {
	struct {
		td_simulate_unit_list_t districts; /* "vn-06.136" */
		td_simulate_unit_list_t divisions; /* "vn-06.pc08" */
	} provinces[TD_SIMULATE_PROVINCES];
} td_simulate_units_t;

/* Reads units.tsv, which is terminated and overwritten; TD_EDATA when something in it is wrong or a
 * province has no district. */
TD_MUST_USE bool td_simulate_units_parse(char *tsv, td_simulate_units_t *units, td_err_t *err);

/* What to make: the rows of one reporter in one plan year. */
typedef struct td_simulate_task {
	uint64_t seed;
	const char *reporter; /* one of td_simulate_reporter's */
	int32_t year;         /* FIRST_YEAR..LAST_YEAR */
	uint32_t copy;        /* 0; higher ones are more data of the same kind, for load */
	const td_simulate_units_t *units;
} td_simulate_task_t;

/* The reporters: the provinces, "cluster-3", "ministry"; NULL past the last. */
const char *td_simulate_reporter(size_t index);

typedef struct td_simulate_row {
	int64_t arrival_ms;
	uint64_t order;    /* among rows of equal arrival */
	size_t at, size;   /* in the text: one line of JSON without its end */
	const char *codes; /* "E213", several by commas: it must be refused; NULL: it is valid */
	bool at_home;      /* refused by the producer already, not only by the worker */
} td_simulate_row_t;

typedef struct td_simulate_rows {
	td_buf_t text;  /* the lines, in no order */
	td_buf_t index; /* td_simulate_row_t, by arrival */
} td_simulate_rows_t;

/* Empty rows; allocates nothing yet. */
td_simulate_rows_t td_simulate_rows_make(void);
void td_simulate_rows_free(td_simulate_rows_t *rows);

/* Replaces `rows` by those of `task`. TD_EMEMORY when they do not fit. */
TD_MUST_USE bool td_simulate_make(const td_simulate_task_t *task, td_simulate_rows_t *rows,
				  td_err_t *err);

/* The row of that index, or NULL past the last, and its line. */
const td_simulate_row_t *td_simulate_row(const td_simulate_rows_t *rows, size_t index);
td_slice_t td_simulate_line(const td_simulate_rows_t *rows, const td_simulate_row_t *row);

#endif
