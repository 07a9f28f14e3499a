/*
 * publish: sends what the spool holds to the reporter's raw topic, in order, and moves the cursor
 * as the broker acknowledges, and on nothing else.
 *
 * A broker that is away, slow or silent is waited for, and that is logged. A producer that broke
 * (the broker refused a batch, another error that is final) is replaced by a new one, which goes on
 * behind what was acknowledged: what is sent twice then has the same name and the same bytes.
 */
#ifndef TD_PRODUCERS_PUBLISH_H
#define TD_PRODUCERS_PUBLISH_H

#include "common/kafka.h"
#include "producers/spool_store.h"

typedef struct td_publish td_publish_t;

typedef struct td_publish_settings {
	const td_kafka_settings_t *cluster;
	const char *reporter, *source; /* kept as they are */
	int wake_fd;                   /* written when acknowledgements wait; -1: none */
} td_publish_settings_t;

/* The store must outlive it. NULL and `err` (TD_ECONFIG) if settings are wrong. */
TD_MUST_USE td_publish_t *td_publish_new(const td_publish_settings_t *settings,
					 td_spool_store_t *store, td_err_t *err);

/* NULL is allowed. */
void td_publish_free(td_publish_t *publish);

/*
 * One turn at `now_ms` (monotonic): takes acknowledgements, sends what there is room for. Never
 * waits. False when the spool cannot be read or Kafka's settings are wrong.
 */
TD_MUST_USE bool td_publish_turn(td_publish_t *publish, int64_t now_ms, td_err_t *err);

/* How long until another turn is useful, if nothing wakes it; 0: at once. */
int td_publish_timeout_ms(const td_publish_t *publish, int64_t now_ms);

/* Whether all that is durable is acknowledged. */
bool td_publish_done(const td_publish_t *publish);

/* Whether the broker refuses what is sent, so that a person must act; `err` says what. */
bool td_publish_refused(const td_publish_t *publish, td_err_t *err);

/* Waits at most `timeout_ms` for acknowledgements of what was sent, then moves the cursor. */
TD_MUST_USE bool td_publish_finish(td_publish_t *publish, int timeout_ms, td_err_t *err);

#endif
