#include "workers/rejections.h"

#include <stdlib.h>

#include "workers/verdict.h"

enum { SCRATCH = 8 * 1024 * 1024, FIRST_ROOM = 64 };

struct td_rejections {
	td_arena_t *arena;   /* verdicts that are kept, and reporters' names */
	td_arena_t *scratch; /* verdicts that are looked at */
	td_rejection_t *items;
	size_t count, room;
	td_rejection_t *
		*by_record; /* after the seal: those that name one, by record and revision */
	size_t record_count;
	const char *reporter; /* of the last one */
};

td_rejections_t *td_rejections_new(size_t memory)
{
	td_rejections_t *list = calloc(1, sizeof(*list));

	if (!list)
		return NULL;
	list->arena = td_arena_new(memory);
	list->scratch = td_arena_new(SCRATCH);
	if (list->arena && list->scratch)
		return list;
	td_rejections_free(list);
	return NULL;
}

void td_rejections_free(td_rejections_t *list)
{
	if (!list)
		return;
	td_arena_free(list->arena);
	td_arena_free(list->scratch);
	free(list->items);
	free(list->by_record);
	free(list);
}

static bool make_room(td_rejections_t *list)
{
	size_t room = list->room ? list->room * 2 : FIRST_ROOM;

	if (list->count < list->room)
		return true;
	/* The index by record is made here too, so that the seal cannot fail. */
	td_rejection_t *items = reallocarray(list->items, room, sizeof(*items));

	if (items)
		list->items = items;
	td_rejection_t **index = reallocarray(list->by_record, room, sizeof(td_rejection_t *));

	if (index)
		list->by_record = index;
	if (!items || !index)
		return false;
	list->room = room;
	return true;
}

static const char *name_of(td_rejections_t *list, const char *reporter)
{
	if (!list->reporter || strcmp(list->reporter, reporter) != 0)
		list->reporter = td_arena_format(list->arena, "%s", reporter);
	return list->reporter;
}

bool td_rejections_add(td_rejections_t *list, const char *reporter, td_slice_t packed,
		       td_err_t *err)
{
	td_arena_reset(list->scratch);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(packed.data, packed.size, list->scratch);

	if (!verdict || verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_REJECTED)
		return true;
	verdict = td_verdict_read(packed.data, packed.size, list->arena);
	const char *name = name_of(list, reporter);

	if (!verdict || !name || !make_room(list))
		return td_err_set(err, TD_EMEMORY,
				  "%zu rejections are more than fit into memory: ask for one "
				  "--reporter, or a later --since",
				  list->count);
	td_rejection_t *item = &list->items[list->count++];

	*item = (td_rejection_t){.reporter = name, .verdict = verdict};
	td_envelope_read(td_verdict_raw(verdict), &item->envelope);
	bool named = strcmp(item->envelope.reporter, reporter) == 0 &&
		     td_envelope_has_record(&item->envelope) &&
		     td_envelope_is_trusted(verdict->rejected);

	item->state = named ? TD_REJECTION_OPEN : TD_REJECTION_NAMELESS;
	return true;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_places(const void *left, const void *right)
{
	const td_rejection_t *a = left, *b = right;
	int order = strcmp(a->reporter, b->reporter);

	return order ? order : compare_numbers(a->verdict->raw_offset, b->verdict->raw_offset);
}

/* Reporter, kind and record. */
static int compare_names(const char *reporter, const td_envelope_t *envelope,
			 const td_rejection_t *b)
{
	int order = strcmp(reporter, b->reporter);

	if (!order)
		order = compare_numbers(envelope->kind, b->envelope.kind);
	return order ? order : strcmp(envelope->record_id, b->envelope.record_id);
}

/* By record, the latest statement last. */
static int compare_records(const void *left, const void *right)
{
	const td_rejection_t *a = *(td_rejection_t *const *)left;
	const td_rejection_t *b = *(td_rejection_t *const *)right;
	int order = compare_names(a->reporter, &a->envelope, b);

	if (!order)
		order = compare_numbers(a->envelope.revision, b->envelope.revision);
	return order ? order : compare_numbers(a->verdict->raw_offset, b->verdict->raw_offset);
}

void td_rejections_seal(td_rejections_t *list)
{
	size_t kept = 0;

	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), compare_places);
	/* Verdicts on one offset are equal; a worker that was killed may have written two. */
	for (size_t i = 1; i < list->count; i++)
		if (compare_places(&list->items[kept], &list->items[i]) != 0)
			list->items[++kept] = list->items[i];
	list->count = kept + 1;
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].state != TD_REJECTION_NAMELESS)
			list->by_record[list->record_count++] = &list->items[i];
	qsort(list->by_record, list->record_count, sizeof(*list->by_record), compare_records);
}

/* The first rejection of that record in the index, or where it would be. */
static size_t lower_bound(const td_rejections_t *list, const char *reporter,
			  const td_envelope_t *envelope)
{
	size_t low = 0, high = list->record_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(reporter, envelope, list->by_record[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void td_rejections_answer(td_rejections_t *list, const char *reporter, td_slice_t packed)
{
	td_envelope_t envelope;

	if (list->record_count == 0)
		return;
	td_arena_reset(list->scratch);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(packed.data, packed.size, list->scratch);

	if (!verdict || verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		return;
	td_envelope_read(td_verdict_raw(verdict), &envelope);
	size_t at = lower_bound(list, reporter, &envelope);

	for (; at < list->record_count &&
	       compare_names(reporter, &envelope, list->by_record[at]) == 0;
	     at++)
		if (envelope.revision > list->by_record[at]->accepted)
			list->by_record[at]->accepted = envelope.revision;
}

void td_rejections_settle(td_rejections_t *list)
{
	for (size_t i = 0; i < list->record_count; i++) {
		td_rejection_t *item = list->by_record[i];
		bool latest =
			i + 1 == list->record_count ||
			compare_names(item->reporter, &item->envelope, list->by_record[i + 1]) != 0;

		if (item->accepted >= item->envelope.revision)
			item->state = TD_REJECTION_CORRECTED;
		else
			item->state = latest ? TD_REJECTION_OPEN : TD_REJECTION_OUTDATED;
	}
}

size_t td_rejections_count(const td_rejections_t *list)
{
	return list->count;
}

const td_rejection_t *td_rejections_get(const td_rejections_t *list, size_t index)
{
	return index < list->count ? &list->items[index] : NULL;
}

const td_rejection_t *td_rejections_find(const td_rejections_t *list, const char *reporter,
					 uint64_t raw_offset)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].verdict->raw_offset == raw_offset &&
		    strcmp(list->items[i].reporter, reporter) == 0)
			return &list->items[i];
	return NULL;
}
