/*
 * dimension: names of the dimensions by which metrics are split, and of their values.
 *
 * Pure. The numbers are those of the contract's enums (proto/thidua/v1); codes and labels stand in
 * aggregator/dimension.def.
 */
#ifndef TD_AGGREGATOR_DIMENSION_H
#define TD_AGGREGATOR_DIMENSION_H

#include "aggregator/metric.h"

/* The dimension's name as queries write it: "severity"; "" for TD_DIM_NONE. */
const char *td_dimension_name(td_dimension_t dimension);

/* The dimension of that name; TD_DIM_NONE when there is none. */
td_dimension_t td_dimension_by_name(const char *name);

typedef struct td_value_info {
	td_dimension_t dimension;
	uint8_t value;
	const char *code, *vi, *en;
} td_value_info_t;

/* What a dimension's value means; NULL for criteria, metrics, and numbers of a later release. */
const td_value_info_t *td_dimension_value(td_dimension_t dimension, uint8_t value);

#endif
