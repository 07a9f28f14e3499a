/* contribute: what each kind of statement adds, on which day, where, and what adds nothing. */
#include "aggregator/contribute.h"

#include "aggregator/metric.h"
#include "common/localday.h"
#include "tests/model/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define STATUS(name) THIDUA__V1__CASE_STATUS__CASE_STATUS_##name
#define GOES_OUT     THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT
#define COMES_IN     THIDUA__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_IN

enum { ARENA = 1024 * 1024, TEXT_MAX = 2048 };

static td_arena_t *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA);
	return arena == NULL;
}

static int free_arena(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
}

/* "cases.occurred 20210305, cases.accused 20210306 x2": code, day, hour and amount where there are
 * such. */
static const char *shown(const td_contributions_t *made, char text[TEXT_MAX])
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < made->count; i++) {
		const td_contribution_t *item = &made->items[i];
		used += (size_t)snprintf(text + used, TEXT_MAX - used, "%s%s %d", i > 0 ? ", " : "",
					 td_metric_find(item->metric)->code,
					 td_localday_yyyymmdd(item->day));
		if (item->hour != TD_HOUR_NONE)
			used += (size_t)snprintf(text + used, TEXT_MAX - used, " %dh", item->hour);
		if (item->amount != 1)
			used += (size_t)snprintf(text + used, TEXT_MAX - used, " x%lld",
						 (long long)item->amount);
	}
	return text;
}

/* Were its time known, what is counted by hours would have one, and nothing else. */
static void assert_hours(const td_told_t *told)
{
	td_contributions_t made;
	Thidua__V1__Event event = *told->event;
	event.occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
	td_contribute(&event, told->enriched, &made);
	for (size_t i = 0; i < made.count; i++)
		assert_int_equal(made.items[i].hour != TD_HOUR_NONE,
				 td_metric_has_hours(made.items[i].metric));
}

static void contribute(const td_told_t *told, td_contributions_t *made)
{
	assert_hours(told);
	memset(made, 0xa5, sizeof *made);
	td_contribute(told->event, told->enriched, made);
}

static void assert_adds(const td_told_t *told, const char *expected)
{
	char text[TEXT_MAX];
	td_contributions_t made;
	contribute(told, &made);
	assert_string_equal(shown(&made, text), expected);
}

/* An event of that kind on 5 March 2021, of which only the day is known. */
static Thidua__V1__Event *event_of(Thidua__V1__Kind kind, Thidua__V1__Event__BodyCase body)
{
	Thidua__V1__Event *event = td_told_event(kind, "2021-000001", 1, 20210305, arena);
	event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_DAY;
	event->body_case = body;
	return event;
}

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
		event_of(THIDUA__V1__KIND__KIND_CASE, THIDUA__V1__EVENT__BODY_CASE);
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
	return td_told_accepted(event, "vn-06", arena);
}

static void a_case_adds_what_its_life_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		print_message("%s\n", cases[i].shows);
		td_told_t told = case_of(&cases[i]);
		assert_adds(&told, cases[i].adds);
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
		contribute(&told, &sent);
		row.status = STATUS(INVESTIGATING);
		row.transfer = COMES_IN;
		told = case_of(&row);
		contribute(&told, &received);
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

