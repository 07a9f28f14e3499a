/* kafka_settings: which properties an operator may give, and that a secret is never repeated. */
#include "common/kafka.h"

#include "common/kafka_producer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static bool check(const char *brokers, const char *property, td_err_t *err)
{
	td_kafka_settings_t settings = {.brokers = brokers};
	if (property)
		settings.properties.items[settings.properties.count++] = property;
	return td_kafka_settings_check(&settings, err);
}

static void assert_refused(const char *property, const char *said)
{
	td_err_t err;
	assert_false(check("localhost:9092", property, &err));
	assert_int_equal(err.code, TD_ECONFIG);
	if (strcmp(err.text, said) != 0 && !strstr(err.text, said))
		fail_msg("'%s' does not say '%s'", err.text, said);
}

static void brokers_are_needed(void **state)
{
	(void)state;
	td_err_t err;
	assert_true(check("a:1,b:2", NULL, &err));
	assert_false(check("", NULL, &err));
	assert_string_equal(err.text, "[kafka] brokers is empty; give HOST:PORT");
	assert_int_equal(err.code, TD_ECONFIG);
	assert_false(check(NULL, NULL, &err));
}

static void properties_of_the_library_are_taken(void **state)
{
	(void)state;
	static const char *const fine[] = {"fetch.wait.max.ms=50", "compression.codec=zstd",
					   "security.protocol=sasl_ssl", "client.id=mine",
					   "sasl.username=a=b"};
	td_err_t err;
	for (size_t i = 0; i < TD_COUNT(fine); i++)
		assert_true(check("a:1", fine[i], &err));
}

static void what_is_no_property_is_refused_with_its_name(void **state)
{
	(void)state;
	char longest[400] = "";
	assert_refused("no.such.property=1",
		       "Kafka property no.such.property: No such configuration property");
	assert_refused("fetch.wait.max.ms=soon", "Kafka property fetch.wait.max.ms: ");
	assert_refused("compression.codec=best", "Kafka property compression.codec: ");
	assert_refused("fetch.wait.max.ms",
		       "Kafka property 'fetch.wait.max.ms': must be written NAME=VALUE");
	assert_refused("=1", "Kafka property '=1': must be written NAME=VALUE");
	memset(longest, 'x', 200);
	memcpy(longest + 200, "=1", 3);
	assert_refused(longest, "must be written NAME=VALUE");
}

static void what_would_lead_elsewhere_is_refused(void **state)
{
	(void)state;
	assert_refused("bootstrap.servers=b:1", "Kafka property bootstrap.servers: use brokers");
	assert_refused("metadata.broker.list=b:1",
		       "Kafka property metadata.broker.list: use brokers");
	assert_refused(
		"test.mock.num.brokers=3",
		"Kafka property test.mock.num.brokers: would play a cluster and keep nothing");
	assert_refused("transactional.id=x",
		       "Kafka property transactional.id: thidua works without transactions");
}

static void a_secret_is_taken_from_a_file_only_and_never_repeated(void **state)
{
	(void)state;
	static const char *const secrets[] = {"sasl.password", "ssl.key.password", "ssl.key.pem",
					      "ssl.keystore.password",
					      "sasl.oauthbearer.client.secret"};
	char path[] = "/tmp/thidua-kafka-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "hidden\n", 7) == 7 && close(fd) == 0);
	for (size_t i = 0; i < TD_COUNT(secrets); i++) {
		char property[128];
		td_err_t err;
		(void)snprintf(property, sizeof property, "%s=hidden", secrets[i]);
		assert_refused(property, "a secret; write ");
		assert_false(check("a:1", property, &err));
		assert_null(strstr(err.text, "hidden"));
		(void)snprintf(property, sizeof property, "%s=@%s", secrets[i], path);
		assert_int_equal(chmod(path, 0644), 0);
		assert_refused(property, "others may read it");
		assert_int_equal(chmod(path, 0600), 0);
		/* Some are looked at by the library at once, and "hidden" is none. */
		assert_true(check("a:1", property, &err) || !strstr(err.text, "hidden"));
	}
	assert_int_equal(unlink(path), 0);
	assert_refused("sasl.password=@/nowhere",
		       "Kafka property sasl.password: /nowhere: cannot read the secret");
}

static void what_is_long_may_stand_in_a_file(void **state)
{
	(void)state;
	char path[] = "/tmp/thidua-kafka-XXXXXX", property[128];
	td_err_t err;
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, "50\n\n", 4) == 4 && close(fd) == 0);
	(void)snprintf(property, sizeof property, "fetch.wait.max.ms=@%s", path);
	assert_true(check("a:1", property, &err));
	assert_int_equal(truncate(path, 64 * 1024 + 1), 0);
	assert_refused(property, "larger than 65536 bytes");
	assert_int_equal(unlink(path), 0);
	assert_refused(property, "cannot read");
}

static void what_an_object_depends_on_is_its_own(void **state)
{
	(void)state;
	static const char *const fixed[] = {"acks=1", "enable.idempotence=false",
					    "message.timeout.ms=1000",
					    "enable.gapless.guarantee=false"};
	for (size_t i = 0; i < TD_COUNT(fixed); i++) {
		const td_kafka_settings_t cluster = {.brokers = "a:1",
						     .properties = {1, {fixed[i]}}};
		const td_kafka_producer_settings_t settings = {.cluster = &cluster,
							       .codec = "none",
							       .queue_messages = 10,
							       .queue_bytes = 1 << 20,
							       .message_bytes = 10000,
							       .wake_fd = -1};
		td_err_t err;
		assert_null(td_kafka_producer_new(&settings, &err));
		assert_int_equal(err.code, TD_ECONFIG);
		assert_non_null(strstr(err.text, "thidua depends on its own value"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brokers_are_needed),
		cmocka_unit_test(properties_of_the_library_are_taken),
		cmocka_unit_test(what_is_no_property_is_refused_with_its_name),
		cmocka_unit_test(what_would_lead_elsewhere_is_refused),
		cmocka_unit_test(a_secret_is_taken_from_a_file_only_and_never_repeated),
		cmocka_unit_test(what_is_long_may_stand_in_a_file),
		cmocka_unit_test(what_an_object_depends_on_is_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
