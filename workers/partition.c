#include "workers/partition.h"

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

uint64_t td_tail_start(const td_tail_t *tail, uint64_t raw_low)
{
	bool whole = tail->count < TD_TAIL_RECORDS;

	return tail->any && whole && tail->first > raw_low ? raw_low : tail->next;
}

unsigned td_tail_take(td_tail_t *tail, const Thidua__V1__Verdict *verdict)
{
	uint64_t offset = verdict->raw_offset, through = td_verdict_through(verdict);
	unsigned kept = 0;

	if (!tail->any || through + 1 > tail->next)
		tail->next = through + 1;
	if (!tail->any || offset < tail->first)
		tail->first = offset;
	tail->any = true;
	tail->count++;
	if (!td_verdict_raw(verdict).data)
		return 0;
	if (!tail->event || offset < tail->oldest)
		kept |= TD_TAIL_OLDEST;
	if (!tail->event || offset > tail->newest)
		kept |= TD_TAIL_NEWEST;
	tail->event = true;
	tail->oldest = (kept & TD_TAIL_OLDEST) ? offset : tail->oldest;
	tail->newest = (kept & TD_TAIL_NEWEST) ? offset : tail->newest;
	return kept;
}

td_arrival_t td_partition_arrival(uint64_t next, uint64_t offset)
{
	if (offset < next)
		return TD_ARRIVAL_PAST;
	return offset == next ? TD_ARRIVAL_NEXT : TD_ARRIVAL_BEHIND;
}

bool td_partition_delivered(int64_t *last, int64_t offset)
{
	if (offset < 0)
		return true;
	if (offset <= *last)
		return false;
	*last = offset;
	return true;
}
