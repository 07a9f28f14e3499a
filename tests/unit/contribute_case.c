/* contribute: what a case adds over its life: stage by stage, on which day, in which province. */
#include "aggregator/contribute.h"

#include "aggregator/metric.h"
#include "tests/support/contributed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define STATUS(name) THIDUA__V1__CASE_STATUS__CASE_STATUS_##name
#define GOES_OUT     THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT
#define COMES_IN     THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_IN

/* A case that occurred on 5 March 2021. */
typedef struct case_row {
	const char *shows;
	Thidua__V1__CaseStatus status;
	int32_t reported, registered, solved, suspended, resumed, reopened, closed;
	bool offender_unknown, no_offence, is_split;
	uint32_t accused;
	Thidua__V1__TransferDirection transfer; /* 0: none */
	int32_t accepted;
	const char *adds;
} case_row_t;

static const case_row_t cases[] = {
	{"a report is no occurrence yet", .status = STATUS(REPORTED), .reported = 20210305,
	 .adds = "cases.reported 20210305"},
	{"a report that led to no case is settled on the day of that decision",
	 .status = STATUS(NOT_OPENED), .reported = 20210305, .closed = 20210320,
	 .adds = "cases.reported 20210305, cases.reports_settled 20210320, "
		 "cases.not_opened 20210320"},
	{"a case counts as occurred on the day it happened, as registered on the day of the "
	 "decision",
	 .status = STATUS(INVESTIGATING), .reported = 20210306, .registered = 20210310,
	 .accused = 2,
	 .adds = "cases.reported 20210306, cases.reports_settled 20210310, cases.occurred "
		 "20210305, cases.registered 20210310, cases.accused 20210310 x2"},
	{"a case that nobody reported settles no report", .status = STATUS(INVESTIGATING),
	 .registered = 20210310, .adds = "cases.occurred 20210305, cases.registered 20210310"},
	{"a solved case counts on the day of solving, and among the registered on their day",
	 .status = STATUS(CONCLUDED), .registered = 20210310, .solved = 20210401,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, "
		 "cases.solved_current 20210401, cases.registered_solved 20210310"},
	{"solved on the last day of the police year is solved in the same year",
	 .status = STATUS(CONCLUDED), .registered = 20210310, .solved = 20211214,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, "
		 "cases.solved_current 20211214, cases.registered_solved 20210310"},
	{"solved a day later is a case of an earlier year", .status = STATUS(CONCLUDED),
	 .registered = 20210310, .solved = 20211215,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, "
		 "cases.solved_prior 20211215, cases.registered_solved 20210310"},
	{"a case reopened on the day of solving is unsolved", .status = STATUS(REOPENED),
	 .registered = 20210310, .solved = 20210401, .reopened = 20210401,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, cases.reopened 20210401"},
	{"a case reopened and solved again counts on the later day", .status = STATUS(CONCLUDED),
	 .registered = 20210310, .solved = 20210501, .reopened = 20210401,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, "
		 "cases.solved_current 20210501, cases.registered_solved 20210310, "
		 "cases.reopened 20210401"},
	{"suspended with a known offender stays solved", .status = STATUS(SUSPENDED),
	 .registered = 20210310, .solved = 20210401, .suspended = 20210410,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, "
		 "cases.solved_current 20210401, cases.registered_solved 20210310, "
		 "cases.suspended 20210410"},
	{"suspended with nobody known is unsolved", .status = STATUS(SUSPENDED),
	 .registered = 20210310, .solved = 20210401, .suspended = 20210410,
	 .offender_unknown = true,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, cases.suspended 20210410"},
	{"suspended and resumed counts on both days", .status = STATUS(INVESTIGATING),
	 .registered = 20210310, .suspended = 20210410, .resumed = 20210420,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, cases.suspended 20210410, "
		 "cases.resumed 20210420"},
	{"without an offence there is no occurrence, and nothing solved",
	 .status = STATUS(DISCONTINUED), .registered = 20210310, .solved = 20210401,
	 .no_offence = true, .adds = "cases.registered 20210310"},
	{"a split case is registered, but no occurrence of its own",
	 .status = STATUS(INVESTIGATING), .registered = 20210310, .is_split = true,
	 .adds = "cases.registered 20210310, cases.split 20210310"},
	{"an absorbed case stays an occurrence, but is no case of its own",
	 .status = STATUS(MERGED), .registered = 20210310, .accused = 3,
	 .adds = "cases.occurred 20210305, cases.merged 20210310"},
	{"an annulled case counts nowhere", .status = STATUS(ANNULLED), .reported = 20210306,
	 .registered = 20210310, .solved = 20210401, .closed = 20210402, .adds = ""},
	{"the sender counts a case until the receiver accepts it", .status = STATUS(TRANSFERRED),
	 .registered = 20210310, .transfer = GOES_OUT,
	 .adds = "cases.occurred 20210305, cases.registered 20210310"},
	{"then only that it went", .status = STATUS(TRANSFERRED), .registered = 20210310,
	 .solved = 20210401, .transfer = GOES_OUT, .accepted = 20210315,
	 .adds = "cases.transferred_out 20210315"},
	{"the receiver counts nothing before it accepts", .status = STATUS(INVESTIGATING),
	 .registered = 20210310, .transfer = COMES_IN, .adds = ""},
	{"then all of it, on the days that were", .status = STATUS(INVESTIGATING),
	 .registered = 20210310, .transfer = COMES_IN, .accepted = 20210315,
	 .adds = "cases.occurred 20210305, cases.registered 20210310, "
		 "cases.transferred_in 20210315"},
};

static td_told_t case_of(const case_row_t *row)
{
	static Thidua__V1__Case about;
	static Thidua__V1__Transfer transfer;
	Thidua__V1__Event *event =
		td_contributed_event(THIDUA__V1__KIND__KIND_CASE, THIDUA__V1__EVENT__BODY_CASE);
	thidua__v1__case__init(&about);
	thidua__v1__transfer__init(&transfer);
	about.status = row->status;
	about.reported_on = row->reported;
	about.registered_on = row->registered;
	about.solved_on = row->solved;
	about.suspended_on = row->suspended;
	about.resumed_on = row->resumed;
	about.reopened_on = row->reopened;
	about.closed_on = row->closed;
	about.offender_known = !row->offender_unknown;
	about.no_offence = row->no_offence;
	about.accused = row->accused;
	about.split_from = row->is_split ? "2021-000009" : "";
	transfer.direction = row->transfer;
	transfer.accepted_on = row->accepted;
	about.transfer = row->transfer != 0 ? &transfer : NULL;
	event->case_ = &about;
	return td_contributed_accepted(event, "vn-06");
}

static void a_case_adds_what_its_life_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		print_message("%s\n", cases[i].shows);
		td_told_t told = case_of(&cases[i]);
		td_contributed_assert(&told, cases[i].adds);
	}
}