static void other_work_adds_its_numbers_and_leaves_out_zeros(void **state)
{
	(void)state;
	Thidua__V1__Arrest arrest = THIDUA__V1__ARREST__INIT;
	Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
	Thidua__V1__Identity identity = THIDUA__V1__IDENTITY__INIT;
	Thidua__V1__Deployment deployment = THIDUA__V1__DEPLOYMENT__INIT;
	Thidua__V1__Society society = THIDUA__V1__SOCIETY__INIT;
	arrest.subjects = 5, arrest.detained = 2;
	accident.injured = 3, accident.damage_vnd = 1000000000000000;
	identity.files_received = 1000000, identity.records_entered = 1;
	deployment.officers = 40;
	society.donation_vnd = 7, society.in_kind = true, society.houses = 2;
	const struct {
		Thidua__V1__Kind kind;
		Thidua__V1__Event__BodyCase body;
		void *said;
		const char *adds;
	} rows[] = {
		{THIDUA__V1__KIND__KIND_ARREST, THIDUA__V1__EVENT__BODY_ARREST, &arrest,
		 "arrests.operations 20210305, arrests.subjects 20210305 x5, arrests.detained "
		 "20210305 x2"},
		{THIDUA__V1__KIND__KIND_ACCIDENT, THIDUA__V1__EVENT__BODY_ACCIDENT, &accident,
		 "accidents.count 20210305, accidents.injured 20210305 x3, accidents.damage_vnd "
		 "20210305 x1000000000000000"},
		{THIDUA__V1__KIND__KIND_IDENTITY, THIDUA__V1__EVENT__BODY_IDENTITY, &identity,
		 "identity.files_received 20210305 x1000000, identity.records_entered 20210305"},
		{THIDUA__V1__KIND__KIND_DEPLOYMENT, THIDUA__V1__EVENT__BODY_DEPLOYMENT, &deployment,
		 "deployments.officers 20210305 x40"},
		{THIDUA__V1__KIND__KIND_SOCIETY, THIDUA__V1__EVENT__BODY_SOCIETY, &society,
		 "society.donation_vnd 20210305 x7, society.in_kind_vnd 20210305 x7, "
		 "society.houses 20210305 x2"},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		Thidua__V1__Event *event = event_of(rows[i].kind, rows[i].body);
		event->case_ = rows[i].said; /* all bodies lie in one union */
		td_told_t told = td_told_accepted(event, "vn-06", arena);
		assert_adds(&told, rows[i].adds);
	}
}

static void only_signed_commendations_count_letters_and_proposals_apart(void **state)
{
	(void)state;
	static const struct {
		Thidua__V1__AwardStatus status;
		Thidua__V1__Recipient recipient;
		Thidua__V1__AwardForm form;
		const char *adds;
	} rows[] = {
		{2, 1, 7, "commendations.awarded 20210305, commendations.collective 20210305"},
		{2, 2, 7, "commendations.awarded 20210305, commendations.individual 20210305"},
		{2, 2, 11, "commendations.letters 20210305"},
		{1, 2, 7, "commendations.proposed 20210305"},
		{3, 1, 7, ""},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		Thidua__V1__Commendation award = THIDUA__V1__COMMENDATION__INIT;
		Thidua__V1__Event *event = event_of(THIDUA__V1__KIND__KIND_COMMENDATION,
						    THIDUA__V1__EVENT__BODY_COMMENDATION);
		award.status = rows[i].status;
		award.recipient = rows[i].recipient;
		award.form = rows[i].form;
		award.level = THIDUA__V1__AWARD_LEVEL__AWARD_LEVEL_MINISTRY;
		event->commendation = &award;
		td_told_t told = td_told_accepted(event, "vn-06", arena);
		assert_adds(&told, rows[i].adds);
	}
}

/* The ministry and the cluster's office speak about provinces; midnight is nobody's hour. */
static void titles_targets_and_scores_count_for_whom_they_are_about(void **state)
{
	(void)state;
	Thidua__V1__Score score = THIDUA__V1__SCORE__INIT;
	Thidua__V1__Event *event =
		event_of(THIDUA__V1__KIND__KIND_SCORE, THIDUA__V1__EVENT__BODY_SCORE);
	td_contributions_t made;
	event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
	event->unit = "";
	score.province = "vn-69";
	score.criterion = 7;
	score.stage = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_CLUSTER;
	score.points_hundredths = -250;
	score.maximum_hundredths = 1000;
	event->score = &score;
	td_told_t told = td_told_accepted(event, "", arena);
	assert_adds(&told, "scores.points 20210305 x-250, scores.maximum 20210305 x1000");
	contribute(&told, &made);
	assert_string_equal(made.provinces[0], "vn-69");
	assert_string_equal(made.unit, "");
	assert_int_equal(made.items[0].dim1, 7);
}

