/*
 * options: a table of one option of each type, and a program that reads it from file, variables and
 * command line.
 *
 *	TEST(name) = cmocka_unit_test_setup(name, td_options_forget)
 *	cmocka_run_group_tests(tests, td_options_start, td_options_stop)
 */
#ifndef TD_TESTS_SUPPORT_OPTIONS_H
#define TD_TESTS_SUPPORT_OPTIONS_H

#include "common/opt.h"

typedef struct td_options {
	const char *text, *choice;
	int64_t number, duration, size;
	bool yes;
	td_opt_list_t list;
	const char *other;
} td_options_t;

/* All but `other` are of section kafka, and named as their members; of `number` the flag is
 * --count, of `yes` --is-there or -y, of `text` -t, of `list` -X. */
enum { TEXT, CHOICE, NUMBER, DURATION, SIZE, YES, LIST, OTHER, TD_OPTIONS_COUNT };
extern const td_opt_t td_options[TD_OPTIONS_COUNT];

/* For cmocka: an empty configuration file for all tests of a program; and, before each test, no
 * variable that they set. */
int td_options_start(void **state);
int td_options_stop(void **state);
int td_options_forget(void **state);

/* Its path; writes it, and lets THIDUA_CONFIG name it. */
const char *td_options_file(void);
void td_options_write(const char *content);

void td_options_set(const char *variable, const char *value);

/* Parses a command line of blank-separated words; at most one argument is allowed. */
bool td_options_parse(const char *line, td_options_t *options, td_opt_outcome_t *outcome,
		      td_err_t *err);

/* What a line gives; fails the test if it is refused. Its texts live until the next line. */
td_options_t td_options_parsed(const char *line);

/* The sentence with which a line is refused; fails the test if it is taken. */
const char *td_options_refused(const char *line, td_code_t code);

#endif
