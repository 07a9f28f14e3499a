#include "aggregator/shard_state.h"

/* What an event leads to, plus one, so that an edge that is not listed is 0: refused. */
#define TO(state) (TD_SHARD_##state + 1)

static const uint8_t edges[TD_SHARD_STATES][TD_SHARD_EVENTS] = {
	[TD_SHARD_OPENING] = {[TD_SHARD_FOUND_CLEARING] = TO(CLEARING),
			      [TD_SHARD_FOUND_REBUILDING] = TO(REBUILDING),
			      [TD_SHARD_FOUND_LIVE] = TO(LIVE),
			      [TD_SHARD_FOUND_STOPPED] = TO(STOPPED),
			      [TD_SHARD_FOUND_OTHER_OWNER] = TO(SUPERSEDED),
			      [TD_SHARD_TORN] = TO(CLEARING),
			      [TD_SHARD_CONTRADICTED] = TO(STOPPED),
			      [TD_SHARD_LOST] = TO(OPENING)},
	[TD_SHARD_CLEARING] = {[TD_SHARD_CLEARED] = TO(REBUILDING), [TD_SHARD_LOST] = TO(OPENING)},
	[TD_SHARD_REBUILDING] = {[TD_SHARD_CAUGHT_UP] = TO(LIVE),
				 [TD_SHARD_TORN] = TO(CLEARING),
				 [TD_SHARD_CONTRADICTED] = TO(STOPPED),
				 [TD_SHARD_LOST] = TO(OPENING)},
	[TD_SHARD_LIVE] = {[TD_SHARD_TORN] = TO(CLEARING),
			   [TD_SHARD_CONTRADICTED] = TO(STOPPED),
			   [TD_SHARD_LOST] = TO(OPENING)},
	[TD_SHARD_STOPPED] = {[TD_SHARD_LOST] = TO(OPENING)},
};

bool td_shard_state_step(td_shard_state_t *state, td_shard_event_t event)
{
	if (*state >= TD_SHARD_STATES || event >= TD_SHARD_EVENTS || edges[*state][event] == 0)
		return false;
	*state = (td_shard_state_t)(edges[*state][event] - 1);
	return true;
}

const char *td_shard_state_name(td_shard_state_t state)
{
	static const char *const names[TD_SHARD_STATES] = {"opening", "clearing", "rebuilding",
							   "live",    "stopped",  "superseded"};
	return state < TD_SHARD_STATES ? names[state] : "?";
}
