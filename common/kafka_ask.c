/* kafka_ask: what a broker is asked about the offsets of a topic. */
#include "common/kafka_internal.h"

enum { ASK_TIMEOUT_MS = 10000 };

bool td_kafka_ask_bounds(rd_kafka_t *client, const char *topic, int64_t *low, int64_t *high,
			 td_err_t *err)
{
	rd_kafka_resp_err_t error =
		rd_kafka_query_watermark_offsets(client, topic, 0, low, high, ASK_TIMEOUT_MS);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return td_kafka_fail(err, error, NULL, "asking for the offsets of", topic);
	return true;
}

bool td_kafka_ask_offset_at(rd_kafka_t *client, const char *topic, int64_t append_ms,
			    int64_t *offset, td_err_t *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *asked = rd_kafka_topic_partition_list_add(list, topic, 0);
	asked->offset = append_ms;
	rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client, list, ASK_TIMEOUT_MS);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = asked->err;
	*offset = asked->offset >= 0 ? asked->offset : -1;
	rd_kafka_topic_partition_list_destroy(list);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return td_kafka_fail(err, error, NULL, "asking for an offset of", topic);
	return true;
}
