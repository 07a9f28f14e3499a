/* reconcile: sources, verdicts, transfers, conflicts and open rejections, held against each other.
 */
#include "aggregator/audit/audit_reconcile.h"

#include "aggregator/audit/pass.h"
#include "aggregator/audit/raw_at.h"
#include "aggregator/audit/shelf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 4 * TD_VERDICT_ARENA, TEXTS_BYTES = 4 * 1024 * 1024 };

static bool hear(void *context, const td_mismatch_t *mismatch, td_err_t *err)
{
	td_reconciled_t *item = context;
	if (item->count++ >= TD_RECONCILED_MAX)
		return true;
	td_reconciled_one_t *kept = &item->kept[item->kept_count];
	kept->what = *mismatch;
	kept->source = td_show_format(item->texts, "%s", mismatch->source ? mismatch->source : "");
	if (kept->source == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for what is wrong");
	item->kept_count++;
	return true;
}

/* What is remembered of a case before its event's bytes. */
typedef struct case_head {
	uint64_t revision, offset;
} case_head_t;

/* Remembers the highest statement of each case, with its bytes if it speaks of a transfer. */
static bool take_case(td_reconciled_t *item, const td_judged_t *judged)
{
	const td_event_t *event = judged->event;
	uint8_t bytes[sizeof(case_head_t) + 60000];
	const case_head_t head = {event->revision, judged->offset};
	const td_slice_t raw = td_verdict_raw(judged->verdict);
	td_slice_t kept, name = td_slice_text(event->record_id);
	bool transfer = event->body_case == THIDUA__V1__EVENT__BODY_CASE &&
			event->case_->transfer != NULL && raw.size <= sizeof bytes - sizeof head;
	if (td_hashes_get(item->cases, td_slice_text("c"), name, &kept)) {
		case_head_t before;
		memcpy(&before, kept.data, sizeof before);
		if (before.revision >= head.revision)
			return true;
	}
	memcpy(bytes, &head, sizeof head);
	if (transfer)
		memcpy(bytes + sizeof head, raw.data, raw.size);
	return td_hashes_put(item->cases, td_slice_text("c"), name,
			     (td_slice_t){bytes, sizeof head + (transfer ? raw.size : 0)});
}

static bool take_event(void *context, size_t index, const td_judged_t *judged, td_err_t *err)
{
	td_reconciled_t *item = ((const td_reconciling_t *)context)->items[index];
	item->last_append_ms = judged->append_ms;
	if (!td_sources_take(item->sources, judged, err) ||
	    !td_signings_take(&item->signings, judged, err))
		return false;
	return !td_judged_states(judged) || judged->event->kind != THIDUA__V1__KIND__KIND_CASE ||
	       take_case(item, judged) ||
	       td_err_set(err, TD_EMEMORY, "no memory for so many cases");
}

/* The verdict log of one reporter, each record with the event that it is about. */
typedef struct judging {
	td_reconciled_t *item;
	td_raw_at_t *raws;
	td_arena_t *arena;
	td_crew_t *crew;
	td_naming_t *naming; /* what the verdicts of an archive name; NULL: not asked for */
} judging_t;

static bool take_verdict(void *context, const td_verdict_item_t *item, td_err_t *err)
{
	judging_t *judging = context;
	const td_verdict_record_t verdict = {item->offset, item->bytes};
	const td_raw_t *raw = NULL;
	uint64_t offset;
	td_naming_run_t run;
	td_crew_add(judging->crew, 1);
	if (td_crew_stopping(judging->crew))
		return td_err_set(err, TD_ESUPERSEDED, "stopped");
	if (judging->naming != NULL && td_naming_read(item->bytes, &run) &&
	    !td_naming_add(judging->naming, &run, err))
		return false;
	return (!td_verdicts_about(&verdict, judging->arena, &offset) ||
		td_raw_at(judging->raws, offset, &raw, err)) &&
	       td_verdicts_take(&judging->item->verdicts, &verdict, raw, judging->arena, err);
}

/* An archive's manifest says what the verdicts name, and replays believe it. */
static bool check_noted(const td_reconciling_t *all, size_t index, const judging_t *judging,
			td_err_t *err)
{
	const td_naming_t *noted = NULL;
	uint64_t offset;
	if (judging->naming == NULL)
		return true;
	if (!td_logs_naming(all->logs, index, &(td_naming_ask_t){0}, &noted, err))
		return false;
	return noted == NULL || td_naming_equal(noted, judging->naming, &offset) ||
	       hear(judging->item,
		    &(td_mismatch_t){.kind = TD_MISMATCH_VERSIONS_NOTED,
				     .first_offset = offset,
				     .last_offset = offset},
		    err);
}

static bool read_verdicts(const td_reconciling_t *all, size_t index, judging_t *judging,
			  td_err_t *err)
{
	const td_log_bounds_t *bounds = td_logs_get(all->logs, index);
	const td_rule_t rule = td_logs_rule(all->logs);
	td_verdict_log_t log;
	if (!td_logs_verdicts(all->logs, index, rule.generation, &log, err))
		return false;
	judging->item->has_verdicts = log.exists;
	if (!log.exists)
		return all->audit->settings->archive != NULL;
	td_verdicts_init(&judging->item->verdicts, &(td_verdicts_of_t){
							   .reporter = bounds->reporter,
							   .rule = rule,
							   .first = bounds->first,
							   .end = bounds->end,
							   .log_end = log.raw_end,
							   .to = {hear, judging->item},
						   });
	return td_verdict_log_read(all->logs, &log, take_verdict, judging, err) &&
	       td_verdicts_finish(&judging->item->verdicts, err) &&
	       check_noted(all, index, judging, err);
}

static bool judge_log(td_crew_t *crew, size_t index, void *context, td_err_t *err)
{
	td_reconciling_t *all = context;
	const bool archived = all->audit->settings->archive != NULL;
	judging_t judging = {all->items[index], td_raw_at_new(all->logs, index),
			     td_arena_new(ARENA_BYTES), crew, archived ? td_naming_new() : NULL};
	bool done = (judging.raws != NULL && judging.arena != NULL &&
		     (judging.naming != NULL || !archived)) ||
		    td_err_set(err, TD_EMEMORY, "no memory to judge");
	done = done && read_verdicts(all, index, &judging, err);
	td_naming_free(judging.naming);
	td_raw_at_free(judging.raws);
	td_arena_free(judging.arena);
	return done;
}

static bool judge_logs(td_reconciling_t *all, td_err_t *err)
{
	const td_crew_plan_t plan = {
		.doing = "verdicts",
		.work = judge_log,
		.context = all,
		.count = td_logs_count(all->logs),
		.threads_max = (size_t)all->audit->settings->threads,
	};
	td_crew_end_t end = td_crew_run(&plan, all->audit->run, err);
	if (end == TD_CREW_STOPPED)
		(void)td_err_set(err, TD_ESUPERSEDED, "stopped");
	return end == TD_CREW_DONE;
}

/* All cases that stand with a transfer. */
typedef struct gathering {
	td_transfers_t *transfers;
	td_arena_t *arena;
	td_err_t *err;
} gathering_t;

static bool gather(void *context, const td_hashes_item_t *item)
{
	gathering_t *gathering = context;
	case_head_t head;
	td_findings_t ignored;
	if (item->value.size <= sizeof head)
		return true;
	memcpy(&head, item->value.data, sizeof head);
	td_arena_reset(gathering->arena);
	const td_event_t *event =
		td_decode_event(item->value.data + sizeof head, item->value.size - sizeof head,
				gathering->arena, &ignored);
	if (event == NULL)
		return td_err_set(gathering->err, TD_EMEMORY, "no memory for a case");
	return td_transfers_take(gathering->transfers, event, head.offset, gathering->err);
}

/* One reporter alone has only its own halves: nothing can be said of them. */
static bool reconcile_transfers(td_reconciling_t *all, td_err_t *err)
{
	if (all->audit->settings->reporter != NULL)
		return true;
	gathering_t gathering = {td_transfers_new(), td_arena_new(ARENA_BYTES), err};
	bool done = gathering.transfers != NULL && gathering.arena != NULL;
	if (!done)
		(void)td_err_set(err, TD_EMEMORY, "no memory for transfers");
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++)
		done = td_hashes_walk_key(all->items[i]->cases, td_slice_text("c"), gather,
					  &gathering);
	done = done &&
	       td_transfers_finish(gathering.transfers, td_reconciled_say_transfer, all, err);
	td_transfers_free(gathering.transfers);
	td_arena_free(gathering.arena);
	return done;
}

