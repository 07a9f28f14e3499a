#include "aggregator/shard_internal.h"

#include "aggregator/origin.h"
#include "common/fault.h"

enum { LOOK_AGAIN_MS = 10000 };

/* Reads on where the head says; false when the logs do not allow it, and the shard is elsewhere. */
static bool start_reading(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	int64_t low;
	if (!td_origin_check(shard->env->look, shard->raw_topic, &shard->head, &err)) {
		if (err.code == TD_EINTEGRITY)
			td_shard_contradicted(shard, &err, now_ms);
		else
			td_shard_lost(shard, &err, now_ms);
		return false;
	}
	if (!td_kafka_reader_bounds(shard->env->look, shard->topic, &low, &shard->rebuilt_at,
				    &err)) {
		td_shard_lost(shard, &err, now_ms);
		return false;
	}
	int64_t start = (int64_t)shard->head.verdict_hint;
	if (start < low)
		start = low;
	td_kafka_stream_close(shard->stream);
	shard->stream =
		td_kafka_reader_open(shard->env->streams, shard->topic,
				     (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, start}, shard, &err);
	if (!shard->stream) {
		td_shard_lost(shard, &err, now_ms);
		return false;
	}
	shard->next_verdict = shard->done_verdict = start;
	shard->reading = true;
	shard->failures = 0;
	shard->repeats_seen = shard->head.counts.repeats;
	td_batch_begin(shard->batch, &shard->head);
	td_log(TD_LOG_INFO, "shard_reading", td_log_text("reporter", shard->reporter),
	       td_log_int("raw_offset", (int64_t)shard->head.position.next),
	       td_log_int("verdict_offset", start), td_log_int("end", shard->rebuilt_at));
	return true;
}

/* Whether a head in Redis can be believed; false and err when it cannot. */
static bool read_head(const td_shard_t *shard, td_head_t *head, td_err_t *err)
{
	if (!td_head_unpack((td_slice_t){shard->stored.bytes, shard->stored.size}, head, err))
		return false;
	if (head->generation != shard->env->generation)
		return td_err_set(err, TD_EINTEGRITY, "it is of generation %u",
				  (unsigned)head->generation);
	return true;
}

/* The head as it is, or one to be cleared where there is none or none that can be believed. */
static td_stored_t known_head(td_shard_t *shard, td_head_t *head, td_err_t *err)
{
	td_stored_t stored = td_store_head(shard->store, &shard->stored, err);
	if (stored == TD_STORED_AWAY)
		return stored;
	if (shard->stored.exists && read_head(shard, head, err))
		return TD_STORED_DONE;
	/* A later release's shard is left alone, for it may come back. */
	if (shard->stored.exists && err->code == TD_ECONFIG)
		return TD_STORED_AWAY;
	td_head_init(shard->env->generation, head);
	head->state = THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING;
	if (!shard->stored.exists && !shard->stored.alien) {
		td_log(TD_LOG_INFO, "shard_new", td_log_text("reporter", shard->reporter));
		return TD_STORED_DONE;
	}
	td_log(TD_LOG_ERROR, "shard_torn", td_log_text("reporter", shard->reporter),
	       td_log_text("what", "its head"), td_log_err(err));
	return TD_STORED_DONE;
}

/* Moves a known head's hint to where verdicts are to be read. */
static bool find_verdicts(td_shard_t *shard, td_head_t *head, td_err_t *err)
{
	uint64_t known = head->verdict_hint;
	if (!td_origin_find(shard->env->look, shard->topic, head, err))
		return false;
	if (head->verdict_hint != known)
		td_log(TD_LOG_WARN, "verdicts_were_cut", td_log_text("reporter", shard->reporter),
		       td_log_int("expected_offset", (int64_t)known),
		       td_log_int("verdict_offset", (int64_t)head->verdict_hint),
		       td_log_text("do", "see why the topic lost records; it is read from here"));
	return true;
}

/* Makes it ours by the next owner number; false when it is not. */
static bool claim(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	td_head_t head;
	if (known_head(shard, &head, &err) != TD_STORED_DONE) {
		td_shard_lost(shard, &err, now_ms);
		return false;
	}
	if (shard->owner > 0 && head.owner > shard->owner) {
		td_log(TD_LOG_WARN, "shard_superseded", td_log_text("reporter", shard->reporter),
		       td_log_int("owner", (int64_t)head.owner),
		       td_log_int("was", (int64_t)shard->owner));
		td_shard_step(shard, TD_SHARD_FOUND_OTHER_OWNER);
		shard->next_try_ms = now_ms + LOOK_AGAIN_MS;
		return false;
	}
	if (!find_verdicts(shard, &head, &err)) {
		td_shard_lost(shard, &err, now_ms);
		return false;
	}
	head.owner = (head.owner > shard->owner ? head.owner : shard->owner) + 1;
	td_fault("aggregator.claim");
	if (!td_shard_put_head(shard, &head, now_ms))
		return false;
	shard->owner = head.owner;
	return true;
}

