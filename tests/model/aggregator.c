#include "tests/model/aggregator.h"

#include "tests/model/told.h"
#include "workers/verdict.h"

#include <thidua/v1/verdict.pb-c.h>

#include <stdlib.h>

#define STATE(name) THIDUA__V1__SHARD_STATE__SHARD_STATE_##name

enum {
	BATCH_BYTES = 64 * 1024,
	PATIENCE = 200, /* looks at a head that stays the same: more steps than a write takes */
};

static void start(td_model_aggregator_t *aggregator)
{
	aggregator->state = TD_SHARD_OPENING;
	aggregator->phase = TD_MODEL_TAKING;
	aggregator->owner = 0;
	aggregator->taken = aggregator->looks = 0;
	td_head_init(0, &aggregator->head);
	td_model_store_forget(&aggregator->store);
}

void td_model_aggregator_init(td_model_aggregator_t *aggregator, const td_model_log_t *verdicts,
			      td_model_redis_t *redis, size_t batch_max)
{
	*aggregator = (td_model_aggregator_t){.verdicts = verdicts, .batch_max = batch_max};
	aggregator->batch = td_batch_new(TD_TOLD_REPORTER, 0, batch_max, BATCH_BYTES);
	if (aggregator->batch == NULL)
		abort();
	td_model_store_init(&aggregator->store, redis, TD_TOLD_REPORTER);
	start(aggregator);
}

void td_model_aggregator_free(td_model_aggregator_t *aggregator)
{
	td_batch_free(aggregator->batch);
	td_model_store_free(&aggregator->store);
}

void td_model_aggregator_crash(td_model_aggregator_t *aggregator)
{
	start(aggregator);
}

static void step(td_model_aggregator_t *aggregator, td_shard_event_t event)
{
	if (!td_shard_state_step(&aggregator->state, event))
		aggregator->wrong = "a step of its life was refused";
}

void td_model_aggregator_lose(td_model_aggregator_t *aggregator)
{
	aggregator->phase = TD_MODEL_TAKING;
	aggregator->taken = 0;
	td_model_store_forget(&aggregator->store);
	if (aggregator->state != TD_SHARD_OPENING)
		step(aggregator, TD_SHARD_LOST);
}

void td_model_aggregator_lose_reply(td_model_aggregator_t *aggregator)
{
	if (aggregator->write == TD_MODEL_WRITE_CLAIM)
		aggregator->owner = aggregator->next_head.owner;
	td_model_aggregator_lose(aggregator);
}

static void put_head(td_model_aggregator_t *aggregator, td_model_write_t write,
		     const td_head_t *head)
{
	aggregator->next_head = *head;
	aggregator->write = write;
	aggregator->phase = TD_MODEL_WATCH;
}

/* Whether the verdict before the hint is the one that was read there. */
static bool goes_on(const td_model_log_t *log, const td_head_t *head)
{
	return head->verdict_hint == 0 ||
	       (head->verdict_hint <= log->count &&
		log->records[head->verdict_hint - 1].append_ms == head->verdict_hint_append_ms);
}

static bool is_folded(td_slice_t bytes, uint64_t next)
{
	Thidua__V1__Verdict *verdict = thidua__v1__verdict__unpack(NULL, bytes.size, bytes.data);
	if (verdict == NULL)
		abort();
	bool folded = td_verdict_through(verdict) < next;
	thidua__v1__verdict__free_unpacked(verdict, NULL);
	return folded;
}

/* Moves the hint to the first verdict before it that was not folded, unless the log goes on there.
 */
static void find_start(const td_model_log_t *log, td_head_t *head)
{
	size_t at = 0, until = (size_t)head->verdict_hint;
	if (goes_on(log, head))
		return;
	if (until > log->count)
		until = log->count;
	while (at < until && is_folded(log->records[at].bytes, head->position.next))
		at++;
	head->verdict_hint = at;
	head->verdict_hint_append_ms = at > 0 ? log->records[at - 1].append_ms : 0;
}

/* Claims the shard by the next owner number, or sees that another has it. */
static void open_shard(td_model_aggregator_t *aggregator)
{
	td_head_t head;
	td_model_store_head(&aggregator->store, &aggregator->stored);
	td_slice_t found = {aggregator->stored.bytes, aggregator->stored.size};
	if (found.size == 0) {
		td_head_init(0, &head);
		head.state = STATE(CLEARING);
	} else if (!td_head_unpack(found, &head, &aggregator->err)) {
		aggregator->wrong = "there is a head that cannot be read";
		return;
	}
	if (aggregator->owner > 0 && head.owner > aggregator->owner) {
		step(aggregator, TD_SHARD_FOUND_OTHER_OWNER);
		return;
	}
	find_start(aggregator->verdicts, &head);
	head.owner = (head.owner > aggregator->owner ? head.owner : aggregator->owner) + 1;
	put_head(aggregator, TD_MODEL_WRITE_CLAIM, &head);
}

