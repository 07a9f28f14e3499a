/*
 * judged: one raw event and all that the rules say of it, for looking at.
 *
 * Pure. The verdict is td_verdict_judge's, the contributions are td_contribute's; nothing is
 * decided here.
 */
#ifndef TD_AGGREGATOR_AUDIT_JUDGED_H
#define TD_AGGREGATOR_AUDIT_JUDGED_H

#include "aggregator/contribute.h"
#include "workers/envelope.h"
#include "aggregator/layout.h"
#include "common/arena.h"
#include "workers/decode.h"
#include "workers/verdict.h"

enum { TD_JUDGED_CODES_MAX = 32 * 6, TD_JUDGED_NAME_MAX = 2 * TD_ID_MAX + 48 };

typedef struct td_judged {
	uint64_t offset;
	int64_t append_ms;
	td_slice_t packed;                  /* the verdict as a worker writes it */
	const Thidua__V1__Verdict *verdict; /* the same, unpacked */
	const td_event_t *event;            /* NULL when the bytes are no event */
	td_envelope_t envelope;             /* what can be read of it in any case */
	td_contributions_t adds;            /* of a valid statement; else empty */
} td_judged_t;

/* Judges `raw`; all lives in `arena`, which has at least TD_JUDGED_ARENA bytes left. False only
 * when the arena is full. */
enum { TD_JUDGED_ARENA = 2 * TD_VERDICT_ARENA };
TD_MUST_USE bool td_judged_make(const td_raw_t *raw, const char *reporter,
				const td_reference_t *reference, td_arena_t *arena,
				td_judged_t *judged);

/* The verdict in `bytes`, as it was given, and the event that it carries; `bytes` must outlive it.
 * False when they are none. */
TD_MUST_USE bool td_judged_read(td_slice_t bytes, td_arena_t *arena, td_judged_t *judged);

/* Whether it is a valid statement about a record. */
bool td_judged_states(const td_judged_t *judged);

/* "E101 E203" or "" into `text` of TD_JUDGED_CODES_MAX bytes: why it was rejected. */
void td_judged_codes(const td_judged_t *judged, char *text);

/* The event's own name, "vn-06/main/123/45", into `text` of TD_JUDGED_NAME_MAX bytes. */
void td_judged_name(const td_judged_t *judged, char *text);

/* "cases.registered 2021-03-05 +1; ..." : what contributions say, cut to `size` bytes. */
void td_judged_adds(const td_contributions_t *adds, char *text, size_t size);

/* "case/2021-0001": a record's name in words, into `text` of TD_FIELD_MAX bytes. */
void td_judged_record(uint32_t kind, const char *record_id, char *text);

/* The kind of that word, "case"; 0 when there is none. */
uint32_t td_judged_kind(td_slice_t word);

#endif
