#include "workers/enrich.h"

#include "common/localday.h"
#include "workers/workyear.h"

#define STAGE(name) THIDUA__V1__STAGE_KIND__STAGE_KIND_##name
#define BODY(name)  THIDUA__V1__EVENT__BODY_##name

enum { MS = 1000 };

/* The list of stages that is being made. */
typedef struct enriching {
	const td_reference_t *reference;
	const td_province_t *province; /* whose police it is, or who is spoken about */
	Thidua__V1__Stage *stages;
	Thidua__V1__Enriched *enriched;
} enriching_t;

/* Where it counts on that day; NULL: nowhere. A province that ended without a successor keeps what
 * it did. */
static const td_province_t *province_on(const enriching_t *to, int32_t day)
{
	const td_province_t *there = td_reference_counting(to->province, day);
	return there != NULL ? there : to->province;
}

static void add_stage(enriching_t *to, Thidua__V1__StageKind kind, int32_t on, int32_t day)
{
	size_t at = to->enriched->n_stages++;
	Thidua__V1__Stage *stage = &to->stages[at];
	const td_province_t *province = province_on(to, day);
	thidua__v1__stage__init(stage);
	stage->kind = kind;
	stage->on = on;
	if (province != NULL) {
		stage->province = (char *)province->id; /* only read */
		stage->cluster = td_province_cluster(province, td_workyear_of_on(on));
	}
	to->enriched->stages[at] = stage;
}

static void add_day(enriching_t *to, Thidua__V1__StageKind kind, int32_t day)
{
	add_stage(to, kind, td_localday_yyyymmdd(day), day);
}

/* A day of the event; 0: it has not come to that stage. */
static void add_on(enriching_t *to, Thidua__V1__StageKind kind, int32_t on)
{
	int32_t day;
	if (on != 0 && td_localday_of_yyyymmdd(on, &day))
		add_stage(to, kind, on, day);
}

static void add_case(enriching_t *to, const Thidua__V1__Case *about)
{
	add_on(to, STAGE(REPORTED), about->reported_on);
	add_on(to, STAGE(REGISTERED), about->registered_on);
	add_on(to, STAGE(SOLVED), about->solved_on);
	add_on(to, STAGE(SUSPENDED), about->suspended_on);
	add_on(to, STAGE(RESUMED), about->resumed_on);
	add_on(to, STAGE(DISCONTINUED), about->discontinued_on);
	add_on(to, STAGE(CONCLUDED), about->concluded_on);
	add_on(to, STAGE(REOPENED), about->reopened_on);
	add_on(to, STAGE(CLOSED), about->closed_on);
	if (about->transfer != NULL)
		add_on(to, STAGE(TRANSFERRED), about->transfer->accepted_on);
}

static void add_offence(enriching_t *to, const char *article, uint32_t clause, int32_t day)
{
	const td_offence_t *offence = td_reference_offence(to->reference, article, clause, day);
	if (offence == NULL)
		return;
	to->enriched->severity =
		clause == 0 ? THIDUA__V1__SEVERITY__SEVERITY_UNCLASSIFIED : offence->severity;
	to->enriched->crime_group = offence->group;
}

/* What is said about a province counts on the last day of its period. */
static void add_period(enriching_t *to, const char *province, int32_t last_day)
{
	to->province = td_reference_province(to->reference, province);
	add_day(to, STAGE(OCCURRED), last_day);
}

static void add_target(enriching_t *to, const Thidua__V1__Target *target)
{
	int32_t last_day;
	if (td_workyear_period_last(target->period, &last_day))
		add_period(to, target->province, last_day);
}

/* What happened, in the reporter's own province. */
static void add_own(enriching_t *to, const td_event_t *event)
{
	int32_t day = td_localday_of_ms(event->occurred_at->seconds * MS);
	add_day(to, STAGE(OCCURRED), day);
	if (event->body_case == BODY(CASE)) {
		add_offence(to, event->case_->article, event->case_->clause, day);
		add_case(to, event->case_);
	} else if (event->body_case == BODY(ARREST)) {
		add_offence(to, event->arrest->article, 0, day);
		to->enriched->severity = THIDUA__V1__SEVERITY__SEVERITY_UNSPECIFIED;
	}
}

static void add_body(enriching_t *to, const td_event_t *event)
{
	switch (event->body_case) {
	case BODY(TITLE):
		add_period(to, event->title->province, td_workyear_last(event->title->year));
		break;
	case BODY(SCORE):
		add_period(to, event->score->province, td_workyear_last(event->score->year));
		break;
	case BODY(TARGET):
		add_target(to, event->target);
		break;
	case BODY(RETRACTION):
	case BODY(CHECKPOINT):
	case BODY(SIGN_OFF):
		break; /* nothing that counts */
	default:
		add_own(to, event);
		break;
	}
}

bool td_enrich_event(const td_event_t *event, const td_reference_t *reference, td_arena_t *arena,
		     Thidua__V1__Enriched *enriched)
{
	const td_reporter_t *reporter = td_reference_reporter(reference, event->reporter);
	enriching_t to = {
		.reference = reference,
		.province = reporter == NULL ? NULL : reporter->home,
		.stages = td_arena_take(arena, TD_STAGES_MAX * sizeof *to.stages),
		.enriched = enriched,
	};
	thidua__v1__enriched__init(enriched);
	enriched->stages = td_arena_take(arena, TD_STAGES_MAX * sizeof(Thidua__V1__Stage *));
	if (to.stages == NULL || enriched->stages == NULL)
		return false;
	add_body(&to, event);
	return true;
}