/* Sign-offs speak of what the log gave at their offsets: looked at on the way there. */
static bool reach(void *context, size_t index, td_shelved_t *shelved, const td_raw_t *raw,
		  td_err_t *err)
{
	const td_reconciling_t *all = context;
	return td_signings_reach(&all->items[index]->signings, all->audit, shelved, raw->offset,
				 err);
}

static bool reach_end(void *context, size_t index, td_shelved_t *shelved, td_err_t *err)
{
	const td_reconciling_t *all = context;
	return td_signings_reach(&all->items[index]->signings, all->audit, shelved, UINT64_MAX - 1,
				 err);
}

static bool say_shards(td_reconciling_t *all, td_err_t *err)
{
	const td_shelf_plan_t plan = {.logs = all->logs,
				      .each = reach,
				      .then = reach_end,
				      .context = all,
				      .name = "live"};
	td_shelf_t *shelf = td_shelf_fill(all->audit, &plan, err);
	bool done = shelf != NULL;
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++) {
		char prefix[TD_KEY_MAX];
		td_layout_prefix(td_logs_get(all->logs, i)->reporter,
				 (uint32_t)all->audit->settings->generation, prefix);
		td_reconciled_listing_t listing = {all, i, strlen(prefix)};
		td_signings_say(&all->items[i]->signings, all->audit,
				td_logs_get(all->logs, i)->reporter);
		done = td_keep_walk(td_shelf_get(shelf, i)->keep, td_reconciled_say_field, &listing,
				    err);
	}
	td_shelf_free(shelf);
	return done;
}

