#include "aggregator/answer.h"

#include "common/arena.h"
#include "common/localday.h"

#include <stdlib.h>

enum {
	SLOTS = 512 * 1024, /* of the hash table; a power of two, well above TD_ROWS_MAX */
	ARENA_LIMIT = 64 * 1024 * 1024,
};
static_assert(SLOTS > 2 * TD_ROWS_MAX, "the table must stay sparse");

struct td_answer {
	const td_query_t *query;
	td_arena_t *arena;
	td_row_t **slots; /* by hash of the row's key, linear probing */
	td_row_t **order; /* the rows as they came; sorted at the end */
	td_row_t *rows;   /* the finished answer */
	size_t count;
};

td_answer_t *td_answer_new(const td_query_t *query)
{
	td_arena_t *arena = td_arena_new(ARENA_LIMIT);
	td_answer_t *answer = arena == NULL ? NULL : td_arena_take(arena, sizeof *answer);
	if (answer == NULL) {
		td_arena_free(arena);
		return NULL;
	}
	*answer = (td_answer_t){.query = query, .arena = arena};
	answer->slots = td_arena_take(arena, SLOTS * sizeof *answer->slots);
	answer->order = td_arena_take(arena, TD_ROWS_MAX * sizeof *answer->order);
	if (answer->slots == NULL || answer->order == NULL) {
		td_arena_free(arena);
		return NULL;
	}
	memset(answer->slots, 0, SLOTS * sizeof *answer->slots);
	return answer;
}

void td_answer_free(td_answer_t *answer)
{
	if (answer != NULL)
		td_arena_free(answer->arena);
}

/* Order of presentation; equal means the same row. */
static int compare_rows(const td_row_t *a, const td_row_t *b)
{
	if (a->figure != b->figure)
		return a->figure < b->figure ? -1 : 1;
	if (a->bucket_day != b->bucket_day)
		return a->bucket_day < b->bucket_day ? -1 : 1;
	if (a->hour != b->hour)
		return a->hour < b->hour ? -1 : 1;
	if (a->province_index != b->province_index)
		return a->province_index < b->province_index ? -1 : 1;
	int by_unit = strcmp(a->unit, b->unit);
	if (by_unit != 0)
		return by_unit;
	return (int)a->dim - (int)b->dim;
}

static int compare_pointers(const void *a, const void *b)
{
	return compare_rows(*(td_row_t *const *)a, *(td_row_t *const *)b);
}

static size_t hash_row(const td_row_t *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ key->figure;
	const uint64_t parts[] = {(uint64_t)(uint32_t)key->bucket_day, (uint64_t)(uint8_t)key->hour,
				  key->dim, key->province_index};
	for (size_t i = 0; i < TD_COUNT(parts); i++)
		hash = (hash ^ parts[i]) * UINT64_C(0x100000001b3);
	for (const char *letter = key->unit; *letter != '\0'; letter++)
		hash = (hash ^ (uint8_t)*letter) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ hash >> 32) & (SLOTS - 1);
}

/* The row of that key, made when there is none yet; NULL when there are too many. */
static td_row_t *row_of(td_answer_t *answer, const td_row_t *key)
{
	size_t slot = hash_row(key);
	while (answer->slots[slot] != NULL) {
		if (compare_rows(answer->slots[slot], key) == 0)
			return answer->slots[slot];
		slot = (slot + 1) & (SLOTS - 1);
	}
	if (answer->count == TD_ROWS_MAX)
		return NULL;
	td_row_t *row = td_arena_take(answer->arena, sizeof *row);
	if (row == NULL)
		return NULL;
	*row = *key;
	answer->slots[slot] = row;
	answer->order[answer->count++] = row;
	return row;
}

/* The province of an area: the area itself, or what stands before the unit's dot. */
static bool find_province(const td_query_t *query, const char *area, uint16_t *index)
{
	size_t length = strcspn(area, ".");
	for (size_t i = 0; i < query->province_count; i++) {
		const char *province = query->provinces[i];
		if (strncmp(province, area, length) == 0 && province[length] == '\0') {
			*index = (uint16_t)(query->by_province ? i : query->province_count);
			return true;
		}
	}
	return false;
}

/* The value that the cell has in `dimension`, by the figure's numbering; 0 if it has none. */
static uint8_t value_in(const td_figure_t *figure, td_dimension_t dimension, const td_cell_t *cell)
{
	if (dimension == TD_DIM_NONE)
		return 0;
	return figure->dim1 == dimension ? cell->dim1 : figure->dim2 == dimension ? cell->dim2 : 0;
}

static bool has_term(const td_metric_t *terms, uint16_t metric)
{
	for (size_t i = 0; i < TD_RATE_TERMS_MAX; i++) {
		if (terms[i] != TD_METRIC_NONE && terms[i] == metric)
			return true;
	}
	return false;
}

static bool is_kept(const td_figure_t *figure, const td_cell_t *cell)
{
	uint8_t value = value_in(figure, figure->only, cell);
	return figure->only == TD_DIM_NONE ||
	       (value < 64 && (figure->only_values >> value & 1) != 0);
}

/* What one cell says to one figure. */
typedef struct share {
	int64_t over, under;
	bool is_target;
} share_t;

/* Whether its rows are sums over all units, values and days, as a target is. */
static bool has_whole_rows(const td_query_t *query, const td_figure_t *figure)
{
	bool is_split = query->by != TD_DIM_NONE &&
			(figure->dim1 == query->by || figure->dim2 == query->by);
	return !query->by_unit && query->each == TD_EACH_NONE && !is_split;
}

