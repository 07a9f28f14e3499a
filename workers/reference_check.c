#include "workers/reference_tables.h"

#include <stdlib.h>

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_reporter(const void *a, const void *b)
{
	return strcmp(((const td_reporter_t *)a)->id, ((const td_reporter_t *)b)->id);
}

static int by_province(const void *a, const void *b)
{
	return strcmp(((const td_province_t *)a)->id, ((const td_province_t *)b)->id);
}

static int by_group(const void *a, const void *b)
{
	return strcmp(((const td_crime_group_t *)a)->article,
		      ((const td_crime_group_t *)b)->article);
}

static int by_unit(const void *a, const void *b)
{
	const td_unit_t *left = a, *right = b;
	int order = strcmp(left->id, right->id);
	return order != 0 ? order : compare_numbers(left->from_day, right->from_day);
}

static int by_offence(const void *a, const void *b)
{
	const td_offence_t *left = a, *right = b;
	int order = strcmp(left->article, right->article);
	if (order == 0)
		order = compare_numbers(left->clause, right->clause);
	return order != 0 ? order : compare_numbers(left->from_day, right->from_day);
}

static int by_member(const void *a, const void *b)
{
	const td_member_t *left = a, *right = b;
	int order = strcmp(left->province, right->province);
	return order != 0 ? order : compare_numbers(left->year, right->year);
}

static int by_line(const void *a, const void *b)
{
	const td_member_t *const *left = a, *const *right = b;
	return compare_numbers((int64_t)(*left)->line, (int64_t)(*right)->line);
}

static int by_award(const void *a, const void *b)
{
	const td_award_t *left = a, *right = b;
	int order = compare_numbers(left->form, right->form);
	if (order == 0)
		order = compare_numbers(left->level, right->level);
	return order != 0 ? order : compare_numbers(left->from_day, right->from_day);
}

static int by_criterion(const void *a, const void *b)
{
	const td_criterion_t *left = a, *right = b;
	int order = compare_numbers(left->year, right->year);
	if (order == 0)
		order = compare_numbers(left->cluster, right->cluster);
	return order != 0 ? order : compare_numbers(left->number, right->number);
}

#define SORT(rows, compare) qsort((rows).items, (rows).count, sizeof *(rows).items, compare)

static bool sort_tables(td_reference_t *reference, td_err_t *err)
{
	SORT(reference->reporters, by_reporter);
	SORT(reference->provinces, by_province);
	SORT(reference->units, by_unit);
	SORT(reference->groups, by_group);
	SORT(reference->offences, by_offence);
	SORT(reference->members, by_member);
	SORT(reference->awards, by_award);
	SORT(reference->criteria, by_criterion);
	if (!td_keys_sort(&reference->keys, err))
		return false;

	size_t count = reference->members.count;
	const td_member_t **in_order = td_arena_take(reference->arena, count * sizeof *in_order);
	if (in_order == NULL)
		return td_err_set(err, TD_EMEMORY, "the table clusters.tsv is too large");
	for (size_t i = 0; i < count; i++)
		in_order[i] = &reference->members.items[i];
	reference->in_order.items = in_order;
	reference->in_order.count = count;
	SORT(reference->in_order, by_line);
	return true;
}

/* Indexes a table that is sorted. */
#define INDEX(names, rows) td_names_make(names, (rows).items, (rows).count, sizeof *(rows).items)

static bool index_tables(td_reference_t *reference, td_err_t *err)
{
	bool made = INDEX(&reference->reporter_names, reference->reporters);
	made = INDEX(&reference->province_names, reference->provinces) && made;
	made = INDEX(&reference->unit_names, reference->units) && made;
	made = INDEX(&reference->article_names, reference->offences) && made;
	return made || td_err_set(err, TD_EMEMORY, "no memory for the reference data");
}

static bool twice(const char *file, const char *what, td_err_t *err)
{
	return td_err_set(err, TD_EDATA,
			  "%s: two rows for '%s' hold on the same day; end the first before the "
			  "second begins",
			  file, what);
}

/* Rows of one key must not hold on the same day. */
static bool check_overlaps(const td_reference_t *reference, td_err_t *err)
{
	for (size_t i = 1; i < reference->units.count; i++) {
		const td_unit_t *before = &reference->units.items[i - 1], *unit = before + 1;
		if (strcmp(before->id, unit->id) == 0 && before->to_day >= unit->from_day)
			return twice("units.tsv", unit->id, err);
	}
	for (size_t i = 1; i < reference->offences.count; i++) {
		const td_offence_t *before = &reference->offences.items[i - 1],
				   *offence = before + 1;
		if (strcmp(before->article, offence->article) == 0 &&
		    before->clause == offence->clause && before->to_day >= offence->from_day)
			return twice("offences.tsv", offence->article, err);
	}
	for (size_t i = 1; i < reference->awards.count; i++) {
		const td_award_t *before = &reference->awards.items[i - 1], *award = before + 1;
		if (before->form == award->form && before->level == award->level &&
		    before->to_day >= award->from_day)
			return twice("awards.tsv", "a form and level", err);
	}
	return true;
}

