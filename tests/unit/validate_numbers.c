/* The ranges of the contract, at both ends of each. */
#include "tests/support/judged.h"
#include "tests/support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

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

/* What stands in the body, and what is said of it. */
typedef struct body {
	const char *content, *said;
} body_t;

static void judge(const char *reporter, const char *head, const body_t *bodies, size_t count)
{
	static const int64_t APPEND_MS = INT64_C(1640000000000); /* 2021-12-20 */
	for (size_t i = 0; i < count; i++) {
		const char *said = td_judged(
			reference, reporter, APPEND_MS, arena,
			"{'reporter':'%s','source':'a','epoch':1,'sequence':1,'recordId':'x',"
			"'revision':1,'occurredAt':'2021-03-04T17:00:00Z','occurredPrecision':"
			"'PRECISION_DAY','recordedAt':'2021-03-05T00:00:00Z',%s:{%s}}",
			reporter, head, bodies[i].content);
		if (strcmp(said, bodies[i].said) != 0)
			fail_msg("'%s' instead of '%s' about %s", said, bodies[i].said,
				 bodies[i].content);
	}
}

#define JUDGE(reporter, head, bodies) judge(reporter, head, bodies, TD_COUNT(bodies))

static void of_accidents(void **state)
{
	(void)state;
#define SEA "'mode':4,'class':5,"
	static const body_t bodies[] = {
		{SEA "'deaths':1000", ""},
		{SEA "'deaths':1001", "E203 accident.deaths"},
		{SEA "'injured':10000", ""},
		{SEA "'injured':10001", "E203 accident.injured"},
		{SEA "'missing':1000", ""},
		{SEA "'missing':1001", "E203 accident.missing"},
		{SEA "'damageVnd':1000000000000000", ""},
		{SEA "'damageVnd':1000000000000001", "E203 accident.damage_vnd"},
		{SEA "'damageVnd':'18446744073709551615'", "E203 accident.damage_vnd"},
		{SEA "'injured':2,'injuryPercent':[1,100]", ""},
		{SEA "'injured':1,'injuryPercent':[0]", "E203 accident.injury_percent"},
		{SEA "'injured':1,'injuryPercent':[101]", "E203 accident.injury_percent"},
		{SEA "'injured':2,'injuryPercent':[0,4294967295]", "E203 accident.injury_percent"},
		{SEA "'caseId':' x'", "E204 accident.case_id"},
		{"'mode':4,'class':1", ""},
		{"'mode':4,'class':1,'deaths':1", "E451 accident.class"},
		{"'mode':4,'class':2,'deaths':1", "E451 accident.class"},
		{"'mode':4,'class':3,'deaths':1", ""},
		{"'mode':4,'class':3,'deaths':2", "E451 accident.class"},
		{"'mode':4,'class':4,'deaths':2", ""},
		{"'mode':4,'class':4,'deaths':3", "E451 accident.class"},
		{"'mode':4,'class':5,'deaths':3", ""},
	};
	JUDGE("vn-06", "'kind':'KIND_ACCIDENT','unit':'vn-06.pc08','accident'", bodies);
}

static void of_arrests(void **state)
{
	(void)state;
	static const body_t bodies[] = {
		{"'kind':1,'subjects':1", ""},
		{"'kind':1,'subjects':10000,'accused':10000,'detained':10000", ""},
		{"'kind':1,'subjects':10001", "E203 arrest.subjects"},
		{"'kind':1", "E203 arrest.subjects"},
		{"'kind':1,'subjects':1,'accused':2", "E213 arrest.accused"},
		{"'kind':1,'subjects':1,'detained':2", "E213 arrest.detained"},
		{"'subjects':1", "E201 arrest.kind"},
	};
	JUDGE("vn-06", "'kind':'KIND_ARREST','unit':'vn-06.136','arrest'", bodies);
}

static void of_work(void **state)
{
	(void)state;
	static const body_t identities[] = {
		{"", ""},
		{"'filesReceived':1000000,'cardsPrinted':1000000,'cardsDelivered':1000000,"
		 "'recordsCollected':1000000,'recordsVerified':1000000,'recordsEntered':1000000",
		 ""},
		{"'filesReceived':1000001", "E203 identity.files_received"},
		{"'recordsEntered':4294967295", "E203 identity.records_entered"},
	};
	static const body_t deployments[] = {
		{"'purpose':9,'officers':1", ""},
		{"'purpose':9,'officers':100000", ""},
		{"'purpose':9,'officers':100001", "E203 deployment.officers"},
		{"'officers':1", "E201 deployment.purpose"},
	};
	JUDGE("vn-06", "'kind':'KIND_IDENTITY','unit':'vn-06.136','identity'", identities);
	JUDGE("vn-06", "'kind':'KIND_DEPLOYMENT','unit':'vn-06.136','deployment'", deployments);
}

static void of_contributions_to_society(void **state)
{
	(void)state;
	static const body_t bodies[] = {
		{"'donationVnd':1,'fund':1", ""},
		{"'donationVnd':10000000000000,'fund':5,'inKind':true", ""},
		{"'donationVnd':10000000000001,'fund':5", "E203 society.donation_vnd"},
		{"'donationVnd':1", "E201 society.fund"},
		{"'giftPackages':100000", ""},
		{"'giftPackages':100001", "E203 society.gift_packages"},
		{"'workDayTenths':1000000", ""},
		{"'workDayTenths':1000001", "E203 society.work_day_tenths"},
		{"'houses':1000,'houseKind':1", ""},
		{"'houses':1001,'houseKind':1", "E203 society.houses"},
		{"'houses':1", "E201 society.house_kind"},
		{"'giftPackages':1,'fund':1,'houseKind':1,'inKind':true",
		 "E202 society.fund, E202 society.in_kind, E202 society.house_kind"},
		{"", "E501 society"},
	};
	JUDGE("vn-06", "'kind':'KIND_SOCIETY','unit':'vn-06.136','society'", bodies);
}

