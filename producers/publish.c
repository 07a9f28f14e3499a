#include "producers/publish.h"

#include "common/clock.h"
#include "common/fault.h"
#include "common/kafka_producer.h"
#include "common/log.h"
#include "producers/spool_reader.h"
#include "workers/topics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SEND_MAX = 10000,                 /* events in one turn */
	QUEUE_MESSAGES = 100000,          /* sent and not acknowledged */
	QUEUE_BYTES = 64 * 1024 * 1024,   /* the same */
	BATCH_BYTES = 1000 * 1000 - 4096, /* with the protocol, what a broker takes by default */
	LINGER_MS = 5,
	CURSOR_MS = 1000, /* between moves of the cursor: each is an fsync */
	RETRY_FIRST_MS = 500,
	RETRY_MAX_MS = 30 * 1000,
	SILENT_MS = 10 * 1000, /* without acknowledgement: worth a line */
};

struct td_publish {
	td_publish_settings_t settings;
	char topic[TD_TOPIC_MAX], client[2 * TD_ID_MAX + 32];
	td_spool_store_t *store;
	td_spool_reader_t *reader;
	td_kafka_producer_t *producer; /* NULL until retry_ms */
	td_kafka_out_t *out;
	uint64_t acked; /* all up to this sequence */
	int64_t offset; /* where the last of them lies in the log; -1: not known */
	bool more;      /* there is something to send, and room for it */
	bool is_silent;
	int64_t retry_ms, retry_after_ms;
	int64_t cursor_ms; /* when the cursor may move again */
	int64_t heard_ms;  /* of the last acknowledgement, or of when there was nothing to wait for
			    */
	td_err_t refusal;  /* code TD_OK: none since the last acknowledgement */
};

td_publish_t *td_publish_new(const td_publish_settings_t *settings, td_spool_store_t *store,
			     td_err_t *err)
{
	td_publish_t *publish = calloc(1, sizeof *publish);
	if (publish == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to publish");
		return NULL;
	}
	publish->settings = *settings;
	publish->store = store;
	publish->acked = td_spool_store_cursor(store);
	publish->offset = -1;
	publish->retry_after_ms = RETRY_FIRST_MS;
	td_topic_raw(settings->reporter, publish->topic);
	(void)snprintf(publish->client, sizeof publish->client, "thidua-producer-%s-%s",
		       settings->reporter, settings->source);
	publish->reader = td_spool_reader_new(store, publish->acked + 1, err);
	if (publish->reader != NULL)
		return publish;
	td_publish_free(publish);
	return NULL;
}

void td_publish_free(td_publish_t *publish)
{
	if (publish == NULL)
		return;
	td_kafka_producer_free(publish->producer);
	td_spool_reader_free(publish->reader);
	free(publish);
}

/* A log grows. One that begins anew under its name has lost what was delivered, and no error says
 * so: the broker takes any number from a producer that it does not know. */
static void note_offset(td_publish_t *publish, int64_t offset)
{
	if (offset < 0)
		return;
	if (offset <= publish->offset)
		td_log(TD_LOG_ERROR, "raw_log_was_cut", td_log_text("topic", publish->topic),
		       td_log_int("offset_before", publish->offset), td_log_int("offset", offset),
		       td_log_text("do", "thidua producer resend --from the oldest sequence that "
					 "'status' shows, which changes no figure"));
	publish->offset = offset;
}

/* Why the first event that is not in the log did not get there, if a person must act. */
static void note_refusal(td_publish_t *publish, const td_kafka_delivery_t *delivery)
{
	if (delivery->kind == TD_KAFKA_REFUSED || delivery->kind == TD_KAFKA_DATA)
		(void)td_err_set(
			&publish->refusal, td_kafka_class_code(delivery->kind),
			"writing to %s: %s; the broker refuses this for good until "
			"somebody mends the user's rights (ACL), the topic or its settings",
			publish->topic, delivery->why);
}

/* Reports come in the order of sending, which is that of the spool. */
static void on_delivered(void *context, const td_kafka_delivery_t *delivery)
{
	td_publish_t *publish = context;
	if (delivery->number != publish->acked + 1)
		return;
	if (delivery->kind != TD_KAFKA_FINE) {
		note_refusal(publish, delivery);
		return;
	}
	td_fault("publish.ack");
	publish->acked++;
	note_offset(publish, delivery->offset);
	publish->refusal.code = TD_OK;
	publish->retry_after_ms = RETRY_FIRST_MS;
}

/* A producer that begins behind what is acknowledged. */
static bool begin(td_publish_t *publish, td_err_t *err)
{
	const td_kafka_producer_settings_t settings = {
		.cluster = publish->settings.cluster,
		.client_id = publish->client,
		.codec = "zstd",
		.linger_ms = LINGER_MS,
		.queue_messages = QUEUE_MESSAGES,
		.queue_bytes = QUEUE_BYTES,
		.message_bytes = BATCH_BYTES,
		.delivered = on_delivered,
		.context = publish,
		.wake_fd = publish->settings.wake_fd,
	};
	publish->producer = td_kafka_producer_new(&settings, err);
	if (publish->producer == NULL)
		return false;
	publish->out = td_kafka_producer_topic(publish->producer, publish->topic, publish, err);
	td_spool_reader_seek(publish->reader, publish->acked + 1);
	return publish->out != NULL;
}

