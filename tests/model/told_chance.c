#include "tests/model/told.h"

#include "common/localday.h"

#include <stdio.h>
#include <stdlib.h>

#define KIND(name)  THIDUA__V1__KIND__KIND_##name
#define EVENT(name) THIDUA__V1__EVENT__BODY_##name

/* What a statement is made from. */
typedef struct telling {
	const td_told_world_t *world;
	td_chance_t *chance;
	td_arena_t *arena;
	Thidua__V1__Event *event;
} telling_t;

static uint32_t below(const telling_t *telling, uint32_t count)
{
	return (uint32_t)td_chance_below(telling->chance, count);
}

static void *take(const telling_t *telling, size_t size)
{
	void *taken = td_arena_take(telling->arena, size);
	if (taken == NULL)
		abort();
	return taken;
}

/* Days at the edges of years, periods, months and half-months, and any of the last two. */
static int32_t a_day(const telling_t *telling)
{
	static const int32_t edges[] = {
		20191214, 20191215, 20191231, 20200101, 20200228, 20200229, 20200301, 20200314,
		20200315, 20201130, 20201214, 20201215, 20201231, 20210101, 20210228, 20210301,
		20210614, 20210615, 20210914, 20210915, 20211114, 20211115, 20211130, 20211201,
	};
	int32_t last;
	if (!td_localday_of_yyyymmdd(telling->world->last_on, &last))
		abort();
	if (below(telling, 2) == 0)
		return td_localday_yyyymmdd(last - (int32_t)below(telling, 60));
	return edges[below(telling, TD_COUNT(edges))];
}

static int32_t a_day_or_none(const telling_t *telling)
{
	return below(telling, 3) == 0 ? 0 : a_day(telling);
}

static void say_case(telling_t *telling)
{
	Thidua__V1__Case *about = take(telling, sizeof *about);
	thidua__v1__case__init(about);
	about->status = (Thidua__V1__CaseStatus)(1 + below(telling, 10));
	about->reported_on = a_day_or_none(telling);
	about->registered_on = a_day_or_none(telling);
	about->solved_on = a_day_or_none(telling);
	about->suspended_on = a_day_or_none(telling);
	about->resumed_on = a_day_or_none(telling);
	about->discontinued_on = a_day_or_none(telling);
	about->concluded_on = a_day_or_none(telling);
	about->reopened_on = a_day_or_none(telling);
	about->closed_on = a_day_or_none(telling);
	about->offender_known = below(telling, 2) == 0;
	about->no_offence = below(telling, 5) == 0;
	about->accused = below(telling, 4);
	if (below(telling, 5) == 0)
		about->split_from = (char *)(uintptr_t) "another";
	if (below(telling, 4) == 0) {
		about->transfer = take(telling, sizeof *about->transfer);
		thidua__v1__transfer__init(about->transfer);
		about->transfer->direction = (Thidua__V1__TransferDirection)(1 + below(telling, 2));
		about->transfer->accepted_on = a_day_or_none(telling);
	}
	telling->event->case_ = about;
}

static void say_arrest(telling_t *telling)
{
	Thidua__V1__Arrest *arrest = take(telling, sizeof *arrest);
	thidua__v1__arrest__init(arrest);
	arrest->kind = (Thidua__V1__ArrestKind)(1 + below(telling, 5));
	arrest->subjects = 1 + below(telling, 10000);
	arrest->accused = below(telling, 3);
	arrest->detained = below(telling, 3);
	telling->event->arrest = arrest;
}

static void say_accident(telling_t *telling)
{
	Thidua__V1__Accident *accident = take(telling, sizeof *accident);
	thidua__v1__accident__init(accident);
	accident->mode = (Thidua__V1__TrafficMode)(1 + below(telling, 4));
	accident->class_ = (Thidua__V1__AccidentClass)(1 + below(telling, 5));
	accident->deaths = below(telling, 3);
	accident->injured = below(telling, 3);
	accident->missing = below(telling, 2);
	accident->damage_vnd = td_chance_below(telling->chance, 1000000000000);
	telling->event->accident = accident;
}

static void say_identity(telling_t *telling)
{
	Thidua__V1__Identity *identity = take(telling, sizeof *identity);
	thidua__v1__identity__init(identity);
	identity->files_received = below(telling, 1000001);
	identity->cards_printed = below(telling, 2);
	identity->records_entered = below(telling, 300);
	telling->event->identity = identity;
}

static void say_society(telling_t *telling)
{
	Thidua__V1__Society *society = take(telling, sizeof *society);
	thidua__v1__society__init(society);
	society->donation_vnd = td_chance_below(telling->chance, 10000000000001);
	society->in_kind = below(telling, 2) == 0;
	society->fund = (Thidua__V1__Fund)(1 + below(telling, 5));
	society->gift_packages = below(telling, 3);
	telling->event->society = society;
}

