#include "aggregator/audit/changes.h"

#include "aggregator/audit/raw_at.h"
#include "aggregator/audit/told.h"
#include "aggregator/fold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What is remembered of one log on the way. */
typedef struct memory {
	td_arena_t *ruled, *scratch;
	td_hashes_t *former, *known; /* td_known_t, by generation */
} memory_t;

struct td_telling {
	td_audit_t *audit;
	td_changes_plan_t plan;
	memory_t of_log[TD_LOGS_MAX];
};

/* One reading of one log: the events appended in (after, until]. */
typedef struct reading {
	td_telling_t *telling;
	td_crew_t *crew;
	size_t index;
	uint32_t generation;
	td_hashes_t *known;
	int64_t after_ms, until_ms;
	bool is_silent; /* its changes are not told */
} reading_t;

static const char *reporter_of(const td_telling_t *telling, size_t index)
{
	return td_logs_get(telling->plan.logs, index)->reporter;
}

static bool is_moved(td_fold_t fold)
{
	return fold == TD_FOLD_NEWER || fold == TD_FOLD_CONFLICT;
}

/* Folds what was said; whether another statement may stand now. */
static bool fold(const td_judged_t *judged, td_record_t *record)
{
	td_changes_t changes;
	const td_statement_t statement = {judged->envelope.revision, judged->adds};
	if (td_judged_states(judged))
		return is_moved(td_fold_statement(&statement, record, &changes));
	td_fold_rejection(judged->envelope.revision, record);
	return false;
}

/* The event by the rules of this release and that version. False when the arena is full. */
static bool judge(const td_telling_t *telling, size_t index, const td_judged_t *judged,
		  uint32_t version, td_arena_t *arena, td_judged_t *ruled)
{
	const td_version_t *by = td_versions_find(td_logs_versions(telling->plan.logs), version);
	const td_raw_t raw = {judged->offset, judged->append_ms, td_verdict_raw(judged->verdict)};
	*ruled = *judged;
	td_arena_reset(arena);
	return by == NULL ||
	       td_judged_make(&raw, reporter_of(telling, index), by->reference, arena, ruled);
}

static unsigned causes_of(const td_telling_t *telling, const td_change_t *change)
{
	const td_known_t *before = change->before;
	td_record_t would = before->by_rules;
	td_judged_t then;
	if (!change->is_again && judge(telling, change->index, change->judged, before->version,
				       telling->of_log[change->index].scratch, &then))
		(void)fold(&then, &would);
	return td_cause_of(telling->plan.measure, before, change->after, &would.adds);
}

static void add_word(char text[TD_CHANGE_WHY_MAX], const char *word)
{
	size_t used = strlen(text);
	(void)snprintf(text + used, TD_CHANGE_WHY_MAX - used, "%s%s", used > 0 ? "; " : "", word);
}

static void add_pair(char text[TD_CHANGE_WHY_MAX], const char *word, uint32_t from, uint32_t to)
{
	char pair[TD_CHANGE_WHY_MAX];
	(void)snprintf(pair, sizeof pair, "%s %" PRIu32 " → %" PRIu32, word, from, to);
	add_word(text, pair);
}

const char *td_change_why(const td_telling_t *telling, const td_change_t *change,
			  char text[TD_CHANGE_WHY_MAX])
{
	const td_report_t *report = telling->audit->report;
	text[0] = '\0';
	if (!change->is_again && change->before->version == 0)
		return td_report_word(report, "báo cáo lần đầu", "first said");
	if (!change->is_again &&
	    change->judged->event->body_case == THIDUA__V1__EVENT__BODY_RETRACTION)
		return td_report_word(report, "đơn vị rút lại", "retracted by the reporter");
	unsigned causes = causes_of(telling, change);
	if (change->is_again)
		add_pair(text, td_report_word(report, "đợt phán quyết", "generation"),
			 telling->plan.former, telling->plan.generation);
	if ((causes & TD_CAUSE_CORRECTION) != 0)
		add_word(text, td_report_word(report, "đơn vị sửa", "corrected by the reporter"));
	if ((causes & TD_CAUSE_REFERENCE) != 0)
		add_pair(text, td_report_word(report, "dữ liệu gốc", "reference data"),
			 change->before->version, change->after->version);
	if ((causes & TD_CAUSE_RULE) != 0)
		add_word(text, td_report_word(report, "quy tắc thay đổi", "a rule changed"));
	return text;
}

/* Whether it is about a record, for sure. */
static bool is_named(const td_judged_t *judged)
{
	const Thidua__V1__Verdict *verdict = judged->verdict;
	return td_envelope_has_record(&judged->envelope) &&
	       (verdict->outcome_case != THIDUA__V1__VERDICT__OUTCOME_REJECTED ||
		td_envelope_is_trusted(verdict->rejected));
}

static bool take(void *context, const td_judged_t *judged, td_err_t *err)
{
	const reading_t *reading = context;
	td_telling_t *telling = reading->telling;
	td_known_t before, after;
	td_judged_t ruled;
	char text[TD_FIELD_MAX];
	if (judged->append_ms <= reading->after_ms || judged->append_ms > reading->until_ms ||
	    !is_named(judged))
		return true;
	const char *home = reporter_of(telling, reading->index);
	uint32_t version = judged->verdict->reference_version;
	(void)td_layout_name(judged->envelope.kind, judged->envelope.record_id, text);
	td_slice_t name = td_slice_text(text);
	if (!td_known_get(reading->known, name, home, &before, err))
		return false;
	if (!judge(telling, reading->index, judged, version, telling->of_log[reading->index].ruled,
		   &ruled))
		return td_err_set(err, TD_EMEMORY, "no room for a verdict");
	after = before;
	bool moved = fold(judged, &after.record);
	(void)fold(&ruled, &after.by_rules);
	if (judged->envelope.revision >= td_known_revision(&before)) {
		after.version = version;
		after.offset = judged->offset;
	}
	const td_change_t change = {reading->index, judged, false, &before, &after};
	if (moved && !reading->is_silent &&
	    !telling->plan.each(telling->plan.context, telling, &change, err))
		return false;
	return td_known_put(reading->known, name, home, &after, err);
}

