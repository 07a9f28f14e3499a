#include "aggregator/audit/changes.h"

#include "aggregator/audit/hashes.h"
#include "aggregator/audit/pass.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What is remembered of one log on the way. */
typedef struct memory {
	td_arena_t *scratch;
	td_hashes_t *known; /* "r" → name → version and packed state */
} memory_t;

struct td_telling {
	td_audit_t *audit;
	td_changes_plan_t plan;
	memory_t of_log[TD_LOGS_MAX];
};

/* Whether the event would say what stood before, if the reference data of then judged it: then it
 * is the reference data that moved the figure. */
static bool is_by_reference(const td_telling_t *telling, const td_change_t *change)
{
	const td_logs_t *logs = telling->plan.logs;
	const td_judged_t *judged = change->judged;
	const td_known_t *known = change->before;
	td_arena_t *scratch = telling->of_log[change->index].scratch;
	const td_version_t *version = td_versions_find(td_logs_versions(logs), known->version);
	const ProtobufCBinaryData *bytes = &judged->verdict->enriched->raw;
	const td_raw_t raw = {judged->offset, judged->append_ms, {bytes->data, bytes->len}};
	td_judged_t then;
	td_contributions_t a, b;
	if (version == NULL || known->version == judged->verdict->reference_version)
		return false;
	td_arena_reset(scratch);
	if (!td_judged_make(&raw, td_logs_get(logs, change->index)->reporter, version->reference,
			    scratch, &then))
		return false;
	td_measure_cut(telling->plan.measure, &then.adds, &a);
	td_measure_cut(telling->plan.measure, &known->record.adds, &b);
	return a.count == b.count && memcmp(a.items, b.items, a.count * sizeof a.items[0]) == 0;
}

const char *td_change_why(const td_telling_t *telling, const td_change_t *change,
			  char text[TD_CHANGE_WHY_MAX])
{
	const td_report_t *report = telling->audit->report;
	if (change->before->record.revision == 0)
		return td_report_word(report, "báo cáo lần đầu", "first said");
	if (change->judged->event->body_case == THIDUA__V1__EVENT__BODY_RETRACTION)
		return td_report_word(report, "đơn vị rút lại", "retracted by the reporter");
	if (!is_by_reference(telling, change))
		return td_report_word(report, "đơn vị sửa", "corrected by the reporter");
	(void)snprintf(text, TD_CHANGE_WHY_MAX, "%s %" PRIu32 " → %" PRIu32,
		       td_report_word(report, "dữ liệu gốc", "reference data"),
		       change->before->version, change->judged->verdict->reference_version);
	return text;
}

/* What is remembered of a record: the version, and its state as a shard packs it. */
static bool recall(const td_telling_t *telling, size_t index, const char *name, td_known_t *known)
{
	const char *reporter = td_logs_get(telling->plan.logs, index)->reporter;
	td_slice_t kept;
	*known = (td_known_t){.version = 0};
	if (!td_hashes_get(telling->of_log[index].known, td_slice_text("r"), td_slice_text(name),
			   &kept))
		return true;
	memcpy(&known->version, kept.data, sizeof known->version);
	return td_record_unpack(
		(td_slice_t){kept.data + sizeof known->version, kept.size - sizeof known->version},
		td_slice_text(name), reporter, &known->record);
}

static bool remember(const td_telling_t *telling, size_t index, const char *name,
		     const td_known_t *known)
{
	uint8_t packed[sizeof known->version + TD_RECORD_PACKED_MAX];
	memcpy(packed, &known->version, sizeof known->version);
	size_t size = td_record_pack(&known->record, td_slice_text(name),
				     td_logs_get(telling->plan.logs, index)->reporter,
				     packed + sizeof known->version);
	return td_hashes_put(telling->of_log[index].known, td_slice_text("r"), td_slice_text(name),
			     (td_slice_t){packed, sizeof known->version + size});
}

static bool take(void *context, size_t index, const td_judged_t *judged, td_err_t *err)
{
	td_telling_t *telling = context;
	td_known_t before, after;
	char name[TD_FIELD_MAX];
	td_changes_t changes;
	if (!td_judged_states(judged) || judged->append_ms > telling->plan.until_ms)
		return true;
	td_layout_name((uint32_t)judged->event->kind, judged->event->record_id, name);
	if (!recall(telling, index, name, &before))
		return td_err_set(err, TD_EBUG, "the state of %s is not what was put", name);
	after = before;
	const td_statement_t statement = {judged->event->revision, judged->adds};
	td_fold_t fold = td_fold_statement(&statement, &after.record, &changes);
	if (fold == TD_FOLD_OLDER || fold == TD_FOLD_REPEAT)
		return true;
	after.version = judged->verdict->reference_version;
	const td_change_t change = {index, judged, &before, &after};
	if (!telling->plan.each(telling->plan.context, telling, &change, err))
		return false;
	return remember(telling, index, name, &after) ||
	       td_err_set(err, TD_EMEMORY,
			  "no memory for so many records; ask about fewer days or one --reporter");
}

static bool make(td_telling_t *telling, td_err_t *err)
{
	for (size_t i = 0; i < td_logs_count(telling->plan.logs); i++) {
		memory_t *memory = &telling->of_log[i];
		memory->scratch = td_arena_new(TD_JUDGED_ARENA);
		memory->known = td_hashes_new();
		if (memory->scratch == NULL || memory->known == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	}
	return true;
}

bool td_changes_tell(td_audit_t *audit, const td_changes_plan_t *plan, td_err_t *err)
{
	td_telling_t *telling = calloc(1, sizeof *telling);
	if (telling == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to look at events");
	telling->audit = audit;
	telling->plan = *plan;
	const td_pass_t pass = {
		.logs = plan->logs, .doing = plan->doing, .take = take, .context = telling};
	bool done = make(telling, err) && td_pass_run(audit, &pass, err);
	for (size_t i = 0; i < TD_LOGS_MAX; i++) {
		td_arena_free(telling->of_log[i].scratch);
		td_hashes_free(telling->of_log[i].known);
	}
	free(telling);
	return done;
}
