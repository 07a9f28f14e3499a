#include "aggregator/standing.h"

#include <stdlib.h>

#define STATE(name) THIDUA__V1__PERIOD_STATE__PERIOD_STATE_##name

/* What is known of one reporter. */
typedef struct party {
	char reporter[TD_ID_MAX + 1];
	td_totals_t *live, *closed; /* closed: NULL when nothing was kept */
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
	party->closed = td_totals_new();
	if (party->closed == NULL)
		return no_memory(err);
	standing->closed = true;
	return (td_snapshot_read(snapshot, &read) && td_totals_read(party->closed, read.totals)) ||
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

/* The closed cells, each as if it lay on the period's first day. */
static bool feed(td_standing_t *standing, const td_query_t *query, td_answer_t *answer,
		 td_err_t *err)
{
	const td_bucket_t bucket = {TD_SPAN_HALF, query->days.first};
	for (size_t i = 0; i < standing->count; i++) {
		const td_total_t *items;
		size_t count;
		td_cell_t cell;
		if (standing->parties[i].closed == NULL)
			continue;
		if (!td_totals_list(standing->parties[i].closed, &items, &count))
			return no_memory(err);
		for (size_t j = 0; j < count; j++)
			if (td_layout_parse_field(items[j].field, &cell) &&
			    !td_answer_add(answer, false, &bucket, &cell, items[j].value, err))
				return false;
	}
	return true;
}

/* The rows of the closed answer, most often in the order in which they are looked for. */
typedef struct then {
	const td_row_t *rows;
	size_t count, next;
} then_t;

static const td_row_t *find(then_t *then, const td_row_t *row)
{
	for (size_t i = 0; i < then->count; i++) {
		size_t at = (then->next + i) % then->count;
		const td_row_t *found = &then->rows[at];
		if (found->figure == row->figure && found->dim == row->dim &&
		    found->province_index == row->province_index) {
			then->next = at + 1;
			return found;
		}
	}
	return NULL;
}

/* What the row was when the period was closed. */
static bool set_closed(const td_row_t *row, const td_row_t *then, td_arena_t *arena,
		       Thidua__V1__TallyRow *message)
{
	Thidua__V1__Number *number = td_arena_take(arena, sizeof *number);
	if (number == NULL)
		return false;
	thidua__v1__number__init(number);
	number->value = then == NULL ? 0 : then->over;
	message->value_as_closed = number;
	message->denominator_as_closed = then == NULL ? 0 : then->under;
	bool same = row->over == number->value && row->under == message->denominator_as_closed;
	message->state = same ? STATE(CLOSED) : STATE(AMENDED);
	return true;
}

static bool fill_closed(td_standing_t *standing, const td_standing_ask_t *ask, td_arena_t *arena,
			Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	td_answer_t *answer = td_answer_new(ask->query);
	then_t then = {0};
	bool done = answer != NULL || no_memory(err);
	done = done && feed(standing, ask->query, answer, err) &&
	       td_answer_finish(answer, &then.rows, &then.count, err);
	for (size_t i = 0; done && i < ask->count; i++) {
		const td_row_t *row = &ask->rows[i];
		done = set_closed(row, find(&then, row), arena, message->rows[i]) || no_memory(err);
	}
	td_answer_free(answer);
	return done;
}

bool td_standing_fill(td_standing_t *standing, const td_standing_ask_t *ask, td_arena_t *arena,
		      Thidua__V1__TallyAnswer *message, td_err_t *err)
{
	const td_query_t *query = ask->query;
	if (standing->closed && query->each == TD_EACH_NONE)
		return fill_closed(standing, ask, arena, message, err);
	for (size_t i = 0; i < ask->count; i++) {
		bool all = ask->rows[i].province_index == query->province_count;
		const char *const *provinces =
			all ? query->provinces : &query->provinces[ask->rows[i].province_index];
		message->rows[i]->state = td_standing_of(standing, ask->reference, provinces,
							 all ? query->province_count : 1);
	}
	return true;
}
