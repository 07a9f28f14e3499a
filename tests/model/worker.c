#include "tests/model/worker.h"

#include "tests/model/told.h"

#include <stdlib.h>

#define NO_RECORD THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD

void td_model_worker_init(td_model_worker_t *worker, const td_model_judging_t *with)
{
	*worker = (td_model_worker_t){.with = with,
				      .oldest = td_witness_make(),
				      .newest = td_witness_make(),
				      .last_delivered = -1};
}

void td_model_worker_free(td_model_worker_t *worker)
{
	td_witness_free(&worker->oldest);
	td_witness_free(&worker->newest);
}

static void step(td_model_worker_t *worker, td_partition_event_t event)
{
	if (!td_partition_step(&worker->state, event))
		worker->wrong = "a step of its life was refused";
}

/* A copy that lives as long as the logs. */
static td_slice_t keep(const td_model_judging_t *with, td_slice_t bytes)
{
	uint8_t *copy = td_buf_extend(with->kept, bytes.size);
	if (copy == NULL)
		abort();
	memcpy(copy, bytes.data, bytes.size);
	return (td_slice_t){copy, bytes.size};
}

static td_slice_t judge(const td_model_judging_t *with, const td_raw_t *raw)
{
	td_slice_t packed;
	td_arena_reset(with->arena);
	if (!td_verdict_judge(raw, TD_TOLD_REPORTER, with->reference, with->arena, &packed))
		abort();
	return keep(with, packed);
}

static td_slice_t absent(const td_model_judging_t *with, uint64_t first, uint64_t last)
{
	td_slice_t packed;
	td_arena_reset(with->arena);
	if (!td_verdict_absent(first, last, NO_RECORD, "", with->arena, &packed))
		abort();
	return keep(with, packed);
}

static td_raw_t raw_at(const td_model_judging_t *with, size_t offset)
{
	const td_model_record_t *record = &with->raw->records[offset];
	return (td_raw_t){offset, record->append_ms, record->bytes};
}

/* The first record at `offset` or above; the log's end when there is none. */
static size_t find_raw(const td_model_judging_t *with, size_t offset)
{
	while (offset < with->raw_count && !with->raw->records[offset].is_there)
		offset++;
	return offset;
}

static void open_tail(td_model_worker_t *worker)
{
	size_t end = worker->with->verdicts->count;
	worker->tail = (td_tail_t){0};
	td_witness_clear(&worker->oldest);
	td_witness_clear(&worker->newest);
	worker->tail_at = end > TD_TAIL_RECORDS ? end - TD_TAIL_RECORDS : 0;
	worker->tail_end = end;
	worker->last_delivered = -1;
	worker->report_count = 0;
	worker->has_raw = false;
	worker->verdict = (td_slice_t){NULL, 0};
	step(worker, TD_PARTITION_READY);
}

/* Where the tail says that it goes on, once its oldest and newest event were compared. */
static void go_on(td_model_worker_t *worker)
{
	worker->next = td_tail_start(&worker->tail, 0);
	worker->comparing = &worker->oldest;
	worker->read_at = (size_t)(worker->oldest.any ? worker->oldest.offset : worker->next);
	step(worker, worker->oldest.any ? TD_PARTITION_TAIL_READ : TD_PARTITION_TAIL_PLAIN);
}

static void take_tail(td_model_worker_t *worker)
{
	const td_model_log_t *log = worker->with->verdicts;
	if (worker->tail_at >= worker->tail_end || worker->tail_at >= log->count) {
		go_on(worker);
		return;
	}
	td_slice_t bytes = log->records[worker->tail_at++].bytes;
	td_arena_reset(worker->with->arena);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(bytes.data, bytes.size, worker->with->arena);
	if (verdict == NULL) {
		worker->wrong = "the verdict log holds no verdict";
		return;
	}
	td_raw_t event = {verdict->raw_offset, verdict->append_ms, td_verdict_raw(verdict)};
	unsigned kept = td_tail_take(&worker->tail, verdict);
	if ((kept & TD_TAIL_OLDEST) != 0)
		td_witness_keep(&worker->oldest, &event);
	if ((kept & TD_TAIL_NEWEST) != 0)
		td_witness_keep(&worker->newest, &event);
}

