/* The life of a case: which days each status demands and allows, and how days may follow. */
#include "tests/support/judged.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const int64_t APPEND_MS = INT64_C(1640000000000); /* 2021-12-20 */

static td_reference_t *reference;
static td_arena_t *arena;

static int set_up(void **state)
{
	(void)state;
	reference = td_tables_read(1);
	arena = td_arena_new(1 << 20);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	td_reference_free(reference);
	return 0;
}

/* What is said of a case that occurred on 5 March 2021. */
static const char *judge(const char *content)
{
	return td_judged(reference, "vn-06", APPEND_MS, arena,
			 "{'reporter':'vn-06','source':'a','epoch':1,'sequence':1,'recordId':'x',"
			 "'revision':1,'kind':1,'unit':'vn-06.pc02','occurredAt':"
			 "'2021-03-05T07:00:00Z','occurredPrecision':1,'recordedAt':"
			 "'2021-03-06T00:00:00Z','case':{%s}}",
			 content);
}

typedef struct case_row {
	const char *content, *said;
} case_row_t;

static void judge_all(const case_row_t *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *said = judge(rows[i].content);
		if (strcmp(said, rows[i].said) != 0)
			fail_msg("'%s' instead of '%s' about %s", said, rows[i].said,
				 rows[i].content);
	}
}

#define JUDGE(rows) judge_all(rows, TD_COUNT(rows))

/* Of each status: ! demands a day, + allows it, - forbids it; and what else it goes with. */
static void each_status_demands_and_forbids_its_days(void **state)
{
	(void)state;
	static const struct {
		const char *status, *days, *more;
	} statuses[] = {
		/*                  rep reg sol sus res dis con reo clo */
		{"REPORTED", /*      */ "!--------", ""},
		{"NOT_OPENED", /*    */ "!-------!", ""},
		{"INVESTIGATING", /* */ "+!++++++-", ",'reopenedOn':20210320"},
		{"SUSPENDED", /*     */ "+!+!++++-", ""},
		{"DISCONTINUED", /*  */ "+!+++!++-", ""},
		{"CONCLUDED", /*     */ "+!!+++!+-", ""},
		{"REOPENED", /*      */ "+!+++++!-", ""},
		{"MERGED", /*        */ "+!++++++-", ",'mergedInto':'y'"},
		{"TRANSFERRED", /*   */ "+!++++++-",
		 ",'transfer':{'direction':1,'other':'vn-69','transferId':'t'}"},
		{"ANNULLED", /*      */ "+!++++++!", ""},
	};
	static const char *const days[] = {"reported",  "registered", "solved",
					   "suspended", "resumed",    "discontinued",
					   "concluded", "reopened",   "closed"};
	for (size_t i = 0; i < TD_COUNT(statuses); i++)
		for (size_t day = 0; day < TD_COUNT(days); day++) {
			char content[1024], needs[64], forbids[64], own[64];
			(void)snprintf(own, sizeof own, ",'%sOn':20210320", days[day]);
			bool doubled = strstr(statuses[i].more, own) != NULL;
			(void)snprintf(content, sizeof content,
				       "'status':'CASE_STATUS_%s','article':'173','clause':1,"
				       "'offenderKnown':true%s%s",
				       statuses[i].status, doubled ? "" : own, statuses[i].more);
			(void)snprintf(needs, sizeof needs, "E405 case.%s_on", days[day]);
			(void)snprintf(forbids, sizeof forbids, "E406 case.%s_on", days[day]);
			const char *said = judge(content);
			bool forbidden = statuses[i].days[day] == '-';
			if ((strstr(said, forbids) != NULL) != forbidden)
				fail_msg("'%s' about %s", said, content);
			if (doubled)
				continue;
			(void)snprintf(content, sizeof content,
				       "'status':'CASE_STATUS_%s','article':'173','clause':1%s",
				       statuses[i].status, statuses[i].more);
			said = judge(content);
			bool demanded = statuses[i].days[day] == '!';
			if ((strstr(said, needs) != NULL) != demanded)
				fail_msg("'%s' about %s", said, content);
		}
}

#define OPEN "'status':3,'article':'173','clause':1,'registeredOn':20210310,'offenderKnown':true,"

