/* The JSON codec: what it takes, what it writes, and that every problem has its path. */
#include "proto/json.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/tally.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef Thidua__V1__Event event_t;

static td_arena_t *arena;
static td_json_problems_t problems;

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(1 << 20);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

static event_t *try_read(const char *text)
{
	return (event_t *)td_json_read(td_slice_text(text), &thidua__v1__event__descriptor, arena,
				       &problems);
}

static event_t *read_event(const char *text)
{
	event_t *event = try_read(text);
	if (event == NULL)
		fail_msg("%s: %s: %s", text, problems.items[0].path, problems.items[0].text);
	assert_int_equal(problems.count, 0);
	return event;
}

static void writes_as(const ProtobufCMessage *message, const char *expected)
{
	td_err_t err;
	td_buf_t out = td_buf_make(1 << 20);
	if (!td_json_write(message, &out, &err))
		fail_msg("%s", err.text);
	td_buf_add_byte(&out, 0);
	assert_string_equal((const char *)out.data, expected);
	td_buf_free(&out);
}

static void both_kinds_of_names_are_read_and_the_official_one_is_written(void **state)
{
	(void)state;
	event_t *event = read_event("{\"record_id\":\"a\",\"minReader\":1}");
	assert_string_equal(event->record_id, "a");
	assert_int_equal(event->min_reader, 1);
	writes_as(&event->base, "{\"recordId\":\"a\",\"minReader\":1}");
}

static void numbers_of_64_bits_are_read_as_texts_or_numbers_and_written_as_texts(void **state)
{
	(void)state;
	assert_int_equal(read_event("{\"revision\":7}")->revision, 7);
	assert_int_equal(read_event("{\"revision\":7.0}")->revision, 7);
	assert_int_equal(read_event("{\"revision\":2e3}")->revision, 2000);
	event_t *event = read_event("{\"revision\":\"18446744073709551615\"}");
	assert_true(event->revision == UINT64_MAX);
	writes_as(&event->base, "{\"revision\":\"18446744073709551615\"}");
}

static void enum_values_are_read_by_name_or_number(void **state)
{
	(void)state;
	assert_int_equal(read_event("{\"kind\":\"KIND_CASE\"}")->kind, THIDUA__V1__KIND__KIND_CASE);
	assert_int_equal(read_event("{\"kind\":2}")->kind, THIDUA__V1__KIND__KIND_ARREST);
	writes_as(&read_event("{\"kind\":99}")->base, "{\"kind\":99}");
	writes_as(&read_event("{\"kind\":3}")->base, "{\"kind\":\"KIND_ACCIDENT\"}");
}

static void bytes_are_read_in_both_alphabets_padded_or_not(void **state)
{
	(void)state;
	static const char *const TEXTS[] = {"+/8=", "-_8=", "+/8", "-_8"};
	for (size_t i = 0; i < TD_COUNT(TEXTS); i++) {
		char json[64];
		(void)snprintf(json, sizeof json, "{\"checkpoint\":{\"signature\":\"%s\"}}",
			       TEXTS[i]);
		event_t *event = read_event(json);
		assert_int_equal(event->checkpoint->signature.len, 2);
		assert_memory_equal(event->checkpoint->signature.data, "\xfb\xff", 2);
		writes_as(&event->base, "{\"checkpoint\":{\"signature\":\"+/8=\"}}");
	}
}

