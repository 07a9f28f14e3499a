/* kafka_admin_call: what an administrator asks the brokers to do, one request and its answer at a
 * time. */
#include <string.h>

#include "common/kafka_admin_internal.h"

enum { REASON_BYTES = 256, ANSWER_SLACK_MS = 1000 };

/* What to ask with; NULL (and err) on failure. */
static rd_kafka_AdminOptions_t *make_options(td_kafka_admin_t *admin, rd_kafka_admin_op_t operation,
					     td_err_t *err)
{
	char reason[REASON_BYTES];
	rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(admin->base.client, operation);
	if (rd_kafka_AdminOptions_set_request_timeout(options, admin->timeout_ms, reason,
						      sizeof reason) == RD_KAFKA_RESP_ERR_NO_ERROR)
		return options;
	rd_kafka_AdminOptions_destroy(options);
	(void)td_err_set(err, TD_EBUG, "asking Kafka: %s", reason);
	return NULL;
}

/* The answer to what was just asked about `name`; NULL (and err) if it is an error. */
static rd_kafka_event_t *await(td_kafka_admin_t *admin, const char *what, const char *name,
			       td_err_t *err)
{
	rd_kafka_event_t *answer =
		rd_kafka_queue_poll(admin->queue, admin->timeout_ms + ANSWER_SLACK_MS);
	rd_kafka_resp_err_t error =
		answer ? rd_kafka_event_error(answer) : RD_KAFKA_RESP_ERR__TIMED_OUT;
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		td_kafka_base_answered(&admin->base);
		return answer;
	}
	const char *reason = answer ? rd_kafka_event_error_string(answer) : NULL;
	td_kafka_base_blame(&admin->base, &error, &reason);
	(void)td_kafka_fail(err, error, reason, what, name);
	if (answer)
		rd_kafka_event_destroy(answer);
	return NULL;
}

static rd_kafka_NewTopic_t *make_topic(const td_kafka_topic_plan_t *plan, td_err_t *err)
{
	char reason[REASON_BYTES];
	rd_kafka_NewTopic_t *topic =
		rd_kafka_NewTopic_new(plan->name, 1, plan->replicas, reason, sizeof reason);
	if (!topic) {
		(void)td_err_set(err, TD_ECONFIG, "topic %s: %s", plan->name, reason);
		return NULL;
	}
	for (size_t i = 0; i < plan->config_count; i++) {
		rd_kafka_resp_err_t error = rd_kafka_NewTopic_set_config(
			topic, plan->configs[i].name, plan->configs[i].value);
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
			continue;
		(void)td_kafka_fail(err, error, NULL, "making topic", plan->name);
		rd_kafka_NewTopic_destroy(topic);
		return NULL;
	}
	return topic;
}

bool td_kafka_admin_create(td_kafka_admin_t *admin, const td_kafka_topic_plan_t *plan,
			   bool *created, td_err_t *err)
{
	static const char what[] = "making topic";
	size_t count = 0;
	rd_kafka_NewTopic_t *topic = make_topic(plan, err);
	if (!topic)
		return false;
	rd_kafka_AdminOptions_t *options = make_options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, err);
	rd_kafka_event_t *answer = NULL;
	if (options) {
		rd_kafka_CreateTopics(admin->base.client, &topic, 1, options, admin->queue);
		rd_kafka_AdminOptions_destroy(options);
		answer = await(admin, what, plan->name, err);
	}
	rd_kafka_NewTopic_destroy(topic);
	if (!answer)
		return false;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
		rd_kafka_event_CreateTopics_result(answer), &count);
	rd_kafka_resp_err_t error =
		count == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
	*created = error == RD_KAFKA_RESP_ERR_NO_ERROR;
	bool done =
		*created || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS ||
		td_kafka_fail(err, error,
			      count == 1 ? rd_kafka_topic_result_error_string(results[0]) : NULL,
			      what, plan->name);
	rd_kafka_event_destroy(answer);
	return done;
}

bool td_kafka_admin_delete(td_kafka_admin_t *admin, const char *topic, td_err_t *err)
{
	static const char what[] = "deleting topic";
	size_t count = 0;
	rd_kafka_AdminOptions_t *options = make_options(admin, RD_KAFKA_ADMIN_OP_DELETETOPICS, err);
	if (!options)
		return false;
	rd_kafka_DeleteTopic_t *doomed = rd_kafka_DeleteTopic_new(topic);
	rd_kafka_DeleteTopics(admin->base.client, &doomed, 1, options, admin->queue);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_DeleteTopic_destroy(doomed);
	rd_kafka_event_t *answer = await(admin, what, topic, err);
	if (!answer)
		return false;
	const rd_kafka_topic_result_t **results = rd_kafka_DeleteTopics_result_topics(
		rd_kafka_event_DeleteTopics_result(answer), &count);
	rd_kafka_resp_err_t error =
		count == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
	bool done =
		error == RD_KAFKA_RESP_ERR_NO_ERROR ||
		error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
		td_kafka_fail(err, error,
			      count == 1 ? rd_kafka_topic_result_error_string(results[0]) : NULL,
			      what, topic);
	rd_kafka_event_destroy(answer);
	return done;
}

