/* kafka_group: topics come and go with the group, and only what a person must mend ends it, against
 * librdkafka's mock cluster. */
#include "common/kafka_group.h"

#include "tests/support/mock.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { TOPICS_MAX = 16 };

/* What the group said: the topics that are ours, and how often they came and went. */
typedef struct ours {
	size_t count;
	char topics[TOPICS_MAX][32];
	size_t assigned, revoked, lost;
} ours_t;

static void on_assigned(void *context, const char *topic)
{
	ours_t *ours = context;
	assert_true(ours->count < TOPICS_MAX);
	(void)snprintf(ours->topics[ours->count++], sizeof ours->topics[0], "%s", topic);
	ours->assigned++;
}

static void on_revoked(void *context, const char *topic, bool lost)
{
	ours_t *ours = context;
	size_t at = 0;
	while (at < ours->count && strcmp(ours->topics[at], topic) != 0)
		at++;
	assert_true(at < ours->count);
	memmove(ours->topics[at], ours->topics[--ours->count], sizeof ours->topics[0]);
	ours->revoked++;
	ours->lost += lost;
}

static bool has(const ours_t *ours, const char *topic)
{
	for (size_t i = 0; i < ours->count; i++) {
		if (strcmp(ours->topics[i], topic) == 0)
			return true;
	}
	return false;
}

static td_kafka_group_t *join(const td_mock_t *mock, ours_t *ours)
{
	const td_kafka_group_settings_t settings = {
		.cluster = &mock->settings,
		.client_id = "test",
		.group_id = "testers",
		.pattern = "^raw\\..*",
		.assigned = on_assigned,
		.revoked = on_revoked,
		.context = ours,
		.wake_fd = -1,
	};
	td_err_t err;
	td_kafka_group_t *group = td_kafka_group_new(&settings, &err);
	if (!group)
		fail_msg("%s", err.text);
	return group;
}

static void poll_fine(td_kafka_group_t *group)
{
	td_err_t err;
	if (!td_kafka_group_poll(group, 20, &err))
		fail_msg("%s", err.text);
}

/* Serves the members until each has as many topics as is said. */
static void serve(td_kafka_group_t **groups, const size_t *counts, size_t members)
{
	bool settled = false;
	for (td_until_t until = td_until(); !settled && td_until_waits(&until);) {
		settled = true;
		for (size_t i = 0; i < members; i++) {
			poll_fine(groups[i]);
			settled = settled && td_kafka_group_count(groups[i]) == counts[i];
		}
	}
	assert_true(settled);
}

static void topics_of_the_pattern_are_ours_until_we_leave(void **state)
{
	ours_t ours = {0};
	td_mock_topic(*state, "raw.a");
	td_mock_topic(*state, "raw.b");
	td_mock_topic(*state, "verdicts.a");
	td_kafka_group_t *group = join(*state, &ours);
	serve(&group, (const size_t[]){2}, 1);
	assert_true(has(&ours, "raw.a") && has(&ours, "raw.b"));
	td_kafka_group_note(group, "raw.a", 17);
	td_kafka_group_note(group, "of somebody else", 17);
	td_kafka_group_free(group);
	assert_true(ours.count == 0 && ours.assigned == 2 && ours.revoked == 2 && ours.lost == 0);
	td_kafka_group_free(NULL);
}

static void members_share_and_take_over(void **state)
{
	ours_t ours[2] = {0};
	td_kafka_group_t *groups[2];
	td_mock_topic(*state, "raw.a");
	td_mock_topic(*state, "raw.b");
	groups[0] = join(*state, &ours[0]);
	serve(groups, (const size_t[]){2}, 1);
	groups[1] = join(*state, &ours[1]);
	serve(groups, (const size_t[]){1, 1}, 2);
	assert_true(has(&ours[0], "raw.a") != has(&ours[1], "raw.a"));
	assert_true(has(&ours[0], "raw.b") != has(&ours[1], "raw.b"));
	td_kafka_group_free(groups[0]);
	serve(groups + 1, (const size_t[]){2}, 1);
	td_kafka_group_free(groups[1]);
	assert_true(ours[0].count == 0 && ours[1].count == 0);
}

