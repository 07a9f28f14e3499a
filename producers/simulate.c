#include "producers/simulate.h"

#include "common/localday.h"
#include "producers/simulate_parts.h"

#include <stdlib.h>

/* About four times what a province says in a year. */
enum { TEXT_MAX = 64 << 20, INDEX_MAX = 16 << 20 };

static const char *const offices[] = {"cluster-3", "ministry"};

const char *td_simulate_reporter(size_t index)
{
	if (index < TD_SIMULATE_PROVINCES)
		return td_sim_provinces[index].id;
	index -= TD_SIMULATE_PROVINCES;
	return index < TD_COUNT(offices) ? offices[index] : NULL;
}

td_simulate_rows_t td_simulate_rows_make(void)
{
	return (td_simulate_rows_t){td_buf_make(TEXT_MAX), td_buf_make(INDEX_MAX)};
}

void td_simulate_rows_free(td_simulate_rows_t *rows)
{
	td_buf_free(&rows->text);
	td_buf_free(&rows->index);
}

static int by_arrival(const void *left, const void *right)
{
	const td_simulate_row_t *a = left, *b = right;
	if (a->arrival_ms != b->arrival_ms)
		return a->arrival_ms < b->arrival_ms ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static void make_province(td_sim_t *sim)
{
	static const struct {
		const char *purpose;
		void (*make)(td_sim_t *);
	} makers[] = {
		{"cases", td_sim_cases},
		{"arrests", td_sim_arrests},
		{"accidents", td_sim_accidents},
		{"identity", td_sim_identity},
		{"deployments", td_sim_deployments},
		{"society", td_sim_society},
		{"commendations", td_sim_commendations},
		{"faults", td_sim_faults},
	};
	for (size_t i = 0; i < TD_COUNT(makers); i++) {
		td_sim_reseed(sim, makers[i].purpose);
		makers[i].make(sim);
	}
}

/* What an office says is said once, whatever the volume. */
static void make_office(td_sim_t *sim)
{
	td_sim_reseed(sim, "office");
	if (sim->task->copy > 0)
		return;
	if (strcmp(sim->task->reporter, "ministry") == 0)
		td_sim_ministry(sim);
	else
		td_sim_office(sim);
	td_sim_reseed(sim, "faults");
	td_sim_faults(sim);
}

bool td_simulate_make(const td_simulate_task_t *task, td_simulate_rows_t *rows, td_err_t *err)
{
	td_sim_t sim = {.task = task, .rows = rows};
	td_buf_clear(&rows->text);
	td_buf_clear(&rows->index);
	sim.first_day = td_localday_make(task->year - 1, 12, 15);
	sim.days = td_localday_make(task->year, 12, 15) - sim.first_day;
	sim.mirror = task->year == TD_SIMULATE_LAST_YEAR;
	for (size_t i = 0; i < TD_SIMULATE_PROVINCES; i++) {
		if (strcmp(task->reporter, td_sim_provinces[i].id) == 0) {
			sim.index = i;
			sim.province = &td_sim_provinces[i];
			sim.stamps = i % 2 == 1;
		}
	}
	if (sim.province != NULL)
		make_province(&sim);
	else
		make_office(&sim);
	if (rows->text.failed || rows->index.failed)
		return td_err_set(err, TD_EMEMORY, "the rows of %s in %d do not fit in memory",
				  task->reporter, task->year);
	if (rows->index.size > 0)
		qsort(rows->index.data, rows->index.size / sizeof(td_simulate_row_t),
		      sizeof(td_simulate_row_t), by_arrival);
	return true;
}

const td_simulate_row_t *td_simulate_row(const td_simulate_rows_t *rows, size_t index)
{
	if (index >= rows->index.size / sizeof(td_simulate_row_t))
		return NULL;
	return (const td_simulate_row_t *)(const void *)rows->index.data + index;
}

td_slice_t td_simulate_line(const td_simulate_rows_t *rows, const td_simulate_row_t *row)
{
	return (td_slice_t){rows->text.data + row->at, row->size};
}
