#include "aggregator/shard.h"

#include "aggregator/shard_internal.h"

#include "aggregator/origin.h"
#include "common/fault.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	PAUSE_MIN_MS = 50,
	PAUSE_MAX_MS = 5000,
	TROUBLE_EVERY_MS = 5000,
	CHECK_EVERY_MS = 10000,
	LOOK_EVERY_MS = 2000,
	DUE_MAX_MS = 1000,
};

/* The names that hang on a verdict topic's: the reporter is what follows its last dot. */
static bool name_all(td_shard_t *shard, const char *verdict_topic, td_err_t *err)
{
	const char *dot = strrchr(verdict_topic, '.');
	const char *reporter = dot ? dot + 1 : "";
	if (!*reporter || strlen(reporter) > TD_ID_MAX ||
	    strlen(verdict_topic) >= sizeof(shard->topic))
		return td_err_set(err, TD_ECONFIG, "topic %s is no reporter's verdict topic",
				  verdict_topic);
	(void)snprintf(shard->reporter, sizeof(shard->reporter), "%s", reporter);
	(void)snprintf(shard->topic, sizeof(shard->topic), "%s", verdict_topic);
	td_topic_raw(reporter, shard->raw_topic);
	return true;
}

td_shard_t *td_shard_new(const td_shard_env_t *env, const char *verdict_topic, td_err_t *err)
{
	td_shard_t *shard = calloc(1, sizeof(*shard));
	if (!shard) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the shard of %s", verdict_topic);
		return NULL;
	}
	shard->env = env;
	shard->state = TD_SHARD_OPENING;
	shard->batch_since_ms = -1;
	if (name_all(shard, verdict_topic, err)) {
		shard->store = td_store_new(env->redis, shard->reporter, env->generation, err);
		if (shard->store)
			shard->batch = td_batch_new(shard->reporter, env->generation,
						    env->batch_max, env->batch_bytes);
		if (shard->batch)
			shard->other_batch = td_batch_new(shard->reporter, env->generation,
							  env->batch_max, env->batch_bytes);
		if (shard->other_batch)
			return shard;
		if (shard->store)
			(void)td_err_set(err, TD_EMEMORY, "no memory for a batch of %s",
					 shard->reporter);
	}
	td_shard_free(shard);
	return NULL;
}

void td_shard_free(td_shard_t *shard)
{
	if (!shard)
		return;
	td_kafka_stream_close(shard->stream);
	td_batch_free(shard->batch);
	td_batch_free(shard->other_batch);
	td_store_free(shard->store);
	free(shard);
}

void td_shard_step(td_shard_t *shard, td_shard_event_t event)
{
	td_shard_state_t from = shard->state;
	if (!td_shard_state_step(&shard->state, event)) {
		td_log(TD_LOG_ERROR, "shard_step_refused", td_log_text("reporter", shard->reporter),
		       td_log_text("state", td_shard_state_name(from)), td_log_int("step", event));
		return;
	}
	td_log(TD_LOG_INFO, "shard_state", td_log_text("reporter", shard->reporter),
	       td_log_text("from", td_shard_state_name(from)),
	       td_log_text("to", td_shard_state_name(shard->state)),
	       td_log_int("owner", (int64_t)shard->owner),
	       td_log_int("raw_offset", (int64_t)shard->head.position.next));
}

/* Reads no more and drops what was not written. */
static void halt(td_shard_t *shard)
{
	shard->reading = false;
	shard->batch_since_ms = -1;
	td_store_forget(shard->store);
}

