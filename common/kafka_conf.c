#include "common/kafka_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/file.h"
#include "common/log.h"

enum { NAME_BYTES_MAX = 128, FILE_BYTES_MAX = 64 * 1024 };

const td_opt_t td_kafka_options[] = {
	{.section = "kafka",
	 .name = "brokers",
	 .key = 'b',
	 .argument = "HOST:PORT,...",
	 .type = TD_OPT_TEXT,
	 .at = offsetof(td_kafka_settings_t, brokers),
	 .standard = "localhost:9092",
	 .doc = "brokers to ask for the cluster"},
	{.section = "kafka",
	 .name = "property",
	 .key = 'X',
	 .argument = "NAME=VALUE",
	 .type = TD_OPT_LIST,
	 .at = offsetof(td_kafka_settings_t, properties),
	 .doc = "any property of librdkafka; NAME=@FILE reads the value, such as a secret, "
		"from FILE"},
	{.section = "kafka",
	 .name = "single-node",
	 .type = TD_OPT_BOOL,
	 .at = offsetof(td_kafka_settings_t, single_node),
	 .doc = "accept topics with fewer than three replicas"},
};
const size_t td_kafka_option_count = TD_COUNT(td_kafka_options);

static const td_kafka_property_t common_defaults[] = {
	{"reconnect.backoff.max.ms", "2000"},
	{"socket.keepalive.enable", "true"},
	{"socket.nagle.disable", "true"},
};

/* By the ends of their names, so that those of a later library are covered, too. */
static bool is_secret(const char *name)
{
	static const char *const ends[] = {"password", "secret", "passphrase", "key.pem"};
	size_t size = strlen(name);
	for (size_t i = 0; i < TD_COUNT(ends); i++) {
		size_t end = strlen(ends[i]);
		if (size >= end && strcmp(name + size - end, ends[i]) == 0)
			return true;
	}
	return false;
}

/* Why no object takes this property from an operator; NULL where it may be given. */
static const char *objection(const char *name)
{
	static const struct {
		const char *name, *why;
	} all[] = {
		{"bootstrap.servers", "use brokers"},
		{"metadata.broker.list", "use brokers"},
		{"test.mock.num.brokers", "would play a cluster and keep nothing"},
		{"transactional.id", "thidua works without transactions"},
	};
	for (size_t i = 0; i < TD_COUNT(all); i++) {
		if (strcmp(all[i].name, name) == 0)
			return all[i].why;
	}
	return NULL;
}

static bool set_value(rd_kafka_conf_t *conf, const char *name, const char *value, td_err_t *err)
{
	char reason[256];
	if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
		return true;
	if (is_secret(name))
		return td_err_set(err, TD_ECONFIG, "Kafka property %s: not accepted", name);
	return td_err_set(err, TD_ECONFIG, "Kafka property %s: %s", name, reason);
}

/* Sets a property to what stands in a file, which nobody else may read if it is a secret. */
static bool set_from_file(rd_kafka_conf_t *conf, const char *name, const char *path, td_err_t *err)
{
	bool set = false;
	if (is_secret(name)) {
		char secret[TD_SECRET_MAX];
		set = td_file_read_secret(path, secret, sizeof secret, err) &&
		      set_value(conf, name, secret, err);
		explicit_bzero(secret, sizeof secret);
	} else {
		td_buf_t text = td_buf_make(FILE_BYTES_MAX);
		set = td_file_read(path, &text, err);
		while (set && text.size > 0 && text.data[text.size - 1] == '\n')
			text.size--;
		if (set) {
			td_buf_add_byte(&text, '\0');
			set = set_value(conf, name, (const char *)text.data, err);
		}
		td_buf_free(&text);
	}
	if (!set) {
		(void)td_err_prefix(err, "Kafka property %s", name);
		err->code = TD_ECONFIG;
	}
	return set;
}

static bool is_fixed(const td_kafka_plan_t *plan, const char *name)
{
	for (size_t i = 0; i < plan->fixed_count; i++) {
		if (strcmp(plan->fixed[i].name, name) == 0)
			return true;
	}
	return false;
}

/* One -X of the operator. */
static bool set_property(rd_kafka_conf_t *conf, const td_kafka_plan_t *plan, const char *property,
			 td_err_t *err)
{
	char name[NAME_BYTES_MAX];
	const char *equals = strchr(property, '=');
	size_t size = equals ? (size_t)(equals - property) : 0;
	if (size == 0 || size >= sizeof name)
		return td_err_set(err, TD_ECONFIG,
				  "Kafka property '%.40s': must be written NAME=VALUE", property);
	memcpy(name, property, size);
	name[size] = '\0';
	const char *why = objection(name);
	if (why)
		return td_err_set(err, TD_ECONFIG, "Kafka property %s: %s", name, why);
	if (is_fixed(plan, name))
		return td_err_set(
			err, TD_ECONFIG,
			"Kafka property %s: thidua depends on its own value; leave it out", name);
	if (equals[1] == '@')
		return set_from_file(conf, name, equals + 2, err);
	if (is_secret(name))
		return td_err_set(
			err, TD_ECONFIG,
			"Kafka property %s: a secret; write %s=@FILE and put it into FILE", name,
			name);
	return set_value(conf, name, equals + 1, err);
}

