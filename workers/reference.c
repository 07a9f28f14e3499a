#include "workers/reference.h"

#include "workers/reference_tables.h"

#include <stdlib.h>

enum { MEMORY_MAX = 64 * 1024 * 1024, SUCCESSIONS_MAX = 4 };

/* A copy of the table, terminated, to be cut up. */
static bool parse_file(td_reference_t *reference, const td_named_t *file, td_err_t *err)
{
	size_t size = file->content.size;
	char *text = td_arena_take(reference->arena, size + 1);
	if (text == NULL)
		return td_err_set(err, TD_EMEMORY, "the table %s is too large", file->name);
	if (size > 0)
		memcpy(text, file->content.data, size);
	text[size] = '\0';
	if (strlen(text) != size)
		return td_err_set(err, TD_EDATA, "the table %s holds a NUL byte", file->name);
	return td_reference_tables_parse(reference, file->name, text, err);
}

static bool check_whole(const td_named_t *files, size_t count, td_err_t *err)
{
	for (size_t table = 0; table < td_reference_tables_count(); table++) {
		const char *name = td_reference_tables_name(table);
		size_t i = 0;
		while (i < count && strcmp(files[i].name, name) != 0)
			i++;
		if (i == count && !td_reference_tables_optional(table))
			return td_err_set(err, TD_EDATA,
					  "the reference data has no table %s: add it", name);
	}
	return true;
}

