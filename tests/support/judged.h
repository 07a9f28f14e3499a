/* judged: what validate says of an event that a test writes down as JSON. */
#ifndef TD_TESTS_SUPPORT_JUDGED_H
#define TD_TESTS_SUPPORT_JUDGED_H

#include "common/arena.h"
#include "workers/reference.h"

/*
 * "E203 accident.deaths, W001 recorded_at": errors, then warnings; "" when nothing is found. Static
 * text until the next call; fails the test when the JSON is no event.
 *
 *   form  as of printf, an Event in proto3's JSON; ' stands for "
 */
__attribute__((format(printf, 5, 6))) const char *td_judged(const td_reference_t *reference,
							    const char *reporter, int64_t append_ms,
							    td_arena_t *arena, const char *form,
							    ...);

#endif
