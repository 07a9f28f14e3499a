/* Writing only the verdicts that are missing in a range of raw offsets. */
#include "workers/lane.h"

#include <stdlib.h>

bool td_lane_fill(td_lane_t *lane, uint64_t first, uint64_t last)
{
	lane->fill = calloc(1, sizeof(*lane->fill));
	if (!lane->fill)
		return false;
	*lane->fill = (td_fill_t){.first = first, .last = last, .end = last + 1};
	return true;
}

bool td_lane_filled(const td_lane_t *lane)
{
	return lane->state == TD_PARTITION_RUNNING && lane->next >= lane->fill->end;
}

/* The verdict log is about to be read, all of it. */
bool td_lane_fill_begin(td_lane_t *lane, td_err_t *err)
{
	td_missing_free(lane->fill->missing);
	lane->fill->missing = td_missing_new(lane->fill->first, lane->fill->last);
	return lane->fill->missing ||
	       td_err_set(err, TD_EMEMORY, "no memory to look for what is missing");
}

/* It was read: what lies behind the highest verdict is the live workers'. */
void td_lane_fill_from(td_lane_t *lane)
{
	td_fill_t *fill = lane->fill;

	fill->end = fill->last + 1;
	if (lane->tail.next < fill->end)
		fill->end = lane->tail.next > fill->first ? lane->tail.next : fill->first;
	td_missing_found(fill->missing, fill->end, fill->last);
	lane->next = fill->first;
	td_log(TD_LOG_INFO, "fills", td_log_text("reporter", lane->reporter),
	       td_log_int("first", (int64_t)fill->first), td_log_int("end", (int64_t)fill->end),
	       td_log_int("missing", (int64_t)td_missing_count(fill->missing)));
}

/*
 * The first run of offsets from lane->next to `through` about which a verdict is due: all of them,
 * or, to fill holes, those that are missing. False when there is none.
 */
bool td_lane_due(const td_lane_t *lane, uint64_t through, uint64_t *first, uint64_t *last)
{
	*first = lane->next;
	*last = through;
	if (*first > through || !lane->fill)
		return *first <= through;
	if (!td_missing_next(lane->fill->missing, lane->next, first, last) || *first > through)
		return false;
	*last = *last < through ? *last : through;
	return true;
}
