#include "aggregator/audit/replay.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ARENA_BYTES = 16 * 1024 * 1024 };

struct td_replay {
	td_replay_settings_t settings;
	td_batch_t *batch;
	td_arena_t *arena; /* of one verdict */
	td_head_t head;    /* of what the keep holds */
	bool is_fresh;     /* it holds nothing yet */
	uint64_t next;
};

static bool look(void *context, td_slice_t key, td_slice_t field, td_slice_t *value, td_err_t *err)
{
	return td_keep_get(context, key, field, value, err);
}

td_replay_t *td_replay_new(const td_replay_settings_t *settings, td_err_t *err)
{
	td_replay_t *replay = calloc(1, sizeof *replay);
	if (replay != NULL) {
		replay->settings = *settings;
		replay->batch = td_batch_new(settings->reporter, settings->generation, SIZE_MAX,
					     settings->memory_max);
		replay->arena = td_arena_new(ARENA_BYTES);
	}
	if (replay == NULL || replay->batch == NULL || replay->arena == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to replay %s", settings->reporter);
		td_replay_free(replay);
		return NULL;
	}
	replay->is_fresh = !td_keep_head(settings->keep, &replay->head);
	if (replay->is_fresh)
		td_head_init(settings->generation, &replay->head);
	td_batch_fold_at_once(replay->batch, replay->is_fresh ? NULL : look, settings->keep);
	replay->next = replay->head.position.next;
	td_batch_begin(replay->batch, &replay->head);
	return replay;
}

void td_replay_free(td_replay_t *replay)
{
	if (replay == NULL)
		return;
	td_batch_free(replay->batch);
	td_arena_free(replay->arena);
	free(replay);
}

uint64_t td_replay_next(const td_replay_t *replay)
{
	return replay->next;
}

const td_head_t *td_replay_head(const td_replay_t *replay)
{
	return td_batch_count(replay->batch) > 0 ? td_batch_head(replay->batch) : &replay->head;
}

bool td_replay_flush(td_replay_t *replay, td_err_t *err)
{
	td_keep_t *keep = replay->settings.keep;
	td_batch_t *batch = replay->batch;
	if (td_batch_count(batch) == 0)
		return true;
	if (!td_keep_read(keep, td_batch_states(batch), err) || !td_batch_fold(batch, err) ||
	    !td_keep_read(keep, td_batch_cells(batch), err) || !td_batch_finish(batch, err) ||
	    !td_keep_write(keep, batch, err))
		return td_err_prefix(err, "%s before raw offset %" PRIu64,
				     replay->settings.reporter, replay->next);
	replay->head = *td_batch_head(batch);
	td_batch_begin(batch, &replay->head);
	td_batch_fold_at_once(batch, look, keep);
	replay->is_fresh = false;
	return true;
}

bool td_replay_is_fresh(const td_replay_t *replay)
{
	return replay->is_fresh;
}

size_t td_replay_bytes(const td_replay_t *replay)
{
	return td_batch_bytes_used(replay->batch);
}

bool td_replay_walk(td_replay_t *replay, td_tally_fn *each, void *context, td_err_t *err)
{
	return td_batch_walk(replay->batch, each, context, err);
}

static bool add(td_replay_t *replay, const td_judgement_t *judgement, td_err_t *err)
{
	const Thidua__V1__Verdict *verdict = &judgement->verdict;
	td_added_t added = td_batch_add_judged(replay->batch, verdict, judgement->event, err);
	if (added == TD_ADDED_FULL) {
		if (!td_replay_flush(replay, err))
			return false;
		added = td_batch_add_judged(replay->batch, verdict, judgement->event, err);
	}
	if (added == TD_ADDED_FULL)
		return td_err_set(err, TD_EBUG, "one verdict fills a batch");
	return added != TD_ADDED_STOP;
}

bool td_replay_pass(td_replay_t *replay, uint64_t offset, td_err_t *err)
{
	Thidua__V1__Absent absent = THIDUA__V1__ABSENT__INIT;
	td_judgement_t judgement = {THIDUA__V1__VERDICT__INIT, NULL};
	if (offset <= replay->next)
		return true;
	absent.through_offset = offset - 1;
	absent.reason = THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD;
	judgement.verdict.raw_offset = replay->next;
	judgement.verdict.outcome_case = THIDUA__V1__VERDICT__OUTCOME_ABSENT;
	judgement.verdict.absent = &absent;
	if (!add(replay, &judgement, err))
		return false;
	replay->next = offset;
	return true;
}

bool td_replay_take(td_replay_t *replay, const td_raw_t *raw, td_err_t *err)
{
	const td_replay_settings_t *settings = &replay->settings;
	const td_rule_t rule = {settings->versions, settings->decisions, settings->generation};
	const td_version_t *version = td_naming_version(settings->naming, &rule, raw);
	const td_reference_t *reference = settings->draft   ? settings->draft
					  : version != NULL ? version->reference
							    : NULL;
	td_judgement_t judgement;
	if (raw->offset < replay->next)
		return true;
	if (reference == NULL)
		return td_err_set(err, TD_ENOINPUT, "there is no version of the reference data");
	if (!td_replay_pass(replay, raw->offset, err))
		return false;
	td_arena_reset(replay->arena);
	if (!td_verdict_make(raw, settings->reporter, reference, replay->arena, &judgement))
		return td_err_set(err, TD_EMEMORY, "no room for the verdict on raw offset %" PRIu64,
				  raw->offset);
	if (!add(replay, &judgement, err))
		return false;
	replay->next = raw->offset + 1;
	return true;
}