bool td_kafka_admin_delete_before(td_kafka_admin_t *admin, const char *topic, int64_t offset,
				  td_err_t *err)
{
	static const char what[] = "deleting records of";
	rd_kafka_AdminOptions_t *options =
		make_options(admin, RD_KAFKA_ADMIN_OP_DELETERECORDS, err);
	if (!options)
		return false;
	rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(before, topic, 0)->offset = offset;
	rd_kafka_DeleteRecords_t *doomed = rd_kafka_DeleteRecords_new(before);
	rd_kafka_topic_partition_list_destroy(before);
	rd_kafka_DeleteRecords(admin->base.client, &doomed, 1, options, admin->queue);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_DeleteRecords_destroy(doomed);
	rd_kafka_event_t *answer = await(admin, what, topic, err);
	if (!answer)
		return false;
	const rd_kafka_topic_partition_list_t *deleted =
		rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer));
	rd_kafka_resp_err_t error =
		deleted->cnt == 1 ? deleted->elems[0].err : RD_KAFKA_RESP_ERR__BAD_MSG;
	bool done =
		error == RD_KAFKA_RESP_ERR_NO_ERROR || td_kafka_fail(err, error, NULL, what, topic);
	rd_kafka_event_destroy(answer);
	return done;
}

/* Hands out the settings in the answer. */
static bool hand_out(const rd_kafka_event_t *answer, const char *topic, td_kafka_config_fn *each,
		     void *context, td_err_t *err)
{
	size_t count = 0;
	const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result((rd_kafka_event_t *)answer), &count);
	rd_kafka_resp_err_t error = count == 1 ? rd_kafka_ConfigResource_error(resources[0])
					       : RD_KAFKA_RESP_ERR__BAD_MSG;
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return td_kafka_fail(err, error,
				     count == 1 ? rd_kafka_ConfigResource_error_string(resources[0])
						: NULL,
				     "asking for the settings of topic", topic);
	const rd_kafka_ConfigEntry_t **entries =
		rd_kafka_ConfigResource_configs(resources[0], &count);
	for (size_t i = 0; i < count; i++) {
		const char *value = rd_kafka_ConfigEntry_value(entries[i]);
		each(context, &(td_kafka_topic_config_t){rd_kafka_ConfigEntry_name(entries[i]),
							 value ? value : ""});
	}
	return true;
}

bool td_kafka_admin_configs(td_kafka_admin_t *admin, const char *topic, td_kafka_config_fn *each,
			    void *context, td_err_t *err)
{
	rd_kafka_AdminOptions_t *options =
		make_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, err);
	if (!options)
		return false;
	rd_kafka_ConfigResource_t *asked =
		rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
	rd_kafka_DescribeConfigs(admin->base.client, &asked, 1, options, admin->queue);
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_event_t *answer = await(admin, "asking for the settings of topic", topic, err);
	rd_kafka_ConfigResource_destroy(asked);
	if (!answer)
		return false;
	bool done = hand_out(answer, topic, each, context, err);
	rd_kafka_event_destroy(answer);
	return done;
}

static rd_kafka_AclOperation_t operation_of(const char *name)
{
	static const struct {
		const char *name;
		rd_kafka_AclOperation_t operation;
	} all[] = {
		{"read", RD_KAFKA_ACL_OPERATION_READ},
		{"write", RD_KAFKA_ACL_OPERATION_WRITE},
		{"describe", RD_KAFKA_ACL_OPERATION_DESCRIBE},
		{"describe-configs", RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS},
		{"create", RD_KAFKA_ACL_OPERATION_CREATE},
		{"all", RD_KAFKA_ACL_OPERATION_ALL},
	};
	for (size_t i = 0; i < TD_COUNT(all); i++) {
		if (strcmp(all[i].name, name) == 0)
			return all[i].operation;
	}
	return RD_KAFKA_ACL_OPERATION_UNKNOWN;
}

static rd_kafka_AclBinding_t *make_acl(const td_kafka_acl_t *acl, td_err_t *err)
{
	char reason[REASON_BYTES];
	rd_kafka_AclBinding_t *binding = rd_kafka_AclBinding_new(
		acl->is_group ? RD_KAFKA_RESOURCE_GROUP : RD_KAFKA_RESOURCE_TOPIC, acl->resource,
		acl->is_prefix ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED
			       : RD_KAFKA_RESOURCE_PATTERN_LITERAL,
		acl->principal, "*", operation_of(acl->operation),
		RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, reason, sizeof reason);
	if (!binding)
		(void)td_err_set(err, TD_ECONFIG, "right of %s to %s %s: %s", acl->principal,
				 acl->operation, acl->resource, reason);
	return binding;
}

bool td_kafka_admin_allow(td_kafka_admin_t *admin, const td_kafka_acl_t *acl, td_err_t *err)
{
	static const char what[] = "granting rights on";
	size_t count = 0;
	rd_kafka_AdminOptions_t *options = make_options(admin, RD_KAFKA_ADMIN_OP_CREATEACLS, err);
	if (!options)
		return false;
	rd_kafka_AclBinding_t *binding = make_acl(acl, err);
	rd_kafka_event_t *answer = NULL;
	if (binding) {
		rd_kafka_CreateAcls(admin->base.client, &binding, 1, options, admin->queue);
		answer = await(admin, what, acl->resource, err);
		rd_kafka_AclBinding_destroy(binding);
	}
	rd_kafka_AdminOptions_destroy(options);
	if (!answer)
		return false;
	const rd_kafka_acl_result_t **results =
		rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer), &count);
	const rd_kafka_error_t *error = count == 1 ? rd_kafka_acl_result_error(results[0]) : NULL;
	bool done = count == 1 && !error;
	if (!done)
		(void)td_kafka_fail(
			err, error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR__BAD_MSG,
			error ? rd_kafka_error_string(error) : NULL, what, acl->resource);
	rd_kafka_event_destroy(answer);
	return done;
}
