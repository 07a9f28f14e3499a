#include "workers/partition.h"

#include <inttypes.h>

enum { NO = TD_PARTITION_STATES }; /* no such step */

/* What an event leads to in each state, in the order of td_partition_state_t:
 * idle, waiting, tail, comparing, running, blocked, stopped. */
static const uint8_t steps[TD_PARTITION_EVENTS][TD_PARTITION_STATES] = {
	[TD_PARTITION_ASSIGNED] = {TD_PARTITION_WAITING, NO, NO, NO, NO, NO, NO},
	[TD_PARTITION_READY] = {NO, TD_PARTITION_TAIL, NO, NO, NO, NO, NO},
	[TD_PARTITION_TAIL_READ] = {NO, NO, TD_PARTITION_COMPARING, NO, NO, NO, NO},
	[TD_PARTITION_TAIL_PLAIN] = {NO, NO, TD_PARTITION_RUNNING, NO, NO, NO, NO},
	[TD_PARTITION_SAME] = {NO, NO, NO, TD_PARTITION_RUNNING, NO, NO, NO},
	[TD_PARTITION_DIFFERENT] = {NO, NO, TD_PARTITION_STOPPED, TD_PARTITION_STOPPED,
				    TD_PARTITION_STOPPED, NO, NO},
	[TD_PARTITION_UNREADABLE] = {NO, NO, NO, NO, TD_PARTITION_BLOCKED, NO, NO},
	[TD_PARTITION_DECIDED] = {NO, NO, NO, NO, NO, TD_PARTITION_RUNNING, NO},
	[TD_PARTITION_UNSURE] = {NO, TD_PARTITION_WAITING, TD_PARTITION_WAITING,
				 TD_PARTITION_WAITING, TD_PARTITION_WAITING, TD_PARTITION_WAITING,
				 NO},
	[TD_PARTITION_REVOKED] = {NO, TD_PARTITION_IDLE, TD_PARTITION_IDLE, TD_PARTITION_IDLE,
				  TD_PARTITION_IDLE, TD_PARTITION_IDLE, TD_PARTITION_IDLE},
};

bool td_partition_step(td_partition_state_t *state, td_partition_event_t event)
{
	if ((unsigned)*state >= TD_PARTITION_STATES || (unsigned)event >= TD_PARTITION_EVENTS)
		return false;
	uint8_t to = steps[event][*state];

	if (to == NO)
		return false;
	*state = (td_partition_state_t)to;
	return true;
}

const char *td_partition_state_name(td_partition_state_t state)
{
	static const char *const names[TD_PARTITION_STATES] = {
		"idle", "waiting", "tail", "comparing", "running", "blocked", "stopped",
	};

	return (unsigned)state < TD_PARTITION_STATES ? names[state] : "?";
}

td_slice_t td_tail_event_bytes(const Thidua__V1__Verdict *verdict)
{
	const ProtobufCBinaryData *raw = NULL;

	if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_ENRICHED)
		raw = &verdict->enriched->raw;
	else if (verdict->outcome_case == THIDUA__V1__VERDICT__OUTCOME_REJECTED)
		raw = &verdict->rejected->raw;
	if (!raw)
		return (td_slice_t){NULL, 0};
	/* An event of no bytes is one all the same. */
	return (td_slice_t){raw->data ? raw->data : (const uint8_t *)"", raw->len};
}

bool td_tail_take(td_tail_t *tail, const Thidua__V1__Verdict *verdict)
{
	uint64_t through = td_verdict_through(verdict);

	if (!tail->any || through + 1 > tail->next)
		tail->next = through + 1;
	tail->any = true;
	if (!td_tail_event_bytes(verdict).data)
		return false;
	if (tail->event && verdict->raw_offset <= tail->event_offset)
		return false;
	tail->event = true;
	tail->event_offset = verdict->raw_offset;
	tail->event_append_ms = verdict->append_ms;
	return true;
}

bool td_tail_compare(const td_tail_t *tail, td_slice_t judged, const td_raw_t *raw, td_err_t *err)
{
	uint64_t offset = tail->event_offset;

	if (raw->offset != offset)
		return td_err_set(err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " was judged, but the log has nothing "
				  "there (next is %" PRIu64 "): it was cut or replaced",
				  offset, raw->offset);
	if (raw->append_ms != tail->event_append_ms)
		return td_err_set(err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " was judged with append time %" PRId64
				  ", now it has %" PRId64 ": the log was cut or replaced",
				  offset, tail->event_append_ms, raw->append_ms);
	if (!td_slice_equal(td_verdict_kept(raw->bytes), judged))
		return td_err_set(err, TD_EINTEGRITY,
				  "raw offset %" PRIu64 " holds other bytes than were judged: "
				  "the log was cut or replaced",
				  offset);
	return true;
}

td_arrival_t td_partition_arrival(uint64_t next, uint64_t offset)
{
	if (offset < next)
		return TD_ARRIVAL_PAST;
	return offset == next ? TD_ARRIVAL_NEXT : TD_ARRIVAL_BEHIND;
}

bool td_partition_delivered(int64_t *last, int64_t offset)
{
	if (offset <= *last)
		return false;
	*last = offset;
	return true;
}
