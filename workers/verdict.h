/*
 * verdict: decode, validate, enrich: what is said of one raw offset.
 *
 * Pure: the one function that worker, audit and every check call. A verdict depends only on the
 * raw bytes, the append time, the reporter of the topic and the reference version.
 */
#ifndef TD_WORKERS_VERDICT_H
#define TD_WORKERS_VERDICT_H

#include "common/arena.h"
#include "common/td.h"
#include "workers/decode.h"
#include "workers/reference.h"

#include <thidua/v1/verdict.pb-c.h>

/* One raw record as a reader got it. */
typedef struct td_raw {
	uint64_t offset;
	int64_t append_ms;
	td_slice_t bytes;
} td_raw_t;

/* What a verdict keeps of raw bytes: all of them, but for a message so long that the verdict would
 * not fit, which no contract allows: of that the beginning. */
enum { TD_VERDICT_RAW_MAX = TD_VERDICT_MAX - 16 * 1024 };
td_slice_t td_verdict_kept(td_slice_t raw);

/*
 * The packed verdict on `raw`, in `arena` (which holds TD_VERDICT_ARENA bytes at least since its
 * last reset); false only when the arena is full.
 *
 *   reporter  owner of the raw topic
 *   packed    out: lives until the arena's next reset; at most TD_VERDICT_MAX bytes
 */
enum { TD_VERDICT_ARENA = 4 * 1024 * 1024 };
TD_MUST_USE bool td_verdict_judge(const td_raw_t *raw, const char *reporter,
				  const td_reference_t *reference, td_arena_t *arena,
				  td_slice_t *packed);

/* The same, not packed: what replays fold at once. */
typedef struct td_judgement {
	Thidua__V1__Verdict verdict; /* points into the arena and the raw bytes */
	const td_event_t *event;     /* what an enriched verdict speaks of; else NULL */
} td_judgement_t;
TD_MUST_USE bool td_verdict_make(const td_raw_t *raw, const char *reporter,
				 const td_reference_t *reference, td_arena_t *arena,
				 td_judgement_t *judgement);

/* The packed verdict "absent" on raw offsets first..through; decision "" for no record. */
TD_MUST_USE bool td_verdict_absent(uint64_t first, uint64_t through,
				   Thidua__V1__AbsentReason reason, const char *decision,
				   td_arena_t *arena, td_slice_t *packed);

/* The verdict in `bytes`, in `arena`; NULL when they are none (strictly: known fields and enum
 * values only, an outcome present, through_offset >= raw_offset). */
TD_MUST_USE Thidua__V1__Verdict *td_verdict_read(const uint8_t *bytes, size_t size,
						 td_arena_t *arena);

/* The raw bytes that the verdict carries, pointing into it. `data` is NULL where it carries none,
 * an absent one; an event of no bytes is one all the same, and has "". */
td_slice_t td_verdict_raw(const Thidua__V1__Verdict *verdict);

/* The last raw offset that the verdict is about: raw_offset, or an absent range's end. */
uint64_t td_verdict_through(const Thidua__V1__Verdict *verdict);

#endif
