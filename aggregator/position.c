#include "aggregator/position.h"

static uint64_t length_of(td_range_t range)
{
	return range.last - range.first + 1;
}

/* The part of `range` that lies in `hole`; false when there is none. */
static bool cut(td_range_t hole, td_range_t range, td_range_t *part)
{
	part->first = hole.first > range.first ? hole.first : range.first;
	part->last = hole.last < range.last ? hole.last : range.last;
	return part->first <= part->last;
}

/* Whether filling `range` splits a hole in two while there is no room for another. */
static bool splits_beyond_room(const td_position_t *position, td_range_t range)
{
	if (position->hole_count < TD_HOLES_MAX)
		return false;
	for (size_t i = 0; i < position->hole_count; i++) {
		td_range_t hole = position->holes[i];
		if (hole.first < range.first && range.last < hole.last)
			return true;
	}
	return false;
}

/* Takes `range` out of the holes; returns how many offsets of it were missing. */
static uint64_t fill(td_position_t *position, td_range_t range)
{
	td_range_t left[TD_HOLES_MAX + 1];
	size_t count = 0;
	uint64_t filled = 0;
	for (size_t i = 0; i < position->hole_count; i++) {
		td_range_t hole = position->holes[i], part;
		if (!cut(hole, range, &part)) {
			left[count++] = hole;
			continue;
		}
		filled += length_of(part);
		if (hole.first < part.first)
			left[count++] = (td_range_t){hole.first, part.first - 1};
		if (part.last < hole.last)
			left[count++] = (td_range_t){part.last + 1, hole.last};
	}
	memcpy(position->holes, left, count * sizeof left[0]);
	position->hole_count = count;
	return filled;
}

/* The range lies at or above next. */
static td_take_t take_ahead(td_position_t *position, td_range_t range, uint64_t *counted,
			    uint64_t *jumped)
{
	*jumped = range.first - position->next;
	if (*jumped > 0) {
		if (position->hole_count == TD_HOLES_MAX)
			return TD_TAKE_TOO_MANY;
		position->holes[position->hole_count++] =
			(td_range_t){position->next, range.first - 1};
	}
	position->next = range.last + 1;
	*counted = length_of(range);
	return *jumped > 0 ? TD_TAKE_LEAVES_HOLE : TD_TAKE_COUNTS;
}

td_take_t td_position_take(td_position_t *position, td_range_t range, uint64_t *counted,
			   uint64_t *jumped)
{
	*counted = 0;
	*jumped = 0;
	if (range.first >= position->next)
		return take_ahead(position, range, counted, jumped);
	if (splits_beyond_room(position, range))
		return TD_TAKE_TOO_MANY;
	*counted = fill(position, range);
	if (range.last >= position->next) {
		*counted += range.last + 1 - position->next;
		position->next = range.last + 1;
	}
	if (*counted == 0)
		return TD_TAKE_REPEAT;
	return *counted == length_of(range) ? TD_TAKE_FILLS : TD_TAKE_OVERLAPS;
}
