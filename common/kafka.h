/*
 * kafka: what all Kafka objects share: the cluster's settings and the classes of errors.
 *
 * kafka_*.c are the only files that include librdkafka. The objects: a producer
 * (kafka_producer.h), a reader of topics from given offsets (kafka_reader.h), a group, which only
 * says which topics are ours (kafka_group.h), and an administrator (kafka_admin.h). All topics of
 * thidua have one partition, 0. No object is to be used by two threads at a time.
 */
#ifndef TD_COMMON_KAFKA_H
#define TD_COMMON_KAFKA_H

#include "common/err.h"
#include "common/opt.h"
#include "common/td.h"

/* The section [kafka]; every object takes a pointer to it and keeps no part of it. */
typedef struct td_kafka_settings {
	const char *brokers;      /* "host:port,..." */
	td_opt_list_t properties; /* librdkafka's "name=value"; "name=@path" reads it from a file */
	bool single_node;         /* topics with fewer than three replicas are all right */
} td_kafka_settings_t;

extern const td_opt_t td_kafka_options[]; /* into td_kafka_settings_t */
extern const size_t td_kafka_option_count;

/* Checks brokers and properties without a connection: unknown names and values, and secrets that
 * are not in a file of their own. TD_ECONFIG. */
TD_MUST_USE bool td_kafka_settings_check(const td_kafka_settings_t *settings, td_err_t *err);

/* What to do about an error of Kafka. */
typedef enum td_kafka_class {
	TD_KAFKA_FINE,     /* no error */
	TD_KAFKA_RETRY,    /* passes, or the library retries itself: TD_EUNAVAILABLE */
	TD_KAFKA_RECREATE, /* this object is finished, a new one may do: TD_EUNAVAILABLE */
	TD_KAFKA_REFUSED,  /* rights, settings, no such topic; a person must act: TD_ECONFIG */
	TD_KAFKA_DATA,     /* these bytes cannot be read or written, now or ever: TD_EDATA */
	TD_KAFKA_LOST,     /* the offset is not in the log (any more): TD_EINTEGRITY */
} td_kafka_class_t;

/* The td_code_t for sentences about an error of this class. */
td_code_t td_kafka_class_code(td_kafka_class_t kind);

#endif
