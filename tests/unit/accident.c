/* The class of an accident by the circular of its day. */
#include "workers/accident.h"

#include "common/localday.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PERCENTS_MAX = 8 };

/* The classes in words: c(ollision), l(ess), s(erious), v(ery), e(specially). */
static const char CLASSES[] = "?clsve";

typedef struct accident_row {
	uint32_t deaths;
	uint32_t percents[PERCENTS_MAX]; /* ended by 0 */
	uint64_t damage_millions;
	char old, new; /* by the circulars of 2009 and of 2024 */
} accident_row_t;

static const accident_row_t ROWS[] = {
	/* Nothing but damage. */
	{0, {0}, 0, 'c', 'c'},
	{0, {0}, 4, 'c', 'c'},
	{0, {0}, 5, 'l', 'c'},
	{0, {0}, 10, 'l', 'l'},
	{0, {0}, 49, 'l', 'l'},
	{0, {0}, 50, 's', 'l'},
	{0, {0}, 100, 's', 's'},
	{0, {0}, 499, 's', 's'},
	{0, {0}, 500, 'v', 'v'},
	{0, {0}, 1499, 'v', 'v'},
	{0, {0}, 1500, 'e', 'e'},
	/* One person. */
	{0, {10}, 0, 'c', 'c'},
	{0, {11}, 0, 'l', 'l'},
	{0, {30}, 0, 'l', 'l'},
	{0, {31}, 0, 's', 'l'},
	{0, {60}, 0, 's', 'l'},
	{0, {61}, 0, 's', 's'},
	{0, {100}, 0, 's', 's'},
	{0, {20}, 30, 'l', 'l'},
	{0, {21}, 30, 's', 'l'},
	{0, {21}, 29, 'l', 'l'},
	/* Several. */
	{0, {10, 10}, 0, 'c', 'l'},
	{0, {10, 11}, 0, 'l', 'l'},
	{0, {20, 20}, 0, 'l', 'l'},
	{0, {20, 21}, 0, 's', 'l'},
	{0, {30, 30}, 0, 's', 'l'},
	{0, {30, 30, 1}, 0, 's', 's'},
	{0, {60, 61}, 0, 's', 's'},
	{0, {61, 61}, 0, 's', 'v'},
	{0, {100, 100}, 0, 's', 'v'},
	{0, {31, 31, 31}, 0, 'v', 's'},
	{0, {31, 31, 31, 31}, 0, 'v', 'v'},
	{0, {31, 31, 31, 31, 31}, 0, 'e', 'v'},
	{0, {100, 100, 1}, 0, 's', 'e'},
	{0, {30, 30, 30, 11}, 0, 'v', 's'},
	{0, {30, 30, 30, 30, 30, 30, 21}, 0, 'e', 'e'},
	/* The dead; until 2024, serious harm beside them weighs. */
	{1, {0}, 0, 's', 's'},
	{1, {20}, 0, 's', 's'},
	{1, {31}, 0, 'v', 's'},
	{1, {61, 61}, 0, 'v', 'v'},
	{2, {0}, 0, 'v', 'v'},
	{2, {0}, 50, 'e', 'v'},
	{3, {0}, 0, 'e', 'e'},
	{9, {90}, 2000, 'e', 'e'},
};

static void the_class_follows_from_deaths_injuries_and_damage(void **state)
{
	(void)state;
	int32_t last_old = td_localday_make(2024, 8, 14);
	for (size_t i = 0; i < TD_COUNT(ROWS); i++) {
		Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
		accident.deaths = ROWS[i].deaths;
		accident.damage_vnd = ROWS[i].damage_millions * 1000000;
		accident.injury_percent = (uint32_t *)ROWS[i].percents;
		while (ROWS[i].percents[accident.n_injury_percent] != 0)
			accident.n_injury_percent++;
		char old = CLASSES[td_accident_class(&accident, last_old)];
		char new = CLASSES[td_accident_class(&accident, last_old + 1)];
		if (old != ROWS[i].old || new != ROWS[i].new)
			fail_msg("row %zu: %c and %c instead of %c and %c", i, old, new,
				 ROWS[i].old, ROWS[i].new);
	}
}

static void deaths_alone_set_the_lowest_class(void **state)
{
	(void)state;
	assert_int_equal(CLASSES[td_accident_class_of_deaths(0)], 'c');
	assert_int_equal(CLASSES[td_accident_class_of_deaths(1)], 's');
	assert_int_equal(CLASSES[td_accident_class_of_deaths(2)], 'v');
	assert_int_equal(CLASSES[td_accident_class_of_deaths(3)], 'e');
	assert_int_equal(CLASSES[td_accident_class_of_deaths(1000)], 'e');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_class_follows_from_deaths_injuries_and_damage),
		cmocka_unit_test(deaths_alone_set_the_lowest_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
