#include "aggregator/answer.h"

#include "aggregator/dimension.h"
#include "common/nearest.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIST_MAX = 320 };

static void figure_of_metric(const td_metric_info_t *metric, td_figure_t *figure)
{
	*figure = (td_figure_t){
		.id = metric->metric,
		.code = metric->code,
		.unit = metric->unit,
		.vi = metric->vi,
		.en = metric->en,
		.over = {metric->metric},
		.dim1 = metric->dim1,
		.dim2 = metric->dim2,
		.selection = "",
	};
}

/* A rate has the dimensions that its first terms share; they are numbered alike by the catalogue.
 */
static void figure_of_rate(const td_rate_info_t *rate, td_figure_t *figure)
{
	const td_metric_info_t *first = td_metric_find(rate->numerators[0]);
	*figure = (td_figure_t){
		.id = rate->id,
		.code = rate->code,
		.unit = rate->denominators[0] == TD_METRIC_NONE ? first->unit : "%",
		.vi = rate->vi,
		.en = rate->en,
		.dim1 = first->dim1,
		.dim2 = first->dim2,
		.selection = "",
	};
	memcpy(figure->over, rate->numerators, sizeof figure->over);
	memcpy(figure->under, rate->denominators, sizeof figure->under);
}

/* The code that was meant; NULL if none is near. */
static const char *nearest_code(const char *code)
{
	size_t metric_count, rate_count;
	const td_metric_info_t *metrics = td_metric_all(&metric_count);
	const td_rate_info_t *rates = td_rate_all(&rate_count);
	td_nearest_t nearest = td_nearest_to(code);
	for (size_t i = 0; i < metric_count; i++)
		td_nearest_try(&nearest, metrics[i].code);
	for (size_t i = 0; i < rate_count; i++)
		td_nearest_try(&nearest, rates[i].code);
	return nearest.word;
}

static bool no_figure(const char *code, td_err_t *err)
{
	const char *meant = nearest_code(code);
	return td_err_set(err, TD_EUSAGE,
			  "there is no figure '%s'%s%s%s; thidua-tally metrics lists them", code,
			  meant ? " (did you mean '" : "", meant ? meant : "", meant ? "'?)" : "");
}

bool td_figure_find(const char *code, td_figure_t *figure, td_err_t *err)
{
	const td_metric_info_t *metric = td_metric_by_code(code);
	const td_rate_info_t *rate = metric == NULL ? td_rate_by_code(code) : NULL;
	if (metric != NULL)
		figure_of_metric(metric, figure);
	else if (rate != NULL)
		figure_of_rate(rate, figure);
	else
		return no_figure(code, err);
	return true;
}

bool td_figure_by_number(const char *number, td_figure_t *figure)
{
	enum { DECIMAL = 10 };
	char *end;
	size_t rate_count;
	const td_rate_info_t *rates = td_rate_all(&rate_count);
	unsigned long id = strtoul(number, &end, DECIMAL);
	const td_metric_info_t *metric = id > UINT8_MAX ? NULL : td_metric_find((uint32_t)id);
	if (end == number || *end != '\0')
		return false;
	if (metric != NULL) {
		figure_of_metric(metric, figure);
		return true;
	}
	for (size_t i = 0; i < rate_count; i++) {
		if (rates[i].id == id) {
			figure_of_rate(&rates[i], figure);
			return true;
		}
	}
	return false;
}

static bool have_hours(const td_metric_t *terms)
{
	for (size_t i = 0; i < TD_RATE_TERMS_MAX; i++)
		if (terms[i] != TD_METRIC_NONE && !td_metric_has_hours(terms[i]))
			return false;
	return true;
}

bool td_figure_check_hours(const td_figure_t *figures, size_t count, td_err_t *err)
{
	for (size_t i = 0; i < count; i++)
		if (!have_hours(figures[i].over) || !have_hours(figures[i].under))
			return td_err_set(err, TD_EUSAGE,
					  "%s is counted by days, not by hours; ask for days, such "
					  "as --last 1d",
					  figures[i].code);
	return true;
}

unsigned td_figure_decimals(const td_figure_t *figure)
{
	/* "0.01 point": as many as there are digits behind the point. */
	return strncmp(figure->unit, "0.", 2) == 0 ? (unsigned)strcspn(figure->unit + 2, " ") : 0;
}

bool td_figure_is_rate(const td_figure_t *figure)
{
	return figure->under[0] != TD_METRIC_NONE;
}

