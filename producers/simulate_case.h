/* simulate_case: one case of the simulator and the statements of its life. For
 * producers/simulate_case*.c only. */
#ifndef TD_PRODUCERS_SIMULATE_CASE_H
#define TD_PRODUCERS_SIMULATE_CASE_H

#include "producers/simulate_parts.h"

/* How serious a simulated offence is: graves are very and especially serious ones. */
typedef enum td_sim_gravity {
	SIM_LESS,
	SIM_SERIOUS,
	SIM_GRAVE,
} td_sim_gravity_t;

/* The whole state of a case; days are local ones, 0 for "not". */
typedef struct td_sim_case {
	const char *status, *article, *division;
	int64_t clause, accused;
	int32_t occurred, reported, registered, solved, suspended, resumed, discontinued, concluded,
		reopened, closed, accepted;
	bool offender_known, no_offence;
	char merged_into[TD_ID_MAX + 1], split_from[TD_ID_MAX + 1];
	const char *direction, *other; /* of a transfer; NULL: none */
	char transfer_id[TD_ID_MAX + 1];
} td_sim_case_t;

/* Draws an offence of that gravity. */
void td_sim_offence(td_sim_t *sim, td_sim_gravity_t gravity, td_sim_case_t *state);

/* States the case as it is, recorded `later_ms` after the statement before; all days moved by
 * `shift`. */
void td_sim_say_case(td_sim_t *sim, td_sim_record_t *record, const td_sim_case_t *state,
		     int32_t shift, int64_t later_ms);

/* The unit that leads it: a district, or the division of its group. */
const char *td_sim_case_unit(td_sim_t *sim, const td_sim_case_t *state);

/* Cases beside those that the figures are made of: split, annulled, without offence, reports that
 * lead to none, transfers to others; and those of 2020 that are solved in 2021. */
void td_sim_odd_cases(td_sim_t *sim);

enum { SIM_TRANSFERS = 2 }; /* from each province to the next, in a year */

/* The case that `from` hands to the next province: the same for both. */
void td_sim_transfer(td_sim_t *sim, size_t from, int64_t number, td_sim_case_t *state);

#endif
