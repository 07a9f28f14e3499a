/*
 * decisions: what operators have decided: to pass what cannot be read, and to judge the log again
 * as another generation.
 *
 * Pure: takes the records of thidua.decisions as bytes.
 */
#ifndef TD_WORKERS_DECISIONS_H
#define TD_WORKERS_DECISIONS_H

#include "common/err.h"
#include "common/td.h"
#include "workers/verdict.h"
#include "workers/versions.h"

#include <thidua/v1/reference.pb-c.h>

enum {
	TD_DECISIONS_MAX = 10000,
	TD_DECISION_PACKED_MAX = 4096,        /* bytes of one packed decision, */
	TD_GENERATION_PACKED_MAX = 64 * 1024, /* and of one on a generation: it may name all logs */
	TD_RESTORED_MAX = 256,                /* logs of an archive */
	TD_GENERATIONS_MAX = 100,
};

typedef struct td_decisions td_decisions_t;

/* An empty list; NULL when memory is out. Caller frees. */
TD_MUST_USE td_decisions_t *td_decisions_new(void);
void td_decisions_free(td_decisions_t *decisions);

/* Keys of the records that decide on generations: "generation/1". */
#define TD_GENERATION_KEY "generation/"

/* Takes one record of the topic: a GenerationDecision under its key, else an AbsentDecision. Errors
 * as below. */
TD_MUST_USE bool td_decisions_take(td_decisions_t *decisions, td_slice_t key, td_slice_t packed,
				   td_err_t *err);

/* The same for whoever only reads the topic: an empty record, and one that is no decision or says
 * nothing, is left out, as the workers do. TD_EMEMORY. */
TD_MUST_USE bool td_decisions_hear(td_decisions_t *decisions, td_slice_t key, td_slice_t packed,
				   td_err_t *err);

/* Takes one packed AbsentDecision; a later one of the same topic and number replaces the earlier.
 * TD_EDATA: bytes that are none, or a decision that says nothing; TD_EMEMORY. */
TD_MUST_USE bool td_decisions_add(td_decisions_t *decisions, td_slice_t packed, td_err_t *err);

/* The decision that passes `offset` of the topic; NULL if there is none. Of several the one that
 * reaches farthest. It lives until the next add. */
const Thidua__V1__AbsentDecision *td_decisions_find(const td_decisions_t *decisions,
						    const char *topic, uint64_t offset);

/* How many there are. */
size_t td_decisions_count(const td_decisions_t *decisions);

/* Checks that a decision says everything that it must; TD_EDATA. */
TD_MUST_USE bool td_decisions_check(const Thidua__V1__AbsentDecision *decision, td_err_t *err);

/* The decision on a generation; NULL if there is none. And all of them, ascending; each lives until
 * the next take. */
const Thidua__V1__GenerationDecision *td_decisions_generation(const td_decisions_t *decisions,
							      uint32_t generation);
size_t td_decisions_generations(const td_decisions_t *decisions,
				const Thidua__V1__GenerationDecision *const **list);

/* The version that judges an event in a generation: the one that was in force when it was appended,
 * or the one that was decided on, whichever is later. NULL while it is not known. */
const td_version_t *td_decisions_version(const td_decisions_t *decisions,
					 const td_versions_t *versions, uint32_t generation,
					 int64_t append_ms);

/*
 * What was decided of an archive with which the log of that reporter begins, after the cluster was
 * lost: raw offsets below its end are in no topic, and are judged by thidua-audit restore. NULL:
 * the topic has the log from its beginning. After several losses the last one counts.
 */
const Thidua__V1__RestoredLog *td_decisions_restored(const td_decisions_t *decisions,
						     const char *reporter);

/* The last decision that a cluster begins with an archive; NULL if there is none. */
const Thidua__V1__GenerationDecision *td_decisions_restoration(const td_decisions_t *decisions);

/* Whether the event is the one that `mark` names. */
TD_MUST_USE bool td_decisions_is_event(const Thidua__V1__RestoredEvent *mark,
				       const td_raw_t *event);

/* SHA-256 of an event's bytes as a RestoredEvent has it; `digest` of 32 bytes. */
void td_decisions_event_digest(td_slice_t bytes, uint8_t *digest);

/* Checks one for what it must say; TD_EDATA. */
TD_MUST_USE bool td_decisions_check_generation(const Thidua__V1__GenerationDecision *decision,
					       td_err_t *err);

#endif
