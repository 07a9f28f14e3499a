/*
 * contributed: what a statement adds, as a text that a test can compare.
 *
 *	cmocka_run_group_tests(tests, td_contributed_start, td_contributed_stop)
 *	td_contributed_assert(&told, "cases.occurred 20210305, cases.accused 20210306 x2");
 */
#ifndef TD_TESTS_SUPPORT_CONTRIBUTED_H
#define TD_TESTS_SUPPORT_CONTRIBUTED_H

#include "aggregator/contribute.h"
#include "tests/model/told.h"

/* For cmocka: an arena for all tests of a program. */
int td_contributed_start(void **state);
int td_contributed_stop(void **state);

/* An event of that kind on 5 March 2021, of which only the day is known; its body is the test's. */
Thidua__V1__Event *td_contributed_event(Thidua__V1__Kind kind, Thidua__V1__Event__BodyCase body);

/* The event as accepted, all its stages in `province`. */
td_told_t td_contributed_accepted(Thidua__V1__Event *event, const char *province);

/* What it adds; fails the test if hours would be wrong were its time known. */
void td_contributed_make(const td_told_t *told, td_contributions_t *made);

/* Fails the test unless that is what it adds: code, day, hour ("23h") and amount ("x2") where there
 * are such, with a comma between; "" for nothing. */
void td_contributed_assert(const td_told_t *told, const char *expected);

#endif
