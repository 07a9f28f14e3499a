/* nearest: slips of the hand are told from other words. */
#include "common/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void steps_are_counted(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t steps;
	} cases[] = {
		{"", "", 0},           {"", "abc", 3},         {"tally", "tally", 0},
		{"taly", "tally", 1},  {"talley", "tally", 1}, {"tslly", "tally", 1},
		{"atlly", "tally", 1}, {"abc", "cab", 2},      {"kitten", "sitting", 3},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		assert_true(td_nearest_steps(cases[i].a, cases[i].b) == cases[i].steps);
		assert_true(td_nearest_steps(cases[i].b, cases[i].a) == cases[i].steps);
	}
}

static const char *meant(const char *text)
{
	static const char *const words[] = {"admin", "aggregator", "producer", "rejects", "tally"};
	td_nearest_t nearest = td_nearest_to(text);
	for (size_t i = 0; i < TD_COUNT(words); i++)
		td_nearest_try(&nearest, words[i]);
	return nearest.word;
}

static void the_nearest_word_is_found_or_none(void **state)
{
	(void)state;
	assert_string_equal(meant("taly"), "tally");
	assert_string_equal(meant("agregater"), "aggregator");
	assert_string_equal(meant("reject"), "rejects");
	assert_string_equal(meant("damin"), "admin");
	assert_null(meant("worker"));
	assert_null(meant("x"));
	assert_null(meant(""));
}

static void a_very_long_word_is_near_to_nothing(void **state)
{
	(void)state;
	char word[TD_NEAREST_BYTES_MAX + 2];
	memset(word, 'x', sizeof word);
	word[sizeof word - 1] = '\0';
	assert_true(td_nearest_steps(word, word) == SIZE_MAX);
	assert_null(meant(word));
	assert_true(td_nearest_steps(word + 1, word + 1) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_counted),
		cmocka_unit_test(the_nearest_word_is_found_or_none),
		cmocka_unit_test(a_very_long_word_is_near_to_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
