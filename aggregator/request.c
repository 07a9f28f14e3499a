#include "aggregator/request.h"

#include "aggregator/dimension.h"
#include "aggregator/request_parts.h"
#include "common/localday.h"
#include "common/nearest.h"
#include "workers/workyear.h"

#include <stdio.h>

enum { YEARS_BACK = 5, LIST_MAX = 512 };

/* Calls `each` for the words of a list with commas, until it returns false. */
static bool for_each_word(const char *list, bool (*each)(void *context, const char *word),
			  void *context, td_err_t *err)
{
	char copy[LIST_MAX];
	if (strlen(list) >= sizeof copy)
		return td_err_set(err, TD_EUSAGE, "the list '%.40s...' is longer than %d bytes",
				  list, LIST_MAX - 1);
	memcpy(copy, list, strlen(list) + 1);
	char *rest = copy;
	for (char *word = strsep(&rest, ","); word != NULL; word = strsep(&rest, ",")) {
		if (!each(context, word))
			return false;
	}
	return true;
}

/* What the functions that take a word work on. */
typedef struct resolving {
	const td_reference_t *reference;
	td_resolved_t *resolved;
	td_err_t *err;
} resolving_t;

/* Names the one that was meant, of those that report. */
static bool no_province(const resolving_t *to, const char *word)
{
	const td_reporter_t *reporter;
	td_nearest_t nearest = td_nearest_to(word);
	for (size_t i = 0; (reporter = td_reference_reporter_at(to->reference, i)) != NULL; i++)
		if (reporter->kind == TD_REPORTER_PROVINCE)
			td_nearest_try(&nearest, reporter->province);
	return td_err_set(to->err, TD_EUSAGE,
			  "there is no province '%s'%s%s%s; provinces.tsv of the reference data "
			  "lists them",
			  word, nearest.word ? " (did you mean '" : "",
			  nearest.word ? nearest.word : "", nearest.word ? "'?)" : "");
}

static bool find_province(const td_query_t *query, const char *id, size_t *index)
{
	for (*index = 0; *index < query->province_count; ++*index)
		if (strcmp(query->provinces[*index], id) == 0)
			return true;
	return false;
}

static bool add_province(void *context, const char *word)
{
	resolving_t *to = context;
	size_t index;
	td_query_t *query = &to->resolved->query;
	if (td_reference_province(to->reference, word) == NULL)
		return no_province(to, word);
	if (find_province(query, word, &index))
		return td_err_set(to->err, TD_EUSAGE, "'%s' stands there twice", word);
	if (query->province_count == TD_PROVINCES_MAX)
		return td_err_set(to->err, TD_EUSAGE, "more than %d provinces", TD_PROVINCES_MAX);
	char *copy = to->resolved->provinces[query->province_count];
	(void)snprintf(copy, TD_AREA_MAX, "%s", word);
	query->provinces[query->province_count++] = copy;
	return true;
}

static void add_member(const td_province_t *province, void *context)
{
	resolving_t *to = context;
	/* The cluster's own table names only provinces that exist. */
	(void)add_province(to, province->id);
}

/* Of another year's members those that are there on the last day. */
static void add_member_still_there(const td_province_t *province, void *context)
{
	resolving_t *to = context;
	int32_t day = to->resolved->query.days.last;
	if (province->from_day <= day && day <= province->to_day)
		add_member(province, context);
}

/* The members of the year, or where the table does not have it yet, of the last year before. */
static void add_members(const td_request_t *request, resolving_t *to, int32_t year)
{
	td_query_t *query = &to->resolved->query;
	to->resolved->members_year = year;
	td_reference_members(to->reference, (uint32_t)request->cluster, year, add_member, to);
	for (int32_t back = 1; query->province_count == 0 && back <= YEARS_BACK; back++) {
		to->resolved->members_year = year - back;
		td_reference_members(to->reference, (uint32_t)request->cluster, year - back,
				     add_member_still_there, to);
	}
}

/* The year for which clusters are formed: a period's own, or by the calendar that of the last day.
 */
static int32_t emulation_year(const td_resolved_t *resolved)
{
	int32_t last_on = td_localday_yyyymmdd(resolved->query.days.last);
	if (resolved->period.months > 0)
		return resolved->period.year;
	return resolved->query.calendar == TD_CALENDAR_POLICE ? td_workyear_of_on(last_on)
							      : last_on / 10000;
}

/* A merged province would have no year before without those that it was made of. */
static void add_former(const td_reference_t *reference, td_query_t *query)
{
	const td_province_t *province;
	for (size_t i = 0; (province = td_reference_province_at(reference, i)) != NULL; i++) {
		size_t index;
		if (query->former_count < TD_FORMER_MAX && province->next != NULL &&
		    !find_province(query, province->id, &index) &&
		    find_province(query, province->next->id, &index))
			query->former[query->former_count++] =
				(td_former_t){province->id, (uint16_t)index};
	}
}

static bool resolve_provinces(const td_request_t *request, resolving_t *to)
{
	to->resolved->query.named_provinces = request->provinces != NULL;
	if (request->provinces != NULL)
		return for_each_word(request->provinces, add_province, to, to->err);
	int32_t year = emulation_year(to->resolved);
	to->resolved->days_year = year;
	add_members(request, to, year);
	if (to->resolved->query.province_count == 0)
		return td_err_set(
			to->err, TD_EUSAGE,
			"cluster %d has no members in %d; name provinces with --province, "
			"or add the year to clusters.tsv of the reference data",
			(int)request->cluster, year);
	return true;
}

