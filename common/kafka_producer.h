/*
 * kafka_producer: an idempotent producer that leaves no gap.
 *
 * acks=all, enable.idempotence, enable.gapless.guarantee, message.timeout.ms=0: a message is
 * retried for as long as the producer lives, in order, and one that the broker refuses for good
 * breaks the producer instead of being skipped. A broken producer delivers nothing more: purge it,
 * free it, make a new one, and go on from what the log or the spool says was delivered.
 */
#ifndef TD_COMMON_KAFKA_PRODUCER_H
#define TD_COMMON_KAFKA_PRODUCER_H

#include "common/kafka.h"

typedef struct td_kafka_producer td_kafka_producer_t;
typedef struct td_kafka_out td_kafka_out_t; /* a topic to write to; owned by its producer */

/* The fate of one message. Those of a topic that are delivered are reported in the order of
 * sending; those that are not, when it breaks, in any. */
typedef struct td_kafka_delivery {
	void *topic_context;   /* as given to td_kafka_producer_topic */
	uint64_t number;       /* as given to td_kafka_producer_send */
	int64_t offset;        /* where it is in the log; -1 if not delivered, or if the broker only
				  said that it had it already */
	td_kafka_class_t kind; /* TD_KAFKA_FINE: delivered */
	const char *why;       /* for the others; valid during the call */
} td_kafka_delivery_t;

/* Called from td_kafka_producer_poll and _flush, in the caller's thread. It may send. */
typedef void td_kafka_delivered_fn(void *context, const td_kafka_delivery_t *delivery);

typedef struct td_kafka_producer_settings {
	const td_kafka_settings_t *cluster;
	const char *client_id;
	const char *codec;      /* "zstd", "lz4", "none" */
	int64_t linger_ms;      /* wait for a fuller batch */
	int64_t queue_messages; /* sent and not yet reported, at most */
	int64_t queue_bytes;    /* the same in bytes; whole KiB */
	int64_t message_bytes;  /* of the largest message; TD_VERDICT_MAX suits verdicts */
	td_kafka_delivered_fn *delivered;
	void *context;
	int wake_fd; /* an eventfd to be written when reports wait; -1: none */
} td_kafka_producer_settings_t;

typedef enum td_kafka_sent {
	TD_KAFKA_SENT_QUEUED,  /* a report will come */
	TD_KAFKA_SENT_FULL,    /* poll, then try again; take in nothing meanwhile */
	TD_KAFKA_SENT_REFUSED, /* too large, or no such topic; it is not queued; err is filled */
	TD_KAFKA_SENT_BROKEN,  /* the producer is broken; err is filled */
} td_kafka_sent_t;

typedef enum td_kafka_memory {
	TD_KAFKA_COPY,   /* the value is copied */
	TD_KAFKA_TAKE,   /* the value is from malloc and is freed by the producer once QUEUED */
	TD_KAFKA_BORROW, /* the value stays valid and unchanged until its report */
} td_kafka_memory_t;

/* One message; the key is always copied. */
typedef struct td_kafka_message {
	td_slice_t key; /* size 0: none */
	td_slice_t value;
	uint64_t number; /* the caller's, given back in the report */
	td_kafka_memory_t memory;
} td_kafka_message_t;

/* A producer; connects in the background. NULL and `err` (TD_ECONFIG) if settings are wrong. */
TD_MUST_USE td_kafka_producer_t *td_kafka_producer_new(const td_kafka_producer_settings_t *settings,
						       td_err_t *err);

/* Ends it; what is not delivered is dropped without reports. Never blocks for long. NULL is
 * allowed. */
void td_kafka_producer_free(td_kafka_producer_t *producer);

/* The topic `name` for this producer, made at the first call; `context` comes back in reports and
 * is that of the first call. NULL and `err` on failure. */
TD_MUST_USE td_kafka_out_t *td_kafka_producer_topic(td_kafka_producer_t *producer, const char *name,
						    void *context, td_err_t *err);

/* Puts one message for partition 0 of the topic into the queue. */
TD_MUST_USE td_kafka_sent_t td_kafka_producer_send(td_kafka_out_t *out,
						   const td_kafka_message_t *message,
						   td_err_t *err);

/* Delivers reports for at most `timeout_ms` (0: those that wait). */
void td_kafka_producer_poll(td_kafka_producer_t *producer, int timeout_ms);

/* Sends at once and polls until all is reported; false if that took longer than `timeout_ms` or
 * the producer broke. */
TD_MUST_USE bool td_kafka_producer_flush(td_kafka_producer_t *producer, int timeout_ms,
					 td_err_t *err);

/* Drops what is queued and in flight, and reports each as not delivered (whether those in flight
 * arrived is not known). For a lost assignment; the producer is broken afterwards. */
void td_kafka_producer_purge(td_kafka_producer_t *producer);

/* True once it is broken, with the reason in `err` (TD_EUNAVAILABLE or what a person must mend).
 */
bool td_kafka_producer_broken(const td_kafka_producer_t *producer, td_err_t *err);

/* Messages queued or in flight and not yet reported. */
size_t td_kafka_producer_waiting(const td_kafka_producer_t *producer);

#endif
