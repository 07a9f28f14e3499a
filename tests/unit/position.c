/* position: which verdict counts, which is a repeat, and what a hole remembers. */
#include "aggregator/position.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { STEPS_MAX = 6, HOLES_SHOWN = 3 };

typedef struct step {
	uint64_t first, last;
	td_take_t take;
	uint64_t counted, jumped;
} step_t;

/* Steps on an empty position, and what it is then. */
static const struct {
	const char *shows;
	step_t steps[STEPS_MAX];
	size_t count;
	uint64_t next;
	td_range_t holes[HOLES_SHOWN];
	size_t hole_count;
} cases[] = {
	{"the expected ones count, one by one",
	 {{0, 0, TD_TAKE_COUNTS, 1, 0}, {1, 1, TD_TAKE_COUNTS, 1, 0}},
	 2,
	 2,
	 {{0}},
	 0},
	{"a lower one is a repeat",
	 {{0, 0, TD_TAKE_COUNTS, 1, 0}, {0, 0, TD_TAKE_REPEAT, 0, 0}},
	 2,
	 1,
	 {{0}},
	 0},
	{"a higher one counts and leaves a hole",
	 {{3, 3, TD_TAKE_LEAVES_HOLE, 1, 3}},
	 1,
	 4,
	 {{0, 2}},
	 1},
	{"what fills a hole in its middle counts and splits it",
	 {{5, 5, TD_TAKE_LEAVES_HOLE, 1, 5}, {2, 2, TD_TAKE_FILLS, 1, 0}},
	 2,
	 6,
	 {{0, 1}, {3, 4}},
	 2},
	{"a hole that was filled makes later ones repeats",
	 {{2, 2, TD_TAKE_LEAVES_HOLE, 1, 2},
	  {1, 1, TD_TAKE_FILLS, 1, 0},
	  {0, 0, TD_TAKE_FILLS, 1, 0},
	  {0, 0, TD_TAKE_REPEAT, 0, 0},
	  {1, 1, TD_TAKE_REPEAT, 0, 0}},
	 5,
	 3,
	 {{0}},
	 0},
	{"an absent range counts as many as it has",
	 {{0, 4, TD_TAKE_COUNTS, 5, 0}, {5, 5, TD_TAKE_COUNTS, 1, 0}},
	 2,
	 6,
	 {{0}},
	 0},
	{"an absent range over a hole and what was folded counts the hole",
	 {{0, 0, TD_TAKE_COUNTS, 1, 0},
	  {3, 3, TD_TAKE_LEAVES_HOLE, 1, 2},
	  {0, 3, TD_TAKE_OVERLAPS, 2, 0}},
	 3,
	 4,
	 {{0}},
	 0},
	{"an absent range that begins below next and ends beyond it counts the new part",
	 {{0, 1, TD_TAKE_COUNTS, 2, 0}, {1, 4, TD_TAKE_OVERLAPS, 3, 0}},
	 2,
	 5,
	 {{0}},
	 0},
	{"one range fills two holes and cuts a third",
	 {{2, 2, TD_TAKE_LEAVES_HOLE, 1, 2},
	  {5, 5, TD_TAKE_LEAVES_HOLE, 1, 2},
	  {9, 9, TD_TAKE_LEAVES_HOLE, 1, 3},
	  {1, 6, TD_TAKE_OVERLAPS, 4, 0}},
	 4,
	 10,
	 {{0, 0}, {7, 8}},
	 2},
};

static void each_arrival_is_taken_as_the_rule_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_position_t position = {0};
		print_message("%s\n", cases[i].shows);
		for (size_t at = 0; at < cases[i].count; at++) {
			const step_t *step = &cases[i].steps[at];
			uint64_t counted, jumped;
			assert_int_equal(td_position_take(&position,
							  (td_range_t){step->first, step->last},
							  &counted, &jumped),
					 step->take);
			assert_int_equal(counted, step->counted);
			assert_int_equal(jumped, step->jumped);
		}
		assert_int_equal(position.next, cases[i].next);
		assert_int_equal(position.hole_count, cases[i].hole_count);
		for (size_t at = 0; at < cases[i].hole_count; at++) {
			assert_int_equal(position.holes[at].first, cases[i].holes[at].first);
			assert_int_equal(position.holes[at].last, cases[i].holes[at].last);
		}
	}
}

/* Every second offset from `from` on, until there is no room for holes. */
static void fill_with_holes(td_position_t *position, uint64_t width)
{
	uint64_t counted, jumped;
	for (size_t i = 0; i < TD_HOLES_MAX; i++) {
		td_range_t one = {position->next + width, position->next + width};
		assert_int_equal(td_position_take(position, one, &counted, &jumped),
				 TD_TAKE_LEAVES_HOLE);
		assert_int_equal(jumped, width);
	}
}

static void one_hole_too_many_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		uint64_t first, last;
	} too_many[] = {{1000, 1000}, {5000, 6000}, {1, 1}};
	td_position_t position = {0};
	fill_with_holes(&position, 3);
	for (size_t i = 0; i < TD_COUNT(too_many); i++) {
		td_position_t before = position;
		uint64_t counted = 7, jumped = 7;
		assert_int_equal(td_position_take(&position,
						  (td_range_t){too_many[i].first, too_many[i].last},
						  &counted, &jumped),
				 TD_TAKE_TOO_MANY);
		assert_memory_equal(&before, &position, sizeof before);
	}
}

static void a_full_list_of_holes_still_takes_what_needs_no_other(void **state)
{
	(void)state;
	td_position_t position = {0};
	uint64_t counted, jumped, next;
	fill_with_holes(&position, 3);
	next = position.next;
	assert_int_equal(td_position_take(&position, (td_range_t){next, next}, &counted, &jumped),
			 TD_TAKE_COUNTS);
	assert_int_equal(td_position_take(&position, (td_range_t){0, 0}, &counted, &jumped),
			 TD_TAKE_FILLS);
	assert_int_equal(position.hole_count, TD_HOLES_MAX);
	assert_int_equal(td_position_take(&position, (td_range_t){0, next}, &counted, &jumped),
			 TD_TAKE_OVERLAPS);
	assert_int_equal(counted, 3 * TD_HOLES_MAX - 1);
	assert_int_equal(position.hole_count, 0);
}

static void the_highest_offsets_that_a_log_can_have_are_taken(void **state)
{
	(void)state;
	td_position_t position = {.next = INT64_MAX - 2};
	uint64_t counted, jumped;
	assert_int_equal(td_position_take(&position, (td_range_t){INT64_MAX - 1, INT64_MAX - 1},
					  &counted, &jumped),
			 TD_TAKE_LEAVES_HOLE);
	assert_int_equal(position.next, INT64_MAX);
	assert_int_equal(jumped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_arrival_is_taken_as_the_rule_says),
		cmocka_unit_test(one_hole_too_many_changes_nothing),
		cmocka_unit_test(a_full_list_of_holes_still_takes_what_needs_no_other),
		cmocka_unit_test(the_highest_offsets_that_a_log_can_have_are_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
