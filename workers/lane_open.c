/* From a new assignment to the first event that is judged. */
#include "workers/lane.h"

#include <inttypes.h>

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
	lane->last_delivered = -1;
	lane->out = td_kafka_producer_topic(shared->producer, lane->verdict_topic, lane, &err);
	if (lane->out)
		lane->verdicts = td_kafka_reader_open(
			shared->reader, lane->verdict_topic,
			(td_kafka_start_t){TD_KAFKA_FROM_TAIL, TD_TAIL_RECORDS}, lane, &err);
	if (!lane->verdicts) {
		td_lane_say(lane, TD_LOG_WARN, "waits", &err);
		return;
	}
	td_lane_step(lane, TD_PARTITION_READY);
}

/* Opens the raw log where the tail says. */
static void go_on(td_lane_t *lane)
{
	uint64_t from = lane->tail.event ? lane->tail.event_offset : lane->tail.next;
	td_err_t err;

	td_kafka_stream_close(lane->verdicts);
	lane->verdicts = NULL;
	lane->next = lane->tail.next;
	lane->raw = td_kafka_reader_open(lane->shared->reader, lane->raw_topic,
					 (td_kafka_start_t){TD_KAFKA_FROM_OFFSET, (int64_t)from},
					 lane, &err);
	if (!lane->raw) {
		td_lane_unsure(lane, &err);
		return;
	}
	td_lane_step(lane, lane->tail.event ? TD_PARTITION_TAIL_READ : TD_PARTITION_TAIL_PLAIN);
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
	if (!td_tail_take(&lane->tail, verdict))
		return;
	td_buf_clear(&lane->judged);
	td_buf_add_slice(&lane->judged, td_tail_event_bytes(verdict));
}

/* An error while the log is being looked at; `what` names the log. */
static void take_error(td_lane_t *lane, const td_kafka_item_t *item, const char *what)
{
	td_err_t err;

	(void)td_err_set(&err, td_kafka_class_code(item->error), "%s at offset %" PRId64 ": %s",
			 what, item->offset, item->why);
	if (item->error == TD_KAFKA_RETRY)
		td_lane_say(lane, TD_LOG_WARN, "waits", &err);
	else if (item->error == TD_KAFKA_LOST ||
		 (item->error == TD_KAFKA_DATA && item->repeats >= TD_LANE_UNREADABLE_AT))
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
		/* The first offset may have moved while it was asked for. */
		take_error(lane, item, lane->verdict_topic);
		return;
	}
}

static void compare(td_lane_t *lane, const td_raw_t *raw)
{
	td_err_t err;

	if (!td_tail_compare(&lane->tail, td_buf_slice(&lane->judged), raw, &err)) {
		td_lane_stop(lane, &err);
		return;
	}
	/* Absent offsets above it may be a batch that cannot be read: go round it. */
	if (lane->next > raw->offset + 1 &&
	    !td_kafka_stream_seek(lane->raw, (int64_t)lane->next, &err)) {
		td_lane_unsure(lane, &err);
		return;
	}
	td_lane_step(lane, TD_PARTITION_SAME);
}

void td_lane_take_compared(td_lane_t *lane, const td_kafka_item_t *item)
{
	td_raw_t raw = {(uint64_t)item->offset, item->append_ms, item->value};
	td_err_t err;

	switch (item->kind) {
	case TD_KAFKA_ITEM_RECORD:
		if (raw.offset >= lane->tail.event_offset)
			compare(lane, &raw);
		return;
	case TD_KAFKA_ITEM_END:
		(void)td_err_set(&err, TD_EINTEGRITY,
				 "raw offset %" PRIu64 " was judged, but the log ends at %" PRId64
				 ": it was cut or replaced",
				 lane->tail.event_offset, item->offset);
		td_lane_stop(lane, &err);
		return;
	case TD_KAFKA_ITEM_ERROR:
		if (item->error == TD_KAFKA_LOST) {
			(void)td_err_set(&err, TD_EINTEGRITY,
					 "raw offset %" PRIu64 " was judged, but is not in the "
					 "log any more: it was cut or replaced",
					 lane->tail.event_offset);
			td_lane_stop(lane, &err);
			return;
		}
		take_error(lane, item, lane->raw_topic);
		return;
	}
}
