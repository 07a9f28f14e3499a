/* commands: the words name one command, and what is wrong with them is said. */
#include "common/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

typedef struct item {
	td_command_t command;
	char mark;
} item_t;

static const item_t items[] = {
	{{"list", 0, 0, ""}, 'l'},
	{{"shard show", 0, 1, "[REPORTER]"}, 's'},
	{{"shard rebuild", 1, 1, "REPORTER"}, 'r'},
};

static const td_commands_t commands = TD_COMMANDS("thidua-test", items);

/* Up to three words, the first NULL of which ends them. */
static const item_t *find(char *const words[4], size_t *used, td_err_t *err)
{
	size_t count = 0;
	while (words[count] != NULL)
		count++;
	return td_commands_find(&commands, words, count, used, err);
}

static void a_command_is_found_by_all_of_its_words(void **state)
{
	(void)state;
	static const struct {
		char *words[4];
		char mark;
		size_t used;
	} cases[] = {
		{{"list"}, 'l', 1},
		{{"shard", "show"}, 's', 2},
		{{"shard", "show", "vn-06"}, 's', 2},
		{{"shard", "rebuild", "list"}, 'r', 2},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err;
		size_t used;
		const item_t *item = find(cases[i].words, &used, &err);
		assert_non_null(item);
		assert_int_equal(item->mark, cases[i].mark);
		assert_int_equal(used, cases[i].used);
	}
}

static void what_is_wrong_with_the_words_is_said(void **state)
{
	(void)state;
	static const struct {
		char *words[4];
		const char *said;
	} cases[] = {
		{{"lst"},
		 "'lst' is no command (did you mean 'list'?); thidua-test --help lists them"},
		{{"shard", "rebuilt"},
		 "'shard rebuilt' is no command (did you mean 'shard rebuild'?); thidua-test "
		 "--help "
		 "lists them"},
		{{"lists", "vn-06"},
		 "'lists vn-06' is no command (did you mean 'list'?); thidua-test --help lists "
		 "them"},
		{{"shard"}, "'shard' is no command; thidua-test --help lists them"},
		{{"something"}, "'something' is no command; thidua-test --help lists them"},
		{{"list", "vn-06"}, "write: thidua-test list"},
		{{"shard", "rebuild"}, "write: thidua-test shard rebuild REPORTER"},
		{{"shard", "show", "vn-06"}, NULL},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err = {0};
		size_t used;
		bool found = find(cases[i].words, &used, &err) != NULL;
		assert_int_equal(found, cases[i].said == NULL);
		if (!found) {
			assert_string_equal(err.text, cases[i].said);
			assert_int_equal(err.code, TD_EUSAGE);
		}
	}
}

static void help_lists_every_command(void **state)
{
	(void)state;
	char text[256], little[24];
	assert_string_equal(td_commands_describe(&commands, "Tests.", text, sizeof text),
			    "Tests.\n\nCommands:\n  list\n  shard show [REPORTER]\n"
			    "  shard rebuild REPORTER");
	assert_string_equal(td_commands_describe(&commands, "Tests.", little, sizeof little),
			    "Tests.\n\nCommands:\n  lis");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_found_by_all_of_its_words),
		cmocka_unit_test(what_is_wrong_with_the_words_is_said),
		cmocka_unit_test(help_lists_every_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