static void start_reading(td_model_aggregator_t *aggregator)
{
	aggregator->next_verdict = (size_t)aggregator->head.verdict_hint;
	aggregator->rebuilt_at = aggregator->verdicts->count;
	aggregator->taken = 0;
	td_batch_begin(aggregator->batch, &aggregator->head);
}

static void claimed(td_model_aggregator_t *aggregator)
{
	aggregator->owner = aggregator->head.owner;
	switch (aggregator->head.state) {
	case STATE(LIVE):
		start_reading(aggregator);
		step(aggregator, TD_SHARD_FOUND_LIVE);
		break;
	case STATE(REBUILDING):
		start_reading(aggregator);
		step(aggregator, TD_SHARD_FOUND_REBUILDING);
		break;
	case STATE(CLEARING):
		step(aggregator, TD_SHARD_FOUND_CLEARING);
		break;
	default:
		aggregator->wrong = "the shard stands still";
		break;
	}
}

/* What follows a write that went through. */
static void go_on(td_model_aggregator_t *aggregator)
{
	aggregator->phase = TD_MODEL_TAKING;
	if (aggregator->write != TD_MODEL_WRITE_UNLINK) {
		aggregator->stored = aggregator->written;
		aggregator->head = aggregator->next_head;
	}
	switch (aggregator->write) {
	case TD_MODEL_WRITE_CLAIM:
		claimed(aggregator);
		break;
	case TD_MODEL_WRITE_BATCH:
		aggregator->taken = 0;
		aggregator->written_count++;
		td_model_store_forget(&aggregator->store);
		td_batch_begin(aggregator->batch, &aggregator->head);
		break;
	case TD_MODEL_WRITE_TORN:
		step(aggregator, TD_SHARD_TORN);
		break;
	case TD_MODEL_WRITE_UNLINK:
		break;
	case TD_MODEL_WRITE_CLEARED:
		step(aggregator, TD_SHARD_CLEARED);
		start_reading(aggregator);
		break;
	case TD_MODEL_WRITE_CAUGHT_UP:
		step(aggregator, TD_SHARD_CAUGHT_UP);
		td_batch_begin(aggregator->batch, &aggregator->head);
		break;
	}
}

/* A fold or sum that cannot be: the shard is cleared and made anew. */
static void torn(td_model_aggregator_t *aggregator)
{
	td_head_t head = aggregator->head;
	if (aggregator->err.code != TD_EINTEGRITY) {
		aggregator->wrong = "a batch failed though nothing is wrong with its states";
		return;
	}
	aggregator->taken = 0;
	head.state = STATE(CLEARING);
	put_head(aggregator, TD_MODEL_WRITE_TORN, &head);
}

static td_model_exec_t execute(td_model_aggregator_t *aggregator)
{
	if (aggregator->write == TD_MODEL_WRITE_UNLINK)
		return td_model_store_unlink_one(&aggregator->store);
	return td_model_store_exec(&aggregator->store,
				   aggregator->write == TD_MODEL_WRITE_BATCH ? aggregator->batch
									     : NULL,
				   &aggregator->next_head, &aggregator->written);
}

/* The next step of what is under way. */
static void move(td_model_aggregator_t *aggregator)
{
	td_batch_t *batch = aggregator->batch;
	td_model_phase_t phase = aggregator->phase;
	aggregator->phase++;
	switch (phase) {
	case TD_MODEL_STATES:
		td_model_store_read(&aggregator->store, td_batch_states(batch));
		break;
	case TD_MODEL_FOLD:
		if (!td_batch_fold(batch, &aggregator->err))
			torn(aggregator);
		break;
	case TD_MODEL_CELLS:
		td_model_store_read(&aggregator->store, td_batch_cells(batch));
		break;
	case TD_MODEL_FINISH:
		if (!td_batch_finish(batch, &aggregator->err))
			torn(aggregator);
		else
			aggregator->next_head = *td_batch_head(batch);
		break;
	case TD_MODEL_WATCH:
		if (!td_model_store_watch(&aggregator->store, &aggregator->stored))
			td_model_aggregator_lose(aggregator);
		else if (aggregator->write != TD_MODEL_WRITE_BATCH)
			aggregator->phase = TD_MODEL_EXEC;
		break;
	case TD_MODEL_EXEC:
		aggregator->outcome = execute(aggregator);
		break;
	default:
		if (aggregator->outcome == TD_MODEL_EXEC_DONE)
			go_on(aggregator);
		else
			td_model_aggregator_lose(aggregator);
		break;
	}
}

