/* topics: names of topics, and which of them are a reporter's. */
#include "workers/topics.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void names_carry_reporter_and_generation(void **state)
{
	char topic[TD_TOPIC_MAX];

	(void)state;
	td_topic_raw("vn-06", topic);
	assert_string_equal(topic, "thidua.raw.vn-06");
	assert_string_equal(td_topic_reporter(topic), "vn-06");
	td_topic_verdicts("vn-06", 0, topic);
	assert_string_equal(topic, "thidua.verdicts.vn-06");
	td_topic_verdicts("vn-06", 12, topic);
	assert_string_equal(topic, "thidua.verdicts.12.vn-06");
}

static void verdicts_say_whose_they_are(void **state)
{
	static const char *const aliens[] = {"thidua.verdicts.",
					     "thidua.verdicts.VN-06",
					     "thidua.verdicts.0.vn-06",
					     "thidua.verdicts.01.vn-06",
					     "thidua.verdicts.x.vn-06",
					     "thidua.verdicts.1.2.vn-06",
					     "thidua.verdicts.4294967296.vn-06",
					     "thidua.verdicts..vn-06",
					     "thidua.raw.vn-06",
					     "verdicts",
					     ""};
	static const uint32_t generations[] = {0, 1, 12, UINT32_MAX};
	char topic[TD_TOPIC_MAX];
	uint32_t generation;

	(void)state;
	for (size_t i = 0; i < TD_COUNT(generations); i++) {
		td_topic_verdicts("12", generations[i], topic);
		assert_string_equal(td_topic_judged(topic, &generation), "12");
		assert_int_equal(generation, generations[i]);
	}
	for (size_t i = 0; i < TD_COUNT(aliens); i++)
		assert_null(td_topic_judged(aliens[i], &generation));
}

static void the_longest_name_fits(void **state)
{
	char reporter[TD_ID_MAX + 1] = "", topic[TD_TOPIC_MAX];

	(void)state;
	memset(reporter, 'a', TD_ID_MAX);
	td_topic_verdicts(reporter, UINT32_MAX, topic);
	assert_int_equal(strlen(topic), strlen("thidua.verdicts.4294967295.") + TD_ID_MAX);
}

static void what_is_no_reporter_has_no_raw_topic(void **state)
{
	static const char *const aliens[] = {"thidua.raw.",       "thidua.raw",
					     "thidua.raw.VN-06",  "thidua.raw.vn.06",
					     "thidua.raw.vn 06",  "thidua.verdicts.vn-06",
					     "xthidua.raw.vn-06", "",
					     "thidua.raw.đà-nẵng"};
	char reporter[TD_ID_MAX + 2] = "";

	(void)state;
	for (size_t i = 0; i < TD_COUNT(aliens); i++)
		assert_null(td_topic_reporter(aliens[i]));
	memset(reporter, 'a', TD_ID_MAX + 1);
	assert_false(td_topic_reporter_valid(reporter));
	reporter[TD_ID_MAX] = '\0';
	assert_true(td_topic_reporter_valid(reporter));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_carry_reporter_and_generation),
		cmocka_unit_test(verdicts_say_whose_they_are),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(what_is_no_reporter_has_no_raw_topic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