static bool check_unique(const td_reference_t *reference, td_err_t *err)
{
	for (size_t i = 1; i < reference->reporters.count; i++)
		if (by_reporter(&reference->reporters.items[i - 1],
				&reference->reporters.items[i]) == 0)
			return twice("reporters.tsv", reference->reporters.items[i].id, err);
	for (size_t i = 1; i < reference->provinces.count; i++)
		if (by_province(&reference->provinces.items[i - 1],
				&reference->provinces.items[i]) == 0)
			return twice("provinces.tsv", reference->provinces.items[i].id, err);
	for (size_t i = 1; i < reference->groups.count; i++)
		if (by_group(&reference->groups.items[i - 1], &reference->groups.items[i]) == 0)
			return twice("crime_groups.tsv", reference->groups.items[i].article, err);
	for (size_t i = 1; i < reference->members.count; i++)
		if (by_member(&reference->members.items[i - 1], &reference->members.items[i]) == 0)
			return twice("clusters.tsv", reference->members.items[i].province, err);
	for (size_t i = 1; i < reference->criteria.count; i++)
		if (by_criterion(&reference->criteria.items[i - 1],
				 &reference->criteria.items[i]) == 0)
			return twice("criteria.tsv", "a cluster's criterion of a year", err);
	return true;
}

/* The province `id` that a row of `file` names; NULL when it is not there. */
static const td_province_t *find(const td_reference_t *reference, const char *file, const char *id,
				 td_err_t *err)
{
	const td_province_t *province = td_reference_province(reference, id);
	if (province == NULL)
		(void)td_err_set(err, TD_EDATA,
				 "%s names the province '%s', which provinces.tsv has not", file,
				 id);
	return province;
}

/* Each province takes over its successor, each reporter its province. */
static bool join_provinces(td_reference_t *reference, td_err_t *err)
{
	for (size_t i = 0; i < reference->provinces.count; i++) {
		td_province_t *province = &reference->provinces.items[i];
		province->next = NULL;
		if (province->successor[0] == '\0')
			continue;
		province->next = find(reference, "provinces.tsv", province->successor, err);
		if (province->next == NULL)
			return false;
	}
	for (size_t i = 0; i < reference->reporters.count; i++) {
		td_reporter_t *reporter = &reference->reporters.items[i];
		reporter->home = NULL;
		if (reporter->kind != TD_REPORTER_PROVINCE)
			continue;
		reporter->home = find(reference, "reporters.tsv", reporter->province, err);
		if (reporter->home == NULL)
			return false;
	}
	return true;
}

static bool check_units(const td_reference_t *reference, td_err_t *err)
{
	for (size_t i = 0; i < reference->units.count; i++)
		if (find(reference, "units.tsv", reference->units.items[i].province, err) == NULL)
			return false;
	return true;
}

/* Each province takes over its rows, which lie side by side. */
static bool join_clusters(td_reference_t *reference, td_err_t *err)
{
	td_province_t *provinces = reference->provinces.items;
	for (size_t i = 0; i < reference->provinces.count; i++)
		provinces[i].member_count = 0;
	for (size_t i = 0; i < reference->members.count; i++) {
		const td_member_t *member = &reference->members.items[i];
		const td_province_t *of = find(reference, "clusters.tsv", member->province, err);
		if (of == NULL)
			return false;
		td_province_t *province = &provinces[of - provinces];
		if (province->member_count++ == 0)
			province->members = member;
	}
	return true;
}

/* Each offence takes over the group of its article. */
static bool join_groups(td_reference_t *reference, td_err_t *err)
{
	for (size_t i = 0; i < reference->offences.count; i++) {
		td_offence_t *offence = &reference->offences.items[i];
		td_crime_group_t key = {.article = offence->article};
		const td_crime_group_t *group =
			bsearch(&key, reference->groups.items, reference->groups.count, sizeof key,
				by_group);
		if (group == NULL)
			return td_err_set(err, TD_EDATA,
					  "offences.tsv names article '%s', which crime_groups.tsv "
					  "puts into no group",
					  offence->article);
		offence->group = group->group;
	}
	return true;
}

/* Keys belong to reporters that there are. */
static bool check_signers(td_reference_t *reference, td_err_t *err)
{
	for (size_t i = 0; i < reference->keys.count; i++) {
		const char *reporter = reference->keys.items[i].reporter;
		if (td_reference_reporter(reference, reporter) == NULL)
			return td_err_set(err, TD_EDATA,
					  "keys.tsv names the reporter '%s', which reporters.tsv "
					  "has not",
					  reporter);
	}
	return true;
}

bool td_reference_tables_check(td_reference_t *reference, td_err_t *err)
{
	return sort_tables(reference, err) && index_tables(reference, err) &&
	       check_unique(reference, err) && check_overlaps(reference, err) &&
	       join_provinces(reference, err) && check_units(reference, err) &&
	       join_clusters(reference, err) && join_groups(reference, err) &&
	       check_signers(reference, err);
}
