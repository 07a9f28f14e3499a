/* report_parts: what the files of report share; for aggregator/audit/report*.c only. Pure. */
#ifndef TD_AGGREGATOR_AUDIT_REPORT_PARTS_H
#define TD_AGGREGATOR_AUDIT_REPORT_PARTS_H

#include "aggregator/audit/report.h"

typedef struct td_report_row {
	struct td_report_row *next;
	td_report_cell_t cells[];
} td_report_row_t;

typedef struct td_report_table {
	const td_report_kind_t *kind;
	uint64_t count, shown;
	td_report_row_t *first, *last; /* the first `shown` of them */
} td_report_table_t;

typedef struct td_report_fact {
	const td_report_column_t *what;
	td_report_cell_t value;
} td_report_fact_t;

struct td_report {
	const char *command;
	bool judges;
	td_lang_t lang;
	td_arena_t *arena;
	bool failed;
	size_t fact_count, table_count;
	td_report_fact_t facts[TD_REPORT_FACTS_MAX];
	td_report_table_t tables[TD_REPORT_TABLES_MAX];
};

/* The cell as people read it; in the arena, NULL when that is full. */
const char *td_report_show(const td_report_t *report, const td_report_cell_t *cell);

/* Whether something is wrong, in words; "" when nothing was judged and nothing is wrong. */
const char *td_report_outcome(const td_report_t *report);

void td_report_write_html(const td_report_t *report, td_buf_t *out);
void td_report_write_json(const td_report_t *report, td_buf_t *out);

#endif
