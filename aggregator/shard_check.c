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

bool td_shard_waits_in_vain(td_shard_t *shard, const td_head_t *head, bool *in_vain, td_err_t *err)
{
	bool same = true;
	int64_t low, end;
	bool answered = td_kafka_reader_bounds(shard->env->look, shard->raw_topic, &low, &end, err);
	if (answered && head->position.next < (uint64_t)end)
		answered = td_origin_goes_on(shard->env->look, shard->topic, head, &same, err);
	*in_vain = !same;
	return answered;
}

static bool check_verdicts(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	bool in_vain;
	if (!td_shard_waits_in_vain(shard, &shard->head, &in_vain, &err))
		return false;
	if (!in_vain)
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
