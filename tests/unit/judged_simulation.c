/* Two simulated years, judged: the good rows are valid, the wrong ones refused for what they say,
 * at home and by the worker alike. */
#include "producers/row.h"
#include "producers/simulate.h"
#include "tests/support/tables.h"
#include "workers/reason.h"
#include "workers/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SEED = 7, VERSION = 3 };

static td_simulate_units_t units;
static td_reference_t *reference;
static td_arena_t *arena, *verdict_arena;
static size_t wrong; /* rows that were judged otherwise than they say */

static int set_up(void **state)
{
	(void)state;
	td_tables_units(&units);
	reference = td_tables_read(VERSION);
	arena = td_arena_new(TD_VERDICT_ARENA);
	verdict_arena = td_arena_new(TD_VERDICT_ARENA);
	return arena != NULL && verdict_arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	td_arena_free(verdict_arena);
	td_reference_free(reference);
	return 0;
}

/* The codes of a list, "E201,E305". */
static void list(const td_row_findings_t *findings, char *codes, size_t size)
{
	codes[0] = '\0';
	for (size_t i = 0; i < findings->count; i++) {
		size_t used = strlen(codes);
		(void)snprintf(codes + used, size - used, "%s%s", used > 0 ? "," : "",
			       findings->items[i].code);
	}
}

static void list_reasons(const Thidua__V1__Verdict *verdict, char *codes, size_t size)
{
	codes[0] = '\0';
	if (verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_REJECTED)
		return;
	for (size_t i = 0; i < verdict->rejected->n_reasons; i++) {
		char code[8];
		size_t used = strlen(codes);
		td_reason_print(verdict->rejected->reasons[i]->code, code);
		(void)snprintf(codes + used, size - used, "%s%s", used > 0 ? "," : "", code);
	}
}

static void expect(bool holds, const char *codes, const char *expected, td_slice_t line)
{
	if (holds)
		return;
	wrong++;
	print_error("'%s' instead of '%s': %.*s\n", codes, expected, (int)line.size,
		    (const char *)line.data);
}

/* What the worker says of a row that left the province. */
static void judge(const td_row_context_t *context, const td_row_t *row, td_slice_t line,
		  const char *expected)
{
	const td_raw_t raw = {0, context->now_ms, row->packed};
	td_slice_t packed;
	char codes[256];
	td_arena_reset(verdict_arena);
	assert_true(td_verdict_judge(&raw, context->reporter, reference, verdict_arena, &packed));
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(packed.data, packed.size, verdict_arena);
	assert_non_null(verdict);
	assert_int_equal(verdict->reference_version, VERSION);
	list_reasons(verdict, codes, sizeof codes);
	expect(strcmp(codes, expected) == 0, codes, expected, line);
}

static void read_row(const char *reporter, const td_simulate_row_t *row, td_slice_t line)
{
	td_row_context_t context = {.reporter = reporter,
				    .source = "so-lieu",
				    .epoch = 11,
				    .reference = reference,
				    .now_ms = row->arrival_ms};
	td_row_t read;
	char codes[256];
	td_arena_reset(arena);
	bool accepted = td_row_read(&context, line, row->order + 1, arena, &read);
	list(&read.errors, codes, sizeof codes);
	const char *at_home = row->at_home ? row->codes : "";
	expect(accepted == !row->at_home && strcmp(codes, at_home) == 0, codes, at_home, line);
	if (accepted)
		judge(&context, &read, line, row->codes == NULL ? "" : row->codes);
}

static void each_row_is_judged_as_it_says(void **state)
{
	(void)state;
	td_simulate_rows_t rows = td_simulate_rows_make();
	td_err_t err;
	for (size_t i = 0; td_simulate_reporter(i) != NULL; i++)
		for (int32_t year = TD_SIMULATE_FIRST_YEAR; year <= TD_SIMULATE_LAST_YEAR; year++) {
			const td_simulate_task_t task = {.seed = SEED,
							 .reporter = td_simulate_reporter(i),
							 .year = year,
							 .units = &units};
			const td_simulate_row_t *row;
			if (!td_simulate_make(&task, &rows, &err))
				fail_msg("%s", err.text);
			for (size_t at = 0; (row = td_simulate_row(&rows, at)) != NULL; at++)
				read_row(task.reporter, row, td_simulate_line(&rows, row));
		}
	td_simulate_rows_free(&rows);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_judged_as_it_says),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