static bool begin(td_reconciling_t *all, td_err_t *err)
{
	bool done = true;
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++) {
		td_reconciled_t *item = all->items[i] = calloc(1, sizeof *item);
		if (item == NULL)
			return td_err_set(err, TD_EMEMORY, "no memory to reconcile");
		item->texts = td_arena_new(TEXTS_BYTES);
		item->signings.arena = item->texts;
		item->cases = td_hashes_new();
		item->sources = td_sources_new(td_logs_get(all->logs, i)->reporter,
					       (td_mismatch_to_t){hear, item});
		done = item->texts != NULL && item->cases != NULL && item->sources != NULL;
	}
	return done || td_err_set(err, TD_EMEMORY, "no memory to reconcile");
}

static void end(td_reconciling_t *all)
{
	for (size_t i = 0; i < TD_LOGS_MAX; i++) {
		td_reconciled_t *item = all->items[i];
		if (item == NULL)
			continue;
		td_sources_free(item->sources);
		td_hashes_free(item->cases);
		td_arena_free(item->texts);
		free(item);
	}
}

/* When the log ends: as asked, or now, or with its last event. */
static int64_t end_of(const td_reconciling_t *all, size_t index)
{
	if (all->audit->as_of_ms > 0)
		return all->audit->as_of_ms;
	return all->audit->settings->archive != NULL ? all->items[index]->last_append_ms
						     : all->audit->now_ms;
}

static bool reconcile(td_reconciling_t *all, td_err_t *err)
{
	const td_pass_t pass = {
		.logs = all->logs, .doing = "sources", .take = take_event, .context = all};
	bool done = begin(all, err) && td_pass_run(all->audit, &pass, err);
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++)
		done = td_sources_finish(all->items[i]->sources, end_of(all, i), err);
	done = done && judge_logs(all, err);
	for (size_t i = 0; done && i < td_logs_count(all->logs); i++)
		td_reconciled_say(all, i);
	return done && reconcile_transfers(all, err) && say_shards(all, err);
}

bool td_audit_reconcile(td_audit_t *audit, td_err_t *err)
{
	td_reconciling_t *all = calloc(1, sizeof *all);
	if (all == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to reconcile");
	all->audit = audit;
	td_logs_t *logs = td_audit_logs(audit, err);
	all->logs = logs;
	bool done = logs != NULL && reconcile(all, err);
	end(all);
	td_logs_free(logs);
	free(all);
	return done;
}
