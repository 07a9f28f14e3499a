/*
 * admin_unreadable: which offsets of a log cannot be read, by trying.
 *
 * Shell, for `absent`, which passes them by a decision, and `doctor`, which names them.
 */
#ifndef TD_AGGREGATOR_ADMIN_UNREADABLE_H
#define TD_AGGREGATOR_ADMIN_UNREADABLE_H

#include "common/kafka_reader.h"

typedef struct td_prober td_prober_t;

typedef enum td_probe {
	TD_PROBE_RECORD,     /* there is a record, at `at` or first behind it */
	TD_PROBE_UNREADABLE, /* the brokers have something there that cannot be read: `why` */
	TD_PROBE_END,        /* nothing is there or behind it */
	TD_PROBE_FAILED,     /* err says why it is not known */
} td_probe_t;

typedef struct td_probed {
	int64_t at, append_ms; /* of the record that was read */
	char why[128];
} td_probed_t;

/* NULL and err. Caller frees. */
TD_MUST_USE td_prober_t *td_prober_new(const td_kafka_settings_t *cluster, td_err_t *err);
void td_prober_free(td_prober_t *prober);

/* As td_kafka_reader_bounds. */
TD_MUST_USE bool td_prober_bounds(td_prober_t *prober, const char *topic, int64_t *low,
				  int64_t *high, td_err_t *err);

/* Tries to read the log from that offset. */
TD_MUST_USE td_probe_t td_prober_try(td_prober_t *prober, const char *topic, int64_t offset,
				     td_probed_t *probed, td_err_t *err);

/* The last offset that cannot be read, of those that follow the unreadable `from` without a gap;
 * below `end`. A log is unreadable by whole batches, so that it is found by halving. */
TD_MUST_USE bool td_prober_extent(td_prober_t *prober, const char *topic, int64_t from, int64_t end,
				  int64_t *through, td_err_t *err);

#endif
