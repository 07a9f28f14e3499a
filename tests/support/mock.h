/* mock: librdkafka's own cluster in this process, which fails on demand. */
#ifndef TD_TESTS_SUPPORT_MOCK_H
#define TD_TESTS_SUPPORT_MOCK_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "common/kafka.h"

/* The requests that a test lets fail, as the protocol numbers them. */
enum { MOCK_PRODUCE = 0, MOCK_FETCH = 1, MOCK_LIST_OFFSETS = 2, MOCK_METADATA = 3 };
enum { MOCK_FIND_COORDINATOR = 10, MOCK_JOIN_GROUP = 11, MOCK_INIT_PRODUCER = 22 };

/* One broker, and settings that lead to it and lose no time between retries. */
typedef struct td_mock {
	rd_kafka_t *host;
	rd_kafka_mock_cluster_t *cluster;
	td_kafka_settings_t settings;
} td_mock_t;

/* For cmocka: *state is a td_mock_t. */
int td_mock_start(void **state);
int td_mock_stop(void **state);

/* Makes a topic of one partition. */
void td_mock_topic(const td_mock_t *mock, const char *name);

/* Lets the next `count` requests of this kind fail. */
void td_mock_fail(const td_mock_t *mock, int16_t request, rd_kafka_resp_err_t error, size_t count);

/* Milliseconds that no condition of these tests takes, and an end for loops that wait for one:
 *	for (td_until_t until = td_until(); !condition && td_until_waits(&until);)
 *		one turn
 */
typedef struct td_until {
	int64_t end_ms;
} td_until_t;
td_until_t td_until(void);
bool td_until_waits(const td_until_t *until);

#endif
