#include "producers/simulate.h"

#include "common/localday.h"
#include "producers/simulate_parts.h"
#include "workers/tsv.h"

#include <stdio.h>

enum { UNIT_ID, PROVINCE_ID, LEVEL, VALID_FROM = 5 };

static bool through_both_years(int32_t from_day, int32_t to_day)
{
	return from_day <= td_localday_make(TD_SIMULATE_FIRST_YEAR - 1, 12, 15) &&
	       to_day >= td_localday_make(TD_SIMULATE_LAST_YEAR, 12, 31);
}

static bool add(td_simulate_unit_list_t *list, const td_tsv_row_t *row, td_err_t *err)
{
	if (list->count == TD_SIMULATE_UNITS_MAX)
		return td_tsv_object(row, UNIT_ID, "is one unit too many of its province", err);
	int size = snprintf(list->ids[list->count], sizeof list->ids[0], "%s", row->cells[UNIT_ID]);
	if (size < 0 || (size_t)size >= sizeof list->ids[0])
		return td_tsv_object(row, UNIT_ID, "is too long", err);
	list->count++;
	return true;
}

static bool read_unit(void *context, const td_tsv_row_t *row, td_err_t *err)
{
	td_simulate_units_t *units = context;
	int32_t from_day, to_day;
	if (!td_tsv_validity(row, VALID_FROM, &from_day, &to_day, err))
		return false;
	for (size_t i = 0; i < TD_SIMULATE_PROVINCES && through_both_years(from_day, to_day); i++) {
		bool district = strcmp(row->cells[LEVEL], "district") == 0;
		if (strcmp(td_sim_provinces[i].id, row->cells[PROVINCE_ID]) == 0)
			return add(district ? &units->provinces[i].districts
					    : &units->provinces[i].divisions,
				   row, err);
	}
	return true;
}

bool td_simulate_units_parse(char *tsv, td_simulate_units_t *units, td_err_t *err)
{
	static const char *const columns[] = {"unit_id", "province_id", "level",    "code",
					      "name_vi", "valid_from",  "valid_to", NULL};
	memset(units, 0, sizeof *units);
	if (!td_tsv_read("units.tsv", tsv, columns, read_unit, units, err))
		return false;
	for (size_t i = 0; i < TD_SIMULATE_PROVINCES; i++) {
		if (units->provinces[i].districts.count == 0)
			return td_err_set(err, TD_EDATA, "units.tsv has no district of %s",
					  td_sim_provinces[i].id);
	}
	return true;
}