void td_shard_open(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	/* Before anything is claimed: tallies of a log that may lose its verdicts are no tallies.
	 */
	if (!td_kafka_admin_check_hot(shard->env->admin, shard->topic, &err)) {
		td_shard_lost(shard, &err, now_ms);
		return;
	}
	if (!claim(shard, now_ms))
		return;
	if (td_store_register(shard->store, &err) != TD_STORED_DONE) {
		td_shard_lost(shard, &err, now_ms);
		return;
	}
	switch (shard->head.state) {
	case THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE:
		if (start_reading(shard, now_ms))
			td_shard_step(shard, TD_SHARD_FOUND_LIVE);
		break;
	case THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING:
		if (start_reading(shard, now_ms))
			td_shard_step(shard, TD_SHARD_FOUND_REBUILDING);
		break;
	case THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED:
		td_log(TD_LOG_ERROR, "shard_is_stopped", td_log_text("reporter", shard->reporter),
		       td_log_text("do",
				   "see why it was stopped, then thidua-admin shard rebuild"));
		td_shard_step(shard, TD_SHARD_FOUND_STOPPED);
		shard->next_try_ms = now_ms + LOOK_AGAIN_MS;
		break;
	default:
		shard->clearing = (td_store_clearing_t){0};
		td_shard_step(shard, TD_SHARD_FOUND_CLEARING);
		break;
	}
}

void td_shard_clear(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	td_head_t head;
	td_fault("aggregator.clear");
	td_stored_t stored = td_store_clear(shard->store, &shard->stored, &shard->clearing, &err);
	if (stored != TD_STORED_DONE) {
		td_shard_lost(shard, &err, now_ms);
		return;
	}
	if (!shard->clearing.done)
		return;
	td_head_init(shard->env->generation, &head);
	head.owner = shard->owner;
	head.state = THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING;
	if (!td_shard_put_head(shard, &head, now_ms))
		return;
	td_log(TD_LOG_INFO, "shard_cleared", td_log_text("reporter", shard->reporter),
	       td_log_int("keys", (int64_t)shard->clearing.deleted));
	td_shard_step(shard, TD_SHARD_CLEARED);
	(void)start_reading(shard, now_ms);
}

/* Whether the shard of another owner stands still though there is something to be done: an owner
 * that claimed it and lost the topic since. */
static bool is_orphan(td_shard_t *shard, const td_stored_head_t *now, td_err_t *err)
{
	td_head_t head;
	int64_t low, high;
	bool in_vain = false;
	if (shard->stored.size != now->size ||
	    memcmp(shard->stored.bytes, now->bytes, now->size) != 0)
		return false;
	if (!td_head_unpack((td_slice_t){now->bytes, now->size}, &head, err))
		return err->code != TD_ECONFIG; /* a later release's is not ours to take */
	if (head.state == THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING ||
	    head.state == THIDUA__V1__SHARD_STATE__SHARD_STATE_REBUILDING)
		return true;
	return td_kafka_reader_bounds(shard->env->look, shard->topic, &low, &high, err) &&
	       ((uint64_t)high > head.verdict_hint ||
		(td_shard_waits_in_vain(shard, &head, &in_vain, err) && in_vain));
}

void td_shard_look_again(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	td_stored_head_t now;
	shard->next_try_ms = now_ms + LOOK_AGAIN_MS;
	if (td_store_head(shard->store, &now, &err) == TD_STORED_AWAY)
		return;
	if (shard->state == TD_SHARD_SUPERSEDED) {
		if (is_orphan(shard, &now, &err)) {
			td_log(TD_LOG_WARN, "shard_orphaned",
			       td_log_text("reporter", shard->reporter),
			       td_log_text("do", "nothing: it is assigned to us and taken back"));
			shard->owner = 0;
			shard->next_try_ms = now_ms;
			shard->state = TD_SHARD_OPENING; /* as if it were assigned anew */
		}
		shard->stored = now;
		return;
	}
	if (now.size != shard->stored.size ||
	    memcmp(now.bytes, shard->stored.bytes, now.size) != 0) {
		(void)td_err_set(&err, TD_ESUPERSEDED, "somebody changed the head of %s",
				 shard->reporter);
		td_shard_lost(shard, &err, now_ms);
	}
}