static void a_target_is_for_a_metric_or_a_rate_of_the_catalogue(void **state)
{
	(void)state;
	static const struct {
		const char *code, *adds;
		uint8_t figure;
	} rows[] = {
		{"identity.files_received", "targets.value 20210305 x500", 50},
		{"clearance", "targets.value 20210305 x500", TD_RATE_ID_FROM},
		{"no.such", "", 0},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		Thidua__V1__Period period = THIDUA__V1__PERIOD__INIT;
		Thidua__V1__Target target = THIDUA__V1__TARGET__INIT;
		Thidua__V1__Event *event =
			event_of(THIDUA__V1__KIND__KIND_TARGET, THIDUA__V1__EVENT__BODY_TARGET);
		td_contributions_t made;
		target.province = "vn-06";
		target.metric = (char *)(uintptr_t)rows[i].code;
		target.period = &period;
		target.value = 500;
		event->target = &target;
		td_told_t told = td_told_accepted(event, "vn-06", arena);
		assert_adds(&told, rows[i].adds);
		contribute(&told, &made);
		assert_int_equal(made.count > 0 ? made.items[0].dim1 : 0, rows[i].figure);
	}
}

static void the_hour_is_that_of_the_happening_in_local_time(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds; /* UTC */
		const char *adds;
	} rows[] = {
		{1614877200, "accidents.count 20210305 0h"},  /* 2021-03-04T17:00:00Z */
		{1614877199, "accidents.count 20210304 23h"}, /* a second before */
		{1614963599, "accidents.count 20210305 23h"},
		{1582909200, "accidents.count 20200229 0h"}, /* 2020-02-28T17:00:00Z */
		{1607965199, "accidents.count 20201214 23h"},
		{1607965200, "accidents.count 20201215 0h"},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		Thidua__V1__Accident accident = THIDUA__V1__ACCIDENT__INIT;
		Thidua__V1__Event *event =
			event_of(THIDUA__V1__KIND__KIND_ACCIDENT, THIDUA__V1__EVENT__BODY_ACCIDENT);
		event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
		event->occurred_at->seconds = rows[i].seconds;
		event->accident = &accident;
		td_told_t told = td_told_accepted(event, "vn-06", arena);
		assert_adds(&told, rows[i].adds);
	}
}

static void a_retraction_adds_nothing_for_nobody(void **state)
{
	(void)state;
	static const td_contributions_t nothing;
	Thidua__V1__Retraction retraction = THIDUA__V1__RETRACTION__INIT;
	td_contributions_t made;
	Thidua__V1__Event *event =
		event_of(THIDUA__V1__KIND__KIND_CASE, THIDUA__V1__EVENT__BODY_RETRACTION);
	event->retraction = &retraction;
	td_told_t told = td_told_accepted(event, "vn-06", arena);
	contribute(&told, &made);
	assert_memory_equal(&made, &nothing, offsetof(td_contributions_t, items));
}

/* A record whose stages lie before and after a merger counts in two provinces. */
static void stages_count_in_the_province_of_their_day(void **state)
{
	(void)state;
	td_contributions_t made;
	td_told_t told = case_of(&(case_row_t){
		.status = STATUS(CONCLUDED), .registered = 20210310, .solved = 20210401});
	told.enriched->stages[2]->province = "vn-69";
	contribute(&told, &made);
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
	told = td_told_accepted(told.event, "vn-06", arena);
	contribute(&told, &made);
	assert_int_equal(made.count, 13);
	for (size_t i = 1; i < made.count; i++)
		assert_true(made.items[i - 1].metric < made.items[i].metric);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_adds_what_its_life_says),
		cmocka_unit_test(a_transfer_never_counts_a_case_twice),
		cmocka_unit_test(other_work_adds_its_numbers_and_leaves_out_zeros),
		cmocka_unit_test(only_signed_commendations_count_letters_and_proposals_apart),
		cmocka_unit_test(titles_targets_and_scores_count_for_whom_they_are_about),
		cmocka_unit_test(a_target_is_for_a_metric_or_a_rate_of_the_catalogue),
		cmocka_unit_test(the_hour_is_that_of_the_happening_in_local_time),
		cmocka_unit_test(a_retraction_adds_nothing_for_nobody),
		cmocka_unit_test(stages_count_in_the_province_of_their_day),
		cmocka_unit_test(the_fullest_record_fits),
	};
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
