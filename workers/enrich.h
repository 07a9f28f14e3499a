/*
 * enrich: what the tallies need beside the raw bytes of a valid event: counting province and
 * cluster on the local day of each stage, severity and group of the offence.
 *
 * Pure. Only for events that td_validate_event found valid.
 */
#ifndef TD_WORKERS_ENRICH_H
#define TD_WORKERS_ENRICH_H

#include "workers/decode.h"
#include "workers/reference.h"

#include <thidua/v1/verdict.pb-c.h>

enum { TD_STAGES_MAX = 12 }; /* more than StageKind has */

/*
 * Fills `enriched` but for raw and warnings; what it points to lives in `arena` or is static.
 * False only when the arena is full.
 */
TD_MUST_USE bool td_enrich_event(const td_event_t *event, const td_reference_t *reference,
				 td_arena_t *arena, Thidua__V1__Enriched *enriched);

#endif
