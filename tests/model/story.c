#include "tests/model/pipeline.h"

#include "tests/model/oracle.h"
#include "tests/model/told.h"

#include <stdio.h>
#include <stdlib.h>

/* The verdict as something told; false when it counts for no record. */
static bool read_told(const Thidua__V1__Verdict *verdict, td_told_t *told)
{
	td_slice_t raw = td_verdict_raw(verdict);
	*told = (td_told_t){NULL, NULL, NULL};
	if (raw.data == NULL)
		return false;
	told->event = thidua__v1__event__unpack(NULL, raw.size, raw.data);
	if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		told->enriched = verdict->enriched;
	else
		told->rejected = verdict->rejected;
	return told->event != NULL;
}

/* Folds the raw log one verdict at a time and keeps what Redis holds after each. */
static void fold_all(td_model_story_t *story, td_model_log_t *verdicts)
{
	td_model_redis_t redis;
	td_model_store_t store;
	td_batch_t *batch = td_batch_new(TD_TOLD_REPORTER, 0, 1, 64 * 1024);
	td_err_t err;
	if (batch == NULL)
		abort();
	td_model_redis_init(&redis);
	td_model_store_init(&store, &redis, TD_TOLD_REPORTER);
	for (size_t at = 0; at <= story->raw.count; at++) {
		td_model_redis_init(&story->expected[at]);
		td_model_redis_put_back(&story->expected[at], &redis);
		if (at < story->raw.count &&
		    (!td_model_store_begin(&store, batch, &err) ||
		     td_batch_add(batch, verdicts->records[at].bytes, at, 0, &err) != TD_ADDED ||
		     !td_model_store_move(&store, batch, &err)))
			abort();
	}
	td_model_store_free(&store);
	td_model_redis_free(&redis);
	td_batch_free(batch);
}

/* Whether the fold of the whole log is what the oracle says of its statements. */
static bool agrees_with_oracle(const td_model_story_t *story, const td_model_log_t *verdicts)
{
	size_t count = 0;
	Thidua__V1__Verdict **read = calloc(verdicts->count + 1, sizeof(void *));
	td_told_t *told = calloc(verdicts->count + 1, sizeof *told);
	td_model_redis_t says;
	int64_t append_ms = 0;
	if (read == NULL || told == NULL)
		abort();
	for (size_t at = 0; at < verdicts->count; at++) {
		td_slice_t bytes = verdicts->records[at].bytes;
		read[at] = thidua__v1__verdict__unpack(NULL, bytes.size, bytes.data);
		count += read_told(read[at], &told[count]) ? 1 : 0;
		if (read[at]->append_ms > append_ms)
			append_ms = read[at]->append_ms;
	}
	td_model_redis_init(&says);
	td_oracle_fill(&says, told, count, append_ms);
	bool same =
		td_model_redis_same(&story->expected[story->raw.count], &says, td_oracle_counts);
	td_model_redis_free(&says);
	for (size_t at = 0; at < verdicts->count; at++)
		thidua__v1__verdict__free_unpacked(read[at], NULL);
	for (size_t at = 0; at < count; at++)
		thidua__v1__event__free_unpacked(told[at].event, NULL);
	free(read);
	free(told);
	return same;
}

bool td_model_story_finish(td_model_story_t *story)
{
	static td_model_log_t verdicts;
	td_buf_t kept = td_buf_make(1024 * 1024);
	td_arena_t *arena = td_arena_new(TD_VERDICT_ARENA);
	td_model_judging_t judging = {
		.raw = &story->raw,
		.raw_count = story->raw.count,
		.verdicts = &verdicts,
		.reference = story->reference,
		.arena = arena,
		.kept = &kept,
	};
	td_model_log_cut(&verdicts, 0);
	story->expected = calloc(story->raw.count + 1, sizeof story->expected[0]);
	if (arena == NULL || story->expected == NULL || !td_buf_extend(&kept, kept.max))
		abort();
	td_buf_clear(&kept);
	td_model_worker_again(&judging, 0, story->raw.count - 1);
	fold_all(story, &verdicts);
	bool agrees = agrees_with_oracle(story, &verdicts);
	td_arena_free(arena);
	td_buf_free(&kept);
	return agrees;
}

void td_model_story_free(td_model_story_t *story)
{
	for (size_t at = 0; at <= story->raw.count; at++)
		td_model_redis_free(&story->expected[at]);
	free(story->expected);
}
