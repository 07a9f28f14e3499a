#include "aggregator/show.h"

#include <stdio.h>

/* An optional number as CSV: empty when absent. */
static const char *optional(const td_show_t *show, const Thidua__V1__Number *number)
{
	return number == NULL ? "" : td_show_format(show->arena, "%lld", (long long)number->value);
}

/* By PeriodState. */
static const char *const STATES[] = {"", "preliminary", "signed_off", "amended", "closed"};

static const char *line_of(const td_show_t *show, const Thidua__V1__TallyRow *row)
{
	const char *rate = optional(show, row->rate_hundredths);
	const char *before = optional(show, row->value_before);
	const char *target = optional(show, row->target);
	const char *closed = optional(show, row->value_as_closed);
	const char *before_closed = optional(show, row->value_before_as_closed);
	const char *target_closed = optional(show, row->target_as_closed);
	if (rate == NULL || before == NULL || target == NULL || closed == NULL ||
	    before_closed == NULL || target_closed == NULL)
		return NULL;
	/* Codes and ids hold neither commas nor quotes; a selection of several values has commas.
	 */
	const char *quote = strchr(row->dimension, ',') == NULL ? "" : "\"";
	return td_show_format(
		show->arena,
		"%s,%s,%s,%s%s%s,%d,%d,%lld,%lld,%s,%s,%lld,%s,%u,%s,%lld,%s,%s,%lld,"
		"%s,%u\n",
		row->metric, row->province, row->unit, quote, row->dimension, quote, row->bucket_on,
		row->hour, (long long)row->value, (long long)row->denominator, rate, before,
		(long long)row->denominator_before, target, row->rank, closed,
		(long long)row->denominator_as_closed, STATES[row->state], before_closed,
		(long long)row->denominator_before_as_closed, target_closed, row->rank_as_closed);
}

bool td_show_csv(const td_show_t *show, const Thidua__V1__TallyAnswer *answer, const char **text)
{
	static const char head[] =
		"metric,province,unit,dimension,bucket_on,hour,value,denominator,rate_hundredths,"
		"value_before,denominator_before,target,rank,"
		"value_as_closed,denominator_as_closed,state,"
		"value_before_as_closed,denominator_before_as_closed,target_as_closed,"
		"rank_as_closed\n";
	size_t size = sizeof head, count = answer->n_rows;
	const char **lines = td_arena_take(show->arena, count * sizeof *lines);
	if (lines == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		lines[i] = line_of(show, answer->rows[i]);
		if (lines[i] == NULL)
			return false;
		size += strlen(lines[i]);
	}
	char *out = td_arena_take(show->arena, size);
	if (out == NULL)
		return false;
	*text = out;
	out = stpcpy(out, head);
	for (size_t i = 0; i < count; i++)
		out = stpcpy(out, lines[i]);
	return true;
}
