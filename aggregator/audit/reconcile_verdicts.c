#include "aggregator/audit/reconcile_verdicts.h"

#include "workers/topics.h"

#define OUTCOME(name) THIDUA__V1__VERDICT__OUTCOME_##name

/* One verdict while it is looked at. */
typedef struct look {
	const td_verdict_record_t *record;
	const Thidua__V1__Verdict *verdict;
	const td_raw_t *raw;
	td_arena_t *arena;
} look_t;

void td_verdicts_init(td_verdicts_t *verdicts, const td_verdicts_of_t *of)
{
	*verdicts = (td_verdicts_t){.of = *of, .position = {.next = of->first}};
}

bool td_verdicts_about(const td_verdict_record_t *record, td_arena_t *arena, uint64_t *raw_offset)
{
	td_arena_reset(arena);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(record->bytes.data, record->bytes.size, arena);
	if (verdict != NULL)
		*raw_offset = verdict->raw_offset;
	return verdict != NULL;
}

static bool say(td_verdicts_t *verdicts, td_mismatch_t mismatch, td_err_t *err)
{
	mismatch.source = "";
	return verdicts->of.to.say(verdicts->of.to.context, &mismatch, err);
}

/* What the rules give by the version that the verdict names: TD_MISMATCHES when it is this verdict
 * and the version is the right one. False only when the arena is full. */
static bool judge(const td_verdicts_t *verdicts, const look_t *look, td_mismatch_kind_t *found)
{
	const td_rule_t *rule = &verdicts->of.rule;
	const td_version_t *version =
		td_versions_find(rule->versions, look->verdict->reference_version);
	td_slice_t packed;
	*found = TD_MISMATCH_VERDICT_VERSION;
	if (version == NULL)
		return true;
	if (!td_verdict_judge(look->raw, verdicts->of.reporter, version->reference, look->arena,
			      &packed))
		return false;
	if (!td_slice_equal(packed, look->record->bytes))
		*found = TD_MISMATCH_VERDICT_DIFFERS;
	else if (version == td_rule_version(rule, look->raw->append_ms))
		*found = TD_MISMATCHES;
	return true;
}

/* Of a verdict on an event. */
static bool look_at_event(const td_verdicts_t *verdicts, const look_t *look,
			  td_mismatch_kind_t *found)
{
	const Thidua__V1__Verdict *verdict = look->verdict;
	const td_raw_t *raw = look->raw;
	bool same = raw != NULL && raw->offset == verdict->raw_offset &&
		    raw->append_ms == verdict->append_ms &&
		    td_slice_equal(td_verdict_kept(raw->bytes), td_verdict_raw(verdict));
	*found = TD_MISMATCH_VERDICT_OF_OTHER;
	return !same || judge(verdicts, look, found);
}

/* Whether an operator's recorded decision passes all that the verdict is about. */
static bool is_decided(const td_verdicts_t *verdicts, const Thidua__V1__Verdict *verdict)
{
	char topic[TD_TOPIC_MAX];
	td_topic_raw(verdicts->of.reporter, topic);
	const Thidua__V1__AbsentDecision *decision =
		verdicts->of.rule.decisions == NULL ? NULL
						    : td_decisions_find(verdicts->of.rule.decisions,
									topic, verdict->raw_offset);
	return decision != NULL && decision->through_offset >= td_verdict_through(verdict);
}

/* Of a verdict that nothing is there. What an operator passed may be readable by now. */
static td_mismatch_kind_t look_at_absent(const td_verdicts_t *verdicts, const look_t *look)
{
	const Thidua__V1__Absent *absent = look->verdict->absent;
	bool is_there = look->raw != NULL && look->raw->offset <= absent->through_offset;
	if (absent->reason == THIDUA__V1__ABSENT_REASON__ABSENT_REASON_UNREADABLE)
		return is_decided(verdicts, look->verdict) ? TD_MISMATCHES
							   : TD_MISMATCH_VERDICT_UNDECIDED;
	return is_there ? TD_MISMATCH_VERDICT_ABSENT : TD_MISMATCHES;
}

static bool look_at(const td_verdicts_t *verdicts, const look_t *look, td_mismatch_kind_t *found)
{
	if (td_verdict_through(look->verdict) >= verdicts->of.log_end) {
		*found = TD_MISMATCH_VERDICT_AHEAD;
		return true;
	}
	if (look->verdict->outcome_case != OUTCOME(ABSENT))
		return look_at_event(verdicts, look, found);
	*found = look_at_absent(verdicts, look);
	return true;
}

