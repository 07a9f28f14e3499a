/*
 * restore: the steps by which an empty cluster takes over from an archive.
 *
 * Shell, for the command restore alone. Each step looks at what is there first: what an earlier
 * call did stays, and what is something else ends it before anything is written over.
 */
#ifndef TD_AGGREGATOR_AUDIT_RESTORE_H
#define TD_AGGREGATOR_AUDIT_RESTORE_H

#include "aggregator/audit/archive_read.h"
#include "aggregator/audit/audit.h"
#include "aggregator/audit/leaves.h"
#include "common/kafka_admin.h"

typedef struct td_restore {
	td_audit_t *audit;
	td_archive_t *archive;
	td_logs_t *logs;         /* of the archive */
	td_decisions_t *decided; /* what thidua.decisions holds, the decision on this one at last */
	td_kafka_admin_t *admin;
	uint32_t generation;
	bool is_new; /* nobody has decided on the generation yet */
	td_root_mark_t
		roots[TD_MANIFEST_TOPICS_MAX]; /* of the archive's topics, by td_restore_check */
	uint64_t verdicts[TD_LOGS_MAX];        /* written now, of each log */
} td_restore_t;

/* The offset at which the log of that number leaves the archive. */
uint64_t td_restore_end(const td_restore_t *restore, size_t index);

/* Where a topic of this cluster begins and ends; both 0 while it is not there. */
TD_MUST_USE bool td_restore_bounds(const td_restore_t *restore, const char *topic, int64_t *low,
				   int64_t *high, td_err_t *err);

/* Reads every byte of the archive once, and hashes the events (restore_check.c); TD_EINTEGRITY
 * names what was altered. */
TD_MUST_USE bool td_restore_check(td_restore_t *restore, td_err_t *err);

/* Whether the topics of reference data, decisions and seals are a beginning of what the archive has
 * of them, or all of it; then makes them so (restore_books.c). */
TD_MUST_USE bool td_restore_books_look(const td_restore_t *restore, td_err_t *err);
TD_MUST_USE bool td_restore_book(const td_restore_t *restore, const char *topic, td_err_t *err);

/* Whether each raw topic can go on behind the archive; then lets it (restore_logs.c). */
TD_MUST_USE bool td_restore_logs_look(const td_restore_t *restore, td_err_t *err);
TD_MUST_USE bool td_restore_logs(const td_restore_t *restore, td_err_t *err);

/* Judges what the archive has, into the generation's verdict topics (restore_verdicts.c). */
TD_MUST_USE bool td_restore_verdicts(td_restore_t *restore, td_err_t *err);

/* Does a step on every log in a thread of its own; `each` as for a crew. */
TD_MUST_USE bool td_restore_each(const td_restore_t *restore, const char *doing, td_crew_fn *each,
				 td_err_t *err);

#endif
