/*
 * completeness: how much of a period's figures has been said: by whom, until when, what is open.
 *
 * Pure. A province is complete for a period when each of its sources has said, in a checkpoint,
 * that all it knows up to the period's end has been said. An older epoch of a source (a spool that
 * was lost or replaced) does not hold back the newer one.
 */
#ifndef TD_AGGREGATOR_COMPLETENESS_H
#define TD_AGGREGATOR_COMPLETENESS_H

#include "aggregator/head.h"
#include "aggregator/window.h"
#include "common/arena.h"
#include "workers/reference.h"

#include <thidua/v1/tally.pb-c.h>

/* What was read of one shard, at one moment. */
typedef struct td_shard_view {
	const char *reporter;
	bool present; /* false: it has no head yet; the rest is empty */
	td_head_t head;
	Thidua__V1__SourceState **sources;
	size_t source_count;
} td_shard_view_t;

/* What the shard's reporter has said completely, Unix ms: the least of its sources; 0 when one of
 * them never said anything. */
int64_t td_completeness_shard(const td_shard_view_t *shard);

/* What `province` has said completely, Unix ms: the least of its reporters' sources; 0 when one of
 * them never said anything. */
int64_t td_completeness_until(const td_shard_view_t *shards, size_t count,
			      const td_reference_t *reference, const char *province);

/* What must have been said of the days, Unix ms: all before the first moment after them. While they
 * last, all but the latest: a source says only once a minute how far it has come. */
enum { TD_FRESH_MS = 5 * 60 * 1000 };
int64_t td_completeness_end(td_days_t days, int64_t now_ms);

/*
 * Fills the completeness and the positions of `answer`.
 *
 *   provinces  whose figures the answer shows
 *   end_ms     what they must have said (td_completeness_end)
 *   arena      holds what is made; false only when it is full
 */
typedef struct td_completeness_ask {
	const char *const *provinces;
	size_t province_count;
	int64_t end_ms;
} td_completeness_ask_t;

/* Whether the reporter is one of the provinces asked for, or an office, which speaks of all. */
bool td_completeness_is_asked(const char *reporter, const td_reference_t *reference,
			      const td_completeness_ask_t *ask);

TD_MUST_USE bool td_completeness_fill(const td_shard_view_t *shards, size_t count,
				      const td_reference_t *reference,
				      const td_completeness_ask_t *ask, td_arena_t *arena,
				      Thidua__V1__TallyAnswer *answer);

#endif
