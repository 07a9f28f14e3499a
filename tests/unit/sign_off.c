/* sign_off: periods by name and back, and the text that is signed. */
#include "workers/sign_off.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define PERIOD(kind_, year_, number_)                                                              \
	{                                                                                          \
		.base = PROTOBUF_C_MESSAGE_INIT(&thidua__v1__period__descriptor),                  \
		.kind = THIDUA__V1__PERIOD_KIND__PERIOD_KIND_##kind_, .year = (year_),             \
		.number = (number_)                                                                \
	}

static const struct {
	Thidua__V1__Period period;
	const char *name;
} NAMED[] = {
	{PERIOD(POLICE_YEAR, 2021, 0), "police-2021"},
	{PERIOD(POLICE_HALF, 2021, 2), "police-2021-H2"},
	{PERIOD(POLICE_QUARTER, 2021, 3), "police-2021-Q3"},
	{PERIOD(POLICE_MONTH, 2021, 9), "police-2021-M09"},
	{PERIOD(CALENDAR_YEAR, 1945, 0), "civil-1945"},
	{PERIOD(CALENDAR_HALF, 2021, 1), "civil-2021-H1"},
	{PERIOD(CALENDAR_QUARTER, 2021, 4), "civil-2021-Q4"},
	{PERIOD(CALENDAR_MONTH, 2100, 12), "civil-2100-M12"},
	{PERIOD(POLICE_NINE_MONTHS, 2021, 0), "police-2021-9M"},
	{PERIOD(CALENDAR_NINE_MONTHS, 2021, 0), "civil-2021-9M"},
};

static void a_period_has_one_name_and_a_name_one_period(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(NAMED); i++) {
		char name[TD_PERIOD_NAME_MAX];
		Thidua__V1__Period found = THIDUA__V1__PERIOD__INIT;
		assert_true(td_period_name(&NAMED[i].period, name));
		assert_string_equal(name, NAMED[i].name);
		assert_true(td_period_of_name(name, &found));
		assert_int_equal(found.kind, NAMED[i].period.kind);
		assert_int_equal(found.year, NAMED[i].period.year);
		assert_int_equal(found.number, NAMED[i].period.number);
	}
}

static void what_is_no_period_has_no_name(void **state)
{
	(void)state;
	static const Thidua__V1__Period none[] = {
		PERIOD(UNSPECIFIED, 2021, 0),     PERIOD(POLICE_YEAR, 2021, 1),
		PERIOD(POLICE_QUARTER, 2021, 0),  PERIOD(POLICE_QUARTER, 2021, 5),
		PERIOD(CALENDAR_MONTH, 2021, 13), PERIOD(CALENDAR_YEAR, 1944, 0)};
	static const char *const names[] = {
		"",
		"police",
		"police-",
		"police-21",
		"police-2021-",
		"police-2021-H3",
		"police-2021-M9",
		"police-2021-9M1",
		"police-2021-8M",
		"police-2021-Q",
		"police-2021-Q33",
		"police-2021-M0009",
		"Police-2021",
		"civil-02021",
		"civil-2021-Q1 ",
		"civil-2021-H",
	};
	char name[TD_PERIOD_NAME_MAX];
	for (size_t i = 0; i < TD_COUNT(none); i++)
		assert_false(td_period_name(&none[i], name));
	for (size_t i = 0; i < TD_COUNT(names); i++) {
		Thidua__V1__Period found = THIDUA__V1__PERIOD__INIT;
		assert_false(td_period_of_name(names[i], &found));
	}
}

static void the_text_names_all_that_is_said(void **state)
{
	(void)state;
	uint8_t digest[TD_FIGURES_DIGEST_SIZE] = {0xab, 0x01};
	char text[TD_SIGN_OFF_TEXT_MAX];
	td_event_t event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__SignOff said = THIDUA__V1__SIGN_OFF__INIT;
	Thidua__V1__Period period = NAMED[2].period;
	event.reporter = "vn-06";
	event.revision = 7;
	assert_false(td_sign_off_text(&event, text));
	event.body_case = THIDUA__V1__EVENT__BODY_SIGN_OFF;
	event.sign_off = &said;
	said.through_offset = 1234;
	said.figures_sha256 = (ProtobufCBinaryData){sizeof digest, digest};
	assert_false(td_sign_off_text(&event, text));
	said.period = &period;
	assert_true(td_sign_off_text(&event, text));
	assert_string_equal(text,
			    "thidua sign-off\nreporter vn-06\nperiod police-2021-Q3\nrevision 7\n"
			    "through 1234\nfigures "
			    "ab01000000000000000000000000000000000000000000000000000000000000\n");
	said.tallies_sha256 = said.figures_sha256;
	assert_true(td_sign_off_text(&event, text));
	assert_non_null(strstr(text, "00\ntallies ab01"));
	said.tallies_sha256.len--;
	assert_false(td_sign_off_text(&event, text));
	said.tallies_sha256.len = 0;
	said.figures_sha256.len--;
	assert_false(td_sign_off_text(&event, text));
}

static void taking_it_back_is_a_text_of_its_own(void **state)
{
	(void)state;
	char text[TD_SIGN_OFF_TEXT_MAX];
	td_event_t event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__Retraction said = THIDUA__V1__RETRACTION__INIT;
	event.reporter = "vn-06";
	event.record_id = "police-2021-Q3";
	event.revision = 8;
	event.body_case = THIDUA__V1__EVENT__BODY_RETRACTION;
	event.retraction = &said;
	said.reason = THIDUA__V1__RETRACTION_REASON__RETRACTION_REASON_REVOKED;
	assert_false(td_sign_off_text(&event, text)); /* of another kind nothing is signed */
	event.kind = THIDUA__V1__KIND__KIND_SIGN_OFF;
	assert_true(td_sign_off_text(&event, text));
	assert_string_equal(text, "thidua sign-off\nreporter vn-06\nperiod police-2021-Q3\n"
				  "revision 8\ntaken back 3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_period_has_one_name_and_a_name_one_period),
		cmocka_unit_test(what_is_no_period_has_no_name),
		cmocka_unit_test(the_text_names_all_that_is_said),
		cmocka_unit_test(taking_it_back_is_a_text_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