static void say_commendation(telling_t *telling)
{
	Thidua__V1__Commendation *award = take(telling, sizeof *award);
	thidua__v1__commendation__init(award);
	award->level = (Thidua__V1__AwardLevel)(1 + below(telling, 5));
	award->recipient = (Thidua__V1__Recipient)(1 + below(telling, 2));
	award->form = (Thidua__V1__AwardForm)(1 + below(telling, 11));
	award->status = (Thidua__V1__AwardStatus)(1 + below(telling, 3));
	telling->event->commendation = award;
}

static void say_score(telling_t *telling)
{
	Thidua__V1__Score *score = take(telling, sizeof *score);
	thidua__v1__score__init(score);
	score->province = (char *)(uintptr_t) "vn-69";
	score->criterion = 1 + below(telling, 99);
	score->points_hundredths = (int32_t)below(telling, 2000001) - 1000000;
	score->maximum_hundredths = (int32_t)below(telling, 1000001);
	score->stage = (Thidua__V1__ScoreStage)(1 + below(telling, 3));
	telling->event->score = score;
}

static void say_retraction(telling_t *telling)
{
	Thidua__V1__Retraction *retraction = take(telling, sizeof *retraction);
	thidua__v1__retraction__init(retraction);
	retraction->reason = THIDUA__V1__RETRACTION_REASON__RETRACTION_REASON_ERROR;
	telling->event->body_case = EVENT(RETRACTION);
	telling->event->retraction = retraction;
}

/* Its own record number; some lie with their neighbours, some by their digest. */
static const char *an_id(const telling_t *telling, char id[32])
{
	uint32_t record = below(telling, telling->world->records);
	(void)snprintf(id, 32, record % 2 == 0 ? "2021-%06u" : "2021-%04u/VA", record);
	return id;
}

static void say_body(telling_t *telling)
{
	static const struct {
		Thidua__V1__Kind kind;
		Thidua__V1__Event__BodyCase body;
		void (*say)(telling_t *telling);
	} bodies[] = {
		{KIND(CASE), EVENT(CASE), say_case},
		{KIND(ARREST), EVENT(ARREST), say_arrest},
		{KIND(ACCIDENT), EVENT(ACCIDENT), say_accident},
		{KIND(IDENTITY), EVENT(IDENTITY), say_identity},
		{KIND(SOCIETY), EVENT(SOCIETY), say_society},
		{KIND(COMMENDATION), EVENT(COMMENDATION), say_commendation},
		{KIND(SCORE), EVENT(SCORE), say_score},
	};
	char id[32];
	bool is_case = !telling->world->timed && below(telling, 2) == 0;
	uint32_t first = telling->world->timed ? 1 : 0, last = TD_COUNT(bodies) - first;
	uint32_t which = is_case ? 0 : first + below(telling, last - first);
	telling->event = td_told_event(bodies[which].kind, an_id(telling, id),
				       1 + below(telling, telling->world->revisions),
				       a_day(telling), telling->arena);
	telling->event->body_case = bodies[which].body;
	if (below(telling, 8) == 0)
		say_retraction(telling);
	else
		bodies[which].say(telling);
}

static void set_moment(telling_t *telling)
{
	Thidua__V1__Event *event = telling->event;
	int64_t noon = event->occurred_at->seconds;
	if (!telling->world->timed && below(telling, 3) == 0) {
		event->occurred_precision = THIDUA__V1__PRECISION__PRECISION_DAY;
		return;
	}
	/* Any second of that day, often its first or last. */
	int64_t second = below(telling, 4) == 0   ? 0
			 : below(telling, 4) == 0 ? 86399
						  : (int64_t)below(telling, 86400);
	event->occurred_at->seconds = noon - 43200 + second;
}

td_told_t td_told_by_chance(const td_told_world_t *world, td_chance_t *chance, td_arena_t *arena)
{
	static const char *const provinces[] = {TD_TOLD_REPORTER, TD_TOLD_REPORTER, "vn-69"};
	static const char *const units[] = {"vn-06.pc08", "vn-06.136", "", "vn-69.pc01"};
	telling_t telling = {world, chance, arena, NULL};
	say_body(&telling);
	set_moment(&telling);
	telling.event->unit = (char *)(uintptr_t)units[below(&telling, TD_COUNT(units))];
	if (world->rejections > 0 && below(&telling, world->rejections) == 0)
		return td_told_refused(telling.event, 201 + below(&telling, 3), "unit", arena);
	td_told_t told = td_told_accepted(telling.event,
					  provinces[below(&telling, TD_COUNT(provinces))], arena);
	for (size_t i = 0; i < told.enriched->n_stages; i++) {
		if (below(&telling, 6) == 0)
			told.enriched->stages[i]->province =
				(char *)(uintptr_t)provinces[below(&telling, TD_COUNT(provinces))];
	}
	told.enriched->severity = (Thidua__V1__Severity)(1 + below(&telling, 5));
	return told;
}