static void passing_errors_do_not_end_it(void **state)
{
	static const rd_kafka_resp_err_t passing[] = {
		RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
		RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
		RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
	};
	ours_t ours = {0};
	td_mock_topic(*state, "raw.a");
	for (size_t i = 0; i < TD_COUNT(passing); i++)
		td_mock_fail(*state, MOCK_JOIN_GROUP, passing[i], 1);
	td_mock_fail(*state, MOCK_FIND_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, 1);
	td_kafka_group_t *group = join(*state, &ours);
	serve(&group, (const size_t[]){1}, 1);
	td_kafka_group_free(group);
}

static void a_group_without_rights_ends_with_what_is_missing(void **state)
{
	ours_t ours = {0};
	td_err_t err;
	bool fine = true;
	td_mock_topic(*state, "raw.a");
	td_mock_fail(*state, MOCK_JOIN_GROUP, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, 1);
	td_kafka_group_t *group = join(*state, &ours);
	for (td_until_t until = td_until(); fine && td_until_waits(&until);)
		fine = td_kafka_group_poll(group, 20, &err);
	assert_false(fine);
	assert_int_equal(err.code, TD_ECONFIG);
	assert_non_null(strstr(err.text, "testers"));
	assert_non_null(strstr(err.text, "ACL"));
	td_kafka_group_free(group);
}

static void no_topic_yet_is_no_error(void **state)
{
	ours_t ours = {0};
	td_kafka_group_t *group = join(*state, &ours);
	for (int turn = 0; turn < 20; turn++)
		poll_fine(group);
	td_mock_topic(*state, "raw.late");
	serve(&group, (const size_t[]){1}, 1);
	td_kafka_group_free(group);
}

/* A socket that listens; its "127.0.0.1:PORT" in `address`. */
static int listen_at(char *address, size_t size)
{
	struct sockaddr_in place = {.sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t place_size = sizeof place;
	int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_true(door >= 0);
	assert_int_equal(bind(door, (struct sockaddr *)&place, sizeof place), 0);
	assert_int_equal(listen(door, 8), 0);
	assert_int_equal(getsockname(door, (struct sockaddr *)&place, &place_size), 0);
	(void)snprintf(address, size, "127.0.0.1:%d", ntohs(place.sin_port));
	return door;
}

/* Hangs up as a broker that is just ending does: with a reset, or with an end behind what it read.
 */
static bool hang_up(int door, bool reads)
{
	char hello[4096];
	int caller = accept(door, NULL, NULL);
	if (caller < 0)
		return false;
	if (reads)
		assert_true(read(caller, hello, sizeof hello) > 0);
	assert_int_equal(close(caller), 0);
	return true;
}

static void a_handshake_that_is_cut_does_not_end_it(void **state)
{
	enum { CALLS = 6 };
	ours_t ours = {0};
	char address[32];
	int calls = 0, door = listen_at(address, sizeof address);
	td_mock_t mock = {.settings = {.brokers = address}};
	(void)state;
	mock.settings.properties.items[mock.settings.properties.count++] = "security.protocol=ssl";
	mock.settings.properties.items[mock.settings.properties.count++] =
		"reconnect.backoff.max.ms=100";
	td_kafka_group_t *group = join(&mock, &ours);
	for (td_until_t until = td_until(); calls < CALLS && td_until_waits(&until);) {
		poll_fine(group);
		calls += hang_up(door, calls % 2 == 0);
	}
	assert_int_equal(calls, CALLS);
	for (int turn = 0; turn < 10; turn++)
		poll_fine(group);
	td_kafka_group_free(group);
	assert_int_equal(close(door), 0);
}

static void leaving_has_an_end_though_the_broker_is_silent(void **state)
{
	const td_mock_t *mock = *state;
	ours_t ours = {0};
	td_mock_topic(mock, "raw.a");
	td_kafka_group_t *group = join(mock, &ours);
	serve(&group, (const size_t[]){1}, 1);
	rd_kafka_mock_broker_set_rtt(mock->cluster, 1, 1000 * 1000); /* it is silent */
	td_kafka_group_note(group, "raw.a", 17); /* a commit that nobody will answer */
	td_until_t until = td_until();
	td_kafka_group_free(group);
	assert_true(td_until_waits(&until));
	assert_int_equal(ours.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, td_mock_start, td_mock_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(topics_of_the_pattern_are_ours_until_we_leave),
		TEST(members_share_and_take_over),
		TEST(passing_errors_do_not_end_it),
		TEST(a_group_without_rights_ends_with_what_is_missing),
		TEST(no_topic_yet_is_no_error),
		cmocka_unit_test(a_handshake_that_is_cut_does_not_end_it),
		TEST(leaving_has_an_end_though_the_broker_is_silent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
