/* The steady run: one verdict for each raw offset. */
#include "workers/lane.h"

#include <inttypes.h>

#include "common/fault.h"

/* Sends a verdict that ends at raw offset `through`. */
static td_lane_took_t send(td_lane_t *lane, td_slice_t packed, uint64_t through)
{
	td_err_t err;

	switch (td_kafka_producer_send(lane->out,
				       &(td_kafka_message_t){
					       .value = packed,
					       .number = through,
					       .memory = TD_KAFKA_COPY,
				       },
				       &err)) {
	case TD_KAFKA_SENT_QUEUED:
		td_fault("worker.send");
		lane->next = through + 1;
		return TD_LANE_TOOK;
	case TD_KAFKA_SENT_FULL:
		return TD_LANE_FULL;
	case TD_KAFKA_SENT_BROKEN:
		return TD_LANE_BROKE;
	case TD_KAFKA_SENT_REFUSED:
		break;
	}
	(void)td_err_prefix(&err, "the verdict on raw offset %" PRIu64, through);
	td_lane_say(lane, TD_LOG_ERROR, "cannot_send", &err);
	lane->unsure = true;
	return TD_LANE_BROKE;
}

static td_lane_took_t send_absent(td_lane_t *lane, uint64_t first, uint64_t last,
				  Thidua__V1__AbsentReason reason, const char *decision)
{
	bool unreadable = reason == THIDUA__V1__ABSENT_REASON__ABSENT_REASON_UNREADABLE;
	td_slice_t packed;

	td_arena_reset(lane->shared->arena);
	if (!td_verdict_absent(first, last, reason, decision, lane->shared->arena, &packed))
		return TD_LANE_BROKE;
	td_lane_took_t took = send(lane, packed, last);

	if (took != TD_LANE_TOOK)
		return took;
	lane->absent_count += last - first + 1;
	td_log(unreadable ? TD_LOG_WARN : TD_LOG_INFO, "absent",
	       td_log_text("reporter", lane->reporter), td_log_int("first", (int64_t)first),
	       td_log_int("last", (int64_t)last), td_log_text("decision", decision));
	return took;
}

/* Goes on behind `through`, saying of what is due until there that it is absent. */
static td_lane_took_t pass(td_lane_t *lane, uint64_t through, Thidua__V1__AbsentReason reason,
			   const char *decision)
{
	uint64_t first, last;

	while (td_lane_due(lane, through, &first, &last)) {
		td_lane_took_t took = send_absent(lane, first, last, reason, decision);

		if (took != TD_LANE_TOOK)
			return took;
	}
	if (lane->next <= through)
		lane->next = through + 1;
	return TD_LANE_TOOK;
}

/* Says that the log cannot be read at lane->next, and again while it lasts. */
static void say_blocked(td_lane_t *lane, const char *why)
{
	td_err_t err;

	(void)td_err_set(&err, TD_EDATA,
			 "%s cannot be read at offset %" PRIu64 ": %s; look at the log there; what "
			 "is lost for good is passed by thidua-admin absent",
			 lane->raw_topic, lane->next, why);
	td_lane_say(lane, TD_LOG_ERROR, "unreadable", &err);
}

/* Waits for a decision about lane->next; others flow on. */
static void block(td_lane_t *lane, const char *why)
{
	td_lane_step(lane, TD_PARTITION_UNREADABLE);
	lane->limit = (td_log_limit_t){0};
	lane->retry_ms = 0;
	say_blocked(lane, why);
}

/* Offsets lane->next..offset-1 hold nothing that a reader gets, if the library did not go round a
 * batch that it cannot read. */
static td_lane_took_t pass_jump(td_lane_t *lane, uint64_t offset)
{
	if (td_partition_arrival(lane->next, offset) != TD_ARRIVAL_BEHIND)
		return TD_LANE_TOOK;
	if (lane->unreadable) {
		block(lane, "a damaged batch");
		return TD_LANE_TOOK;
	}
	return pass(lane, offset - 1, THIDUA__V1__ABSENT_REASON__ABSENT_REASON_NO_RECORD, "");
}

/* Judges `raw`, which lies at lane->next, and sends the verdict. */
static td_lane_took_t judge(td_lane_t *lane, const td_raw_t *raw)
{
	td_lane_context_t *shared = lane->shared;
	td_slice_t packed;
	td_err_t err;

	td_fault("worker.read");
	td_arena_reset(shared->arena);
	const td_version_t *version = td_books_version(shared->books, raw->append_ms);

	if (!version ||
	    !td_verdict_judge(raw, lane->reporter, version->reference, shared->arena, &packed)) {
		(void)td_err_set(&err, TD_EMEMORY,
				 "raw offset %" PRIu64 " of %zu bytes: no room for its verdict",
				 raw->offset, raw->bytes.size);
		td_lane_unsure(lane, &err);
		return TD_LANE_TOOK;
	}
	td_fault("worker.judged");
	td_lane_took_t took = send(lane, packed, raw->offset);

	if (took != TD_LANE_TOOK)
		return took;
	lane->judged_count++;
	if (lane->compared) {
		td_witness_keep(&lane->newest, raw);
		lane->compared = false;
	}
	return took;
}

