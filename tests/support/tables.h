/* tables: the reference data of workers/reference, as the tests of rules need it. */
#ifndef TD_TESTS_SUPPORT_TABLES_H
#define TD_TESTS_SUPPORT_TABLES_H

#include "producers/simulate.h"
#include "workers/reference.h"
#include "workers/versions.h"

/* The tables as a version of that number; ends the program when they cannot be read. Caller frees.
 */
td_reference_t *td_tables_read(uint32_t version);

/* Adds the tables to `versions` as a published version, in force from then; likewise. */
void td_tables_publish(td_versions_t *versions, uint32_t number, int64_t in_force_ms);

/* The units of the simulator's provinces; ends the program likewise. */
void td_tables_units(td_simulate_units_t *units);

#endif