static bool read_log(reading_t *reading, td_err_t *err)
{
	const td_told_t told = {.logs = reading->telling->plan.logs,
				.index = reading->index,
				.generation = reading->generation,
				.crew = reading->crew,
				.take = take,
				.context = reading};
	return td_told_read(&told, err);
}

/* The records that two generations know otherwise. */
typedef struct comparing {
	const reading_t *reading; /* of the later one */
	td_raw_at_t *raws;
	td_err_t *err;
} comparing_t;

/* Tells of a record what stands of it since it was judged again. */
static bool tell_again(const comparing_t *comparing, const td_known_t *before,
		       const td_known_t *after)
{
	const reading_t *reading = comparing->reading;
	td_telling_t *telling = reading->telling;
	td_arena_t *arena = telling->of_log[reading->index].ruled;
	const char *home = reporter_of(telling, reading->index);
	const td_version_t *version =
		td_versions_find(td_logs_versions(telling->plan.logs), after->version);
	const td_raw_t *raw = NULL;
	td_judged_t judged;
	if (!td_raw_at(comparing->raws, after->offset, &raw, comparing->err))
		return false;
	td_arena_reset(arena);
	if (raw == NULL || version == NULL ||
	    !td_judged_make(raw, home, version->reference, arena, &judged))
		return td_err_set(comparing->err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " of %s cannot be judged again",
				  after->offset, home);
	const td_change_t change = {reading->index, &judged, true, before, after};
	return telling->plan.each(telling->plan.context, telling, &change, comparing->err);
}

static bool compare_record(void *context, const td_hashes_item_t *item)
{
	const comparing_t *comparing = context;
	const reading_t *reading = comparing->reading;
	const td_telling_t *telling = reading->telling;
	const char *home = reporter_of(telling, reading->index);
	td_known_t before, after;
	if (!td_known_get(telling->of_log[reading->index].former, item->field, home, &before,
			  comparing->err) ||
	    !td_known_get(reading->known, item->field, home, &after, comparing->err))
		return false;
	return td_measure_same(telling->plan.measure, &before.record.adds, &after.record.adds) ||
	       tell_again(comparing, &before, &after);
}

/* Both have judged the same events, and so know of the same records. */
static bool compare(reading_t *reading, td_err_t *err)
{
	comparing_t comparing = {reading,
				 td_raw_at_new(reading->telling->plan.logs, reading->index), err};
	*err = (td_err_t){.code = TD_OK};
	bool done = comparing.raws != NULL &&
		    td_hashes_walk(reading->known, compare_record, &comparing);
	if (!done && err->code == TD_OK)
		(void)td_err_set(err, TD_EMEMORY, "no memory to compare generations");
	td_raw_at_free(comparing.raws);
	return done;
}

static bool tell(td_telling_t *telling, td_crew_t *crew, size_t index, td_err_t *err)
{
	const td_changes_plan_t *plan = &telling->plan;
	memory_t *memory = &telling->of_log[index];
	reading_t reading = {.telling = telling,
			     .crew = crew,
			     .index = index,
			     .generation = plan->former,
			     .known = memory->former,
			     .after_ms = INT64_MIN,
			     .until_ms = plan->until_ms};
	if (plan->former == plan->generation)
		return read_log(&reading, err);
	reading.until_ms = plan->since_ms;
	if (!read_log(&reading, err))
		return false;
	reading.generation = plan->generation;
	reading.known = memory->known;
	reading.is_silent = true;
	if (!read_log(&reading, err) || !compare(&reading, err))
		return false;
	reading.is_silent = false;
	reading.after_ms = plan->since_ms;
	reading.until_ms = plan->until_ms;
	return read_log(&reading, err);
}

static bool tell_log(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	td_telling_t *telling = context;
	memory_t *memory = &telling->of_log[index];
	*memory = (memory_t){td_arena_new(TD_JUDGED_ARENA), td_arena_new(TD_JUDGED_ARENA),
			     td_hashes_new(), td_hashes_new()};
	bool done = memory->ruled != NULL && memory->scratch != NULL && memory->former != NULL &&
				    memory->known != NULL
			    ? tell(telling, crew, index, err)
			    : td_err_set(err, TD_EMEMORY, "no memory to look at events");
	td_arena_free(memory->ruled);
	td_arena_free(memory->scratch);
	td_hashes_free(memory->former);
	td_hashes_free(memory->known);
	return done;
}

bool td_changes_tell(td_audit_t *audit, const td_changes_plan_t *plan, td_err_t *err)
{
	td_telling_t *telling = calloc(1, sizeof *telling);
	if (telling == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	telling->audit = audit;
	telling->plan = *plan;
	const td_crew_plan_t work = {
		.doing = plan->doing,
		.work = tell_log,
		.context = telling,
		.count = td_logs_count(plan->logs),
		.threads_max = (size_t)audit->settings->threads,
	};
	td_crew_end_t end = td_crew_run(&work, audit->run, err);
	if (end == TD_CREW_STOPPED)
		(void)td_err_set(err, TD_ESUPERSEDED, "stopped");
	free(telling);
	return end == TD_CREW_DONE;
}
