/*
 * told: what reporters said, made by hand or by chance: events, how they were enriched or why they
 * were rejected, and the verdicts about them.
 *
 * Nothing of the worker's judgement is used here: days and provinces of stages are set as the test
 * wants them.
 */
#ifndef TD_TESTS_MODEL_TOLD_H
#define TD_TESTS_MODEL_TOLD_H

#include "common/arena.h"
#include "common/td.h"
#include "tests/model/chance.h"

#include <thidua/v1/event.pb-c.h>
#include <thidua/v1/verdict.pb-c.h>

#define TD_TOLD_REPORTER "vn-06"

/* One event and what was found: enriched, or rejected. */
typedef struct td_told {
	Thidua__V1__Event *event;
	Thidua__V1__Enriched *enriched;
	Thidua__V1__Rejected *rejected;
} td_told_t;

/* An event of TD_TOLD_REPORTER about record `id`, without a body, on `on` at noon; in `arena`. */
Thidua__V1__Event *td_told_event(Thidua__V1__Kind kind, const char *id, uint64_t revision,
				 int32_t on, td_arena_t *arena);

/* The event as accepted: a stage for each of its days, all in `province`. */
td_told_t td_told_accepted(Thidua__V1__Event *event, const char *province, td_arena_t *arena);

/* The event as rejected for one reason. */
td_told_t td_told_refused(Thidua__V1__Event *event, uint32_t code, const char *field,
			  td_arena_t *arena);

/* How many different things are said by chance. */
typedef struct td_told_world {
	uint32_t records, revisions; /* of each kind; of each record */
	uint32_t rejections;         /* one in so many; 0: none */
	int32_t last_on;             /* nothing happens later */
	bool timed;                  /* of all that counts, the hour is known */
} td_told_world_t;

/* Any statement of any kind, or a retraction, or a rejection. */
td_told_t td_told_by_chance(const td_told_world_t *world, td_chance_t *chance, td_arena_t *arena);

/* The packed verdict about it, at `raw_offset`. */
td_slice_t td_told_verdict(const td_told_t *told, uint64_t raw_offset, int64_t append_ms,
			   td_arena_t *arena);

/* The packed verdict that first..last are absent. */
td_slice_t td_told_absent(uint64_t first, uint64_t last, td_arena_t *arena);

#endif
