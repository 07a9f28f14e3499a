#include "aggregator/answer_parts.h"

#include <stdlib.h>

/* The rows of one bucket in which nothing was counted. */
static bool add_empty_bucket(td_answer_t *answer, int32_t day, int8_t hour)
{
	const td_query_t *query = answer->query;
	size_t first = query->by_province ? 0 : query->province_count;
	size_t last = query->by_province ? query->province_count : query->province_count + 1;
	for (size_t figure = 0; figure < query->figure_count; figure++) {
		for (size_t province = first; province < last; province++) {
			td_row_t key = {.figure = (uint32_t)figure,
					.bucket_day = day,
					.hour = hour,
					.province_index = (uint16_t)province};
			if (td_answer_row(answer, &key) == NULL)
				return false;
		}
	}
	return true;
}

static bool add_empty_hours(td_answer_t *answer, int32_t day)
{
	for (int8_t hour = 0; hour < 24; hour++) {
		if (!td_answer_is_outside(answer->query, false, day, hour) &&
		    !add_empty_bucket(answer, day, hour))
			return false;
	}
	return true;
}

/* A figure of which nothing was counted is 0, not missing: also in a bucket between others. */
static bool add_empty_rows(td_answer_t *answer)
{
	const td_query_t *query = answer->query;
	if (query->by_unit || query->by != TD_DIM_NONE)
		return true;
	if (query->each == TD_EACH_NONE)
		return add_empty_bucket(answer, query->days.first, TD_HOUR_NONE);
	for (int32_t day = query->days.first; day <= query->days.last; day++) {
		int32_t first = td_window_first(query->each, query->calendar, day);
		if (first != day && day != query->days.first)
			continue;
		if (query->each == TD_EACH_HOUR ? !add_empty_hours(answer, day)
						: !add_empty_bucket(answer, day, TD_HOUR_NONE))
			return false;
	}
	return true;
}

bool td_row_rate(const td_query_t *query, const td_row_t *row, int64_t *hundredths)
{
	if (!td_figure_is_rate(&query->figures[row->figure]) || row->under <= 0)
		return false;
	*hundredths = td_rate_hundredths(row->over, row->under);
	return true;
}

/* Whether `a` ranks before `b`; a rate without a denominator comes last. */
static bool is_higher(const td_query_t *query, const td_row_t *a, const td_row_t *b)
{
	if (!td_figure_is_rate(&query->figures[a->figure]))
		return a->over > b->over;
	int64_t rate_a, rate_b;
	bool has_a = td_row_rate(query, a, &rate_a), has_b = td_row_rate(query, b, &rate_b);
	return has_a && (!has_b || rate_a > rate_b);
}

/* Ranks rows that differ in the province only: equals share a rank, the next one is skipped. */
static void rank_rows(const td_query_t *query, td_row_t *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		rows[i].rank = 1;
		for (size_t j = 0; j < count; j++) {
			const td_row_t *a = &rows[i], *b = &rows[j];
			bool rivals = a->figure == b->figure && a->bucket_day == b->bucket_day &&
				      a->hour == b->hour && a->dim == b->dim;
			if (rivals && is_higher(query, b, a))
				rows[i].rank++;
		}
	}
}

/* Rows come by figure and value of the dimension, the highest first. */
static int compare_ranks(const void *a, const void *b)
{
	const td_row_t *one = a, *two = b;
	if (one->figure != two->figure)
		return one->figure < two->figure ? -1 : 1;
	if (one->dim != two->dim)
		return one->dim < two->dim ? -1 : 1;
	if (one->rank != two->rank)
		return one->rank < two->rank ? -1 : 1;
	return td_answer_order(one, two);
}

static bool is_ranked(const td_query_t *query)
{
	return query->rank && query->by_province && !query->by_unit && query->each == TD_EACH_NONE;
}

static int compare_pointers(const void *a, const void *b)
{
	return td_answer_order(*(td_row_t *const *)a, *(td_row_t *const *)b);
}

/* What some of a row's provinces did is not held against what was asked of others. */
static bool has_target(const td_query_t *query, const td_row_t *row)
{
	uint64_t all = query->by_province || query->province_count == 0
			       ? row->targeted
			       : UINT64_MAX >> (64 - query->province_count);
	return row->targeted != 0 && !row->targets_differ && row->targeted == all;
}

bool td_answer_finish(td_answer_t *answer, const td_row_t **rows, size_t *count, td_err_t *err)
{
	if (!add_empty_rows(answer))
		return td_err_set(err, TD_EMEMORY, "the answer has more than %d rows", TD_ROWS_MAX);
	qsort(answer->order, answer->count, sizeof(td_row_t *), compare_pointers);
	td_row_t *sorted = td_arena_take(answer->arena, answer->count * sizeof *sorted);
	if (sorted == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for an answer of %zu rows",
				  answer->count);
	for (size_t i = 0; i < answer->count; i++) {
		sorted[i] = *answer->order[i];
		sorted[i].has_target = has_target(answer->query, &sorted[i]);
	}
	if (is_ranked(answer->query)) {
		rank_rows(answer->query, sorted, answer->count);
		qsort(sorted, answer->count, sizeof *sorted, compare_ranks);
	}
	answer->rows = sorted;
	*rows = sorted;
	*count = answer->count;
	return true;
}
