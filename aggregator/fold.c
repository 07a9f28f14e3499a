#include "aggregator/fold.h"

static bool same_item(const td_contribution_t *a, const td_contribution_t *b)
{
	return a->amount == b->amount && a->day == b->day && a->metric == b->metric &&
	       a->dim1 == b->dim1 && a->dim2 == b->dim2 && a->province == b->province &&
	       a->hour == b->hour;
}

static bool same_adds(const td_contributions_t *a, const td_contributions_t *b)
{
	if (a->count != b->count || strcmp(a->unit, b->unit) != 0 ||
	    memcmp(a->provinces, b->provinces, sizeof a->provinces) != 0)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_item(&a->items[i], &b->items[i]))
			return false;
	}
	return true;
}

/* The order among statements of one revision: that of their packed forms, without a name. */
static bool is_greater(const td_contributions_t *a, const td_contributions_t *b)
{
	uint8_t packed_a[TD_RECORD_PACKED_MAX] = {0}, packed_b[TD_RECORD_PACKED_MAX] = {0};
	td_record_t record_a = {.adds = *a}, record_b = {.adds = *b};
	(void)td_record_pack(&record_a, (td_slice_t){NULL, 0}, "", packed_a);
	(void)td_record_pack(&record_b, (td_slice_t){NULL, 0}, "", packed_b);
	return memcmp(packed_a, packed_b, sizeof packed_a) > 0;
}

/* Few records add as much as there is room for. */
static void copy_adds(const td_contributions_t *from, td_contributions_t *to)
{
	memcpy(to, from, offsetof(td_contributions_t, items) + from->count * sizeof from->items[0]);
}

static void replace(const td_statement_t *statement, td_record_t *record, td_changes_t *changes)
{
	copy_adds(&record->adds, &changes->out);
	copy_adds(&statement->adds, &changes->in);
	copy_adds(&statement->adds, &record->adds);
	record->revision = statement->revision;
}

td_fold_t td_fold_statement(const td_statement_t *statement, td_record_t *record,
			    td_changes_t *changes)
{
	changes->out.count = 0;
	changes->in.count = 0;
	if (statement->revision < record->revision)
		return TD_FOLD_OLDER;
	if (statement->revision > record->revision) {
		replace(statement, record, changes);
		return TD_FOLD_NEWER;
	}
	if (same_adds(&statement->adds, &record->adds))
		return TD_FOLD_REPEAT;
	if (is_greater(&statement->adds, &record->adds))
		replace(statement, record, changes);
	return TD_FOLD_CONFLICT;
}

void td_fold_rejection(uint64_t revision, td_record_t *record)
{
	if (revision > record->rejected_revision)
		record->rejected_revision = revision;
}
