#include "aggregator/standing.h"

#include <stdlib.h>

#define STATE(name) THIDUA__V1__PERIOD_STATE__PERIOD_STATE_##name

/* What is known of one reporter. */
typedef struct party {
	char reporter[TD_ID_MAX + 1];
	td_totals_t *live;
	td_totals_t *closed,
		*before; /* as closed, and of the year before; NULL: nothing was kept */
	td_signed_t said;
} party_t;

struct td_standing {
	char period[TD_PERIOD_NAME_MAX];
	size_t count;
	bool closed;
	party_t parties[TD_CLOSING_REPORTERS_MAX];
};

td_standing_t *td_standing_new(const char *period)
{
	td_standing_t *standing = calloc(1, sizeof *standing);
	if (standing != NULL)
		memcpy(standing->period, period, strnlen(period, TD_PERIOD_NAME_MAX - 1));
	return standing;
}

void td_standing_free(td_standing_t *standing)
{
	if (standing == NULL)
		return;
	for (size_t i = 0; i < standing->count; i++) {
		td_totals_free(standing->parties[i].live);
		td_totals_free(standing->parties[i].closed);
		td_totals_free(standing->parties[i].before);
	}
	free(standing);
}

const char *td_standing_period(const td_standing_t *standing)
{
	return standing->period;
}

bool td_standing_is_closed(const td_standing_t *standing)
{
	return standing->closed;
}

bool td_standing_has_before(const td_standing_t *standing)
{
	for (size_t i = 0; i < standing->count; i++) {
		const party_t *party = &standing->parties[i];
		if (party->closed != NULL && party->before == NULL)
			return false;
	}
	return standing->closed;
}

static bool no_memory(td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no memory for the state of the period");
}

/* The reporter's party, made when it is new; NULL when there is no room. */
static party_t *party_of(td_standing_t *standing, td_slice_t reporter)
{
	/* Cells of one reporter come together. */
	for (size_t i = standing->count; i-- > 0;)
		if (td_slice_equal(td_slice_text(standing->parties[i].reporter), reporter))
			return &standing->parties[i];
	if (standing->count == TD_CLOSING_REPORTERS_MAX || reporter.size > TD_ID_MAX)
		return NULL;
	party_t *party = &standing->parties[standing->count];
	party->live = td_totals_new();
	if (party->live == NULL)
		return NULL;
	memcpy(party->reporter, reporter.data, reporter.size);
	standing->count++;
	return party;
}

bool td_standing_add(td_standing_t *standing, const char *reporter, const char *field,
		     int64_t value, td_err_t *err)
{
	party_t *party = party_of(standing, td_slice_text(reporter));
	return (party != NULL && td_totals_add(party->live, field, value)) || no_memory(err);
}

bool td_standing_sign(td_standing_t *standing, const char *reporter, td_slice_t said, td_err_t *err)
{
	party_t *party = party_of(standing, td_slice_text(reporter));
	if (party == NULL)
		return no_memory(err);
	return said.size == 0 || td_signed_read(said, &party->said) ||
	       td_err_set(err, TD_EINTEGRITY,
			  "shard %s: the sign-off of %s was altered in Redis; `thidua-admin shard "
			  "rebuild %s` makes it anew from the log",
			  reporter, standing->period, reporter);
}

bool td_standing_close(td_standing_t *standing, td_slice_t reporter, td_slice_t snapshot,
		       td_err_t *err)
{
	td_snapshot_t read;
	party_t *party = party_of(standing, reporter);
	if (party == NULL || party->closed != NULL)
		return no_memory(err);
	bool whole = td_snapshot_read(snapshot, &read);
	party->closed = td_totals_new();
	party->before = whole && read.has_before ? td_totals_new() : NULL;
	if (party->closed == NULL || (whole && read.has_before && party->before == NULL))
		return no_memory(err);
	standing->closed = true;
	return (whole && td_totals_read(party->closed, read.totals) &&
		(party->before == NULL || td_totals_read(party->before, read.before))) ||
	       td_err_set(err, TD_EINTEGRITY,
			  "the closed figures of %s in %s were altered in Redis; `thidua-audit "
			  "closed` puts them back",
			  party->reporter, standing->period);
}

static void note_difference(void *context, const char *field, int64_t a, int64_t b)
{
	bool *differs = context;
	(void)field;
	(void)a;
	(void)b;
	*differs = true;
}

static Thidua__V1__PeriodState state_of(party_t *party)
{
	uint8_t digest[TD_TOTALS_DIGEST_SIZE];
	if (party->closed != NULL) {
		bool differs = false;
		bool compared =
			td_totals_compare(party->closed, party->live, note_difference, &differs);
		return compared && !differs ? STATE(CLOSED) : STATE(AMENDED);
	}
	bool stands = party->said.stands && td_totals_digest(party->live, digest) &&
		      memcmp(digest, party->said.figures_sha256, sizeof digest) == 0;
	return stands ? STATE(SIGNED_OFF) : STATE(PRELIMINARY);
}

/* The weakest of the reporters of a province. One that had nothing to say when the period was
 * closed is part of the closing, too. */
static Thidua__V1__PeriodState
state_of_province(td_standing_t *standing, const td_reference_t *reference, const char *province)
{
	Thidua__V1__PeriodState weakest = STATE(UNSPECIFIED);
	for (size_t i = 0; i < standing->count; i++) {
		const td_reporter_t *reporter =
			td_reference_reporter(reference, standing->parties[i].reporter);
		if (reporter == NULL || strcmp(reporter->province, province) != 0)
			continue;
		Thidua__V1__PeriodState state = state_of(&standing->parties[i]);
		if (standing->closed && state < STATE(AMENDED))
			state = STATE(AMENDED);
		if (weakest == STATE(UNSPECIFIED) || state < weakest)
			weakest = state;
	}
	if (weakest == STATE(UNSPECIFIED))
		return standing->closed ? STATE(CLOSED) : STATE(PRELIMINARY);
	return weakest;
}

Thidua__V1__PeriodState td_standing_of(td_standing_t *standing, const td_reference_t *reference,
				       const char *const *provinces, size_t count)
{
	Thidua__V1__PeriodState weakest = STATE(CLOSED);
	for (size_t i = 0; i < count; i++) {
		Thidua__V1__PeriodState state =
			state_of_province(standing, reference, provinces[i]);
		weakest = state < weakest ? state : weakest;
	}
	return count == 0 ? STATE(PRELIMINARY) : weakest;
}

/* Closed cells, each as if it lay on the first day of its period. */
static bool feed(td_totals_t *totals, bool before, const td_query_t *query, td_answer_t *answer,
		 td_err_t *err)
{
	const td_bucket_t bucket = {TD_SPAN_HALF, before ? query->before.first : query->days.first};
	const td_total_t *items;
	size_t count;
	td_cell_t cell;
	if (!td_totals_list(totals, &items, &count))
		return no_memory(err);
	for (size_t i = 0; i < count; i++)
		if (td_layout_parse_field(items[i].field, &cell) &&
		    !td_answer_add(answer, before, &bucket, &cell, items[i].value, err))
			return false;
	return true;
}

bool td_standing_feed(td_standing_t *standing, const td_query_t *query, td_answer_t *answer,
		      td_err_t *err)
{
	bool compares = query->before.first <= query->before.last;
	for (size_t i = 0; i < standing->count; i++) {
		const party_t *party = &standing->parties[i];
		if ((party->closed != NULL && !feed(party->closed, false, query, answer, err)) ||
		    (compares && party->before != NULL &&
		     !feed(party->before, true, query, answer, err)))
			return false;
	}
	return true;
}
