/*
 * origin: whether the logs are those from which a shard was folded, and where to read on.
 *
 * Shell. A position in Redis means nothing for another log: a raw topic that was deleted and made
 * again, or one that was cut, is found here before a single verdict is folded on top.
 */
#ifndef TD_AGGREGATOR_ORIGIN_H
#define TD_AGGREGATOR_ORIGIN_H

#include "aggregator/head.h"
#include "common/err.h"
#include "common/kafka_reader.h"

/*
 * Compares `head` with the raw log: its position must lie in it, and the event that it remembers as
 * the first must be there (append time and SHA-256), or be the first of an archive of which a
 * recorded decision says that the log begins with it. False with TD_EINTEGRITY when they contradict
 * each other, with TD_EUNAVAILABLE or TD_ECONFIG (no such topic) when the broker does not say.
 */
TD_MUST_USE bool td_origin_check(td_kafka_reader_t *reader, const char *raw_topic,
				 const td_head_t *head, td_err_t *err);

/* Whether the verdict log goes on where `head` says that it was read to: *yes is false when it ends
 * before, or when another verdict lies there than was read, for it was cut and grew again. */
TD_MUST_USE bool td_origin_goes_on(td_kafka_reader_t *reader, const char *verdict_topic,
				   const td_head_t *head, bool *yes, td_err_t *err);

/* Moves head's hint, when the verdict log does not go on there, to the first verdict before it that
 * was not folded. Starting too early does no harm: repeats are told. */
TD_MUST_USE bool td_origin_find(td_kafka_reader_t *reader, const char *verdict_topic,
				td_head_t *head, td_err_t *err);

#endif
