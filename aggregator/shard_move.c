/* A shard's batches on their way to Redis: one is under way while the other takes verdicts. */
#include "aggregator/shard_internal.h"

#include "common/fault.h"

/* Reads, folds and sends the batch; err and what became of it when it was not sent. */
static td_stored_t move(td_shard_t *shard, td_err_t *err)
{
	td_fault("aggregator.read");
	td_stored_t stored = td_store_watch(shard->store, &shard->stored, err);
	if (stored != TD_STORED_DONE)
		return stored;
	stored = td_store_read(shard->store, td_batch_states(shard->batch), err);
	if (stored != TD_STORED_DONE)
		return stored;
	if (!td_batch_fold(shard->batch, err))
		return err->code == TD_EINTEGRITY ? TD_STORED_TORN : TD_STORED_AWAY;
	td_fault("aggregator.folded");
	stored = td_store_read(shard->store, td_batch_cells(shard->batch), err);
	if (stored != TD_STORED_DONE)
		return stored;
	if (!td_batch_finish(shard->batch, err))
		return err->code == TD_EINTEGRITY ? TD_STORED_TORN : TD_STORED_AWAY;
	td_store_write_t write = {.expected = &shard->stored,
				  .head = td_batch_head(shard->batch),
				  .entries = td_batch_writes(shard->batch)};
	write.deletes = td_batch_deletes(shard->batch, &write.delete_count);
	return td_store_write_begin(shard->store, &write, err);
}

/* A batch was not written. */
static void give_up(td_shard_t *shard, td_stored_t stored, const td_err_t *err, int64_t now_ms)
{
	if (stored == TD_STORED_TORN)
		td_shard_torn(shard, err, now_ms);
	else if (err->code == TD_EDATA)
		td_shard_contradicted(shard, err, now_ms);
	else
		td_shard_lost(shard, err, now_ms);
}

bool td_shard_settle(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	if (!td_store_writing(shard->store))
		return true;
	td_stored_t stored = td_store_write_end(shard->store, &shard->stored, &err);
	if (stored != TD_STORED_DONE) {
		give_up(shard, stored, &err, now_ms);
		return false;
	}
	shard->head = shard->sent_head;
	shard->done_verdict = shard->sent_verdict;
	shard->failures = 0;
	return true;
}

bool td_shard_flush(td_shard_t *shard, int64_t now_ms)
{
	td_err_t err;
	if (shard->batch_since_ms < 0)
		return true;
	if (!td_shard_settle(shard, now_ms))
		return false;
	td_stored_t stored = move(shard, &err);
	if (stored != TD_STORED_DONE) {
		give_up(shard, stored, &err, now_ms);
		return false;
	}
	td_batch_t *sent = shard->batch;
	shard->sent_head = *td_batch_head(sent);
	shard->sent_verdict = shard->next_verdict;
	shard->sent_ms = now_ms;
	shard->batch = shard->other_batch;
	shard->other_batch = sent;
	shard->batch_since_ms = -1;
	td_batch_begin(shard->batch, &shard->sent_head);
	return true;
}