static td_lane_took_t take_record(td_lane_t *lane, const td_kafka_item_t *item)
{
	td_raw_t raw = {(uint64_t)item->offset, item->append_ms, item->value};
	uint64_t first, last;
	td_err_t err;

	if (td_partition_arrival(lane->next, raw.offset) == TD_ARRIVAL_PAST)
		return TD_LANE_TOOK;
	if (!item->by_broker) {
		(void)td_err_set(&err, TD_ECONFIG,
				 "%s: offset %" PRIu64 " has the producer's time; set "
				 "message.timestamp.type=LogAppendTime",
				 lane->raw_topic, raw.offset);
		td_lane_unsure(lane, &err);
		return TD_LANE_TOOK;
	}
	td_lane_took_t took = pass_jump(lane, raw.offset);

	if (took != TD_LANE_TOOK || lane->state != TD_PARTITION_RUNNING)
		return took;
	lane->unreadable = false;
	if (td_lane_due(lane, raw.offset, &first, &last))
		return judge(lane, &raw);
	lane->next = raw.offset + 1;
	return TD_LANE_TOOK;
}

/* The next offset is not in the log: below its first one, or behind its last. */
static void lost(td_lane_t *lane, const char *why)
{
	int64_t low = 0, high = 0;
	td_err_t err;

	if (!td_kafka_reader_bounds(lane->shared->reader, lane->raw_topic, &low, &high, &err)) {
		td_lane_unsure(lane, &err);
		return;
	}
	if (lane->next < (uint64_t)low) {
		block(lane, "the log begins behind it");
		return;
	}
	(void)td_err_set(&err, TD_EINTEGRITY, "%s: offset %" PRIu64 ": %s", lane->raw_topic,
			 lane->next, why);
	if (lane->next > (uint64_t)high) /* the comparison will say what happened */
		td_lane_unsure(lane, &err);
	else if (!td_kafka_stream_seek(lane->raw, (int64_t)lane->next, &err))
		td_lane_unsure(lane, &err);
}

static void take_error(td_lane_t *lane, const td_kafka_item_t *item)
{
	td_err_t err;

	(void)td_err_set(&err, td_kafka_class_code(item->error), "%s at offset %" PRIu64 ": %s",
			 lane->raw_topic, lane->next, item->why);
	switch (item->error) {
	case TD_KAFKA_LOST:
		lost(lane, item->why);
		return;
	case TD_KAFKA_DATA:
		lane->unreadable = true;
		if (item->repeats >= TD_LANE_UNREADABLE_AT)
			block(lane, item->why);
		return;
	case TD_KAFKA_FINE:
	case TD_KAFKA_RETRY:
		td_lane_say(lane, TD_LOG_WARN, "waits", &err);
		return;
	case TD_KAFKA_RECREATE:
	case TD_KAFKA_REFUSED:
		td_lane_unsure(lane, &err);
		return;
	}
}

td_lane_took_t td_lane_judge(td_lane_t *lane, const td_kafka_item_t *item)
{
	switch (item->kind) {
	case TD_KAFKA_ITEM_RECORD:
		return take_record(lane, item);
	case TD_KAFKA_ITEM_END:
		return pass_jump(lane, (uint64_t)item->offset);
	case TD_KAFKA_ITEM_ERROR:
		break;
	}
	take_error(lane, item);
	return TD_LANE_TOOK;
}

td_lane_took_t td_lane_decide(td_lane_t *lane)
{
	const Thidua__V1__AbsentDecision *decision = td_decisions_find(
		td_books_decisions(lane->shared->books), lane->raw_topic, lane->next);
	td_err_t err;

	lane->retry_ms = lane->shared->now_ms + TD_LANE_DECIDE_MS;
	if (!decision) {
		say_blocked(lane, "no decision yet");
		return TD_LANE_TOOK;
	}
	td_lane_took_t took =
		pass(lane, decision->through_offset,
		     THIDUA__V1__ABSENT_REASON__ABSENT_REASON_UNREADABLE, decision->decision);

	if (took == TD_LANE_FULL)
		return TD_LANE_TOOK; /* the next turn tries again */
	if (took != TD_LANE_TOOK)
		return took;
	td_lane_step(lane, TD_PARTITION_DECIDED);
	if (!td_kafka_stream_seek(lane->raw, (int64_t)lane->next, &err))
		td_lane_unsure(lane, &err);
	return TD_LANE_TOOK;
}
