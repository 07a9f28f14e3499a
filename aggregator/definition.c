#include "aggregator/definition.h"

static const struct {
	uint32_t id;
	const char *vi;
} definitions[] = {
#define TD_DEFINITION(id, vi) {id, vi},
#define TD_UNIT(unit, vi)
#include "aggregator/definition.def"
#undef TD_DEFINITION
#undef TD_UNIT
};

static const struct {
	const char *unit, *vi;
} units[] = {
#define TD_DEFINITION(id, vi)
#define TD_UNIT(unit, vi) {unit, vi},
#include "aggregator/definition.def"
#undef TD_DEFINITION
#undef TD_UNIT
};

const char *td_definition_vi(uint32_t id)
{
	for (size_t i = 0; i < TD_COUNT(definitions); i++)
		if (definitions[i].id == id)
			return definitions[i].vi;
	return NULL;
}

const char *td_unit_vi(const char *unit)
{
	for (size_t i = 0; i < TD_COUNT(units); i++)
		if (strcmp(units[i].unit, unit) == 0)
			return units[i].vi;
	return NULL;
}
