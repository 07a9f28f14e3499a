/* A shard at rest: whether its logs are still those from which it was folded. */
#include "aggregator/shard_internal.h"

#include "aggregator/origin.h"

/* Repeats are harmless from a worker that went over its events again, but they may also come from
 * another raw log under the same name. */
static bool check_raw(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	if (shard->head.counts.repeats == shard->repeats_seen)
		return true;
	if (td_origin_check(shard->env->look, shard->raw_topic, &shard->head, &err)) {
		shard->repeats_seen = shard->head.counts.repeats;
		return true;
	}
	if (err.code == TD_EINTEGRITY)
		td_shard_contradicted(shard, &err, now_ms);
	return err.code == TD_EINTEGRITY;
}

/* Verdicts that do not come are those of workers that are behind, or they came before the offset
 * where they are awaited, because the log was cut and grew again while nobody looked. */
static bool check_verdicts(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	bool same;
	int64_t low, end;
	if (!td_kafka_reader_bounds(shard->env->look, shard->raw_topic, &low, &end, &err))
		return false;
	if (shard->head.position.next >= (uint64_t)end)
		return true;
	if (!td_origin_goes_on(shard->env->look, shard->topic, &shard->head, &same, &err))
		return false;
	if (same)
		return true;
	(void)td_err_set(&err, TD_EUNAVAILABLE, "%s was cut before offset %llu", shard->topic,
			 (unsigned long long)shard->head.verdict_hint);
	td_shard_lost(shard, &err, now_ms);
	return true;
}

bool td_shard_check(td_shard_t *shard, int64_t now_ms)
{
	if (!shard->reading || shard->batch_since_ms >= 0 || td_store_writing(shard->store))
		return true;
	return check_raw(shard, now_ms) && (!shard->reading || check_verdicts(shard, now_ms));
}
