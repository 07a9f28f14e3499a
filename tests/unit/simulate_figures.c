/* What the synthetic rows of both years add up to, and what happens to the records in them. */
#include "producers/simulate.h"

#include "common/localday.h"
#include "tests/support/simulated.h"
#include "tests/support/tables.h"

#include <thidua/v1/event.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef Thidua__V1__Event event_t;

enum { SEED = 2021, ARENA_MAX = 1 << 20, STATEMENTS_MAX = 200000 };

static td_simulate_units_t units;
static td_arena_t *arena;

static int set_up(void **state)
{
	(void)state;
	td_tables_units(&units);
	arena = td_arena_new(ARENA_MAX);
	return arena != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

/* One statement of a province that must be accepted, and what its record adds to the figures. */
typedef enum figure {
	ACCIDENTS,
	DEATHS,
	INJURED,
	SUBJECTS,
	COVID,
	DONATED,
	GIFTS,
	WORK_DAY_TENTHS,
	HOUSES,
	COLLECTIVES,
	INDIVIDUALS,
	OCCURRED,
	FIGURES
} figure_t;

typedef struct statement {
	const char *reporter;
	Thidua__V1__Kind kind;
	char id[TD_ID_MAX + 1];
	uint64_t revision;
	int32_t day;
	bool retraction;
	int64_t adds[FIGURES];
} statement_t;

static void count_award(const Thidua__V1__Commendation *award, int64_t *adds)
{
	if (award->status != THIDUA__V1__AWARD_STATUS__AWARD_STATUS_AWARDED ||
	    award->form == THIDUA__V1__AWARD_FORM__AWARD_FORM_LETTER)
		return;
	bool collective = award->recipient == THIDUA__V1__RECIPIENT__RECIPIENT_COLLECTIVE;
	adds[collective ? COLLECTIVES : INDIVIDUALS] = 1;
}

static void count_case(const Thidua__V1__Case *about, int64_t *adds)
{
	bool away = about->transfer != NULL &&
		    about->transfer->direction ==
			    THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT;
	adds[OCCURRED] = about->registered_on != 0 && !about->no_offence && !away &&
			 about->split_from[0] == '\0' &&
			 about->status != THIDUA__V1__CASE_STATUS__CASE_STATUS_ANNULLED;
}

static void count(const event_t *event, int64_t *adds)
{
	switch (event->body_case) {
	case THIDUA__V1__EVENT__BODY_CASE:
		count_case(event->case_, adds);
		break;
	case THIDUA__V1__EVENT__BODY_ACCIDENT:
		adds[ACCIDENTS] = 1;
		adds[DEATHS] = event->accident->deaths;
		adds[INJURED] = event->accident->injured;
		break;
	case THIDUA__V1__EVENT__BODY_ARREST:
		adds[SUBJECTS] = event->arrest->subjects;
		break;
	case THIDUA__V1__EVENT__BODY_DEPLOYMENT:
		if (event->deployment->purpose ==
		    THIDUA__V1__DEPLOYMENT_PURPOSE__DEPLOYMENT_PURPOSE_COVID19)
			adds[COVID] = event->deployment->officers;
		break;
	case THIDUA__V1__EVENT__BODY_SOCIETY:
		adds[DONATED] = (int64_t)event->society->donation_vnd;
		adds[GIFTS] = event->society->gift_packages;
		adds[WORK_DAY_TENTHS] = event->society->work_day_tenths;
		adds[HOUSES] = event->society->houses;
		break;
	case THIDUA__V1__EVENT__BODY_COMMENDATION:
		count_award(event->commendation, adds);
		break;
	default:
		break;
	}
}

static int by_record(const void *left, const void *right)
{
	const statement_t *a = left, *b = right;
	int order = strcmp(a->reporter, b->reporter);
	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	if (order == 0)
		order = strcmp(a->id, b->id);
	if (order == 0)
		order = a->revision < b->revision ? -1 : a->revision > b->revision;
	return order;
}

static void take(const event_t *event, const char *reporter, statement_t *statement)
{
	*statement =
		(statement_t){.reporter = reporter,
			      .kind = event->kind,
			      .revision = event->revision,
			      .retraction = event->body_case == THIDUA__V1__EVENT__BODY_RETRACTION};
	statement->day = td_localday_of_ms(event->occurred_at->seconds * 1000);
	(void)snprintf(statement->id, sizeof statement->id, "%s", event->record_id);
	count(event, statement->adds);
}

/* All valid statements of the provinces in both years, in the order of records and revisions. */
static statement_t *read_all(size_t *count_of)
{
	statement_t *all = calloc(STATEMENTS_MAX, sizeof *all);
	td_simulate_rows_t rows = td_simulate_rows_make();
	*count_of = 0;
	assert_non_null(all);
	for (size_t i = 0; i < 2 * TD_SIMULATE_PROVINCES; i++) {
		const char *reporter = td_simulate_reporter(i / 2);
		const td_simulate_row_t *row;
		td_simulated_make(reporter, TD_SIMULATE_FIRST_YEAR + (int32_t)(i % 2), SEED, &units,
				  &rows);
		for (size_t j = 0; (row = td_simulate_row(&rows, j)) != NULL; j++) {
			assert_true(*count_of < STATEMENTS_MAX);
			if (row->codes == NULL)
				take(td_simulated_event(&rows, row, arena), reporter,
				     &all[(*count_of)++]);
		}
	}
	td_simulate_rows_free(&rows);
	qsort(all, *count_of, sizeof *all, by_record);
	return all;
}

/* Sums over the records' last statements from one day to another. */
static void add_up(const statement_t *all, size_t count_of, const int32_t days[2], int64_t *sums)
{
	memset(sums, 0, FIGURES * sizeof *sums);
	for (size_t i = 0; i < count_of; i++) {
		bool last = i + 1 == count_of || all[i + 1].kind != all[i].kind ||
			    all[i + 1].reporter != all[i].reporter ||
			    strcmp(all[i + 1].id, all[i].id) != 0;
		if (!last || all[i].day < days[0] || all[i].day > days[1])
			continue;
		for (size_t figure = 0; figure < FIGURES; figure++)
			sums[figure] += all[i].adds[figure];
	}
}

static void years_add_up_to_the_published_figures(void **state)
{
	(void)state;
	static const struct {
		figure_t figure;
		int64_t low, high;
	} published[] = {
		{OCCURRED, 3001, 3999},    {SUBJECTS, 6900, 6999},
		{COVID, 23001, 23999},     {DONATED, INT64_C(7000000001), INT64_C(7999999999)},
		{GIFTS, 1000, 9999},       {WORK_DAY_TENTHS, 1000, 9999}, /* hundreds of days */
		{HOUSES, 12, 99},          {COLLECTIVES, 3356, 3356},
		{INDIVIDUALS, 7918, 7918},
	};
	const int32_t police[] = {td_localday_make(2020, 12, 15), td_localday_make(2021, 12, 14)};
	const int32_t civil[] = {td_localday_make(2021, 1, 1), td_localday_make(2021, 12, 31)};
	const int32_t before[] = {td_localday_make(2019, 12, 15), td_localday_make(2020, 12, 14)};
	int64_t of_police[FIGURES], of_civil[FIGURES], of_2020[FIGURES];
	size_t count_of;
	statement_t *all = read_all(&count_of);
	add_up(all, count_of, police, of_police);
	add_up(all, count_of, civil, of_civil);
	add_up(all, count_of, before, of_2020);
	free(all);
	for (size_t i = 0; i < TD_COUNT(published); i++)
		assert_in_range(of_police[published[i].figure], published[i].low,
				published[i].high);
	for (figure_t figure = ACCIDENTS; figure <= INJURED; figure++)
		assert_true(of_police[figure] < of_2020[figure] && of_police[figure] > 0);
	for (figure_t figure = ACCIDENTS; figure < OCCURRED; figure++)
		assert_true(of_police[figure] == of_civil[figure]);
}

static void what_really_happens_to_records_is_in_them(void **state)
{
	(void)state;
	enum { CORRECTED, RETRACTED, REPEATED, SORTS };
	size_t found[SORTS] = {0}, count_of;
	statement_t *all = read_all(&count_of);
	for (size_t i = 1; i < count_of; i++) {
		bool same = by_record(&all[i - 1], &all[i]) == 0;
		bool same_record =
			all[i - 1].kind == all[i].kind && strcmp(all[i - 1].id, all[i].id) == 0;
		found[REPEATED] += same;
		found[CORRECTED] += same_record && !same;
		found[RETRACTED] += same_record && all[i].retraction;
	}
	free(all);
	for (size_t sort = 0; sort < SORTS; sort++)
		assert_true(found[sort] > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(years_add_up_to_the_published_figures),
		cmocka_unit_test(what_really_happens_to_records_is_in_them),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
