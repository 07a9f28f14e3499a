/* contribute: what statements other than cases add, where, in which hour, and what adds nothing. */
#include "aggregator/contribute.h"

#include "aggregator/metric.h"
#include "tests/support/contributed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

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
		Thidua__V1__Event *event = td_contributed_event(rows[i].kind, rows[i].body);
		event->case_ = rows[i].said; /* all bodies lie in one union */
		td_told_t told = td_contributed_accepted(event, "vn-06");
		td_contributed_assert(&told, rows[i].adds);
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
		Thidua__V1__Event *event = td_contributed_event(
			THIDUA__V1__KIND__KIND_COMMENDATION, THIDUA__V1__EVENT__BODY_COMMENDATION);
		award.status = rows[i].status;
		award.recipient = rows[i].recipient;
		award.form = rows[i].form;
		award.level = THIDUA__V1__AWARD_LEVEL__AWARD_LEVEL_MINISTRY;
		event->commendation = &award;
		td_told_t told = td_contributed_accepted(event, "vn-06");
		td_contributed_assert(&told, rows[i].adds);
	}
}

/* The ministry and the cluster's office speak about provinces; midnight is nobody's hour. */
static void titles_targets_and_scores_count_for_whom_they_are_about(void **state)
{
	(void)state;
	Thidua__V1__Title title = THIDUA__V1__TITLE__INIT;
	Thidua__V1__Period period = THIDUA__V1__PERIOD__INIT;
	Thidua__V1__Target target = THIDUA__V1__TARGET__INIT;
	Thidua__V1__Score score = THIDUA__V1__SCORE__INIT;
	title.province = target.province = score.province = "vn-69";
	title.status = THIDUA__V1__AWARD_STATUS__AWARD_STATUS_AWARDED;
	title.title = 7;
	target.metric = "identity.files_received";
	target.period = &period;
	target.value = 500;
	score.criterion = 7;
	score.stage = THIDUA__V1__SCORE_STAGE__SCORE_STAGE_CLUSTER;
	score.points_hundredths = -250;
	score.maximum_hundredths = 1000;
	const struct {
		Thidua__V1__Kind kind;
		Thidua__V1__Event__BodyCase body;
		void *said;
		const char *adds;
		uint8_t dim1;
	} rows[] = {
		{THIDUA__V1__KIND__KIND_TITLE, THIDUA__V1__EVENT__BODY_TITLE, &title,
		 "titles.awarded 20210305", 7},
		{THIDUA__V1__KIND__KIND_TARGET, THIDUA__V1__EVENT__BODY_TARGET, &target,
		 "targets.value 20210305 x500", 50},
		{THIDUA__V1__KIND__KIND_SCORE, THIDUA__V1__EVENT__BODY_SCORE, &score,
		 "scores.points 20210305 x-250, scores.maximum 20210305 x1000", 7},
	};
	for (size_t i = 0; i < TD_COUNT(rows); i++) {
		Thidua__V1__Event *event = td_contributed_event(rows[i].kind, rows[i].body);
		td_contributions_t made;
		event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
		event->unit = "";
		event->case_ = rows[i].said; /* all bodies lie in one union */
		td_told_t told = td_contributed_accepted(event, "");
		td_contributed_assert(&told, rows[i].adds);
		td_contributed_make(&told, &made);
		assert_string_equal(made.provinces[0], "vn-69");
		assert_string_equal(made.unit, "");
		assert_int_equal(made.items[0].dim1, rows[i].dim1);
	}
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
		Thidua__V1__Event *event = td_contributed_event(THIDUA__V1__KIND__KIND_TARGET,
								THIDUA__V1__EVENT__BODY_TARGET);
		td_contributions_t made;
		target.province = "vn-06";
		target.metric = (char *)(uintptr_t)rows[i].code;
		target.period = &period;
		target.value = 500;
		event->target = &target;
		td_told_t told = td_contributed_accepted(event, "vn-06");
		td_contributed_assert(&told, rows[i].adds);
		td_contributed_make(&told, &made);
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
		Thidua__V1__Event *event = td_contributed_event(THIDUA__V1__KIND__KIND_ACCIDENT,
								THIDUA__V1__EVENT__BODY_ACCIDENT);
		event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_TIME;
		event->occurred_at->seconds = rows[i].seconds;
		event->accident = &accident;
		td_told_t told = td_contributed_accepted(event, "vn-06");
		td_contributed_assert(&told, rows[i].adds);
	}
}

static void a_retraction_adds_nothing_for_nobody(void **state)
{
	(void)state;
	static const td_contributions_t nothing;
	Thidua__V1__Retraction retraction = THIDUA__V1__RETRACTION__INIT;
	td_contributions_t made;
	Thidua__V1__Event *event = td_contributed_event(THIDUA__V1__KIND__KIND_CASE,
							THIDUA__V1__EVENT__BODY_RETRACTION);
	event->retraction = &retraction;
	td_told_t told = td_contributed_accepted(event, "vn-06");
	td_contributed_make(&told, &made);
	assert_memory_equal(&made, &nothing, offsetof(td_contributions_t, items));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_work_adds_its_numbers_and_leaves_out_zeros),
		cmocka_unit_test(only_signed_commendations_count_letters_and_proposals_apart),
		cmocka_unit_test(titles_targets_and_scores_count_for_whom_they_are_about),
		cmocka_unit_test(a_target_is_for_a_metric_or_a_rate_of_the_catalogue),
		cmocka_unit_test(the_hour_is_that_of_the_happening_in_local_time),
		cmocka_unit_test(a_retraction_adds_nothing_for_nobody),
	};
	return cmocka_run_group_tests(tests, td_contributed_start, td_contributed_stop);
}
