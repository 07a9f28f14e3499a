#include "producers/simulate.h"

#include "producers/simulate_parts.h"

#include <stdio.h>

enum { COLUMNS_MAX = 16, LINE_MAX_BYTES = 1024 };

/* A table's line, cut at its tabs. */
typedef struct line {
	char text[LINE_MAX_BYTES];
	const char *cells[COLUMNS_MAX];
	size_t count;
} line_t;

/* Takes the next line off `rest`; false at the end. A line too long is cut. */
static bool take(td_slice_t *rest, line_t *line)
{
	if (rest->size == 0)
		return false;
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
	size_t kept = size < LINE_MAX_BYTES - 1 ? size : LINE_MAX_BYTES - 1;
	memcpy(line->text, rest->data, kept);
	line->text[kept] = '\0';
	rest->data += end == NULL ? size : size + 1;
	rest->size -= end == NULL ? size : size + 1;
	line->count = 0;
	for (char *at = line->text; at != NULL && line->count < COLUMNS_MAX;) {
		line->cells[line->count++] = at;
		at = strchr(at, '\t');
		if (at != NULL)
			*at++ = '\0';
	}
	return true;
}

static const char *cell(const line_t *header, const line_t *line, const char *column)
{
	for (size_t i = 0; i < header->count && i < line->count; i++) {
		if (strcmp(header->cells[i], column) == 0)
			return line->cells[i];
	}
	return NULL;
}

/* Dates are written so that their order is the order of their text. */
static bool through_both_years(const char *from, const char *until)
{
	return strcmp(from, "2019-12-15") <= 0 &&
	       (until[0] == '\0' || strcmp(until, "2021-12-31") >= 0);
}

static void add(char (*ids)[32], size_t *count, const char *province, const char *code)
{
	if (*count < TD_SIMULATE_UNITS_MAX)
		(void)snprintf(ids[(*count)++], sizeof ids[0], "%s.%s", province, code);
}

/* A division's code has letters, a district's is three digits. */
static void add_unit(td_simulate_units_t *units, const char *province, const char *code)
{
	for (size_t i = 0; i < TD_SIMULATE_PROVINCES; i++) {
		if (strcmp(td_sim_provinces[i].id, province) != 0)
			continue;
		if (code[0] >= '0' && code[0] <= '9')
			add(units->provinces[i].districts, &units->provinces[i].district_count,
			    province, code);
		else
			add(units->provinces[i].divisions, &units->provinces[i].division_count,
			    province, code);
	}
}

bool td_simulate_units_parse(td_slice_t tsv, td_simulate_units_t *units, td_err_t *err)
{
	line_t header, line;
	memset(units, 0, sizeof *units);
	if (!take(&tsv, &header))
		return td_err_set(err, TD_EDATA, "units.tsv is empty; give the reference folder");
	while (take(&tsv, &line)) {
		const char *province = cell(&header, &line, "province_id");
		const char *code = cell(&header, &line, "gso_code");
		const char *from = cell(&header, &line, "valid_from");
		const char *until = cell(&header, &line, "valid_to");
		if (province == NULL || code == NULL || from == NULL || until == NULL)
			return td_err_set(err, TD_EDATA,
					  "units.tsv lacks province_id, gso_code, valid_from or "
					  "valid_to");
		if (through_both_years(from, until))
			add_unit(units, province, code);
	}
	for (size_t i = 0; i < TD_SIMULATE_PROVINCES; i++) {
		if (units->provinces[i].district_count == 0)
			return td_err_set(err, TD_EDATA, "units.tsv has no district of %s",
					  td_sim_provinces[i].id);
	}
	return true;
}
