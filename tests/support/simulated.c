#include "tests/support/simulated.h"

#include "proto/json.h"

#include <stdio.h>
#include <stdlib.h>

void td_simulated_make(const char *reporter, int32_t year, uint64_t seed,
		       const td_simulate_units_t *units, td_simulate_rows_t *rows)
{
	td_err_t err;
	const td_simulate_task_t task = {
		.seed = seed, .reporter = reporter, .year = year, .units = units};
	if (td_simulate_make(&task, rows, &err))
		return;
	(void)fprintf(stderr, "%s\n", err.text);
	exit(EXIT_FAILURE);
}

const Thidua__V1__Event *td_simulated_event(const td_simulate_rows_t *rows,
					    const td_simulate_row_t *row, td_arena_t *arena)
{
	td_json_problems_t problems;
	td_slice_t line = td_simulate_line(rows, row);
	td_arena_reset(arena);
	const ProtobufCMessage *event =
		td_json_read(line, &thidua__v1__event__descriptor, arena, &problems);
	if (event == NULL) {
		(void)fprintf(stderr, "%.*s: %s: %s\n", (int)line.size, (const char *)line.data,
			      problems.items[0].path, problems.items[0].text);
		exit(EXIT_FAILURE);
	}
	return (const Thidua__V1__Event *)event;
}
