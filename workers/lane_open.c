/* From a new assignment to the first event that is judged. */
#include "workers/lane.h"

#include <inttypes.h>

#include "common/fault.h"

static const td_kafka_start_t TAIL = {TD_KAFKA_FROM_TAIL, TD_TAIL_RECORDS};
static const td_kafka_start_t WHOLE = {TD_KAFKA_FROM_BEGINNING, 0};

void td_lane_open(td_lane_t *lane)
{
	td_lane_context_t *shared = lane->shared;
	const char *why = NULL;
	td_err_t err;

	lane->retry_ms = shared->now_ms + TD_LANE_RETRY_MS;
	if (!td_books_current(shared->books, shared->now_ms, &why)) {
		lane->retry_ms = shared->now_ms + 200;
		return; /* the worker says it */
	}
	if (!td_kafka_admin_check_hot(shared->admin, lane->raw_topic, &err) ||
	    !td_kafka_admin_check_hot(shared->admin, lane->verdict_topic, &err)) {
		td_lane_say(lane, TD_LOG_ERROR, "waits", &err);
		return;
	}
	lane->tail = (td_tail_t){0};
	td_witness_clear(&lane->oldest);
	td_witness_clear(&lane->newest);
	lane->last_delivered = -1;
	lane->out = td_kafka_producer_topic(shared->producer, lane->verdict_topic, lane, &err);
	if (lane->out)
		lane->verdicts = td_kafka_reader_open(shared->reader, lane->verdict_topic,
						      lane->fill ? WHOLE : TAIL, lane, &err);
	if (!lane->verdicts || (lane->fill && !td_lane_fill_begin(lane, &err))) {
		td_lane_say(lane, TD_LOG_WARN, "waits", &err);
		return;
	}
	td_lane_step(lane, TD_PARTITION_READY);
}

/* Opens the raw log where the tail says. */
static void go_on(td_lane_t *lane)
{
	int64_t low = 0, high = 0;
	td_err_t err;

	td_kafka_stream_close(lane->verdicts);
	lane->verdicts = NULL;
	td_fault("worker.tail");
	if (!td_kafka_reader_bounds(lane->shared->reader, lane->raw_topic, &low, &high, &err)) {
		td_lane_unsure(lane, &err);
		return;
	}
	if (!td_lane_begin_restored(lane, low))
		return;
	lane->next = td_tail_start(&lane->tail, (uint64_t)low);
	if (lane->next < lane->tail.next)
		td_log(TD_LOG_WARN, "verdict_log_anew", td_log_text("reporter", lane->reporter),
		       td_log_text("topic", lane->verdict_topic),
		       td_log_int("begins", (int64_t)lane->tail.first));
	if (lane->fill)
		td_lane_fill_from(lane);
	uint64_t from = lane->oldest.any ? lane->oldest.offset : lane->next;

	lane->comparing = &lane->oldest;
	lane->compared = !lane->newest.any;
	lane->watch_ms = lane->shared->now_ms + TD_LANE_WATCH_MS;
	lane->raw = td_kafka_reader_open(lane->shared->reader, lane->raw_topic,
					 (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, (int64_t)from},
					 lane, &err);
	if (!lane->raw) {
		td_lane_unsure(lane, &err);
		return;
	}
	td_lane_step(lane, lane->oldest.any ? TD_PARTITION_TAIL_READ : TD_PARTITION_TAIL_PLAIN);
	td_log(TD_LOG_INFO, "goes_on", td_log_text("reporter", lane->reporter),
	       td_log_int("next", (int64_t)lane->next),
	       td_log_int("not_verdicts", (int64_t)lane->alien_count));
}

static void take_verdict(td_lane_t *lane, const td_kafka_item_t *item)
{
	td_arena_t *arena = lane->shared->arena;

	td_arena_reset(arena);
	const Thidua__V1__Verdict *verdict =
		td_verdict_read(item->value.data, item->value.size, arena);

	if (!verdict) {
		lane->alien_count++; /* no reader counts it either */
		return;
	}
	if (lane->fill)
		td_missing_found(lane->fill->missing, verdict->raw_offset,
				 td_verdict_through(verdict));
	td_raw_t event = {verdict->raw_offset, verdict->append_ms, td_verdict_raw(verdict)};
	unsigned kept = td_tail_take(&lane->tail, verdict);

	if (kept & TD_TAIL_OLDEST)
		td_witness_keep(&lane->oldest, &event);
	if (kept & TD_TAIL_NEWEST)
		td_witness_keep(&lane->newest, &event);
}

/* An error while the log is being looked at; `what` names the log. */
static void take_error(td_lane_t *lane, const td_kafka_item_t *item, const char *what)
{
	td_err_t err;

	(void)td_err_set(&err, td_kafka_class_code(item->error), "%s at offset %" PRId64 ": %s",
			 what, item->offset, item->why);
	if (item->error == TD_KAFKA_RETRY)
		td_lane_say(lane, TD_LOG_WARN, "waits", &err);
	else if (item->error == TD_KAFKA_DATA && item->repeats >= TD_LANE_UNREADABLE_AT)
		td_lane_stop(lane, &err);
	else if (item->error != TD_KAFKA_DATA)
		td_lane_unsure(lane, &err);
}

void td_lane_take_tail(td_lane_t *lane, const td_kafka_item_t *item)
{
	switch (item->kind) {
	case TD_KAFKA_ITEM_RECORD:
		take_verdict(lane, item);
		return;
	case TD_KAFKA_ITEM_END:
		go_on(lane);
		return;
	case TD_KAFKA_ITEM_ERROR:
		/* LOST: the first offset has moved since it was asked for. */
		take_error(lane, item, lane->verdict_topic);
		return;
	}
}

/* The oldest event of the tail tells a log that was made anew, the newest one that was cut. */
static void compare(td_lane_t *lane, const td_raw_t *raw)
{
	uint64_t next = lane->next;
	bool newest = lane->comparing == &lane->newest || lane->newest.offset == raw->offset;
	td_err_t err;

	td_fault("worker.compare");
	if (!td_witness_compare(lane->comparing, raw, &err)) {
		td_lane_stop(lane, &err);
		return;
	}
	if (!newest) {
		lane->comparing = &lane->newest;
		next = lane->newest.offset;
	}
	/* Absent offsets in between may be a batch that cannot be read: go round it. */
	if (next != raw->offset + 1 && !td_kafka_stream_seek(lane->raw, (int64_t)next, &err)) {
		td_lane_unsure(lane, &err);
		return;
	}
	lane->compared = newest;
	if (newest)
		td_lane_step(lane, TD_PARTITION_SAME);
}

void td_lane_take_compared(td_lane_t *lane, const td_kafka_item_t *item)
{
	td_raw_t raw = {(uint64_t)item->offset, item->append_ms, item->value};
	td_err_t err;

	if (item->kind == TD_KAFKA_ITEM_RECORD) {
		if (raw.offset >= lane->comparing->offset)
			compare(lane, &raw);
	} else if (item->kind == TD_KAFKA_ITEM_END || item->error == TD_KAFKA_LOST) {
		(void)td_witness_lost(lane->comparing, &err);
		td_lane_stop(lane, &err);
	} else {
		take_error(lane, item, lane->raw_topic);
	}
}