static bool share_of(const td_query_t *query, const td_figure_t *figure, const td_cell_t *cell,
		     int64_t value, share_t *share)
{
	*share = (share_t){0};
	if (cell->metric == TD_METRIC_TARGET && figure->id != TD_METRIC_TARGET) {
		/* A target is set for all of a figure, not for some of its values. */
		share->is_target =
			cell->dim1 == figure->id && figure->only == TD_DIM_NONE &&
			has_whole_rows(query, figure) &&
			query->period_kind != THIDUA__V1__PERIOD_KIND__PERIOD_KIND_UNSPECIFIED &&
			cell->dim2 == query->period_kind;
		share->over = value;
		return share->is_target;
	}
	if (!is_kept(figure, cell))
		return false;
	share->over = has_term(figure->over, cell->metric) ? value : 0;
	share->under = has_term(figure->under, cell->metric) ? value : 0;
	return share->over != 0 || share->under != 0;
}

/* Beyond 64 bits a sum of absurd numbers stays at their end. */
static void add_to(int64_t *sum, int64_t value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = value > 0 ? INT64_MAX : INT64_MIN;
}

/* Targets of numbers add up; percentages do not. */
static void add_target(td_row_t *row, bool is_rate, int64_t target)
{
	row->targets_differ |= is_rate && row->has_target && row->target != target;
	if (is_rate)
		row->target = target;
	else
		add_to(&row->target, target);
	row->has_target = true;
}

static void add_share(td_row_t *row, bool is_rate, const share_t *share, bool before)
{
	if (share->is_target && !before) {
		add_target(row, is_rate, share->over);
	} else if (before && !share->is_target) {
		add_to(&row->over_before, share->over);
		add_to(&row->under_before, share->under);
	} else if (!before) {
		add_to(&row->over, share->over);
		add_to(&row->under, share->under);
	}
}

/* The day under which a cell is shown; one of the days before is shown beside its namesake. */
static int32_t shown_day(const td_query_t *query, bool before, const td_bucket_t *bucket)
{
	if (query->each == TD_EACH_NONE)
		return query->days.first;
	int32_t day = bucket->day;
	if (before) {
		int32_t on = td_localday_yyyymmdd(day);
		day = td_localday_make(on / 10000 + 1, on / 100 % 100, on % 100);
	}
	int32_t first = td_window_first(query->each, query->calendar, day);
	return first < query->days.first ? query->days.first : first;
}

/* Whether the cell's hour lies outside a window that begins or ends within a day. */
static bool is_outside(const td_query_t *query, bool before, int32_t day, int8_t hour)
{
	if (query->grain != TD_GRAIN_HOUR)
		return false;
	const td_days_t *days = before ? &query->before : &query->days;
	return (day == days->first && hour < query->first_hour) ||
	       (day == days->last && hour > query->last_hour);
}

static bool too_many(td_err_t *err)
{
	return td_err_set(
		err, TD_EMEMORY,
		"the answer has more than %d rows; ask for fewer days, units or provinces",
		TD_ROWS_MAX);
}

bool td_answer_add(td_answer_t *answer, bool before, const td_bucket_t *bucket,
		   const td_cell_t *cell, int64_t value, td_err_t *err)
{
	const td_query_t *query = answer->query;
	uint16_t province;
	bool is_unit = strchr(cell->area, '.') != NULL;
	if (!find_province(query, cell->area, &province) ||
	    is_outside(query, before, bucket->day, cell->hour))
		return true;
	for (size_t i = 0; i < query->figure_count; i++) {
		share_t share;
		const td_figure_t *figure = &query->figures[i];
		if (!share_of(query, figure, cell, value, &share))
			continue;
		if (is_unit != query->by_unit)
			continue;
		td_row_t key = {
			.figure = (uint32_t)i,
			.bucket_day = shown_day(query, before, bucket),
			.hour = query->each == TD_EACH_HOUR ? cell->hour : TD_HOUR_NONE,
			.dim = share.is_target ? 0 : value_in(figure, query->by, cell),
			.province_index = province,
		};
		if (is_unit)
			memcpy(key.unit, cell->area, strnlen(cell->area, sizeof key.unit - 1));
		td_row_t *row = row_of(answer, &key);
		if (row == NULL)
			return too_many(err);
		add_share(row, td_figure_is_rate(figure), &share, before);
	}
	return true;
}

bool td_answer_mention(td_answer_t *answer, const td_row_t *row, td_err_t *err)
{
	td_row_t key = {
		.figure = row->figure,
		.bucket_day = row->bucket_day,
		.hour = row->hour,
		.dim = row->dim,
		.province_index = row->province_index,
	};
	memcpy(key.unit, row->unit, sizeof key.unit);
	return row_of(answer, &key) != NULL || too_many(err);
}

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
			if (row_of(answer, &key) == NULL)
				return false;
		}
	}
	return true;
}

static bool add_empty_hours(td_answer_t *answer, int32_t day)
{
	for (int8_t hour = 0; hour < 24; hour++) {
		if (!is_outside(answer->query, false, day, hour) &&
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
	return compare_rows(one, two);
}

static bool is_ranked(const td_query_t *query)
{
	return query->rank && query->by_province && !query->by_unit && query->each == TD_EACH_NONE;
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
		sorted[i].has_target &= !sorted[i].targets_differ;
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