static bool parse_all(td_reference_t *reference, const td_named_t *files, size_t count,
		      td_err_t *err)
{
	if (!check_whole(files, count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!parse_file(reference, &files[i], err))
			return false;
	return td_reference_tables_check(reference, err);
}

td_reference_t *td_reference_parse(const td_named_t *files, size_t count, uint32_t version,
				   td_err_t *err)
{
	td_arena_t *arena = td_arena_new(MEMORY_MAX);
	td_reference_t *reference = arena == NULL ? NULL : td_arena_take(arena, sizeof *reference);
	if (reference == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the reference data");
		td_arena_free(arena);
		return NULL;
	}
	memset(reference, 0, sizeof *reference);
	reference->arena = arena;
	reference->version = version;
	if (!parse_all(reference, files, count, err)) {
		td_reference_free(reference);
		return NULL;
	}
	return reference;
}

void td_reference_free(td_reference_t *reference)
{
	if (reference == NULL)
		return;
	td_names_free(&reference->reporter_names);
	td_names_free(&reference->province_names);
	td_names_free(&reference->unit_names);
	td_names_free(&reference->article_names);
	td_arena_free(reference->arena);
}

uint32_t td_reference_version(const td_reference_t *reference)
{
	return reference->version;
}

static bool holds(int32_t from_day, int32_t to_day, int32_t day)
{
	return from_day <= day && day <= to_day;
}

const td_reporter_t *td_reference_reporter(const td_reference_t *reference, const char *id)
{
	return td_names_find(&reference->reporter_names, id);
}

const td_reporter_t *td_reference_reporter_at(const td_reference_t *reference, size_t index)
{
	return index < reference->reporters.count ? &reference->reporters.items[index] : NULL;
}

const td_province_t *td_reference_province(const td_reference_t *reference, const char *id)
{
	return td_names_find(&reference->province_names, id);
}

const td_province_t *td_reference_province_at(const td_reference_t *reference, size_t index)
{
	return index < reference->provinces.count ? &reference->provinces.items[index] : NULL;
}

const td_province_t *td_reference_counting(const td_province_t *province, int32_t day)
{
	for (int i = 0; i < SUCCESSIONS_MAX && province != NULL; i++) {
		if (holds(province->from_day, province->to_day, day))
			return province;
		if (day < province->from_day)
			return NULL;
		province = province->next;
	}
	return NULL;
}

const td_unit_t *td_reference_unit(const td_reference_t *reference, const char *id, int32_t day)
{
	const td_unit_t *unit = td_names_find(&reference->unit_names, id);
	const td_unit_t *end = reference->units.items + reference->units.count;
	for (; unit != NULL && unit < end && strcmp(unit->id, id) == 0; unit++)
		if (holds(unit->from_day, unit->to_day, day))
			return unit;
	return NULL;
}

bool td_reference_unit_known(const td_reference_t *reference, const char *id)
{
	return td_names_find(&reference->unit_names, id) != NULL;
}

const td_unit_t *td_reference_unit_last(const td_reference_t *reference, const char *id)
{
	const td_unit_t *last = NULL, *unit = td_names_find(&reference->unit_names, id);
	const td_unit_t *end = reference->units.items + reference->units.count;
	for (; unit != NULL && unit < end && strcmp(unit->id, id) == 0; unit++)
		if (last == NULL || unit->from_day > last->from_day)
			last = unit;
	return last;
}

const td_offence_t *td_reference_offence(const td_reference_t *reference, const char *article,
					 uint32_t clause, int32_t day)
{
	const td_offence_t *offence = td_names_find(&reference->article_names, article);
	const td_offence_t *end = reference->offences.items + reference->offences.count;
	for (; offence != NULL && offence < end && strcmp(offence->article, article) == 0;
	     offence++) {
		if ((clause == 0 || offence->clause == clause) &&
		    holds(offence->from_day, offence->to_day, day))
			return offence;
	}
	return NULL;
}

uint32_t td_province_cluster(const td_province_t *province, int32_t year)
{
	for (size_t i = 0; i < province->member_count; i++)
		if (province->members[i].year == year)
			return province->members[i].cluster;
	return 0;
}

uint32_t td_reference_cluster(const td_reference_t *reference, const char *province, int32_t year)
{
	const td_province_t *found = td_reference_province(reference, province);
	return found == NULL ? 0 : td_province_cluster(found, year);
}

void td_reference_members(const td_reference_t *reference, uint32_t cluster, int32_t year,
			  void (*each)(const td_province_t *province, void *context), void *context)
{
	for (size_t i = 0; i < reference->in_order.count; i++) {
		const td_member_t *member = reference->in_order.items[i];
		if (member->cluster == cluster && member->year == year)
			each(td_reference_province(reference, member->province), context);
	}
}

bool td_reference_award_allowed(const td_reference_t *reference, Thidua__V1__AwardForm form,
				Thidua__V1__AwardLevel level, int32_t day)
{
	for (size_t i = 0; i < reference->awards.count; i++) {
		const td_award_t *award = &reference->awards.items[i];
		if (award->form == (uint32_t)form && award->level == (uint32_t)level &&
		    holds(award->from_day, award->to_day, day))
			return true;
	}
	return false;
}

static int criterion_by_key(const void *key, const void *row)
{
	const td_criterion_t *wanted = key, *criterion = row;
	int order = (wanted->year > criterion->year) - (wanted->year < criterion->year);
	if (order == 0)
		order = (wanted->cluster > criterion->cluster) -
			(wanted->cluster < criterion->cluster);
	return order != 0 ? order
			  : (wanted->number > criterion->number) -
				    (wanted->number < criterion->number);
}

bool td_reference_criterion(const td_reference_t *reference, uint32_t cluster, int32_t year,
			    uint32_t criterion, int32_t *maximum_hundredths)
{
	td_criterion_t key = {.year = year, .cluster = cluster, .number = criterion};
	const td_criterion_t *found =
		bsearch(&key, reference->criteria.items, reference->criteria.count, sizeof key,
			criterion_by_key);
	if (found != NULL)
		*maximum_hundredths = found->maximum_hundredths;
	return found != NULL;
}

const td_key_t *td_reference_key(const td_reference_t *reference, const char *reporter,
				 const char *source, const char *id, int32_t day)
{
	return td_keys_find(&reference->keys, reporter, source, id, day);
}

bool td_reference_must_sign(const td_reference_t *reference, const char *reporter,
			    const char *source, int32_t day)
{
	return td_keys_must_sign(&reference->keys, reporter, source, day);
}
