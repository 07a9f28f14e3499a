/*
 * kafka_topic: a whole topic, or a range of it, read once.
 */
#ifndef TD_COMMON_KAFKA_TOPIC_H
#define TD_COMMON_KAFKA_TOPIC_H

#include "common/err.h"
#include "common/kafka_reader.h"

enum { TD_KAFKA_TOPIC_PATIENCE_MS = 60000 }; /* without anything new */

/* Called for each record; false, with err, ends the reading. */
typedef bool td_kafka_record_fn(void *context, const td_kafka_item_t *record, td_err_t *err);

/* A reader for it: one connection, with room for what is read ahead. */
TD_MUST_USE td_kafka_reader_t *td_kafka_topic_reader(const td_kafka_settings_t *cluster,
						     const char *client_id, td_err_t *err);

/* Reads offsets from..end-1; `reader` reads nothing else meanwhile. TD_EUNAVAILABLE when nothing
 * came for TD_KAFKA_TOPIC_PATIENCE_MS; a record that cannot be read ends it. */
TD_MUST_USE bool td_kafka_topic_read(td_kafka_reader_t *reader, const char *topic, int64_t from,
				     int64_t end, td_kafka_record_fn *each, void *context,
				     td_err_t *err);

/* Reads from that offset on what is there and what comes, until nothing has come for `quiet_ms`;
 * errors as above. */
TD_MUST_USE bool td_kafka_topic_follow(td_kafka_reader_t *reader, const char *topic, int64_t from,
				       int64_t quiet_ms, td_kafka_record_fn *each, void *context,
				       td_err_t *err);

/* Reads all that is there now. `exists` says whether there is such a topic; NULL: there must be. */
TD_MUST_USE bool td_kafka_topic_read_all(td_kafka_reader_t *reader, const char *topic, bool *exists,
					 td_kafka_record_fn *each, void *context, td_err_t *err);

#endif