/* Leaves the producer, to make another one later; first its last reports are heard. */
static void leave(td_publish_t *publish, const td_err_t *why, int64_t now_ms)
{
	td_kafka_producer_purge(publish->producer);
	if (why->code == TD_ECONFIG || why->code == TD_EDATA)
		publish->refusal = *why;
	td_log(TD_LOG_WARN, "sending_stopped",
	       td_log_err(publish->refusal.code != TD_OK ? &publish->refusal : why),
	       td_log_int("next_sequence", (int64_t)publish->acked + 1),
	       td_log_int("again_in_ms", publish->retry_after_ms));
	td_kafka_producer_free(publish->producer);
	publish->producer = NULL;
	publish->more = false;
	publish->retry_ms = now_ms + publish->retry_after_ms;
	publish->retry_after_ms *= 2;
	if (publish->retry_after_ms > RETRY_MAX_MS)
		publish->retry_after_ms = RETRY_MAX_MS;
}

/* Hands one event over; false when no more can be sent for now, with `why` if it is for long. */
static bool send_one(td_publish_t *publish, td_slice_t event, td_err_t *why)
{
	const td_kafka_message_t message = {
		.value = event,
		.number = td_spool_reader_position(publish->reader) - 1,
		.memory = TD_KAFKA_COPY,
	};
	td_fault("publish.send");
	td_kafka_sent_t sent = td_kafka_producer_send(publish->out, &message, why);
	if (sent == TD_KAFKA_SENT_QUEUED)
		return true;
	td_spool_reader_back(publish->reader);
	if (sent == TD_KAFKA_SENT_FULL)
		why->code = TD_OK;
	return false;
}

/* Sends until there is nothing more, no more room, or another's turn. */
static bool send_some(td_publish_t *publish, td_err_t *why, td_err_t *err)
{
	publish->more = false;
	for (int sent = 0; sent < SEND_MAX; sent++) {
		td_slice_t event;
		switch (td_spool_reader_next(publish->reader, &event, err)) {
		case TD_SPOOL_FAILED:
			return false;
		case TD_SPOOL_END:
			return true;
		case TD_SPOOL_EVENT:
			if (!send_one(publish, event, why))
				return true;
		}
	}
	publish->more = true;
	return true;
}

/* A cursor that cannot be moved makes repeats after a crash, no more: it is tried again. */
static bool keep_cursor(td_publish_t *publish, int64_t now_ms, td_err_t *err)
{
	publish->cursor_ms = now_ms + CURSOR_MS;
	return publish->acked == td_spool_store_cursor(publish->store) ||
	       td_spool_store_move_cursor(publish->store, publish->acked, err);
}

static void tell_silence(td_publish_t *publish, uint64_t acked_before, int64_t now_ms)
{
	bool waits = publish->producer != NULL && td_kafka_producer_waiting(publish->producer) > 0;
	if (!waits || publish->acked != acked_before || publish->heard_ms == 0) {
		if (publish->is_silent && publish->acked != acked_before) {
			publish->is_silent = false;
			td_log(TD_LOG_INFO, "kafka_answers",
			       td_log_int("acknowledged", (int64_t)publish->acked));
		}
		publish->heard_ms = now_ms;
		return;
	}
	if (now_ms - publish->heard_ms < SILENT_MS)
		return;
	publish->is_silent = true;
	publish->heard_ms = now_ms;
	td_log(TD_LOG_WARN, "kafka_silent", td_log_text("topic", publish->topic),
	       td_log_int("undelivered",
			  (int64_t)(td_spool_store_durable(publish->store) - publish->acked)),
	       td_log_int("spool_bytes", (int64_t)td_spool_store_bytes(publish->store)));
}

/* With a producer: what it heard, and more to send. */
static bool go_on(td_publish_t *publish, int64_t now_ms, td_err_t *err)
{
	td_err_t why = {.code = TD_OK};
	td_kafka_producer_poll(publish->producer, 0);
	if (!td_kafka_producer_broken(publish->producer, &why) && !send_some(publish, &why, err))
		return false;
	if (why.code != TD_OK)
		leave(publish, &why, now_ms);
	return true;
}

bool td_publish_turn(td_publish_t *publish, int64_t now_ms, td_err_t *err)
{
	uint64_t before = publish->acked;
	td_err_t late;
	if (publish->producer == NULL && now_ms >= publish->retry_ms && !begin(publish, err))
		return false;
	if (publish->producer != NULL && !go_on(publish, now_ms, err))
		return false;
	tell_silence(publish, before, now_ms);
	if (now_ms >= publish->cursor_ms && !keep_cursor(publish, now_ms, &late))
		td_log(TD_LOG_WARN, "cursor_stays", td_log_err(&late));
	return true;
}

int td_publish_timeout_ms(const td_publish_t *publish, int64_t now_ms)
{
	int64_t until = now_ms + CURSOR_MS;
	if (publish->more)
		return 0;
	if (publish->producer == NULL && publish->retry_ms < until)
		until = publish->retry_ms;
	return until > now_ms ? (int)(until - now_ms) : 0;
}

bool td_publish_done(const td_publish_t *publish)
{
	return publish->acked == td_spool_store_durable(publish->store);
}

bool td_publish_refused(const td_publish_t *publish, td_err_t *err)
{
	*err = publish->refusal;
	return publish->refusal.code != TD_OK;
}

bool td_publish_finish(td_publish_t *publish, int timeout_ms, td_err_t *err)
{
	td_err_t late;
	if (publish->producer != NULL &&
	    !td_kafka_producer_flush(publish->producer, timeout_ms, &late))
		td_log(TD_LOG_INFO, "not_acknowledged", td_log_err(&late));
	return keep_cursor(publish, 0, err);
}
