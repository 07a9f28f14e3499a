/*
 * A log that begins in an archive, since its cluster was lost (thidua.decisions says so). What lies
 * there was judged by thidua-audit restore; a lane goes on behind it, never before that is done.
 */
#include "workers/lane.h"

#include <inttypes.h>

/* Whether the topic and the verdict log are as restore leaves them. */
static bool is_ready(const td_lane_t *lane, uint64_t end, int64_t low, td_err_t *err)
{
	const td_tail_t *tail = &lane->tail;
	bool whole = tail->count < TD_TAIL_RECORDS;
	if ((uint64_t)low < end)
		return td_err_set(err, TD_ECONFIG,
				  "%s begins at offset %" PRId64 ", but goes on from an archive at "
				  "%" PRIu64 ": call thidua-audit restore again",
				  lane->raw_topic, low, end);
	if (end > 0 && (tail->next < end || (whole && tail->first > 0)))
		return td_err_set(err, TD_ECONFIG,
				  "%s does not have the verdicts on raw offsets 0..%" PRIu64
				  ", which lie in an archive: thidua-audit restore writes them",
				  lane->verdict_topic, end - 1);
	if (lane->fill && lane->fill->first < end)
		return td_err_set(err, TD_ECONFIG,
				  "raw offsets below %" PRIu64
				  " of %s lie in an archive and cannot be "
				  "judged here",
				  end, lane->reporter);
	return true;
}

/* The newest event that was judged lies in the archive: it must be the last one there. */
static bool is_last(const td_lane_t *lane, const Thidua__V1__RestoredLog *log, td_err_t *err)
{
	const td_raw_t newest = {lane->newest.offset, lane->newest.append_ms,
				 td_buf_slice(&lane->newest.bytes)};
	return td_decisions_is_event(log->last, &newest) ||
	       td_err_set(err, TD_EINTEGRITY,
			  "raw offset %" PRIu64 " was judged, but it is not the last event of the "
			  "archive with which %s begins",
			  newest.offset, lane->raw_topic);
}

bool td_lane_begin_restored(td_lane_t *lane, int64_t low)
{
	td_err_t err;
	const Thidua__V1__RestoredLog *log =
		td_decisions_restored(td_books_decisions(lane->shared->books), lane->reporter);
	if (!log)
		return true;
	if (!is_ready(lane, log->end_offset, low, &err)) {
		td_lane_unsure(lane, &err);
		return false;
	}
	if (lane->newest.any && lane->newest.offset < log->end_offset) {
		if (!is_last(lane, log, &err)) {
			td_lane_stop(lane, &err);
			return false;
		}
		/* There is nothing in the topic to compare. */
		td_witness_clear(&lane->oldest);
		td_witness_clear(&lane->newest);
	} else if (lane->oldest.any && lane->oldest.offset < log->end_offset) {
		td_witness_keep(&lane->oldest,
				&(td_raw_t){lane->newest.offset, lane->newest.append_ms,
					    td_buf_slice(&lane->newest.bytes)});
	}
	return true;
}
