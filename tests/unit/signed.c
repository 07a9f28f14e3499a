/* signed: of several sign-offs the greatest stands, in any order; altered text is noticed. */
#include "aggregator/signed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define DIGEST "ab01000000000000000000000000000000000000000000000000000000000000"

static void what_is_written_is_read_and_nothing_else(void **state)
{
	(void)state;
	const td_signed_t all[] = {
		{7, true, 1234, {0xab, 1}, 1632103200000, false, {0}},
		{9007199254740990, true, 9007199254740990, {0xab, 1}, -1, false, {0}},
		{8, false, 0, {0}, 0, false, {0}},
		{7, true, 1234, {0xab, 1}, 5, true, {0xcd}},
		{7, true, 1234, {0xab, 1}, 5, true, {0}},
	};
	static const char *const wrong[] = {"",
					    "-",
					    "0 -",
					    "7",
					    "7 - ",
					    "07 -",
					    "7 1234",
					    "7 1234 " DIGEST,
					    "7 01234 " DIGEST " 5",
					    "7 1234 " DIGEST " 5 ",
					    "7 1234 AB" DIGEST " 5",
					    "7 1234 " DIGEST " 99999999999999999999",
					    "7 1234 " DIGEST " -0",
					    "7 1234 " DIGEST " 5 ab",
					    "7 1234 " DIGEST " 5 " DIGEST " ",
					    "7 - " DIGEST};
	char text[TD_SIGNED_TEXT_MAX];
	td_signed_t found;
	td_signed_write(&all[0], text);
	assert_string_equal(text, "7 1234 " DIGEST " 1632103200000");
	for (size_t i = 0; i < TD_COUNT(all); i++) {
		td_signed_write(&all[i], text);
		assert_true(td_signed_read(td_slice_text(text), &found));
		assert_int_equal(td_signed_order(&found, &all[i]), 0);
	}
	for (size_t i = 0; i < TD_COUNT(wrong); i++)
		assert_false(td_signed_read(td_slice_text(wrong[i]), &found));
}

static void every_two_are_in_order_but_equal_ones(void **state)
{
	(void)state;
	/* Ascending. */
	static const td_signed_t ascending[] = {
		{0},
		{1, true, 5, {1}, 10, false, {0}},
		{1, true, 5, {1}, 11, false, {0}},
		{1, true, 5, {1}, 11, true, {0}},
		{1, true, 5, {1}, 11, true, {1}},
		{1, true, 5, {2}, 1, false, {0}},
		{1, true, 6, {0}, 0, false, {0}},
		{1, false, 0, {0}, 0, false, {0}},
		{2, true, 0, {0}, 0, false, {0}},
	};
	for (size_t i = 0; i < TD_COUNT(ascending); i++)
		for (size_t j = 0; j < TD_COUNT(ascending); j++) {
			int order = td_signed_order(&ascending[i], &ascending[j]);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void events_say_it_or_are_about_something_else(void **state)
{
	(void)state;
	Thidua__V1__Event event = THIDUA__V1__EVENT__INIT;
	Thidua__V1__SignOff sign_off = THIDUA__V1__SIGN_OFF__INIT;
	Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	uint8_t digest[TD_SIGNED_DIGEST_SIZE] = {0xab, 1};
	char text[TD_SIGNED_TEXT_MAX];
	td_signed_t said;
	at.seconds = 1632103200;
	event.record_id = "police-2021-Q3";
	event.revision = 7;
	event.recorded_at = &at;
	event.body_case = THIDUA__V1__EVENT__BODY_SIGN_OFF;
	event.sign_off = &sign_off;
	sign_off.through_offset = 1234;
	sign_off.figures_sha256 = (ProtobufCBinaryData){sizeof digest, digest};
	assert_false(td_signed_of_event(&event, &said));
	event.kind = THIDUA__V1__KIND__KIND_SIGN_OFF;
	assert_true(td_signed_of_event(&event, &said));
	td_signed_write(&said, text);
	assert_string_equal(text, "7 1234 " DIGEST " 1632103200000");
	sign_off.tallies_sha256 = sign_off.figures_sha256;
	assert_true(td_signed_of_event(&event, &said));
	td_signed_write(&said, text);
	assert_string_equal(text, "7 1234 " DIGEST " 1632103200000 " DIGEST);
	event.body_case = THIDUA__V1__EVENT__BODY_RETRACTION;
	assert_true(td_signed_of_event(&event, &said));
	td_signed_write(&said, text);
	assert_string_equal(text, "7 -");
	event.record_id = "something";
	assert_false(td_signed_of_event(&event, &said));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_and_nothing_else),
		cmocka_unit_test(every_two_are_in_order_but_equal_ones),
		cmocka_unit_test(events_say_it_or_are_about_something_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