static void days_follow_each_other(void **state)
{
	(void)state;
	static const case_row_t rows[] = {
		{OPEN "'reportedOn':20210310", ""},
		{OPEN "'reportedOn':20210311", "E407 case.registered_on"},
		{OPEN "'reportedOn':20210304", "E407 case.reported_on"},
		{OPEN "'solvedOn':20210305", ""},
		{OPEN "'solvedOn':20210304", "E407 case.solved_on"},
		{OPEN "'suspendedOn':20210401,'resumedOn':20210401", ""},
		{OPEN "'suspendedOn':20210401,'resumedOn':20210331", "E406 case.suspended_on"},
		{OPEN "'suspendedOn':20210401", "E406 case.suspended_on"},
		{OPEN "'suspendedOn':20210401,'reopenedOn':20210402", ""},
		{OPEN "'suspendedOn':20210309,'resumedOn':20210309",
		 "E407 case.suspended_on, E407 case.resumed_on"},
		{OPEN "'discontinuedOn':20210401,'resumedOn':20210402", ""},
		{OPEN "'concludedOn':20210401,'reopenedOn':20210402", ""},
		{OPEN "'resumedOn':20210402", "E201 case.suspended_on"},
		{"'status':4,'article':'173','registeredOn':20210310,'suspendedOn':20210310", ""},
		{"'status':4,'article':'173','registeredOn':20210310,'suspendedOn':20210501,"
		 "'resumedOn':20210502",
		 "E407 case.suspended_on"},
		{"'status':4,'article':'173','registeredOn':20210310,'suspendedOn':20210503,"
		 "'resumedOn':20210502",
		 ""},
		{"'status':10,'article':'173','registeredOn':20210310,'closedOn':20210309",
		 "E407 case.closed_on"},
		{"'status':2,'article':'173','reportedOn':20210310,'closedOn':20210309",
		 "E407 case.closed_on"},
		{"'status':7,'article':'173','clause':1,'registeredOn':20210310,'reopenedOn':"
		 "20210401,'concludedOn':20210402",
		 "E407 case.reopened_on"},
		{OPEN "'solvedOn':20211220", ""},
		{OPEN "'solvedOn':20211221", "E206 case.solved_on"},
		{OPEN "'solvedOn':21001231", "E206 case.solved_on"},
		{OPEN "'solvedOn':21010101", "E205 case.solved_on"},
		{OPEN "'solvedOn':-1", "E205 case.solved_on"},
	};
	JUDGE(rows);
}

static void the_charge_is_one_of_its_day(void **state)
{
	(void)state;
	static const case_row_t rows[] = {
		{OPEN "'reportedSeverity':1", ""},
		{OPEN "'reportedSeverity':5", "E403 case.reported_severity"},
		{"'status':3,'registeredOn':20210310,'article':'217a','clause':1", ""},
		{"'status':3,'registeredOn':20210310,'article':'0173'", "E204 case.article"},
		{"'status':3,'registeredOn':20210310,'article':'17A'", "E204 case.article"},
		{"'status':3,'registeredOn':20210310,'article':'173173173'", "E204 case.article"},
		{"'status':3,'registeredOn':20210310,'article':'107'", "E401 case.article"},
		{"'status':3,'registeredOn':20210310,'article':'134','clause':6", ""},
		{"'status':3,'registeredOn':20210310,'article':'134','clause':7",
		 "E402 case.clause"},
		{"'status':3,'registeredOn':20210310,'article':'134','reportedSeverity':5", ""},
		{"'status':3,'registeredOn':20210310,'article':'134','accused':10000", ""},
	};
	JUDGE(rows);
}

#define TO_OTHERS "'direction':1,'other':'vn-69','transferId':'t'"
#define TO_US     "'direction':2,'other':'vn-69','transferId':'t'"

static void links_and_transfers_fit_the_status(void **state)
{
	(void)state;
	static const case_row_t rows[] = {
		{OPEN "'transfer':{" TO_US ",'acceptedOn':20210310}", ""},
		{OPEN "'transfer':{" TO_US "}", ""},
		{OPEN "'transfer':{" TO_OTHERS "}", ""},
		{OPEN "'transfer':{" TO_OTHERS ",'acceptedOn':20210311}", "E408 case.transfer"},
		{OPEN "'transfer':{" TO_US ",'acceptedOn':20210309}",
		 "E407 case.transfer.accepted_on"},
		{OPEN "'transfer':{" TO_US ",'acceptedOn':20211221}",
		 "E206 case.transfer.accepted_on"},
		{"'status':9,'article':'173','registeredOn':20210310,'transfer':{" TO_OTHERS "}",
		 ""},
		{"'status':9,'article':'173','registeredOn':20210310,'transfer':{" TO_OTHERS
		 ",'acceptedOn':20210401}",
		 ""},
		{"'status':9,'article':'173','registeredOn':20210310,'transfer':{" TO_US "}",
		 "E408 case.transfer"},
		{"'status':8,'article':'173','registeredOn':20210310,'mergedInto':'x'",
		 "E409 case.merged_into"},
		{OPEN "'splitFrom':'y'", ""},
		{OPEN "'splitFrom':'x'", "E409 case.split_from"},
	};
	JUDGE(rows);
}

static void solving_needs_somebody(void **state)
{
	(void)state;
#define UNKNOWN "'article':'173','clause':1,'registeredOn':20210310,'solvedOn':20210311,"
	static const case_row_t rows[] = {
		{UNKNOWN "'status':3", "W003 case.offender_known"},
		{UNKNOWN "'status':3,'reopenedOn':20210310", "W003 case.offender_known"},
		{UNKNOWN "'status':7,'reopenedOn':20210311", ""},
		{UNKNOWN "'status':4,'suspendedOn':20210401", "E411 case.solved_on"},
		{UNKNOWN "'status':4,'suspendedOn':20210401,'offenderKnown':true", ""},
		{UNKNOWN "'status':4,'suspendedOn':20210401,'reopenedOn':20210320", ""},
		{UNKNOWN "'status':5,'discontinuedOn':20210401,'noOffence':true", ""},
	};
	JUDGE(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_status_demands_and_forbids_its_days),
		cmocka_unit_test(days_follow_each_other),
		cmocka_unit_test(the_charge_is_one_of_its_day),
		cmocka_unit_test(links_and_transfers_fit_the_status),
		cmocka_unit_test(solving_needs_somebody),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