/* Names the values that there are; those of some dimensions are numbers of another table. */
static bool no_value(td_dimension_t dimension, const char *word, size_t length, td_err_t *err)
{
	char list[LIST_MAX] = "";
	const char *name = td_dimension_name(dimension);
	if (td_dimension_value(dimension, 1) == NULL)
		return td_err_set(err, TD_EUSAGE,
				  "no single %s can be kept; split by all of them: --by %s", name,
				  name);
	size_t used = 0;
	for (uint32_t value = 1; value < 64; value++) {
		const td_value_info_t *info = td_dimension_value(dimension, (uint8_t)value);
		if (info == NULL)
			continue;
		int size = snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "",
				    info->code);
		if (size < 0 || (size_t)size >= sizeof list - used)
			break;
		used += (size_t)size;
	}
	return td_err_set(err, TD_EUSAGE, "'%.*s' is no value of %s; there are: %s", (int)length,
			  word, name, list);
}

/* Adds the bit of one value; `word` ends at a comma or at the text's end. */
static bool add_value(td_figure_t *figure, const char *word, size_t length, td_err_t *err)
{
	for (uint32_t value = 1; value < 64; value++) {
		const td_value_info_t *info = td_dimension_value(figure->only, (uint8_t)value);
		if (info != NULL && strlen(info->code) == length &&
		    memcmp(info->code, word, length) == 0) {
			figure->only_values |= UINT64_C(1) << value;
			return true;
		}
	}
	return no_value(figure->only, word, length, err);
}

static bool not_counted(const td_figure_t *figure, const char *name, td_err_t *err)
{
	return td_err_set(
		err, TD_EUSAGE, "%s is not counted by '%s'%s%s%s%s", figure->code, name,
		figure->dim1 == TD_DIM_NONE ? "" : ", only by ", td_dimension_name(figure->dim1),
		figure->dim2 == TD_DIM_NONE ? "" : " and ", td_dimension_name(figure->dim2));
}

bool td_figure_select(td_figure_t *figure, const char *selection, td_err_t *err)
{
	char name[32];
	figure->selection = selection;
	if (selection[0] == '\0')
		return true;
	size_t length = strcspn(selection, "=");
	if (selection[length] == '\0' || length >= sizeof name)
		return td_err_set(err, TD_EUSAGE,
				  "'%s' is no selection; write severity=very,especially",
				  selection);
	(void)snprintf(name, sizeof name, "%.*s", (int)length, selection);
	figure->only = td_dimension_by_name(name);
	figure->only_values = 0;
	if (figure->only == TD_DIM_NONE ||
	    (figure->dim1 != figure->only && figure->dim2 != figure->only))
		return not_counted(figure, name, err);
	const char *word = selection + length;
	while (*word != '\0') {
		size_t size = strcspn(++word, ",");
		if (!add_value(figure, word, size, err))
			return false;
		word += size;
	}
	return true;
}

/* Stages of one score, targets of several figures, of a year and of its parts: one stands beside
 * the other, and their sum means nothing. */
static bool adds_up(td_dimension_t dimension)
{
	return dimension != TD_DIM_SCORE_STAGE && dimension != TD_DIM_METRIC &&
	       dimension != TD_DIM_PERIOD_KIND;
}

static bool check_sums(const td_figure_t *figure, td_dimension_t dimension, td_dimension_t by,
		       td_err_t *err)
{
	bool one =
		figure->only == dimension && (figure->only_values & (figure->only_values - 1)) == 0;
	if (adds_up(dimension) || by == dimension || one)
		return true;
	const char *name = td_dimension_name(dimension);
	const td_value_info_t *first = td_dimension_value(dimension, 1);
	return first == NULL
		       ? td_err_set(err, TD_EUSAGE,
				    "%s of one %s and another do not add up; write --by %s",
				    figure->code, name, name)
		       : td_err_set(
				 err, TD_EUSAGE,
				 "%s of one %s and another do not add up; write --by %s, or keep "
				 "one, such as --only %s=%s",
				 figure->code, name, name, name, first->code);
}

bool td_figure_check_splits(const td_figure_t *figures, size_t count, td_dimension_t by,
			    td_err_t *err)
{
	bool any = by == TD_DIM_NONE || count == 0;
	for (size_t i = 0; i < count; i++) {
		any = any || figures[i].dim1 == by || figures[i].dim2 == by;
		if (!check_sums(&figures[i], figures[i].dim1, by, err) ||
		    !check_sums(&figures[i], figures[i].dim2, by, err))
			return false;
	}
	return any || not_counted(&figures[0], td_dimension_name(by), err);
}