void td_shard_lost(td_shard_t *shard, const td_err_t *err, int64_t now_ms)
{
	int64_t held;
	unsigned shift = shard->failures < 10 ? shard->failures : 10;
	int64_t pause_ms = (int64_t)PAUSE_MIN_MS << shift;
	if (pause_ms > PAUSE_MAX_MS)
		pause_ms = PAUSE_MAX_MS;
	shard->failures++;
	if (td_log_allowed(&shard->trouble, now_ms, TROUBLE_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "shard_retries", td_log_text("reporter", shard->reporter),
		       td_log_text("state", td_shard_state_name(shard->state)), td_log_err(err),
		       td_log_int("pause_ms", pause_ms), td_log_int("failures", shard->failures),
		       td_log_int("held", held));
	halt(shard);
	if (shard->state != TD_SHARD_OPENING)
		td_shard_step(shard, TD_SHARD_LOST);
	shard->next_try_ms = now_ms + pause_ms;
}

bool td_shard_put_head(td_shard_t *shard, const td_head_t *head, int64_t now_ms)
{
	td_err_t err;
	td_store_write_t write = {.expected = &shard->stored, .head = head};
	td_stored_t stored = td_store_write(shard->store, &write, &shard->stored, &err);
	if (stored == TD_STORED_DONE) {
		shard->head = *head;
		return true;
	}
	/* All of it may have happened, a claim too: its number must not look like another's. */
	if (stored == TD_STORED_AWAY)
		shard->owner = head->owner;
	td_shard_lost(shard, &err, now_ms);
	return false;
}

void td_shard_torn(td_shard_t *shard, const td_err_t *err, int64_t now_ms)
{
	td_head_t head = shard->head;
	td_log(TD_LOG_ERROR, "shard_torn", td_log_text("reporter", shard->reporter),
	       td_log_text("do", "nothing: it is cleared and folded anew from the log"),
	       td_log_err(err));
	halt(shard);
	head.state = THIDUA__V1__SHARD_STATE__SHARD_STATE_CLEARING;
	if (!td_shard_put_head(shard, &head, now_ms))
		return;
	shard->clearing = (td_store_clearing_t){0};
	td_shard_step(shard, TD_SHARD_TORN);
}

void td_shard_contradicted(td_shard_t *shard, const td_err_t *err, int64_t now_ms)
{
	td_head_t head = shard->head;
	td_log(TD_LOG_ERROR, "shard_stopped", td_log_text("reporter", shard->reporter),
	       td_log_err(err));
	halt(shard);
	head.state = THIDUA__V1__SHARD_STATE__SHARD_STATE_STOPPED;
	if (!td_shard_put_head(shard, &head, now_ms))
		return;
	td_shard_step(shard, TD_SHARD_CONTRADICTED);
	shard->next_try_ms = now_ms + CHECK_EVERY_MS;
}

static void fold_in(td_shard_t *shard, const td_kafka_item_t *record, int64_t now_ms)
{
	td_err_t err;
	td_added_t added;
	for (int tries = 0; tries < 2; tries++) {
		added = td_batch_add(shard->batch, record->value, (uint64_t)record->offset,
				     record->append_ms, &err);
		if (added != TD_ADDED_FULL || !td_shard_flush(shard, now_ms))
			break;
	}
	if (!shard->reading)
		return;
	if (added == TD_ADDED_FULL)
		(void)td_err_set(&err, TD_EMEMORY,
				 "%s: the verdict at offset %lld alone is more than a batch holds; "
				 "give batches more memory",
				 shard->topic, (long long)record->offset);
	bool refused = added == TD_ADDED_STOP || added == TD_ADDED_FULL;
	if (refused && !td_shard_settle(shard, now_ms))
		return;
	if (added == TD_ADDED_STOP)
		td_shard_contradicted(shard, &err, now_ms);
	if (added == TD_ADDED_FULL)
		td_shard_lost(shard, &err, now_ms);
	if (refused)
		return;
	if (shard->batch_since_ms < 0)
		shard->batch_since_ms = now_ms;
	shard->next_verdict = record->offset + 1;
}

static void hear_trouble(td_shard_t *shard, const td_kafka_item_t *item, int64_t now_ms)
{
	td_err_t err;
	int64_t held;
	(void)td_err_set(&err, td_kafka_class_code(item->error), "%s at offset %lld: %s",
			 shard->topic, (long long)item->offset, item->why);
	if (item->error != TD_KAFKA_RETRY && item->error != TD_KAFKA_DATA)
		td_shard_lost(shard, &err, now_ms);
	else if (td_log_allowed(&shard->trouble, now_ms, TROUBLE_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "shard_waits", td_log_text("reporter", shard->reporter),
		       td_log_err(&err), td_log_int("repeats", item->repeats),
		       td_log_int("held", held));
}

/* The log's end, which lies before the one that a rebuild was to reach when it was cut since. */
static void reach_end(td_shard_t *shard, int64_t end)
{
	if (end > shard->next_verdict)
		shard->next_verdict = end;
	if (end < shard->rebuilt_at)
		shard->rebuilt_at = end;
}

void td_shard_take(td_shard_t *shard, const td_kafka_item_t *item, int64_t now_ms)
{
	if (!shard->reading || item->stream != shard->stream)
		return;
	if (item->kind == TD_KAFKA_ITEM_RECORD)
		fold_in(shard, item, now_ms);
	else if (item->kind == TD_KAFKA_ITEM_ERROR)
		hear_trouble(shard, item, now_ms);
	else
		reach_end(shard, item->offset);
}

static bool is_due(const td_shard_t *shard, bool drained, int64_t now_ms)
{
	int64_t age_ms = now_ms - shard->batch_since_ms;
	return shard->batch_since_ms >= 0 &&
	       age_ms >= (drained ? shard->env->linger_ms : shard->env->age_max_ms);
}

/* A shard that has nothing to write would not hear that an operator, another owner or an emptied
 * Redis has changed its head. */
static void look_at_head(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	int64_t held;
	td_stored_head_t now;
	if (now_ms < shard->next_look_ms)
		return;
	shard->next_look_ms = now_ms + LOOK_EVERY_MS;
	if (td_store_head(shard->store, &now, &err) == TD_STORED_AWAY) {
		if (td_log_allowed(&shard->trouble, now_ms, TROUBLE_EVERY_MS, &held))
			td_log(TD_LOG_WARN, "shard_waits", td_log_text("reporter", shard->reporter),
			       td_log_err(&err), td_log_int("held", held));
		return; /* the next write will find out what it means */
	}
	if (now.size == shard->stored.size && memcmp(now.bytes, shard->stored.bytes, now.size) == 0)
		return;
	(void)td_err_set(&err, TD_ESUPERSEDED, "somebody changed the head of %s", shard->reporter);
	td_shard_lost(shard, &err, now_ms);
}

static void follow(td_shard_t *shard, bool drained, int64_t now_ms)
{
	if (is_due(shard, drained, now_ms) && !td_shard_flush(shard, now_ms))
		return;
	/* Whoever has nothing else to do may as well wait for the answer. */
	if ((drained || now_ms - shard->sent_ms >= shard->env->age_max_ms) &&
	    !td_shard_settle(shard, now_ms))
		return;
	if (shard->batch_since_ms >= 0 || td_store_writing(shard->store))
		return;
	if (shard->state == TD_SHARD_REBUILDING && shard->next_verdict >= shard->rebuilt_at) {
		td_head_t head = shard->head;
		head.state = THIDUA__V1__SHARD_STATE__SHARD_STATE_LIVE;
		if (!td_shard_put_head(shard, &head, now_ms))
			return;
		td_shard_step(shard, TD_SHARD_CAUGHT_UP);
		td_batch_begin(shard->batch, &shard->head);
	}
	look_at_head(shard, now_ms);
}

void td_shard_turn(td_shard_t *shard, bool drained, int64_t now_ms)
{
	if (!shard->reading) {
		td_kafka_stream_close(shard->stream);
		shard->stream = NULL;
	}
	switch (shard->state) {
	case TD_SHARD_OPENING:
		if (now_ms >= shard->next_try_ms)
			td_shard_open(shard, now_ms);
		break;
	case TD_SHARD_CLEARING:
		td_shard_clear(shard, now_ms);
		break;
	case TD_SHARD_REBUILDING:
	case TD_SHARD_LIVE:
		follow(shard, drained, now_ms);
		break;
	default:
		if (now_ms >= shard->next_try_ms)
			td_shard_look_again(shard, now_ms);
		break;
	}
}

void td_shard_drain(td_shard_t *shard, int64_t now_ms)
{
	if (shard->reading && td_shard_flush(shard, now_ms))
		(void)td_shard_settle(shard, now_ms);
}

int64_t td_shard_due_ms(const td_shard_t *shard, int64_t now_ms)
{
	int64_t due_ms = DUE_MAX_MS;
	if (shard->state == TD_SHARD_CLEARING)
		return 0;
	if (shard->reading && shard->batch_since_ms >= 0)
		due_ms = shard->batch_since_ms + shard->env->linger_ms - now_ms;
	else if (!shard->reading)
		due_ms = shard->next_try_ms - now_ms;
	return due_ms < 0 ? 0 : due_ms > DUE_MAX_MS ? DUE_MAX_MS : due_ms;
}

const char *td_shard_topic(const td_shard_t *shard)
{
	return shard->topic;
}

bool td_shard_done(const td_shard_t *shard, int64_t *offset)
{
	*offset = shard->done_verdict;
	return shard->reading;
}
