/* The reason table: ascending, complete, in two languages. */
#include "workers/path.h"
#include "workers/reason.h"

#include <thidua/v1/event.pb-c.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* A sentence that says something to somebody: capital first, full stop last. */
static void is_sentence(const char *text)
{
	size_t length = strlen(text);
	bool capital = (text[0] >= 'A' && text[0] <= 'Z') || (text[0] & 0x80) != 0;
	if (length < 20 || !capital || text[length - 1] != '.' || strstr(text, "  ") != NULL)
		fail_msg("no sentence: '%s'", text);
}

static void each_reason_says_itself_in_two_languages(void **state)
{
	(void)state;
	size_t count;
	const td_reason_info_t *reasons = td_reason_all(&count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		is_sentence(reasons[i].vi);
		is_sentence(reasons[i].en);
		assert_string_not_equal(reasons[i].vi, reasons[i].en);
		assert_true(i == 0 || reasons[i - 1].reason < reasons[i].reason);
		assert_ptr_equal(td_reason_find(reasons[i].reason), &reasons[i]);
		bool error = reasons[i].reason > 100 && reasons[i].reason < 1000;
		bool warning = reasons[i].reason > 1000 && reasons[i].reason < 2000;
		assert_true(error || warning);
	}
}

static void a_code_of_another_release_is_shown_not_known(void **state)
{
	(void)state;
	static const struct {
		uint32_t code;
		const char *text;
	} codes[] = {{101, "E101"},  {999, "E999"}, {1001, "W001"},
		     {1999, "W999"}, {7, "E007"},   {UINT32_MAX, "W966295"}};
	assert_null(td_reason_find(0));
	assert_null(td_reason_find(100));
	assert_null(td_reason_find(1000));
	assert_null(td_reason_find(UINT32_MAX));
	for (size_t i = 0; i < TD_COUNT(codes); i++) {
		char text[8];
		td_reason_print(codes[i].code, text);
		assert_string_equal(text, codes[i].text);
	}
}

static void findings_are_kept_in_the_order_of_the_table(void **state)
{
	(void)state;
	td_findings_t findings = {.count = 0};
	td_findings_add(&findings, TD_REASON_DAYS_ORDER, "c");
	td_findings_add(&findings, TD_REASON_FIELD_MISSING, "a");
	td_findings_add(&findings, TD_REASON_DAYS_ORDER, "d");
	td_findings_add(&findings, TD_REASON_FIELD_MISSING, "b");
	assert_int_equal(findings.count, 4);
	for (size_t i = 0; i < findings.count; i++)
		assert_int_equal(findings.items[i].field[0], 'a' + (int)i);
	for (size_t i = 0; i < TD_FINDINGS_MAX; i++)
		td_findings_add(&findings, TD_REASON_EMPTY, "");
	assert_int_equal(findings.count, TD_FINDINGS_MAX);
	for (size_t i = 1; i < findings.count; i++)
		assert_true(findings.items[i - 1].reason <= findings.items[i].reason);
}

enum { DEPTH_MAX = 8 };

/* Each field of the message has a path: the names up to it, joined by dots. */
static size_t walk(const ProtobufCMessageDescriptor *message, const char **names, size_t depth)
{
	size_t found = 0;
	assert_true(depth < DEPTH_MAX);
	for (unsigned i = 0; i < message->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->fields[i];
		const char *outward[DEPTH_MAX];
		char wanted[256] = "";
		names[depth] = field->name;
		for (size_t at = 0; at <= depth; at++) {
			outward[depth - at] = names[at];
			strncat(wanted, names[at], sizeof wanted - strlen(wanted) - 2);
			if (at < depth)
				strcat(wanted, ".");
		}
		assert_string_equal(td_path_of(outward, depth + 1), wanted);
		found++;
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			found += walk(field->descriptor, names, depth + 1);
	}
	return found;
}

static void each_field_of_the_contract_has_a_path_and_no_other(void **state)
{
	(void)state;
	const char *names[DEPTH_MAX];
	size_t count;
	const char *const *paths = td_path_all(&count);
	size_t fields = walk(&thidua__v1__event__descriptor, names, 0);
	/* "body" is the name of the oneof, not of a field. */
	assert_int_equal(count, fields + 1);
	for (size_t i = 1; i < count; i++)
		assert_true(strcmp(paths[i - 1], paths[i]) < 0);
}

static void a_field_without_a_path_has_the_one_around_it(void **state)
{
	(void)state;
	static const char *const inner[] = {"no_such", "transfer", "case"};
	static const char *const outer[] = {"no_such"};
	char longest[512];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	const char *const lengthy[] = {longest, "case"};
	assert_string_equal(td_path_of(inner, 3), "case.transfer");
	assert_string_equal(td_path_of(outer, 1), "");
	assert_string_equal(td_path_of(lengthy, 2), "case");
	assert_string_equal(td_path_of(NULL, 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_says_itself_in_two_languages),
		cmocka_unit_test(a_code_of_another_release_is_shown_not_known),
		cmocka_unit_test(findings_are_kept_in_the_order_of_the_table),
		cmocka_unit_test(each_field_of_the_contract_has_a_path_and_no_other),
		cmocka_unit_test(a_field_without_a_path_has_the_one_around_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
