#include "workers/decode.h"

#include "workers/wire.h"

/* Limits that hold for every field; validate knows the narrower ones. */
static const td_wire_limits_t LIMITS = {
	.text_max = TD_ID_MAX, .bytes_max = TD_ID_MAX, .items_max = 100};

enum { MIN_READER_FIELD = 12 };

static bool has_acceptable_size(td_slice_t bytes, td_findings_t *findings)
{
	if (bytes.size == 0)
		td_findings_add(findings, TD_REASON_EMPTY, "");
	else if (bytes.size > TD_RAW_EVENT_MAX)
		td_findings_add(findings, TD_REASON_TOO_LARGE, "");
	return findings->count == 0;
}

/* An event for a later reader: what is unknown in it is no mistake of its sender. */
static bool is_readable(td_slice_t bytes, td_findings_t *findings)
{
	if (td_wire_number(bytes, MIN_READER_FIELD) <= TD_READER_VERSION)
		return true;
	findings->count = 0;
	td_findings_add(findings, TD_REASON_READER_TOO_OLD, "min_reader");
	return false;
}

td_event_t *td_decode_event(const uint8_t *bytes, size_t size, td_arena_t *arena,
			    td_findings_t *findings)
{
	td_slice_t slice = {bytes, size};
	findings->count = 0;
	if (!has_acceptable_size(slice, findings))
		return NULL;
	td_event_t *event = (td_event_t *)td_wire_unpack(slice, &thidua__v1__event__descriptor,
							 &LIMITS, arena, findings);
	/* The bytes are looked at once more only if they may be for a later reader. */
	bool doubtful = event == NULL ? findings->count > 0 : event->min_reader > TD_READER_VERSION;
	return doubtful && !is_readable(slice, findings) ? NULL : event;
}
