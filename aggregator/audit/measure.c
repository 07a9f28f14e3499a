#include "aggregator/audit/measure.h"

bool td_measure_find(const char *code, td_days_t days, td_measure_t *measure, td_err_t *err)
{
	const td_metric_info_t *metric = td_metric_by_code(code);
	const td_rate_info_t *rate = metric == NULL ? td_rate_by_code(code) : NULL;
	*measure = (td_measure_t){.code = code, .days = days};
	if (metric != NULL) {
		measure->metrics[measure->count++] = metric->metric;
		measure->vi = metric->vi;
		measure->en = metric->en;
		return true;
	}
	if (rate == NULL)
		return td_err_set(err, TD_EUSAGE,
				  "there is no figure \"%s\"; `thidua-tally metrics` lists them",
				  code);
	measure->vi = rate->vi;
	measure->en = rate->en;
	for (size_t i = 0; i < 2 * TD_RATE_TERMS_MAX; i++) {
		td_metric_t term = i < TD_RATE_TERMS_MAX
					   ? rate->numerators[i]
					   : rate->denominators[i - TD_RATE_TERMS_MAX];
		if (term != TD_METRIC_NONE)
			measure->metrics[measure->count++] = term;
	}
	return true;
}

static bool is_within(const td_measure_t *measure, const td_contribution_t *one)
{
	return one->day >= measure->days.first && one->day <= measure->days.last;
}

int64_t td_measure_sum(const td_measure_t *measure, size_t which, const td_contributions_t *adds)
{
	int64_t sum = 0;
	for (size_t i = 0; i < adds->count; i++) {
		if (adds->items[i].metric == measure->metrics[which] &&
		    is_within(measure, &adds->items[i]))
			sum += adds->items[i].amount;
	}
	return sum;
}

void td_measure_cut(const td_measure_t *measure, const td_contributions_t *adds,
		    td_contributions_t *cut)
{
	*cut = *adds;
	cut->count = 0;
	for (size_t i = 0; i < adds->count; i++) {
		bool asked = measure->count == 0;
		for (size_t j = 0; j < measure->count; j++)
			asked = asked || adds->items[i].metric == measure->metrics[j];
		if (asked && is_within(measure, &adds->items[i]))
			cut->items[cut->count++] = adds->items[i];
	}
}

bool td_measure_touches(const td_measure_t *measure, const td_contributions_t *adds)
{
	td_contributions_t cut;
	td_measure_cut(measure, adds, &cut);
	return cut.count > 0;
}

static bool is_same(const td_contributions_t *a, const td_contributions_t *b, size_t i)
{
	const td_contribution_t *one = &a->items[i], *other = &b->items[i];
	return one->amount == other->amount && one->day == other->day &&
	       one->metric == other->metric && one->dim1 == other->dim1 &&
	       one->dim2 == other->dim2 && one->hour == other->hour &&
	       strcmp(a->provinces[one->province], b->provinces[other->province]) == 0;
}

bool td_measure_same(const td_measure_t *measure, const td_contributions_t *a,
		     const td_contributions_t *b)
{
	td_contributions_t cut_a, cut_b;
	td_measure_cut(measure, a, &cut_a);
	td_measure_cut(measure, b, &cut_b);
	size_t i = 0;
	while (i < cut_a.count && i < cut_b.count && is_same(&cut_a, &cut_b, i))
		i++;
	return i == cut_a.count && i == cut_b.count;
}
