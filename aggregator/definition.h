/*
 * definition: what the metrics and rates of the catalogue mean, in Vietnamese.
 *
 * Pure. The English definitions stand in aggregator/metric.def, these in aggregator/definition.def.
 */
#ifndef TD_AGGREGATOR_DEFINITION_H
#define TD_AGGREGATOR_DEFINITION_H

#include "common/td.h"

/* The definition of a metric or rate; NULL for an id that the catalogue does not have. */
const char *td_definition_vi(uint32_t id);

/* The unit in Vietnamese; NULL for one that no metric has. */
const char *td_unit_vi(const char *unit);

#endif
