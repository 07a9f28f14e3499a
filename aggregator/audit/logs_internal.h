/* logs_internal: what the three kinds of logs share, those in Kafka, in an archive, and in Kafka
 * behind an archive; for aggregator/audit/logs*.c only. */
#ifndef TD_AGGREGATOR_AUDIT_LOGS_INTERNAL_H
#define TD_AGGREGATOR_AUDIT_LOGS_INTERNAL_H

#include "aggregator/audit/logs.h"

/* What a kind of logs does. */
typedef struct td_logs_kind {
	void (*free)(td_logs_t *logs);
	const char *(*digest)(const td_logs_t *logs); /* NULL: there is none */
	td_feed_t *(*feed_open)(const td_logs_t *logs, size_t index, td_feed_range_t range,
				td_err_t *err);
	void (*feed_free)(td_feed_t *feed);
	td_fed_t (*feed_next)(td_feed_t *feed, int timeout_ms, const td_raw_t **events,
			      size_t *count, td_err_t *err);
	bool (*feed_extend)(td_feed_t *feed, uint64_t end, td_err_t *err);
	/* Finds those of the topic that is named. */
	bool (*verdicts_find)(const td_logs_t *logs, size_t index, td_verdict_log_t *verdicts,
			      td_err_t *err);
	bool (*verdicts_read)(const td_logs_t *logs, const td_verdict_log_t *verdicts,
			      td_verdict_item_fn *each, void *context, td_err_t *err);
	/* What all verdicts of the topic name, without reading them; NULL: they are read. */
	bool (*verdicts_name)(const td_logs_t *logs, const char *topic, td_naming_t *naming,
			      td_err_t *err);
} td_logs_kind_t;

/* What was read of the verdicts on each log. */
typedef struct td_namings td_namings_t;

/* The beginning of each kind. */
struct td_logs {
	const td_logs_kind_t *kind;
	td_versions_t *versions;
	td_decisions_t *decisions;
	uint32_t generation;
	td_namings_t *namings; /* filled as they are asked for */
	size_t count;
	td_log_bounds_t items[TD_LOGS_MAX];
	size_t gone_count;
	char gone[TD_LOGS_MAX][TD_ID_MAX + 1];
};

struct td_feed {
	const td_logs_kind_t *kind;
};

TD_MUST_USE td_logs_t *td_logs_open_kafka(const td_logs_settings_t *settings, td_err_t *err);
TD_MUST_USE td_logs_t *td_logs_open_archive(const td_logs_settings_t *settings, td_err_t *err);
TD_MUST_USE td_logs_t *td_logs_open_restored(const td_logs_settings_t *settings, td_err_t *err);

/* Adds a log; TD_EMEMORY when there are too many. */
TD_MUST_USE bool td_logs_add(td_logs_t *logs, const td_log_bounds_t *bounds, td_err_t *err);

/* Notes, once, that something speaks of that reporter's log, if there is no such log. */
void td_logs_mention(td_logs_t *logs, const char *reporter);

/* Makes the lists of versions and decisions. */
TD_MUST_USE bool td_logs_init(td_logs_t *logs, const td_logs_kind_t *kind, td_err_t *err);

/* Nothing read yet (logs_verdicts.c); NULL when memory is out. */
TD_MUST_USE td_namings_t *td_namings_new(void);
void td_namings_free(td_namings_t *namings);

/* The same in Kafka (logs_verdicts.c), for logs that lie there at least in part. */
TD_MUST_USE bool td_kafka_verdicts_find(const td_kafka_settings_t *cluster, const char *reporter,
					td_verdict_log_t *verdicts, td_err_t *err);
TD_MUST_USE bool td_kafka_verdicts_read(const td_kafka_settings_t *cluster,
					const td_verdict_log_t *verdicts, td_verdict_item_fn *each,
					void *context, td_err_t *err);

#endif