static void compare(td_model_worker_t *worker)
{
	size_t offset = find_raw(worker->with, worker->read_at);
	td_err_t err;
	if (offset == worker->with->raw_count) {
		worker->wrong = "what was judged is not in the raw log";
		return;
	}
	td_raw_t raw = raw_at(worker->with, offset);
	if (!td_witness_compare(worker->comparing, &raw, &err))
		worker->wrong = "what was judged is another event";
	bool newest = worker->comparing == &worker->newest;
	worker->comparing = &worker->newest;
	worker->read_at = (size_t)(newest ? worker->next : worker->newest.offset);
	if (newest)
		step(worker, TD_PARTITION_SAME);
}

/* Nothing is at next..offset-1: true when a verdict says so now, or waits for room. */
static bool pass_jump(td_model_worker_t *worker, size_t offset)
{
	if (td_partition_arrival(worker->next, offset) != TD_ARRIVAL_BEHIND)
		return false;
	if (worker->line.count < TD_MODEL_LINE_MAX &&
	    td_model_line_push(&worker->line, absent(worker->with, worker->next, offset - 1)))
		worker->next = offset;
	return true;
}

/* Reads, judges, sends: one of them. */
static bool run(td_model_worker_t *worker)
{
	if (worker->verdict.data != NULL) {
		if (!td_model_line_push(&worker->line, worker->verdict))
			return false;
		worker->next = worker->raw.offset + 1;
		worker->verdict = (td_slice_t){NULL, 0};
		return true;
	}
	if (worker->has_raw) {
		if (!pass_jump(worker, (size_t)worker->raw.offset)) {
			worker->verdict = judge(worker->with, &worker->raw);
			worker->has_raw = false;
		}
		return worker->line.count < TD_MODEL_LINE_MAX;
	}
	size_t offset = find_raw(worker->with, worker->read_at);
	if (offset == worker->with->raw_count)
		return pass_jump(worker, offset);
	worker->raw = raw_at(worker->with, offset);
	worker->has_raw = td_partition_arrival(worker->next, offset) != TD_ARRIVAL_PAST;
	worker->read_at = offset + 1;
	return true;
}

static void hear_report(td_model_worker_t *worker)
{
	int64_t offset = worker->reported[0];
	worker->report_count--;
	memmove(worker->reported, worker->reported + 1,
		worker->report_count * sizeof worker->reported[0]);
	if (!td_partition_delivered(&worker->last_delivered, offset))
		td_model_worker_unsure(worker);
}

bool td_model_worker_step(td_model_worker_t *worker)
{
	if (worker->report_count > 0) {
		hear_report(worker);
		return true;
	}
	switch (worker->state) {
	case TD_PARTITION_IDLE:
		step(worker, TD_PARTITION_ASSIGNED);
		return true;
	case TD_PARTITION_WAITING:
		open_tail(worker);
		return true;
	case TD_PARTITION_TAIL:
		take_tail(worker);
		return true;
	case TD_PARTITION_COMPARING:
		compare(worker);
		return true;
	case TD_PARTITION_RUNNING:
		return run(worker);
	default:
		worker->wrong = "it stands still";
		return false;
	}
}

bool td_model_worker_append(td_model_worker_t *worker)
{
	if (worker->report_count == TD_MODEL_LINE_MAX)
		return false;
	int64_t offset = td_model_line_append(&worker->line, worker->with->verdicts);
	if (offset >= 0)
		worker->reported[worker->report_count++] = offset;
	return offset >= 0;
}

bool td_model_worker_append_ghost(td_model_worker_t *worker)
{
	return td_model_line_append(&worker->ghost, worker->with->verdicts) >= 0;
}

void td_model_worker_crash(td_model_worker_t *worker)
{
	worker->ghost = worker->line;
	worker->line.count = 0;
	worker->report_count = 0;
	worker->state = TD_PARTITION_IDLE;
}

void td_model_worker_unsure(td_model_worker_t *worker)
{
	worker->ghost = worker->line;
	worker->line.count = 0;
	worker->report_count = 0;
	if (worker->state != TD_PARTITION_IDLE)
		step(worker, TD_PARTITION_UNSURE);
}

void td_model_worker_again(const td_model_judging_t *with, uint64_t first, uint64_t last)
{
	for (uint64_t offset = first; offset <= last; offset++) {
		td_raw_t raw = raw_at(with, (size_t)offset);
		td_slice_t verdict = with->raw->records[offset].is_there
					     ? judge(with, &raw)
					     : absent(with, offset, offset);
		td_model_log_append(with->verdicts, verdict, ++with->verdicts->now_ms);
	}
}