static void of_commendations(void **state)
{
	(void)state;
#define LETTER "'level':4,'recipient':1,'form':11,"
	static const body_t bodies[] = {
		{LETTER "'status':2,'decisionNumber':'1/TK','decisionLine':1", ""},
		{LETTER "'status':2,'decisionNumber':'1/TK','decisionLine':100000", ""},
		{LETTER "'status':2,'decisionNumber':'1/TK','decisionLine':100001",
		 "E203 commendation.decision_line"},
		{LETTER "'status':2,'decisionLine':1", "E201 commendation.decision_number"},
		{LETTER "'status':1", ""},
		{LETTER "'status':1,'decisionLine':1", "E202 commendation.decision_line"},
		{LETTER "'status':3", ""},
		{LETTER "'status':3,'decisionNumber':'1/TK','decisionLine':100001",
		 "E203 commendation.decision_line"},
		{"",
		 "E201 commendation.level, E201 commendation.recipient, E201 commendation.form, "
		 "E201 commendation.status"},
	};
	JUDGE("vn-06", "'kind':'KIND_COMMENDATION','unit':'vn-06.136','commendation'", bodies);
}

static void of_titles(void **state)
{
	(void)state;
#define FLAG "'province':'vn-06','title':2,'recipient':1,'status':1,"
	static const body_t bodies[] = {
		{FLAG "'year':2021", ""},
		{FLAG "'year':1944", "E203 title.year"},
		{FLAG "'year':2101", "E203 title.year"},
		{FLAG "'year':2019", "E310 title.province"},
		{FLAG "'year':1990", "E309 title.province, E310 title.province"},
		{"'province':'vn-06','year':2021,'title':9,'recipient':2,'status':1", ""},
		{"'province':'vn-06','year':2021,'title':9,'recipient':1,'status':1",
		 "E552 title.recipient"},
		{"'province':'vn-06','year':2021,'title':5,'recipient':2,'status':1",
		 "E552 title.recipient"},
		{"'province':'vn-06','year':2021,'title':10,'recipient':2,'status':1", ""},
		{"'province':'vn-06','year':2021,'title':10,'recipient':1,'status':3", ""},
		{"", "E201 title.title, E201 title.recipient, E201 title.status, "
		     "E201 title.province, E203 title.year"},
	};
	JUDGE("cluster-3", "'kind':'KIND_TITLE','title'", bodies);
}

static void of_scores(void **state)
{
	(void)state;
#define OF "'province':'vn-06','year':2021,'stage':1,"
	static const body_t bodies[] = {
		{OF "'criterion':1,'pointsHundredths':20000,'maximumHundredths':20000", ""},
		{OF "'criterion':1,'pointsHundredths':20001,'maximumHundredths':20000",
		 "E556 score.points_hundredths"},
		{OF "'criterion':1,'pointsHundredths':20000,'maximumHundredths':20001",
		 "E555 score.maximum_hundredths"},
		{OF "'criterion':8,'pointsHundredths':-1000000", ""},
		{OF "'criterion':8,'pointsHundredths':-1000001", "E203 score.points_hundredths"},
		{OF "'criterion':99", "E554 score.criterion"},
		{OF "'criterion':100", "E203 score.criterion"},
		{OF "'maximumHundredths':1000001,'criterion':99",
		 "E203 score.maximum_hundredths, E554 score.criterion"},
		{"'province':'vn-06','year':2019,'stage':1,'criterion':1",
		 "E310 score.province, E554 score.criterion"},
	};
	JUDGE("cluster-3", "'kind':'KIND_SCORE','score'", bodies);
}

static void of_targets(void **state)
{
	(void)state;
#define FOR(period) "'province':'vn-13','metric':'clearance','period':{" period "}"
	static const body_t bodies[] = {
		{FOR("'kind':1,'year':1964") ",'value':1125899906842624", ""},
		{FOR("'kind':1,'year':1963"), ""},
		{FOR("'kind':1,'year':1962"), "E309 target.province"},
		{FOR("'kind':1,'year':2021") ",'value':1125899906842625", "E203 target.value"},
		{FOR("'kind':2,'year':2021,'number':2"), ""},
		{FOR("'kind':6,'year':2021,'number':3"), "E553 target.period.number"},
		{FOR("'kind':2,'year':2021"), "E553 target.period.number"},
		{FOR("'kind':7,'year':2021,'number':4"), ""},
		{FOR("'kind':3,'year':2021,'number':5"), "E553 target.period.number"},
		{FOR("'kind':4,'year':2021,'number':12"), ""},
		{FOR("'kind':8,'year':2021,'number':13"), "E553 target.period.number"},
		{FOR("'kind':5,'year':2021,'number':1"), "E553 target.period.number"},
		{FOR("'kind':5,'year':2101"), "E203 target.period.year"},
		{FOR("'year':2021"), "E201 target.period.kind"},
		{"'province':'vn-13','metric':'clearance'", "E201 target.period"},
		{"'province':'vn-13','metric':'x y','period':{'kind':1,'year':2021}",
		 "E204 target.metric"},
		{"'period':{'kind':1,'year':2021}", "E201 target.metric, E201 target.province"},
	};
	JUDGE("ministry", "'kind':'KIND_TARGET','target'", bodies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_accidents),     cmocka_unit_test(of_arrests),
		cmocka_unit_test(of_work),          cmocka_unit_test(of_contributions_to_society),
		cmocka_unit_test(of_commendations), cmocka_unit_test(of_titles),
		cmocka_unit_test(of_scores),        cmocka_unit_test(of_targets),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