/* One verdict into the batch, or the batch on its way when it is full or nothing more comes. */
static bool follow(td_model_aggregator_t *aggregator)
{
	const td_model_log_t *log = aggregator->verdicts;
	if (aggregator->next_verdict > log->count) { /* out of range: it was cut */
		td_model_aggregator_lose(aggregator);
		return true;
	}
	if (aggregator->next_verdict < log->count && aggregator->taken < aggregator->batch_max) {
		const td_model_record_t *record = &log->records[aggregator->next_verdict];
		td_added_t added =
			td_batch_add(aggregator->batch, record->bytes, aggregator->next_verdict,
				     record->append_ms, &aggregator->err);
		if (added == TD_ADDED_STOP)
			aggregator->wrong = aggregator->err.text;
		aggregator->next_verdict++;
		aggregator->taken++;
		return true;
	}
	if (aggregator->next_verdict == log->count && log->count < aggregator->rebuilt_at)
		aggregator->rebuilt_at = log->count; /* it was cut */
	if (aggregator->taken > 0) {
		aggregator->write = TD_MODEL_WRITE_BATCH;
		aggregator->phase = TD_MODEL_WATCH;
		return true;
	}
	if (aggregator->state != TD_SHARD_REBUILDING ||
	    aggregator->next_verdict < aggregator->rebuilt_at)
		return false;
	td_head_t head = aggregator->head;
	head.state = STATE(LIVE);
	put_head(aggregator, TD_MODEL_WRITE_CAUGHT_UP, &head);
	return true;
}

static void clear(td_model_aggregator_t *aggregator)
{
	td_head_t head;
	if (td_model_store_has_more(&aggregator->store)) {
		aggregator->write = TD_MODEL_WRITE_UNLINK;
		aggregator->phase = TD_MODEL_WATCH;
		return;
	}
	td_head_init(0, &head);
	head.owner = aggregator->owner;
	head.state = STATE(REBUILDING);
	put_head(aggregator, TD_MODEL_WRITE_CLEARED, &head);
}

/* While nothing comes it looks from time to time whether head and log are still those it knows. */
static bool look(td_model_aggregator_t *aggregator)
{
	if (td_model_store_watch(&aggregator->store, &aggregator->stored) &&
	    goes_on(aggregator->verdicts, &aggregator->head))
		return false;
	td_model_aggregator_lose(aggregator);
	return true;
}

/* Superseded: when the shard stands still for long though there is something to do, its owner died
 * without another being assigned: it is ours again. */
static bool take_back(td_model_aggregator_t *aggregator)
{
	td_model_head_t before = aggregator->stored;
	td_head_t head;
	td_model_store_head(&aggregator->store, &aggregator->stored);
	td_slice_t found = {aggregator->stored.bytes, aggregator->stored.size};
	if (!td_slice_equal(found, (td_slice_t){before.bytes, before.size})) {
		aggregator->looks = 0;
		return true;
	}
	bool idle = td_head_unpack(found, &head, &aggregator->err) && head.state == STATE(LIVE) &&
		    head.verdict_hint >= aggregator->verdicts->count &&
		    goes_on(aggregator->verdicts, &head);
	if (!idle && ++aggregator->looks == PATIENCE)
		start(aggregator);
	return !idle;
}

bool td_model_aggregator_step(td_model_aggregator_t *aggregator)
{
	if (!td_model_store_connected(&aggregator->store) &&
	    aggregator->state != TD_SHARD_SUPERSEDED) {
		if (aggregator->phase >= TD_MODEL_EXEC)
			td_model_aggregator_lose_reply(aggregator);
		else
			td_model_aggregator_lose(aggregator);
		return true;
	}
	if (aggregator->phase != TD_MODEL_TAKING) {
		move(aggregator);
		return true;
	}
	switch (aggregator->state) {
	case TD_SHARD_OPENING:
		open_shard(aggregator);
		return true;
	case TD_SHARD_CLEARING:
		clear(aggregator);
		return true;
	case TD_SHARD_REBUILDING:
	case TD_SHARD_LIVE:
		return follow(aggregator) || look(aggregator);
	default:
		return take_back(aggregator);
	}
}
