/* The synthetic rows: the same from the same seed, in the order of arrival, and fitting each other.
 * What they add up to: simulate_figures.c. */
#include "producers/simulate.h"

#include "tests/support/simulated.h"
#include "tests/support/tables.h"

#include <thidua/v1/event.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef Thidua__V1__Event event_t;

enum { SEED = 2021, ARENA_MAX = 1 << 20 };

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

static void make(const char *reporter, int32_t year, uint64_t seed, td_simulate_rows_t *rows)
{
	td_simulated_make(reporter, year, seed, &units, rows);
}

static const event_t *read_event(const td_simulate_rows_t *rows, const td_simulate_row_t *row)
{
	return td_simulated_event(rows, row, arena);
}

static bool same_lines(const td_simulate_rows_t *one, const td_simulate_rows_t *two)
{
	for (size_t i = 0;; i++) {
		const td_simulate_row_t *a = td_simulate_row(one, i), *b = td_simulate_row(two, i);
		if (a == NULL || b == NULL)
			return a == b;
		if (!td_slice_equal(td_simulate_line(one, a), td_simulate_line(two, b)))
			return false;
	}
}

static void same_seed_gives_same_rows_and_another_seed_others(void **state)
{
	(void)state;
	td_simulate_rows_t one = td_simulate_rows_make(), two = td_simulate_rows_make();
	const char *reporter;
	for (size_t i = 0; (reporter = td_simulate_reporter(i)) != NULL; i++) {
		make(reporter, 2021, SEED, &one);
		make(reporter, 2021, SEED, &two);
		assert_true(same_lines(&one, &two));
		make(reporter, 2021, SEED + 1, &two);
		assert_false(same_lines(&one, &two));
	}
	td_simulate_rows_free(&one);
	td_simulate_rows_free(&two);
}

static void rows_come_in_the_order_of_arrival_some_of_them_late(void **state)
{
	(void)state;
	td_simulate_rows_t rows = td_simulate_rows_make();
	const td_simulate_row_t *row;
	int64_t before = 0, newest = 0;
	size_t late = 0;
	make("vn-06", 2021, SEED, &rows);
	for (size_t i = 0; (row = td_simulate_row(&rows, i)) != NULL; i++) {
		assert_true(row->arrival_ms >= before);
		before = row->arrival_ms;
		if (row->codes != NULL)
			continue;
		int64_t recorded = read_event(&rows, row)->recorded_at->seconds;
		late += recorded < newest - 10 * 86400;
		newest = recorded > newest ? recorded : newest;
	}
	td_simulate_rows_free(&rows);
	assert_true(late > 20);
}

typedef struct half {
	char id[TD_ID_MAX + 1];
	char from[16], to[16];
	int32_t accepted;
} half_t;

enum { HALVES_MAX = 1000 };

static int by_half(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(half_t));
}

/* Adds the half of a transfer that has been accepted, on the side that it belongs to. */
static void take_half(const event_t *event, half_t (*halves)[HALVES_MAX], size_t *counts)
{
	if (event->body_case != THIDUA__V1__EVENT__BODY_CASE || event->case_->transfer == NULL)
		return;
	const Thidua__V1__Transfer *transfer = event->case_->transfer;
	bool out = transfer->direction == THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT;
	half_t half = {.accepted = transfer->accepted_on};
	(void)snprintf(half.id, sizeof half.id, "%s", transfer->transfer_id);
	(void)snprintf(half.from, sizeof half.from, "%s", out ? event->reporter : transfer->other);
	(void)snprintf(half.to, sizeof half.to, "%s", out ? transfer->other : event->reporter);
	for (size_t i = 0; i < counts[out]; i++)
		if (by_half(&halves[out][i], &half) == 0)
			return;
	assert_true(counts[out] < HALVES_MAX);
	halves[out][counts[out]++] = half;
}

static void both_halves_of_each_transfer_say_the_same(void **state)
{
	(void)state;
	static half_t halves[2][HALVES_MAX];
	size_t counts[2] = {0};
	td_simulate_rows_t rows = td_simulate_rows_make();
	for (size_t i = 0; i < 2 * TD_SIMULATE_PROVINCES; i++) {
		const td_simulate_row_t *row;
		make(td_simulate_reporter(i / 2), TD_SIMULATE_FIRST_YEAR + (int32_t)(i % 2), SEED,
		     &rows);
		for (size_t j = 0; (row = td_simulate_row(&rows, j)) != NULL; j++)
			if (row->codes == NULL)
				take_half(read_event(&rows, row), halves, counts);
	}
	td_simulate_rows_free(&rows);
	assert_true(counts[0] >= 2 * TD_SIMULATE_PROVINCES);
	assert_int_equal(counts[0], counts[1]);
	qsort(halves[0], counts[0], sizeof(half_t), by_half);
	qsort(halves[1], counts[1], sizeof(half_t), by_half);
	assert_memory_equal(halves[0], halves[1], counts[0] * sizeof(half_t));
}

/* Number, line and record of an award, as one word that sorts by number and line. */
typedef char award_t[3 * TD_ID_MAX];

static int by_award(const void *left, const void *right)
{
	return strcmp(left, right);
}

static size_t awards_of(const char *reporter, award_t *awards, size_t room)
{
	td_simulate_rows_t rows = td_simulate_rows_make();
	const td_simulate_row_t *row;
	size_t count_of = 0;
	make(reporter, 2020, SEED, &rows);
	for (size_t i = 0; (row = td_simulate_row(&rows, i)) != NULL; i++) {
		const event_t *event = row->codes == NULL ? read_event(&rows, row) : NULL;
		if (event == NULL || event->body_case != THIDUA__V1__EVENT__BODY_COMMENDATION ||
		    event->commendation->decision_line == 0)
			continue;
		assert_true(count_of < room);
		(void)snprintf(awards[count_of++], sizeof *awards, "%s %u\t%s",
			       event->commendation->decision_number,
			       event->commendation->decision_line, event->record_id);
	}
	td_simulate_rows_free(&rows);
	qsort(awards, count_of, sizeof *awards, by_award);
	return count_of;
}

static void no_line_of_a_decision_is_given_twice(void **state)
{
	(void)state;
	enum { AWARDS_MAX = 4000 };
	static award_t awards[AWARDS_MAX];
	size_t count_of = awards_of("vn-54", awards, AWARDS_MAX);
	assert_true(count_of > 1000);
	for (size_t i = 1; i < count_of; i++) {
		size_t length = strcspn(awards[i], "\t");
		bool same_line = strncmp(awards[i - 1], awards[i], length + 1) == 0;
		assert_true(!same_line || strcmp(awards[i - 1], awards[i]) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_gives_same_rows_and_another_seed_others),
		cmocka_unit_test(rows_come_in_the_order_of_arrival_some_of_them_late),
		cmocka_unit_test(both_halves_of_each_transfer_say_the_same),
		cmocka_unit_test(no_line_of_a_decision_is_given_twice),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
