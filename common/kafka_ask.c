/* kafka_ask: what a broker is asked about the offsets of a topic. */
#include "common/kafka_internal.h"

enum { ASK_TIMEOUT_MS = 10000 };

/* What ends every question. */
static bool finish(td_kafka_base_t *base, rd_kafka_resp_err_t error, const char *what,
		   const char *topic, td_err_t *err)
{
	const char *reason = NULL;
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		td_kafka_base_answered(base);
		return true;
	}
	td_kafka_base_blame(base, &error, &reason);
	return td_kafka_fail(err, error, reason, what, topic);
}

/* What lies at a time, or at RD_KAFKA_OFFSET_BEGINNING or _END, which the protocol takes for one.
 * Not by rd_kafka_query_watermark_offsets: before 2.3 it has no end while a broker is silent. */
static rd_kafka_resp_err_t ask(td_kafka_base_t *base, const char *topic, int64_t when,
			       int64_t *offset)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *asked = rd_kafka_topic_partition_list_add(list, topic, 0);
	asked->offset = when;
	rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(base->client, list, ASK_TIMEOUT_MS);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = asked->err;
	*offset = asked->offset >= 0 ? asked->offset : -1;
	rd_kafka_topic_partition_list_destroy(list);
	return error;
}

bool td_kafka_ask_bounds(td_kafka_base_t *base, const char *topic, int64_t *low, int64_t *high,
			 td_err_t *err)
{
	rd_kafka_resp_err_t error = ask(base, topic, RD_KAFKA_OFFSET_BEGINNING, low);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = ask(base, topic, RD_KAFKA_OFFSET_END, high);
	return finish(base, error, "asking for the offsets of", topic, err);
}

bool td_kafka_ask_offset_at(td_kafka_base_t *base, const char *topic, int64_t append_ms,
			    int64_t *offset, td_err_t *err)
{
	rd_kafka_resp_err_t error = ask(base, topic, append_ms, offset);
	return finish(base, error, "asking for an offset of", topic, err);
}
