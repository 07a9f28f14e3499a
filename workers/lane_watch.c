/*
 * Whether the raw log still is the one that is judged. A topic that was deleted and made anew, or
 * cut, and has grown longer than before, is read on at the old offset, and no error tells. So an
 * event that was judged a while ago is read again now and then.
 */
#include "workers/lane.h"

static void close_watch(td_lane_t *lane)
{
	td_kafka_stream_close(lane->watch);
	lane->watch = NULL;
}

void td_lane_watch(td_lane_t *lane)
{
	td_err_t err;

	if (lane->shared->now_ms < lane->watch_ms || !lane->newest.any || lane->fill)
		return;
	lane->watch_ms = lane->shared->now_ms + TD_LANE_WATCH_MS;
	close_watch(lane);
	lane->watch = td_kafka_reader_open(
		lane->shared->watch, lane->raw_topic,
		(td_kafka_start_t){TD_KAFKA_FROM_OFFSET, (int64_t)lane->newest.offset}, lane, &err);
	if (!lane->watch) {
		td_lane_say(lane, TD_LOG_WARN, "cannot_compare", &err);
		return;
	}
	td_log(TD_LOG_DEBUG, "compares", td_log_text("reporter", lane->reporter),
	       td_log_int("offset", (int64_t)lane->newest.offset));
	/* An event that is judged before the answer comes must not take its place. */
	lane->compared = false;
}

void td_lane_take_watched(td_lane_t *lane, const td_kafka_item_t *item)
{
	td_raw_t raw = {(uint64_t)item->offset, item->append_ms, item->value};
	td_err_t err;

	if (item->stream != lane->watch)
		return;
	if (item->kind == TD_KAFKA_ITEM_RECORD) {
		close_watch(lane);
		lane->compared = td_witness_compare(&lane->newest, &raw, &err);
		if (!lane->compared)
			td_lane_stop(lane, &err);
	} else if (item->kind == TD_KAFKA_ITEM_END || item->error == TD_KAFKA_LOST) {
		(void)td_witness_lost(&lane->newest, &err);
		td_lane_stop(lane, &err);
	}
}
