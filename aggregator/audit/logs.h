/*
 * logs: the raw logs of all reporters up to fixed ends, and the reference data that judges them,
 * wherever they lie: in Kafka (logs_kafka.c), in an archive (logs_archive.c), or first in an
 * archive and then in Kafka, after a loss (logs_restored.c).
 *
 * Shell. The ends are fixed when the logs are opened, so that everything a command does speaks of
 * the same events, whatever arrives meanwhile. What is read is only read: no group, no commit.
 */
#ifndef TD_AGGREGATOR_AUDIT_LOGS_H
#define TD_AGGREGATOR_AUDIT_LOGS_H

#include "aggregator/audit/crew.h"
#include "aggregator/audit/naming.h"
#include "common/err.h"
#include "common/kafka.h"
#include "workers/decisions.h"
#include "workers/topics.h"
#include "workers/verdict.h"
#include "workers/versions.h"

typedef struct td_logs td_logs_t;
typedef struct td_feed td_feed_t;

enum { TD_LOGS_MAX = 256 };

/* One reporter's log: raw offsets first..end-1 belong to it. */
typedef struct td_log_bounds {
	char reporter[TD_ID_MAX + 1];
	uint64_t first, end;
} td_log_bounds_t;

typedef struct td_logs_settings {
	const td_kafka_settings_t *kafka;
	const char *archive;       /* folder; NULL: Kafka */
	const char *archive_first; /* folder read before Kafka; NULL: none */
	const char *reporter;      /* this one alone; NULL: all */
	int64_t as_of_ms;          /* what was appended by then; 0: all that is there */
	uint32_t generation;       /* whose verdicts name the versions */
} td_logs_settings_t;

/* NULL and err: TD_ENOINPUT when there are no logs, no such reporter or no reference data, or when
 * the logs begin in an archive that was not given. */
TD_MUST_USE td_logs_t *td_logs_open(const td_logs_settings_t *settings, td_err_t *err);
void td_logs_free(td_logs_t *logs);

/* In the order of reporters. */
size_t td_logs_count(const td_logs_t *logs);
const td_log_bounds_t *td_logs_get(const td_logs_t *logs, size_t index);

/* Whose log is not there, though verdicts on its events or an archive of it are; NULL behind the
 * last one. */
const char *td_logs_gone(const td_logs_t *logs, size_t index);

/* All versions of the reference data and all decisions; only read. */
const td_versions_t *td_logs_versions(const td_logs_t *logs);
const td_decisions_t *td_logs_decisions(const td_logs_t *logs);

/* By which version an event is judged that no verdict is about. */
td_rule_t td_logs_rule(const td_logs_t *logs);

/* SHA-256 of an archive's manifest, which vouches for all of it; NULL in Kafka. */
const char *td_logs_digest(const td_logs_t *logs);

/* Where the events lie, for people: the topic, "thidua.raw.vn-06", which an archive keeps by its
 * name. `text` of TD_TOPIC_MAX bytes. */
void td_logs_place(const td_logs_t *logs, size_t index, char *text);

/* Offsets from..end-1 of one log. */
typedef struct td_feed_range {
	uint64_t from, end;
} td_feed_range_t;

/* Reads a part of one log. Each thread opens feeds of its own. NULL and err. */
TD_MUST_USE td_feed_t *td_feed_open(const td_logs_t *logs, size_t index, td_feed_range_t range,
				    td_err_t *err);
void td_feed_free(td_feed_t *feed);

typedef enum td_fed {
	TD_FED_EVENTS, /* some events */
	TD_FED_NONE,   /* none came in time: try again */
	TD_FED_END,    /* all up to the end were given */
	TD_FED_FAILED, /* err says why */
} td_fed_t;

/* The next events in the order of the log, valid until the next call; waits at most `timeout_ms`.
 * An offset that is left out had nothing that a reader gets, or was passed by a decision. */
TD_MUST_USE td_fed_t td_feed_next(td_feed_t *feed, int timeout_ms, const td_raw_t **events,
				  size_t *count, td_err_t *err);

/* Lets the feed go on to a later end, if the log has it by now: after TD_FED_END, for a comparison
 * with tallies that moved on. TD_EUNAVAILABLE when the log ends before. */
TD_MUST_USE bool td_feed_extend(td_feed_t *feed, uint64_t end, td_err_t *err);

/* The verdicts on one log in one generation, as they are found now. */
typedef struct td_verdict_log {
	char topic[TD_TOPIC_MAX];
	bool exists; /* else there is no such topic, or none for this user, as err says then;
			or the archive does not have it */
	uint64_t first, end; /* offsets of the topic */
	uint64_t raw_end;    /* of the raw log, looked at after `end` was: no verdict below that can
				be about it or beyond */
} td_verdict_log_t;

TD_MUST_USE bool td_logs_verdicts(const td_logs_t *logs, size_t index, uint32_t generation,
				  td_verdict_log_t *verdicts, td_err_t *err);

/* One record of a verdict log; bytes.data NULL for one without a value. */
typedef struct td_verdict_item {
	uint64_t offset;
	int64_t append_ms;
	td_slice_t bytes;
} td_verdict_item_t;

/* Called for each in the order of the log; false, with err, ends the reading. */
typedef bool td_verdict_item_fn(void *context, const td_verdict_item_t *item, td_err_t *err);

/* Reads those from `first` to before `end`. */
TD_MUST_USE bool td_verdict_log_read(const td_logs_t *logs, const td_verdict_log_t *verdicts,
				     td_verdict_item_fn *each, void *context, td_err_t *err);

/* What is to be known of the verdicts' versions. */
typedef struct td_naming_ask {
	uint64_t end;          /* of the raw offsets of which it is to be known */
	const td_crew_t *crew; /* when it stops, so does the reading; NULL: nothing stops it */
} td_naming_ask_t;

/*
 * Which versions the verdicts on one log name: of all raw offsets below `end` that have a verdict
 * by now. NULL when there is no need to know: with one version none can name another, and no
 * verdict is read then. It is read when it is first asked for, and on when a later end is; by one
 * thread at a time. It lives as long as the logs.
 */
TD_MUST_USE bool td_logs_naming(const td_logs_t *logs, size_t index, const td_naming_ask_t *ask,
				const td_naming_t **naming, td_err_t *err);

#endif
