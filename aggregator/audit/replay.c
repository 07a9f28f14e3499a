#include "aggregator/audit/replay.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	BATCH_VERDICTS = 5000,
	BATCH_BYTES = 4 * 1024 * 1024,
	ARENA_BYTES = 16 * 1024 * 1024,
};

struct td_replay {
	td_replay_settings_t settings;
	td_batch_t *batch;
	td_arena_t *arena; /* of one verdict */
	td_head_t head;    /* of what is folded */
	uint64_t next;
};

td_replay_t *td_replay_new(const td_replay_settings_t *settings, td_err_t *err)
{
	td_replay_t *replay = calloc(1, sizeof *replay);
	if (replay != NULL) {
		replay->settings = *settings;
		replay->batch = td_batch_new(settings->reporter, settings->generation,
					     BATCH_VERDICTS, BATCH_BYTES);
		replay->arena = td_arena_new(ARENA_BYTES);
	}
	if (replay == NULL || replay->batch == NULL || replay->arena == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to replay %s", settings->reporter);
		td_replay_free(replay);
		return NULL;
	}
	if (!td_keep_head(settings->keep, &replay->head))
		td_head_init(settings->generation, &replay->head);
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
	return &replay->head;
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
	return true;
}

static bool add(td_replay_t *replay, td_slice_t verdict, td_err_t *err)
{
	td_added_t added = td_batch_add(replay->batch, verdict, 0, err);
	if (added == TD_ADDED_FULL) {
		if (!td_replay_flush(replay, err))
			return false;
		added = td_batch_add(replay->batch, verdict, 0, err);
	}
	if (added == TD_ADDED_FULL)
		return td_err_set(err, TD_EBUG, "one verdict fills a batch");
	return added != TD_ADDED_STOP;
}

static bool out_of_room(uint64_t offset, td_err_t *err)
{
	return td_err_set(err, TD_EMEMORY, "no room for the verdict on raw offset %" PRIu64,
			  offset);
}

bool td_replay_pass(td_replay_t *replay, uint64_t offset, td_err_t *err)
{
	td_slice_t verdict;
	if (offset <= replay->next)
		return true;
	td_arena_reset(replay->arena);
	if (!td_verdict_absent(replay->next, offset - 1,
			       THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD, "",
			       replay->arena, &verdict))
		return out_of_room(replay->next, err);
	if (!add(replay, verdict, err))
		return false;
	replay->next = offset;
	return true;
}

bool td_replay_take(td_replay_t *replay, const td_raw_t *raw, td_err_t *err)
{
	const td_replay_settings_t *settings = &replay->settings;
	const td_version_t *version = td_decisions_version(settings->decisions, settings->versions,
							   settings->generation, raw->append_ms);
	const td_reference_t *reference = settings->draft   ? settings->draft
					  : version != NULL ? version->reference
							    : NULL;
	td_slice_t verdict;
	if (raw->offset < replay->next)
		return true;
	if (reference == NULL)
		return td_err_set(err, TD_ENOINPUT, "there is no version of the reference data");
	if (!td_replay_pass(replay, raw->offset, err))
		return false;
	td_arena_reset(replay->arena);
	if (!td_verdict_judge(raw, settings->reporter, reference, replay->arena, &verdict))
		return out_of_room(raw->offset, err);
	if (!add(replay, verdict, err))
		return false;
	replay->next = raw->offset + 1;
	return true;
}
