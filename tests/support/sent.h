/*
 * sent: a producer on the mock cluster (tests/support/mock.h), and what was reported of its
 *messages.
 *
 *	td_sent_t sent = {0};
 *	td_kafka_producer_t *producer = td_sent_producer(mock, &sent);
 *	td_sent_send(td_sent_topic(producer, "t"), 0, 10);
 *	td_sent_flush(producer);
 *	td_sent_assert_in_order(&sent, 10);
 */
#ifndef TD_TESTS_SUPPORT_SENT_H
#define TD_TESTS_SUPPORT_SENT_H

#include "common/kafka_producer.h"
#include "tests/support/mock.h"

enum {
	TD_SENT_QUEUE = 200, /* messages that the producer's queue holds */
	TD_SENT_REPORTS_MAX = 1000,
};

/* What was reported, in the order of the reports. */
typedef struct td_sent {
	size_t count, fine;
	struct {
		uint64_t number;
		int64_t offset;
		td_kafka_class_t kind;
	} items[TD_SENT_REPORTS_MAX];
} td_sent_t;

/* A producer that reports to `sent`, and its topic; what is sent at once, and then flushed, is one
 * batch. Caller frees the producer. Both fail the test when they cannot. */
td_kafka_producer_t *td_sent_producer(const td_mock_t *mock, td_sent_t *sent);
td_kafka_out_t *td_sent_topic(td_kafka_producer_t *producer, const char *name);

/* Sends a message of that number; or those from `first` on, which the queue has to take. */
td_kafka_sent_t td_sent_one(td_kafka_out_t *out, uint64_t number, td_err_t *err);
void td_sent_send(td_kafka_out_t *out, uint64_t first, uint64_t count);

/* Waits for all reports; or until the producer is broken, err saying why. */
void td_sent_flush(td_kafka_producer_t *producer);
void td_sent_break(td_kafka_producer_t *producer, td_err_t *err);

/* Fails the test unless `count` messages, from 0 on, were delivered one behind the other. */
void td_sent_assert_in_order(const td_sent_t *sent, size_t count);

#endif
