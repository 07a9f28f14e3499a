/*
 * closings: every closed period and its snapshots, from thidua.seals or an archive
 * (aggregator/closing.h).
 *
 * Shell. A period is closed once: the first note of it that a known key signed stands. Snapshots
 * are found by the digest that the note gives, so that none can be put in another's place.
 */
#ifndef TD_AGGREGATOR_AUDIT_CLOSINGS_H
#define TD_AGGREGATOR_AUDIT_CLOSINGS_H

#include "aggregator/audit/audit.h"
#include "aggregator/audit/note.h"
#include "aggregator/closing.h"

enum { TD_CLOSINGS_MAX = 1000, TD_SNAPSHOTS_MAX = 20000 };

/* One note as it was found. */
typedef struct td_found_closing {
	const char *place; /* "thidua.seals 17" */
	bool readable;
	td_closing_t *closing;      /* of a readable one */
	uint32_t signatures, wrong; /* valid ones of known keys, and wrong ones of known keys */
} td_found_closing_t;

typedef struct td_closings {
	td_arena_t *arena;
	size_t count;
	td_found_closing_t *items; /* in the order of the topic */
	size_t snapshot_count;
	td_snapshot_t *snapshots; /* the whole ones among what was found */
} td_closings_t;

TD_MUST_USE bool td_closings_load(const td_audit_t *audit, const td_note_keys_t *keys,
				  td_closings_t *closings, td_err_t *err);
void td_closings_free(td_closings_t *closings);

/* The note that closes the period; NULL when none does. */
const td_closing_t *td_closings_find(const td_closings_t *closings, const char *period);

/* Whether it is the one that stands for its period. */
bool td_closings_stands(const td_closings_t *closings, const td_found_closing_t *found);

/* The snapshot of one part; NULL when it is gone. */
const td_snapshot_t *td_closings_snapshot(const td_closings_t *closings,
					  const td_closing_t *closing, const td_closed_t *closed);

#endif
