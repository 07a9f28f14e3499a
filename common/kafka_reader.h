/*
 * kafka_reader: reads topics from offsets that the caller knows, without a group.
 *
 * A reader is one connection to the cluster and one bounded queue; a stream is one topic that it
 * reads, partition 0. Streams of one reader share its queue, and their records come mixed, each
 * stream in its own order. Nothing is read on from a guess: an offset that is not in the log is an
 * item TD_KAFKA_ITEM_ERROR of class TD_KAFKA_LOST, and transactional records are read whether
 * committed or not. Offsets may jump (control records of somebody's transaction take offsets).
 */
#ifndef TD_COMMON_KAFKA_READER_H
#define TD_COMMON_KAFKA_READER_H

#include "common/kafka.h"

typedef struct td_kafka_reader td_kafka_reader_t;
typedef struct td_kafka_stream td_kafka_stream_t;

typedef struct td_kafka_reader_settings {
	const td_kafka_settings_t *cluster;
	const char *client_id;
	int64_t queue_bytes; /* read ahead, at most; 0: 128 MiB. What is emptied within a second
				makes old librdkafkas pause for one */
	int64_t batch_max;   /* items of one td_kafka_reader_read, at most; 0: 1,000 */
	int wake_fd;         /* an eventfd to be written when items wait; -1: none */
} td_kafka_reader_settings_t;

typedef enum td_kafka_from {
	TD_KAFKA_FROM_OFFSET,    /* at `number` */
	TD_KAFKA_FROM_BEGINNING, /* at the first offset there is */
	TD_KAFKA_FROM_END,       /* only what comes from now on */
	TD_KAFKA_FROM_TAIL,      /* `number` offsets before the end, or at the beginning */
} td_kafka_from_t;

typedef struct td_kafka_start {
	td_kafka_from_t from;
	int64_t number;
} td_kafka_start_t;

typedef enum td_kafka_item_kind {
	TD_KAFKA_ITEM_RECORD,
	TD_KAFKA_ITEM_END,   /* all that was in the log is read; `offset` is the next to be written;
				comes once, and again after more records */
	TD_KAFKA_ITEM_ERROR, /* `class`, `offset`, `why`; it repeats while it lasts */
} td_kafka_item_kind_t;

/* What a stream says. */
typedef struct td_kafka_item {
	td_kafka_item_kind_t kind;
	td_kafka_class_t error;    /* of an ERROR */
	td_kafka_stream_t *stream; /* which topic */
	int64_t offset;            /* -1 if an ERROR has none */
	int64_t append_ms;         /* Unix ms by the broker's clock if `by_broker` */
	bool by_broker;            /* LogAppendTime; else the time is the producer's word */
	unsigned repeats;          /* ERROR: how often in a row at this offset, from 1; a
				      TD_KAFKA_DATA that repeats is a batch that stops the stream */
	td_slice_t key;            /* data NULL: none */
	td_slice_t value;          /* data NULL: a tombstone */
	const char *why;           /* ERROR: a phrase */
	uint64_t session;          /* of its stream; see td_kafka_item_is_old */
} td_kafka_item_t;

/* A reader; connects in the background. NULL and `err` (TD_ECONFIG) if settings are wrong. */
TD_MUST_USE td_kafka_reader_t *td_kafka_reader_new(const td_kafka_reader_settings_t *settings,
						   td_err_t *err);

/* Closes the streams and ends it; NULL is allowed. */
void td_kafka_reader_free(td_kafka_reader_t *reader);

/*
 * Starts to read `topic`; `context` is the caller's, see td_kafka_stream_context. A topic is open
 * once at a time. NULL and `err` on failure. The stream belongs to the reader.
 */
TD_MUST_USE td_kafka_stream_t *td_kafka_reader_open(td_kafka_reader_t *reader, const char *topic,
						    td_kafka_start_t start, void *context,
						    td_err_t *err);

/* Stops reading it and drops what was read ahead; items already handed out stay valid, but are old.
 * The topic may be opened again. NULL is allowed. */
void td_kafka_stream_close(td_kafka_stream_t *stream);

/* Goes on at `offset`; what was read ahead is dropped, and items already handed out are old. */
TD_MUST_USE bool td_kafka_stream_seek(td_kafka_stream_t *stream, int64_t offset, td_err_t *err);

/* Whether the item was handed out before its stream was closed or moved: it says nothing of where
 * the stream is now, and must be passed over. */
bool td_kafka_item_is_old(const td_kafka_item_t *item);

void *td_kafka_stream_context(const td_kafka_stream_t *stream);

/*
 * Waits at most `timeout_ms` for a first item and takes what else is there, up to batch_max.
 * `items` and what they point to are valid until the next call. Returns how many; 0: none came.
 * A loop that sleeps on wake_fd first reads until 0 comes back: the descriptor tells when a queue
 * stops being empty, not that it still is not.
 */
TD_MUST_USE size_t td_kafka_reader_read(td_kafka_reader_t *reader, int timeout_ms,
					const td_kafka_item_t **items);

/* The first offset in the log and the one after the last, asked from the broker now; both 0 for an
 * empty topic. TD_EUNAVAILABLE, or TD_ECONFIG if there is no such topic. */
TD_MUST_USE bool td_kafka_reader_bounds(td_kafka_reader_t *reader, const char *topic, int64_t *low,
					int64_t *high, td_err_t *err);

/* The first offset appended at `append_ms` or later; -1 if there is none. */
TD_MUST_USE bool td_kafka_reader_offset_at(td_kafka_reader_t *reader, const char *topic,
					   int64_t append_ms, int64_t *offset, td_err_t *err);

#endif
