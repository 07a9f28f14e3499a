/* simulated: the simulator's rows, as the tests about them read them. */
#ifndef TD_TESTS_SUPPORT_SIMULATED_H
#define TD_TESTS_SUPPORT_SIMULATED_H

#include "common/arena.h"
#include "producers/simulate.h"

#include <thidua/v1/event.pb-c.h>

/* The rows of a reporter and plan year; ends the program when they cannot be made. */
void td_simulated_make(const char *reporter, int32_t year, uint64_t seed,
		       const td_simulate_units_t *units, td_simulate_rows_t *rows);

/* The event of a row that is one, until the arena's next reset; ends the program if it is none. */
const Thidua__V1__Event *td_simulated_event(const td_simulate_rows_t *rows,
					    const td_simulate_row_t *row, td_arena_t *arena);

#endif
