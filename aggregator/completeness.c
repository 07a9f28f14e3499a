#include "aggregator/completeness.h"

#include "common/localday.h"

/* The latest that any epoch of the source said. */
static int64_t source_until(const td_shard_view_t *shard, const char *source)
{
	int64_t until = 0;
	for (size_t i = 0; i < shard->source_count; i++) {
		const Thidua__V1__SourceState *state = shard->sources[i];
		if (strcmp(state->source, source) == 0 && state->complete_until_ms > until)
			until = state->complete_until_ms;
	}
	return until;
}

int64_t td_completeness_shard(const td_shard_view_t *shard)
{
	int64_t until = shard->source_count == 0 ? 0 : INT64_MAX;
	for (size_t i = 0; i < shard->source_count; i++) {
		int64_t one = source_until(shard, shard->sources[i]->source);
		until = one < until ? one : until;
	}
	return until;
}

static bool speaks_for(const td_shard_view_t *shard, const td_reference_t *reference,
		       const char *province)
{
	const td_reporter_t *reporter = td_reference_reporter(reference, shard->reporter);
	return reporter != NULL && reporter->kind == TD_REPORTER_PROVINCE &&
	       strcmp(reporter->province, province) == 0;
}

int64_t td_completeness_until(const td_shard_view_t *shards, size_t count,
			      const td_reference_t *reference, const char *province)
{
	int64_t until = INT64_MAX;
	for (size_t i = 0; i < count; i++) {
		if (!speaks_for(&shards[i], reference, province))
			continue;
		int64_t one = td_completeness_shard(&shards[i]);
		until = one < until ? one : until;
	}
	return until == INT64_MAX ? 0 : until;
}

int64_t td_completeness_end(td_days_t days, int64_t now_ms)
{
	int64_t end_ms = td_localday_start_ms(days.last + 1), fresh_ms = now_ms - TD_FRESH_MS;
	return end_ms < fresh_ms ? end_ms : fresh_ms;
}

static uint64_t missing_sequences(const td_shard_view_t *shard)
{
	uint64_t missing = 0;
	for (size_t i = 0; i < shard->source_count; i++) {
		const Thidua__V1__SourceState *state = shard->sources[i];
		for (size_t gap = 0; gap < state->n_gaps; gap++)
			missing += state->gaps[gap]->last - state->gaps[gap]->first + 1;
	}
	return missing;
}

static Google__Protobuf__Timestamp *moment(int64_t ms, td_arena_t *arena)
{
	Google__Protobuf__Timestamp *at = td_arena_take(arena, sizeof *at);
	if (at == NULL)
		return NULL;
	google__protobuf__timestamp__init(at);
	at->seconds = ms / 1000;
	at->nanos = (int32_t)(ms % 1000) * 1000000;
	return at;
}

static Thidua__V1__ShardPosition *position_of(const td_shard_view_t *shard, td_arena_t *arena)
{
	Thidua__V1__ShardPosition *position = td_arena_take(arena, sizeof *position);
	if (position == NULL)
		return NULL;
	thidua__v1__shard_position__init(position);
	position->reporter = (char *)shard->reporter;
	position->next_raw_offset = shard->head.position.next;
	position->state = shard->head.state;
	for (size_t i = 0; i < shard->head.position.hole_count; i++)
		position->open_holes += shard->head.position.holes[i].last -
					shard->head.position.holes[i].first + 1;
	if (shard->head.last_append_ms > 0) {
		position->last_append_at = moment(shard->head.last_append_ms, arena);
		if (position->last_append_at == NULL)
			return NULL;
	}
	return position;
}

static bool fill_positions(const td_shard_view_t *shards, size_t count, td_arena_t *arena,
			   Thidua__V1__TallyAnswer *answer)
{
	answer->positions = td_arena_take(arena, count * sizeof(Thidua__V1__ShardPosition *));
	if (answer->positions == NULL)
		return false;
	answer->n_positions = 0;
	for (size_t i = 0; i < count; i++) {
		if (!shards[i].present)
			continue;
		Thidua__V1__ShardPosition *position = position_of(&shards[i], arena);
		if (position == NULL)
			return false;
		answer->positions[answer->n_positions++] = position;
	}
	return true;
}

bool td_completeness_is_asked(const char *reporter, const td_reference_t *reference,
			      const td_completeness_ask_t *ask)
{
	const td_reporter_t *known = td_reference_reporter(reference, reporter);
	if (known == NULL || known->kind != TD_REPORTER_PROVINCE)
		return true;
	for (size_t i = 0; i < ask->province_count; i++) {
		if (strcmp(ask->provinces[i], known->province) == 0)
			return true;
	}
	return false;
}

static void add_shards(const td_shard_view_t *shards, size_t count, const td_reference_t *reference,
		       const td_completeness_ask_t *ask, Thidua__V1__Completeness *completeness)
{
	for (size_t i = 0; i < count; i++) {
		if (!td_completeness_is_asked(shards[i].reporter, reference, ask))
			continue;
		completeness->open_rejections += shards[i].head.counts.open_rejections;
		completeness->sequence_gaps += missing_sequences(&shards[i]);
	}
}

bool td_completeness_fill(const td_shard_view_t *shards, size_t count,
			  const td_reference_t *reference, const td_completeness_ask_t *ask,
			  td_arena_t *arena, Thidua__V1__TallyAnswer *answer)
{
	Thidua__V1__Completeness *completeness = td_arena_take(arena, sizeof *completeness);
	if (completeness == NULL || !fill_positions(shards, count, arena, answer))
		return false;
	thidua__v1__completeness__init(completeness);
	answer->completeness = completeness;
	add_shards(shards, count, reference, ask, completeness);
	completeness->provinces_incomplete =
		td_arena_take(arena, ask->province_count * sizeof(char *));
	if (completeness->provinces_incomplete == NULL)
		return false;
	completeness->provinces_expected = (uint32_t)ask->province_count;
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < ask->province_count; i++) {
		int64_t until = td_completeness_until(shards, count, reference, ask->provinces[i]);
		least = until < least ? until : least;
		if (until >= ask->end_ms)
			completeness->provinces_complete++;
		else
			completeness->provinces_incomplete[completeness->n_provinces_incomplete++] =
				(char *)ask->provinces[i];
	}
	if (ask->province_count == 0 || least <= 0)
		return true;
	completeness->complete_until = moment(least, arena);
	return completeness->complete_until != NULL;
}