static void moments_are_read_with_offset_and_written_in_utc(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} CASES[] = {
		{"2021-03-05T00:00:00+07:00", "2021-03-04T17:00:00Z"},
		{"2021-03-05T00:00:00.5Z", "2021-03-05T00:00:00.500Z"},
		{"2021-03-05T00:00:00.000001Z", "2021-03-05T00:00:00.000001Z"},
		{"2021-03-05T00:00:00.123456789-01:30", "2021-03-05T01:30:00.123456789Z"},
		{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
		{"2020-02-29T12:00:00Z", "2020-02-29T12:00:00Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
	};
	for (size_t i = 0; i < TD_COUNT(CASES); i++) {
		char in[128], out[128];
		(void)snprintf(in, sizeof in, "{\"occurredAt\":\"%s\"}", CASES[i].in);
		(void)snprintf(out, sizeof out, "{\"occurredAt\":\"%s\"}", CASES[i].out);
		writes_as(&read_event(in)->base, out);
	}
}

static void lists_and_nested_messages_are_read_and_written(void **state)
{
	(void)state;
	const char *text = "{\"accident\":{\"deaths\":1,\"damageVnd\":\"5000\","
			   "\"injuryPercent\":[3,100]}}";
	event_t *event = read_event(text);
	assert_int_equal(event->accident->n_injury_percent, 2);
	assert_int_equal(event->accident->injury_percent[1], 100);
	writes_as(&event->base, text);
	writes_as(&read_event("{\"case\":{}}")->base, "{\"case\":{}}");
}

static void null_leaves_a_field_out(void **state)
{
	(void)state;
	event_t *event = read_event("{\"reporter\":null,\"case\":null,\"arrest\":{}}");
	assert_int_equal(event->body_case, THIDUA__V1__EVENT__BODY_ARREST);
	writes_as(&event->base, "{\"arrest\":{}}");
}

static void texts_are_escaped_where_json_demands_it(void **state)
{
	(void)state;
	writes_as(&read_event("{\"recordId\":\"\\u1ed3\\\"\\\\\\n\\u0001/\"}")->base,
		  "{\"recordId\":\"\xe1\xbb\x93\\\"\\\\\\n\\u0001/\"}");
}

static void each_problem_is_named_with_its_path(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		td_json_kind_t kind;
		const char *path;
	} CASES[] = {
		{"", TD_JSON_SYNTAX, ""},
		{"{", TD_JSON_SYNTAX, ""},
		{"[]", TD_JSON_TYPE, ""},
		{"{} {}", TD_JSON_SYNTAX, ""},
		{"{\"unit\":\"a\",\"unit\":\"a\"}", TD_JSON_SYNTAX, ""},
		{"{\"unit\":\"\\u0000\"}", TD_JSON_SYNTAX, ""},
		{"{\"unit\":\"\xff\"}", TD_JSON_SYNTAX, ""},
		{"{\"name\":1}", TD_JSON_UNKNOWN_FIELD, "name"},
		{"{\"case\":{\"transfer\":{\"who\":1}}}", TD_JSON_UNKNOWN_FIELD,
		 "case.transfer.who"},
		{"{\"recordId\":\"a\",\"record_id\":\"a\"}", TD_JSON_TWICE, "record_id"},
		{"{\"case\":{},\"arrest\":{}}", TD_JSON_TWICE, "arrest"},
		{"{\"unit\":1}", TD_JSON_TYPE, "unit"},
		{"{\"revision\":true}", TD_JSON_TYPE, "revision"},
		{"{\"revision\":-1}", TD_JSON_RANGE, "revision"},
		{"{\"revision\":\"18446744073709551616\"}", TD_JSON_RANGE, "revision"},
		{"{\"revision\":\"1 \"}", TD_JSON_RANGE, "revision"},
		{"{\"revision\":\"\"}", TD_JSON_RANGE, "revision"},
		{"{\"revision\":1.5}", TD_JSON_RANGE, "revision"},
		{"{\"minReader\":4294967296}", TD_JSON_RANGE, "min_reader"},
		{"{\"case\":{\"solvedOn\":2147483648}}", TD_JSON_RANGE, "case.solved_on"},
		{"{\"case\":{\"noOffence\":1}}", TD_JSON_TYPE, "case.no_offence"},
		{"{\"case\":[]}", TD_JSON_TYPE, "case"},
		{"{\"kind\":\"CASE\"}", TD_JSON_ENUM, "kind"},
		{"{\"accident\":{\"injuryPercent\":[1,\"x\"]}}", TD_JSON_RANGE,
		 "accident.injury_percent[1]"},
		{"{\"accident\":{\"injuryPercent\":[null]}}", TD_JSON_TYPE,
		 "accident.injury_percent[0]"},
		{"{\"accident\":{\"injuryPercent\":3}}", TD_JSON_TYPE, "accident.injury_percent"},
		{"{\"checkpoint\":{\"signature\":\"A\"}}", TD_JSON_FORMAT, "checkpoint.signature"},
		{"{\"checkpoint\":{\"signature\":\"AA=\"}}", TD_JSON_FORMAT,
		 "checkpoint.signature"},
		{"{\"checkpoint\":{\"signature\":\"A*==\"}}", TD_JSON_FORMAT,
		 "checkpoint.signature"},
		{"{\"occurredAt\":5}", TD_JSON_TYPE, "occurred_at"},
		{"{\"occurredAt\":\"2021-03-05\"}", TD_JSON_FORMAT, "occurred_at"},
		{"{\"occurredAt\":\"2021-02-29T00:00:00Z\"}", TD_JSON_FORMAT, "occurred_at"},
		{"{\"occurredAt\":\"2021-02-28T24:00:00Z\"}", TD_JSON_FORMAT, "occurred_at"},
		{"{\"occurredAt\":\"2021-02-28T23:59:60Z\"}", TD_JSON_FORMAT, "occurred_at"},
		{"{\"occurredAt\":\"2021-02-28T23:00:00\"}", TD_JSON_FORMAT, "occurred_at"},
		{"{\"occurredAt\":\"2021-02-28T23:00:00.Z\"}", TD_JSON_FORMAT, "occurred_at"},
		{"{\"occurredAt\":\"2021-02-28T23:00:00.0000000001Z\"}", TD_JSON_FORMAT,
		 "occurred_at"},
		{"{\"occurredAt\":\"0001-01-01T00:00:00+00:01\"}", TD_JSON_FORMAT, "occurred_at"},
	};
	for (size_t i = 0; i < TD_COUNT(CASES); i++) {
		if (try_read(CASES[i].text) != NULL)
			fail_msg("%s was read", CASES[i].text);
		assert_int_equal(problems.count, 1);
		assert_int_equal(problems.items[0].kind, CASES[i].kind);
		assert_string_equal(problems.items[0].path, CASES[i].path);
	}
}