static void count(td_verdicts_t *verdicts, const Thidua__V1__Verdict *verdict, uint64_t counted)
{
	switch (verdict->outcome_case) {
	case OUTCOME(ENRICHED):
		verdicts->enriched += counted;
		break;
	case OUTCOME(REJECTED):
		verdicts->rejected += counted;
		break;
	default:
		verdicts->absent += counted;
		break;
	}
	verdicts->repeats += counted == 0 ? 1 : 0;
}

/* Takes it as readers do; what leaves a hole too many is said to be missing at once. */
static bool take_position(td_verdicts_t *verdicts, const Thidua__V1__Verdict *verdict,
			  uint64_t *counted, td_err_t *err)
{
	td_range_t range = {verdict->raw_offset, td_verdict_through(verdict)};
	uint64_t next = verdicts->position.next, jumped;
	if (td_position_take(&verdicts->position, range, counted, &jumped) != TD_TAKE_TOO_MANY)
		return true;
	*counted = 0;
	if (range.first < next)
		return true; /* a part of a hole, which stays as it is */
	*counted = range.last - range.first + 1;
	verdicts->position.next = range.last + 1;
	verdicts->missing += range.first - next;
	return say(verdicts,
		   (td_mismatch_t){.kind = TD_MISMATCH_VERDICT_MISSING,
				   .first_offset = next,
				   .last_offset = range.first - 1},
		   err);
}

static bool say_found(td_verdicts_t *verdicts, const look_t *look, td_mismatch_kind_t found,
		      td_err_t *err)
{
	td_mismatch_t mismatch = {.kind = found, .verdict_offset = look->record->offset};
	if (look->verdict != NULL) {
		mismatch.first_offset = look->verdict->raw_offset;
		mismatch.last_offset = td_verdict_through(look->verdict);
	}
	verdicts->wrong++;
	return say(verdicts, mismatch, err);
}

/* A verdict about offsets that are looked at: judged, and counted as readers do. */
static bool take_verdict(td_verdicts_t *verdicts, const look_t *look, td_err_t *err)
{
	td_mismatch_kind_t found;
	uint64_t counted;
	if (!look_at(verdicts, look, &found))
		return td_err_set(err, TD_EMEMORY, "no room to judge raw offset %llu of %s",
				  (unsigned long long)look->verdict->raw_offset,
				  verdicts->of.reporter);
	if (found == TD_MISMATCH_VERDICT_AHEAD)
		return say_found(verdicts, look, found, err);
	if (!take_position(verdicts, look->verdict, &counted, err))
		return false;
	count(verdicts, look->verdict, counted);
	if (found != TD_MISMATCHES && counted == 0)
		found = TD_MISMATCH_REPEAT_OF_VERDICT_DIFFERS;
	return found == TD_MISMATCHES || say_found(verdicts, look, found, err);
}

bool td_verdicts_take(td_verdicts_t *verdicts, const td_verdict_record_t *record,
		      const td_raw_t *raw, td_arena_t *arena, td_err_t *err)
{
	td_arena_reset(arena);
	look_t look = {record, NULL, raw, arena};
	look.verdict = td_verdict_read(record->bytes.data, record->bytes.size, arena);
	if (look.verdict == NULL)
		return say_found(verdicts, &look, TD_MISMATCH_VERDICT_NONE, err);
	bool is_later = look.verdict->raw_offset >= verdicts->of.end &&
			td_verdict_through(look.verdict) < verdicts->of.log_end;
	return is_later || take_verdict(verdicts, &look, err);
}

bool td_verdicts_finish(td_verdicts_t *verdicts, td_err_t *err)
{
	td_position_t *position = &verdicts->position;
	td_range_t rest = {position->next, verdicts->of.end};
	for (size_t i = 0; i <= position->hole_count; i++) {
		bool is_rest = i == position->hole_count;
		td_range_t hole = is_rest ? rest : position->holes[i];
		hole.last -= is_rest ? 1 : 0;
		if (is_rest && rest.first >= rest.last)
			continue;
		verdicts->missing += hole.last - hole.first + 1;
		if (!say(verdicts,
			 (td_mismatch_t){.kind = TD_MISMATCH_VERDICT_MISSING,
					 .first_offset = hole.first,
					 .last_offset = hole.last},
			 err))
			return false;
	}
	return true;
}
