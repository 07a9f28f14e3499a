/*
 * naming: by which version of the reference data each event of a log was judged, as its verdicts
 * say.
 *
 * Pure. A verdict names its version. That is the one of the rule (workers/decisions.h) unless a
 * worker was late to load a version, or judged a hole later by another; reconcile names each such
 * verdict. A replay judges as the verdicts did, so that it comes to what the live run came to.
 * Neighbours of one version are one run: a year of a province is a run or two.
 */
#ifndef TD_AGGREGATOR_AUDIT_NAMING_H
#define TD_AGGREGATOR_AUDIT_NAMING_H

#include "common/err.h"
#include "common/td.h"
#include "workers/decisions.h"
#include "workers/verdict.h"
#include "workers/versions.h"

enum { TD_NAMING_MAX = 1000000 }; /* runs of one log */

/* Raw offsets first..last whose verdicts name one version; 0: they say that nothing is there. */
typedef struct td_naming_run {
	uint64_t first, last;
	uint32_t version;
} td_naming_run_t;

typedef struct td_naming td_naming_t;

/* Nothing named yet; NULL when memory is out. The caller frees. */
TD_MUST_USE td_naming_t *td_naming_new(void);
void td_naming_free(td_naming_t *naming);

/* What a verdict is about and by which version, read from the few bytes that say so; false when it
 * is no verdict. */
TD_MUST_USE bool td_naming_read(td_slice_t verdict, td_naming_run_t *run);

/* Takes the next verdict's; of several on one offset the first in the log stands, as for every
 * reader (aggregator/position.h). TD_EMEMORY, and TD_NAMING_MAX runs. */
TD_MUST_USE bool td_naming_add(td_naming_t *naming, const td_naming_run_t *run, td_err_t *err);

/* The version that the verdict on that raw offset names; 0 if there is none, or it names none. */
uint32_t td_naming_find(const td_naming_t *naming, uint64_t raw_offset);

/* The raw offset behind the highest that a verdict is about. */
uint64_t td_naming_end(const td_naming_t *naming);

/* The runs, in the order of raw offsets, each as long as it can be. */
size_t td_naming_count(const td_naming_t *naming);
const td_naming_run_t *td_naming_get(const td_naming_t *naming, size_t index);

/* Whether both say the same of every offset; else the first of which they do not. */
TD_MUST_USE bool td_naming_equal(const td_naming_t *naming, const td_naming_t *other,
				 uint64_t *raw_offset);

/* By which version an event is judged when nothing names one. */
typedef struct td_rule {
	const td_versions_t *versions;
	const td_decisions_t *decisions;
	uint32_t generation;
} td_rule_t;

/* The version that the rule gives; NULL while it is not known. */
const td_version_t *td_rule_version(const td_rule_t *rule, int64_t append_ms);

/* The version by which a replay judges: the one that the verdict names; the rule's when no verdict
 * is there yet, or names none that is known. `naming`: NULL when all follow the rule. */
const td_version_t *td_naming_version(const td_naming_t *naming, const td_rule_t *rule,
				      const td_raw_t *raw);

#endif
