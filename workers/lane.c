#include "workers/lane.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/fault.h"

td_lane_t *td_lane_new(td_lane_context_t *shared, const char *reporter)
{
	td_lane_t *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->shared = shared;
	(void)snprintf(lane->reporter, sizeof(lane->reporter), "%s", reporter);
	td_topic_raw(reporter, lane->raw_topic);
	td_topic_verdicts(reporter, shared->generation, lane->verdict_topic);
	lane->oldest = td_witness_make();
	lane->newest = td_witness_make();
	lane->last_delivered = lane->done = -1;
	return lane;
}

void td_lane_free(td_lane_t *lane)
{
	if (!lane)
		return;
	td_witness_free(&lane->oldest);
	td_witness_free(&lane->newest);
	if (lane->fill)
		td_missing_free(lane->fill->missing);
	free(lane->fill);
	free(lane);
}

void td_lane_step(td_lane_t *lane, td_partition_event_t event)
{
	td_partition_state_t before = lane->state;

	if (!td_partition_step(&lane->state, event)) {
		td_log(TD_LOG_ERROR, "step_refused", td_log_text("reporter", lane->reporter),
		       td_log_text("state", td_partition_state_name(before)),
		       td_log_int("step", event));
		return;
	}
	td_log(TD_LOG_DEBUG, "state", td_log_text("reporter", lane->reporter),
	       td_log_text("from", td_partition_state_name(before)),
	       td_log_text("to", td_partition_state_name(lane->state)));
}

void td_lane_say(td_lane_t *lane, td_log_level_t level, const char *event, const td_err_t *why)
{
	int64_t held = 0;

	lane->trouble = *why;
	if (td_log_allowed(&lane->limit, lane->shared->now_ms, TD_LANE_SAY_MS, &held))
		td_log(level, event, td_log_text("reporter", lane->reporter), td_log_err(why),
		       td_log_int("held_back", held));
}

static void close_streams(td_lane_t *lane)
{
	td_kafka_stream_close(lane->raw);
	td_kafka_stream_close(lane->verdicts);
	td_kafka_stream_close(lane->watch);
	lane->raw = lane->verdicts = lane->watch = NULL;
	lane->out = NULL;
	lane->unsure = lane->unreadable = false;
}

void td_lane_stop(td_lane_t *lane, const td_err_t *why)
{
	close_streams(lane);
	td_lane_step(lane, TD_PARTITION_DIFFERENT);
	lane->trouble = *why;
	td_log(TD_LOG_ERROR, "reporter_stopped", td_log_text("reporter", lane->reporter),
	       td_log_text("topic", lane->raw_topic), td_log_err(why));
}

void td_lane_unsure(td_lane_t *lane, const td_err_t *why)
{
	td_lane_say(lane, TD_LOG_WARN, "begins_again", why);
	close_streams(lane);
	td_lane_step(lane, TD_PARTITION_UNSURE);
	lane->retry_ms = lane->shared->now_ms + TD_LANE_RETRY_MS;
}

void td_lane_assign(td_lane_t *lane)
{
	td_fault("worker.assign");
	if (lane->state == TD_PARTITION_IDLE)
		td_lane_step(lane, TD_PARTITION_ASSIGNED);
	lane->retry_ms = 0;
	lane->limit = (td_log_limit_t){0};
	td_log(TD_LOG_INFO, "assigned", td_log_text("reporter", lane->reporter));
}

void td_lane_revoke(td_lane_t *lane)
{
	td_fault("worker.revoke");
	td_lane_note(lane);
	close_streams(lane);
	if (lane->state != TD_PARTITION_IDLE)
		td_lane_step(lane, TD_PARTITION_REVOKED);
	td_log(TD_LOG_INFO, "revoked", td_log_text("reporter", lane->reporter),
	       td_log_int("next", (int64_t)lane->next),
	       td_log_int("judged", (int64_t)lane->judged_count));
}

void td_lane_note(const td_lane_t *lane)
{
	if (!lane->shared->group || lane->state == TD_PARTITION_IDLE || lane->done < 0)
		return;
	td_fault("worker.commit");
	td_kafka_group_note(lane->shared->group, lane->raw_topic, lane->done);
}

void td_lane_restart(td_lane_t *lane, int64_t retry_ms)
{
	close_streams(lane);
	if (lane->state == TD_PARTITION_IDLE || lane->state == TD_PARTITION_STOPPED)
		return;
	td_lane_step(lane, TD_PARTITION_UNSURE);
	lane->retry_ms = retry_ms;
}

td_lane_took_t td_lane_turn(td_lane_t *lane)
{
	td_lane_context_t *shared = lane->shared;

	if (lane->unsure)
		return TD_LANE_BROKE;
	if (lane->state == TD_PARTITION_RUNNING)
		td_lane_watch(lane);
	if (shared->now_ms < lane->retry_ms)
		return TD_LANE_TOOK;
	if (lane->state == TD_PARTITION_WAITING)
		td_lane_open(lane);
	else if (lane->state == TD_PARTITION_BLOCKED)
		return td_lane_decide(lane);
	return TD_LANE_TOOK;
}

td_lane_took_t td_lane_take(td_lane_t *lane, const td_kafka_item_t *item)
{
	/* What was handed out before a stream was closed is not ours any more. */
	if (item->stream != lane->raw && item->stream != lane->verdicts)
		return TD_LANE_TOOK;
	switch (lane->state) {
	case TD_PARTITION_TAIL:
		td_lane_take_tail(lane, item);
		return TD_LANE_TOOK;
	case TD_PARTITION_COMPARING:
		td_lane_take_compared(lane, item);
		return TD_LANE_TOOK;
	case TD_PARTITION_RUNNING:
		return td_lane_judge(lane, item);
	default:
		return TD_LANE_TOOK;
	}
}

bool td_lane_delivered(td_lane_t *lane, const td_kafka_delivery_t *delivery)
{
	if (delivery->kind != TD_KAFKA_FINE)
		return true; /* the producer is broken, and says so itself */
	td_fault("worker.ack");
	int64_t before = lane->last_delivered;

	if (!td_partition_delivered(&lane->last_delivered, delivery->offset)) {
		td_log(TD_LOG_ERROR, "verdict_log_cut", td_log_text("reporter", lane->reporter),
		       td_log_text("topic", lane->verdict_topic),
		       td_log_int("offset", delivery->offset), td_log_int("before", before));
		return false;
	}
	lane->done = (int64_t)delivery->number + 1;
	return true;
}