static bool set_all(rd_kafka_conf_t *conf, const td_kafka_property_t *items, size_t count,
		    td_err_t *err)
{
	for (size_t i = 0; i < count; i++) {
		if (!set_value(conf, items[i].name, items[i].value, err))
			return false;
	}
	return true;
}

static bool fill(rd_kafka_conf_t *conf, const td_kafka_plan_t *plan, td_err_t *err)
{
	const td_kafka_settings_t *settings = plan->settings;
	if (!settings->brokers || settings->brokers[0] == '\0')
		return td_err_set(err, TD_ECONFIG, "[kafka] brokers is empty; give HOST:PORT");
	if (!set_all(conf, common_defaults, TD_COUNT(common_defaults), err) ||
	    !set_all(conf, plan->defaults, plan->default_count, err) ||
	    !set_value(conf, "bootstrap.servers", settings->brokers, err) ||
	    !set_value(conf, "client.id", plan->client_id ? plan->client_id : "thidua", err))
		return false;
	for (size_t i = 0; i < settings->properties.count; i++) {
		if (!set_property(conf, plan, settings->properties.items[i], err))
			return false;
	}
	return set_all(conf, plan->fixed, plan->fixed_count, err);
}

bool td_kafka_settings_check(const td_kafka_settings_t *settings, td_err_t *err)
{
	const td_kafka_plan_t plan = {.settings = settings};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	bool right = fill(conf, &plan, err);
	rd_kafka_conf_destroy(conf);
	return right;
}

/* librdkafka's lines become ours. Its levels are syslog's. */
static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	td_log_level_t ours = level <= 2 ? TD_LOG_ERROR : level <= 4 ? TD_LOG_WARN : TD_LOG_DEBUG;
	/* "CONFWARN" tells a producer that -X meant for consumers does nothing here. */
	if (level == 3)
		ours = TD_LOG_WARN;
	if (strcmp(facility, "CONFWARN") == 0)
		ours = TD_LOG_DEBUG;
	td_log(ours, "kafka", td_log_text("client", client ? rd_kafka_name(client) : ""),
	       td_log_text("about", facility), td_log_text("text", text));
}

/* A connection that was cut during its handshake or log-in, as by a broker that is just ending, is
 * told as one that failed. */
static rd_kafka_resp_err_t meant(rd_kafka_resp_err_t error, const char *reason)
{
	bool cut = (error == RD_KAFKA_RESP_ERR__AUTHENTICATION &&
		    strstr(reason, "SaslAuthenticateRequest failed: Local:")) ||
		   (error == RD_KAFKA_RESP_ERR__SSL && strstr(reason, "unexpected eof"));
	return cut ? RD_KAFKA_RESP_ERR__TRANSPORT : error;
}

/* Remembers what concerns the whole client; on_log has written it already. */
static void on_error(rd_kafka_t *client, int error, const char *reason, void *opaque)
{
	td_kafka_base_t *base = opaque;
	(void)client;
	base->error = meant((rd_kafka_resp_err_t)error, reason);
	base->trouble = td_kafka_classify(base->error);
	base->errors++;
	(void)snprintf(base->why, sizeof base->why, "%s", reason);
}

void td_kafka_base_blame(td_kafka_base_t *base, rd_kafka_resp_err_t *error, const char **reason)
{
	(void)rd_kafka_poll(base->client, 0); /* on_error is called from there */
	if (td_kafka_classify(*error) != TD_KAFKA_RETRY || base->trouble == TD_KAFKA_FINE)
		return;
	*error = base->error;
	*reason = base->why;
}

void td_kafka_base_answered(td_kafka_base_t *base)
{
	base->trouble = TD_KAFKA_FINE;
}

bool td_kafka_base_start(td_kafka_base_t *base, rd_kafka_type_t type, const td_kafka_plan_t *plan,
			 td_err_t *err)
{
	char reason[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	if (!fill(conf, plan, err)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	rd_kafka_conf_set_opaque(conf, base);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	if (plan->rebalance)
		rd_kafka_conf_set_rebalance_cb(conf, plan->rebalance);
	if (plan->delivered)
		rd_kafka_conf_set_dr_msg_cb(conf, plan->delivered);
	base->client = rd_kafka_new(type, conf, reason, sizeof reason);
	if (base->client)
		return true;
	rd_kafka_conf_destroy(conf);
	return td_err_set(err, TD_ECONFIG, "Kafka settings: %s", reason);
}

void td_kafka_queue_wake(rd_kafka_queue_t *queue, int fd)
{
	static const uint64_t one = 1; /* what an eventfd wants */
	if (fd >= 0)
		rd_kafka_queue_io_event_enable(queue, fd, &one, sizeof one);
}