/* Both halves together count a case once, whichever of them has spoken. */
static void a_transfer_never_counts_a_case_twice(void **state)
{
	(void)state;
	for (int accepted = 0; accepted < 2; accepted++) {
		case_row_t row = {.status = STATUS(TRANSFERRED),
				  .registered = 20210310,
				  .transfer = GOES_OUT,
				  .accepted = accepted ? 20210315 : 0};
		td_contributions_t sent, received;
		td_told_t told = case_of(&row);
		td_contributed_make(&told, &sent);
		row.status = STATUS(INVESTIGATING);
		row.transfer = COMES_IN;
		told = case_of(&row);
		td_contributed_make(&told, &received);
		size_t occurred = 0;
		for (size_t i = 0; i < TD_CONTRIBUTIONS_MAX; i++) {
			occurred +=
				i < sent.count && sent.items[i].metric == TD_METRIC_CASE_OCCURRED;
			occurred += i < received.count &&
				    received.items[i].metric == TD_METRIC_CASE_OCCURRED;
		}
		assert_int_equal(occurred, 1);
	}
}

/* A record whose stages lie before and after a merger counts in two provinces. */
static void stages_count_in_the_province_of_their_day(void **state)
{
	(void)state;
	td_contributions_t made;
	td_told_t told = case_of(&(case_row_t){
		.status = STATUS(CONCLUDED), .registered = 20210310, .solved = 20210401});
	told.enriched->stages[2]->province = "vn-69";
	td_contributed_make(&told, &made);
	assert_int_equal(made.count, 4);
	for (size_t i = 0; i < made.count; i++) {
		const char *expected =
			made.items[i].metric == TD_METRIC_CASE_SOLVED_CURRENT ? "vn-69" : "vn-06";
		assert_string_equal(made.provinces[made.items[i].province], expected);
	}
}

/* A case that has come to every stage: more than any other record adds. */
static void the_fullest_record_fits(void **state)
{
	(void)state;
	td_contributions_t made;
	td_told_t told = case_of(&(case_row_t){.status = STATUS(CONCLUDED),
					       .reported = 20210305,
					       .registered = 20210310,
					       .solved = 20210501,
					       .suspended = 20210401,
					       .resumed = 20210402,
					       .reopened = 20210403,
					       .accused = 9,
					       .transfer = COMES_IN,
					       .accepted = 20210404});
	told.event->case_->discontinued_on = told.event->case_->concluded_on = 20210502;
	told = td_contributed_accepted(told.event, "vn-06");
	td_contributed_make(&told, &made);
	assert_int_equal(made.count, 13);
	for (size_t i = 1; i < made.count; i++)
		assert_true(made.items[i - 1].metric < made.items[i].metric);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_adds_what_its_life_says),
		cmocka_unit_test(a_transfer_never_counts_a_case_twice),
		cmocka_unit_test(stages_count_in_the_province_of_their_day),
		cmocka_unit_test(the_fullest_record_fits),
	};
	return cmocka_run_group_tests(tests, td_contributed_start, td_contributed_stop);
}