static bool no_split(const resolving_t *to, const char *word)
{
	td_nearest_t nearest = td_nearest_to(word);
	td_nearest_try(&nearest, "province");
	td_nearest_try(&nearest, "unit");
	for (int dimension = TD_DIM_NONE + 1; dimension <= TD_DIM_PERIOD_KIND; dimension++)
		td_nearest_try(&nearest, td_dimension_name((td_dimension_t)dimension));
	return td_err_set(to->err, TD_EUSAGE,
			  "'%s' is nothing to split by%s%s%s; write province, unit, or a dimension "
			  "that thidua-tally metrics shows, such as severity",
			  word, nearest.word ? " (did you mean '" : "",
			  nearest.word ? nearest.word : "", nearest.word ? "'?)" : "");
}

static bool add_split(void *context, const char *word)
{
	resolving_t *to = context;
	td_query_t *query = &to->resolved->query;
	td_dimension_t dimension = td_dimension_by_name(word);
	if (strcmp(word, "province") == 0)
		query->by_province = true;
	else if (strcmp(word, "unit") == 0)
		query->by_unit = query->by_province = true;
	else if (dimension == TD_DIM_NONE)
		return no_split(to, word);
	else if (query->by != TD_DIM_NONE && query->by != dimension)
		return td_err_set(to->err, TD_EUSAGE, "only one dimension to split by, not also %s",
				  word);
	else
		query->by = dimension;
	return true;
}

static bool resolve_only(const char *only, td_query_t *query, td_err_t *err)
{
	for (size_t i = 0; i < query->figure_count; i++) {
		if (!td_figure_select(&query->figures[i], only, err))
			return false;
	}
	return true;
}

static bool resolve_each(const char *name, td_query_t *query, td_err_t *err)
{
	static const struct {
		const char *name;
		td_each_t each;
	} names[] = {{"hour", TD_EACH_HOUR},       {"day", TD_EACH_DAY},
		     {"half", TD_EACH_HALF},       {"month", TD_EACH_MONTH},
		     {"quarter", TD_EACH_QUARTER}, {"year", TD_EACH_YEAR}};
	for (size_t i = 0; i < TD_COUNT(names); i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		query->each = names[i].each;
		if (query->each == TD_EACH_HOUR)
			query->grain = TD_GRAIN_HOUR;
		else if (query->each == TD_EACH_DAY && query->grain == TD_GRAIN_ANY)
			query->grain = TD_GRAIN_DAY;
		return true;
	}
	return td_err_set(err, TD_EUSAGE,
			  "'%s' is no bucket; write hour, day, half, month, quarter or year", name);
}

static bool resolve_figures(const td_request_t *request, td_query_t *query, td_err_t *err)
{
	if (request->figure_count > TD_FIGURES_MAX)
		return td_err_set(err, TD_EUSAGE, "more than %d metrics", TD_FIGURES_MAX);
	for (size_t i = 0; i < request->figure_count; i++) {
		if (!td_figure_find(request->figures[i], &query->figures[i], err))
			return false;
	}
	query->figure_count = request->figure_count;
	return true;
}

static bool resolve_splits(const td_request_t *request, resolving_t *to)
{
	td_query_t *query = &to->resolved->query;
	if (request->by != NULL && !for_each_word(request->by, add_split, to, to->err))
		return false;
	if (request->only != NULL && !resolve_only(request->only, query, to->err))
		return false;
	if (!td_figure_check_splits(query->figures, query->figure_count, query->by, to->err))
		return false;
	if (request->each != NULL && !resolve_each(request->each, query, to->err))
		return false;
	if (query->grain == TD_GRAIN_HOUR &&
	    !td_figure_check_hours(query->figures, query->figure_count, to->err))
		return false;
	if (query->grain == TD_GRAIN_HOUR && query->by_unit)
		return td_err_set(to->err, TD_EUSAGE, "hours are kept by province, not by unit");
	if (query->grain == TD_GRAIN_HOUR && request->compare)
		return td_err_set(to->err, TD_EUSAGE,
				  "the hours of a year before are not kept; compare days");
	if (request->rank && (query->by_unit || query->each != TD_EACH_NONE))
		return td_err_set(to->err, TD_EUSAGE,
				  "--rank numbers provinces over all days, neither units nor "
				  "buckets");
	return true;
}

bool td_request_resolve(const td_request_t *request, const td_reference_t *reference,
			int64_t now_ms, td_resolved_t *resolved, td_err_t *err)
{
	*resolved = (td_resolved_t){0};
	td_query_t *query = &resolved->query;
	resolving_t to = {.reference = reference, .resolved = resolved, .err = err};
	if (!resolve_figures(request, query, err) ||
	    !td_request_days(request, now_ms, resolved, err) || !resolve_splits(request, &to) ||
	    !resolve_provinces(request, &to))
		return false;
	add_former(reference, query);
	if (!request->compare)
		query->before = (td_days_t){.first = 0, .last = -1};
	query->rank = request->rank;
	query->by_province = query->by_province || request->rank;
	return true;
}
