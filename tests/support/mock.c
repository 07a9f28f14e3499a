#include "tests/support/mock.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"

enum { PATIENCE_MS = 60000 };

int td_mock_start(void **state)
{
	static const char *const quick[] = {
		"reconnect.backoff.ms=10",
		"reconnect.backoff.max.ms=50",
		"retry.backoff.ms=10",
		"topic.metadata.refresh.fast.interval.ms=20",
		"topic.metadata.propagation.max.ms=200",
		"fetch.error.backoff.ms=10",
		"fetch.wait.max.ms=10",
		"session.timeout.ms=4000",
		"heartbeat.interval.ms=100",
		/* No part of 3 s, for which the mock cluster lets a group wait: a refresh while the
		 * leader asks for metadata makes it join anew, and wait again. */
		"topic.metadata.refresh.interval.ms=700",
	};
	char reason[256];
	const td_log_settings_t quiet = {.level = "error"};
	td_mock_t *mock = calloc(1, sizeof *mock);
	td_log_start(&quiet, NULL);
	if (!mock)
		return -1;
	mock->host = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, reason, sizeof reason);
	mock->cluster = mock->host ? rd_kafka_mock_cluster_new(mock->host, 1) : NULL;
	if (!mock->cluster)
		return -1;
	mock->settings.brokers = rd_kafka_mock_cluster_bootstraps(mock->cluster);
	for (size_t i = 0; i < TD_COUNT(quick); i++)
		mock->settings.properties.items[mock->settings.properties.count++] = quick[i];
	*state = mock;
	return 0;
}

int td_mock_stop(void **state)
{
	td_mock_t *mock = *state;
	rd_kafka_mock_cluster_destroy(mock->cluster);
	rd_kafka_destroy(mock->host);
	free(mock);
	return 0;
}

void td_mock_topic(const td_mock_t *mock, const char *name)
{
	if (rd_kafka_mock_topic_create(mock->cluster, name, 1, 1) != RD_KAFKA_RESP_ERR_NO_ERROR)
		abort();
}

void td_mock_fail(const td_mock_t *mock, int16_t request, rd_kafka_resp_err_t error, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rd_kafka_mock_push_request_errors(mock->cluster, request, 1, error);
}

td_until_t td_until(void)
{
	return (td_until_t){td_clock_mono_ms() + PATIENCE_MS};
}

bool td_until_waits(const td_until_t *until)
{
	return td_clock_mono_ms() < until->end_ms;
}