static void all_problems_of_a_text_are_said_at_once(void **state)
{
	(void)state;
	assert_null(try_read("{\"unit\":1,\"case\":{\"status\":\"X\",\"clause\":-1},\"x\":{}}"));
	assert_int_equal(problems.count, 4);
	assert_string_equal(problems.items[1].path, "case.status");
	assert_string_equal(problems.items[2].path, "case.clause");
	assert_string_equal(problems.items[3].path, "x");
}

static void too_many_problems_and_long_paths_stay_within_their_bounds(void **state)
{
	(void)state;
	td_buf_t text = td_buf_make(1 << 20);
	td_buf_add_byte(&text, '{');
	for (int i = 0; i < 100; i++) {
		td_buf_add_text(&text, i == 0 ? "\"" : ",\"");
		td_buf_add_decimal(&text, i);
		for (int j = 0; j < 300; j++)
			td_buf_add_byte(&text, 'x');
		td_buf_add_text(&text, "\":0");
	}
	td_buf_add_text(&text, "}");
	assert_null(td_json_read(td_buf_slice(&text), &thidua__v1__event__descriptor, arena,
				 &problems));
	assert_int_equal(problems.count, 100);
	assert_int_equal(strlen(problems.items[0].path), TD_JSON_PATH_MAX - 1);
	td_buf_free(&text);
}

/* A path is shown in a file of lines: nothing in a row may break them. */
static void what_others_wrote_is_shown_in_one_line_of_utf_8(void **state)
{
	(void)state;
	char text[512] = "{\"x";
	assert_null(try_read("{\"a\\nb\\u0085\\u001b[2J\":0}"));
	assert_string_equal(problems.items[0].path, "a?b???[2J");
	/* 127 bytes are kept: the last letter is cut. */
	while (strlen(text) < 300)
		strcat(text, "\u1ed3");
	assert_null(try_read(strcat(text, "\":0}")));
	size_t length = strlen(problems.items[0].path);
	assert_int_equal(length, TD_JSON_PATH_MAX - 1);
	for (size_t i = 1; i + 3 <= length; i += 3)
		assert_memory_equal(problems.items[0].path + i, "\u1ed3", 3);
	assert_null(try_read("{\"kind\":\"K\\u0007\"}"));
	assert_non_null(strstr(problems.items[0].text, "K?"));
}

static void a_text_beyond_the_arena_s_limit_is_a_problem_not_a_crash(void **state)
{
	(void)state;
	td_arena_t *small = td_arena_new(256);
	assert_non_null(small);
	assert_null(td_json_read(td_slice_text("{\"case\":{\"transfer\":{}}}"),
				 &thidua__v1__event__descriptor, small, &problems));
	assert_true(problems.count > 0);
	assert_int_equal(problems.items[0].kind, TD_JSON_TOO_LARGE);
	td_arena_free(small);
}

static void what_json_cannot_say_is_refused_with_its_path(void **state)
{
	(void)state;
	td_err_t err;
	td_buf_t out = td_buf_make(1 << 10);
	event_t *event = read_event("{\"case\":{\"transfer\":{\"other\":\"x\"}}}");
	event->case_->transfer->other[0] = (char)0xff;
	assert_false(td_json_write(&event->base, &out, &err));
	assert_int_equal(err.code, TD_EDATA);
	assert_non_null(strstr(err.text, "case: transfer: other: "));
	td_buf_free(&out);
	td_buf_t tiny = td_buf_make(10);
	assert_false(td_json_write(&read_event("{\"reporter\":\"vn-06\"}")->base, &tiny, &err));
	assert_int_equal(err.code, TD_EMEMORY);
	td_buf_free(&tiny);
}

int main(void)
{
#define SHOWS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		SHOWS(both_kinds_of_names_are_read_and_the_official_one_is_written),
		SHOWS(numbers_of_64_bits_are_read_as_texts_or_numbers_and_written_as_texts),
		SHOWS(enum_values_are_read_by_name_or_number),
		SHOWS(bytes_are_read_in_both_alphabets_padded_or_not),
		SHOWS(moments_are_read_with_offset_and_written_in_utc),
		SHOWS(lists_and_nested_messages_are_read_and_written),
		SHOWS(null_leaves_a_field_out),
		SHOWS(texts_are_escaped_where_json_demands_it),
		SHOWS(each_problem_is_named_with_its_path),
		SHOWS(all_problems_of_a_text_are_said_at_once),
		SHOWS(too_many_problems_and_long_paths_stay_within_their_bounds),
		SHOWS(what_others_wrote_is_shown_in_one_line_of_utf_8),
		SHOWS(a_text_beyond_the_arena_s_limit_is_a_problem_not_a_crash),
		SHOWS(what_json_cannot_say_is_refused_with_its_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
