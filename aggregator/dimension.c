#include "aggregator/dimension.h"

static const char *const names[] = {
	[TD_DIM_NONE] = "",
	[TD_DIM_SEVERITY] = "severity",
	[TD_DIM_CRIME_GROUP] = "group",
	[TD_DIM_ACCIDENT_CLASS] = "class",
	[TD_DIM_TRAFFIC_MODE] = "mode",
	[TD_DIM_PURPOSE] = "purpose",
	[TD_DIM_FUND] = "fund",
	[TD_DIM_HOUSE_KIND] = "house",
	[TD_DIM_AWARD_LEVEL] = "level",
	[TD_DIM_AWARD_FORM] = "form",
	[TD_DIM_TITLE] = "title",
	[TD_DIM_RECIPIENT] = "recipient",
	[TD_DIM_ARREST_KIND] = "arrest",
	[TD_DIM_SCORE_STAGE] = "stage",
	[TD_DIM_CRITERION] = "criterion",
	[TD_DIM_METRIC] = "metric",
	[TD_DIM_PERIOD_KIND] = "period",
};

static const td_value_info_t values[] = {
#define TD_VALUE(dimension, value, code, vi, en) {TD_DIM_##dimension, value, code, vi, en},
#include "aggregator/dimension.def"
#undef TD_VALUE
};

const char *td_dimension_name(td_dimension_t dimension)
{
	return names[dimension];
}

td_dimension_t td_dimension_by_name(const char *name)
{
	for (size_t i = 1; i < TD_COUNT(names); i++) {
		if (strcmp(names[i], name) == 0)
			return (td_dimension_t)i;
	}
	return TD_DIM_NONE;
}

const td_value_info_t *td_dimension_value(td_dimension_t dimension, uint8_t value)
{
	for (size_t i = 0; i < TD_COUNT(values); i++) {
		if (values[i].dimension == dimension && values[i].value == value)
			return &values[i];
	}
	return NULL;
}
