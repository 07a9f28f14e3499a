#include "common/kafka_reader.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/kafka_internal.h"

struct td_kafka_stream {
	td_kafka_reader_t *reader;
	rd_kafka_topic_t *topic;
	void *context;
	bool open;
	uint64_t session;            /* moved on by each opening, closing and seeking */
	rd_kafka_resp_err_t trouble; /* the error that came last, */
	int64_t trouble_offset;      /* and where, */
	unsigned repeats;            /* and how often in a row */
	td_kafka_stream_t *next;
};

struct td_kafka_reader {
	td_kafka_base_t base; /* first: librdkafka's opaque */
	rd_kafka_queue_t *queue;
	td_kafka_stream_t
		*streams;     /* all that were ever opened; kept, since messages point there */
	unsigned errors_told; /* of base.errors */
	size_t batch_max;
	size_t held;
	rd_kafka_message_t **messages; /* batch_max; `held` of them are ours to give back */
	td_kafka_item_t *items;        /* batch_max */
};

static const td_kafka_property_t fixed[] = {
	{"auto.offset.reset", "error"},        {"isolation.level", "read_uncommitted"},
	{"enable.partition.eof", "true"},      {"check.crcs", "true"},
	{"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},
	{"allow.auto.create.topics", "false"},
};

static bool start(td_kafka_reader_t *reader, const td_kafka_reader_settings_t *settings,
		  td_err_t *err)
{
	char kbytes[24], fetch[24];
	int64_t bytes = settings->queue_bytes > 0 ? settings->queue_bytes : 128 << 20;
	(void)snprintf(kbytes, sizeof kbytes, "%lld", (long long)bytes / 1024);
	(void)snprintf(fetch, sizeof fetch, "%lld", (long long)(bytes < 1 << 20 ? bytes : 1 << 20));
	const td_kafka_property_t defaults[] = {
		{"fetch.message.max.bytes", fetch}, /* of one topic at a time */
		/* With fewer, a reader slower than the fetch runs dry for a second each time. */
		{"queued.min.messages", "1000000"},
		{"queued.max.messages.kbytes", kbytes},
		{"fetch.wait.max.ms", "50"},
		{"topic.metadata.refresh.interval.ms", "10000"},
#if RD_KAFKA_VERSION >= 0x020200ff
		{"fetch.queue.backoff.ms", "10"},
#endif
	};
	const td_kafka_plan_t plan = {
		.settings = settings->cluster,
		.client_id = settings->client_id,
		.defaults = defaults,
		.default_count = TD_COUNT(defaults),
		.fixed = fixed,
		.fixed_count = TD_COUNT(fixed),
	};
	return td_kafka_base_start(&reader->base, RD_KAFKA_CONSUMER, &plan, err);
}

static void free_memory(td_kafka_reader_t *reader)
{
	while (reader->streams) {
		td_kafka_stream_t *stream = reader->streams;
		reader->streams = stream->next;
		free(stream);
	}
	free(reader->messages);
	free(reader->items);
	free(reader);
}

td_kafka_reader_t *td_kafka_reader_new(const td_kafka_reader_settings_t *settings, td_err_t *err)
{
	td_kafka_reader_t *reader = calloc(1, sizeof *reader);
	if (!reader) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for a Kafka reader");
		return NULL;
	}
	reader->batch_max = settings->batch_max > 0 ? (size_t)settings->batch_max : 1000;
	reader->messages = calloc(reader->batch_max, sizeof *reader->messages);
	reader->items = calloc(reader->batch_max, sizeof *reader->items);
	bool made = reader->messages && reader->items;
	if (!made)
		(void)td_err_set(err, TD_EMEMORY, "no memory for a Kafka reader");
	if (!made || !start(reader, settings, err)) {
		free_memory(reader);
		return NULL;
	}
	reader->queue = rd_kafka_queue_new(reader->base.client);
	td_kafka_queue_wake(reader->queue, settings->wake_fd);
	return reader;
}

static void give_back(td_kafka_reader_t *reader)
{
	for (size_t i = 0; i < reader->held; i++)
		rd_kafka_message_destroy(reader->messages[i]);
	reader->held = 0;
}

void td_kafka_reader_free(td_kafka_reader_t *reader)
{
	if (!reader)
		return;
	give_back(reader);
	for (td_kafka_stream_t *stream = reader->streams; stream; stream = stream->next) {
		td_kafka_stream_close(stream);
		rd_kafka_topic_destroy(stream->topic);
	}
	rd_kafka_queue_destroy(reader->queue);
	rd_kafka_destroy(reader->base.client);
	free_memory(reader);
}

static td_kafka_stream_t *find(td_kafka_reader_t *reader, const char *topic)
{
	td_kafka_stream_t *stream = reader->streams;
	while (stream && strcmp(rd_kafka_topic_name(stream->topic), topic) != 0)
		stream = stream->next;
	return stream;
}

static td_kafka_stream_t *add(td_kafka_reader_t *reader, const char *topic, td_err_t *err)
{
	td_kafka_stream_t *stream = calloc(1, sizeof *stream);
	if (!stream) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", topic);
		return NULL;
	}
	*stream = (td_kafka_stream_t){.reader = reader, .next = reader->streams};
	rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(reader->base.client);
	rd_kafka_topic_conf_set_opaque(conf, stream);
	stream->topic = rd_kafka_topic_new(reader->base.client, topic, conf);
	if (!stream->topic) {
		(void)td_kafka_fail(err, rd_kafka_last_error(), NULL, "reading", topic);
		rd_kafka_topic_conf_destroy(conf);
		free(stream);
		return NULL;
	}
	reader->streams = stream;
	return stream;
}

static bool begin(td_kafka_stream_t *stream, int64_t offset, td_err_t *err)
{
	if (rd_kafka_consume_start_queue(stream->topic, 0, offset, stream->reader->queue) != 0)
		return td_kafka_fail(err, rd_kafka_last_error(), NULL, "reading",
				     rd_kafka_topic_name(stream->topic));
	stream->open = true;
	stream->session++;
	stream->trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
	stream->repeats = 0;
	return true;
}

/* Where to start, as librdkafka wants it. */
static bool resolve(td_kafka_reader_t *reader, const char *topic, td_kafka_start_t start_at,
		    int64_t *offset, td_err_t *err)
{
	int64_t low = 0, high = 0;
	switch (start_at.from) {
	case TD_KAFKA_FROM_OFFSET:
		*offset = start_at.number;
		return true;
	case TD_KAFKA_FROM_BEGINNING:
		*offset = RD_KAFKA_OFFSET_BEGINNING;
		return true;
	case TD_KAFKA_FROM_END:
		*offset = RD_KAFKA_OFFSET_END;
		return true;
	case TD_KAFKA_FROM_TAIL:
		break;
	}
	/* The library's own tail may begin before the first offset that is left. */
	if (!td_kafka_ask_bounds(&reader->base, topic, &low, &high, err))
		return false;
	*offset = high - low > start_at.number ? high - start_at.number : low;
	return true;
}

td_kafka_stream_t *td_kafka_reader_open(td_kafka_reader_t *reader, const char *topic,
					td_kafka_start_t start_at, void *context, td_err_t *err)
{
	int64_t offset = 0;
	td_kafka_stream_t *stream = find(reader, topic);
	if (stream && stream->open) {
		(void)td_err_set(err, TD_EBUG, "%s is being read already", topic);
		return NULL;
	}
	if (!stream)
		stream = add(reader, topic, err);
	if (!stream || !resolve(reader, topic, start_at, &offset, err))
		return NULL;
	stream->context = context;
	return begin(stream, offset, err) ? stream : NULL;
}

void td_kafka_stream_close(td_kafka_stream_t *stream)
{
	if (!stream || !stream->open)
		return;
	stream->open = false;
	stream->session++;
	/* Fails only for a partition that is not read. */
	(void)rd_kafka_consume_stop(stream->topic, 0);
}

bool td_kafka_stream_seek(td_kafka_stream_t *stream, int64_t offset, td_err_t *err)
{
	td_kafka_stream_close(stream);
	return begin(stream, offset, err);
}

bool td_kafka_item_is_old(const td_kafka_item_t *item)
{
	return item->session != item->stream->session;
}

void *td_kafka_stream_context(const td_kafka_stream_t *stream)
{
	return stream->context;
}

static void fill_error(td_kafka_item_t *item, rd_kafka_resp_err_t error, int64_t offset,
		       const char *why)
{
	td_kafka_stream_t *stream = item->stream;
	bool again = stream->trouble == error && stream->trouble_offset == offset;
	stream->repeats = again ? stream->repeats + 1 : 1;
	stream->trouble = error;
	stream->trouble_offset = offset;
	item->kind = TD_KAFKA_ITEM_ERROR;
	item->error = td_kafka_classify(error);
	item->offset = offset >= 0 ? offset : -1;
	item->repeats = stream->repeats;
	item->why = why;
}

static void fill_record(td_kafka_item_t *item, const rd_kafka_message_t *message)
{
	rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
	item->append_ms = rd_kafka_message_timestamp(message, &type);
	item->by_broker = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
	item->key = (td_slice_t){message->key, message->key_len};
	item->value = (td_slice_t){message->payload, message->len};
	item->stream->trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* False for what concerns no open stream. */
static bool fill_item(td_kafka_item_t *item, const rd_kafka_message_t *message)
{
	td_kafka_stream_t *stream = message->rkt ? rd_kafka_topic_opaque(message->rkt) : NULL;
	if (!stream || !stream->open)
		return false;
	*item = (td_kafka_item_t){
		.stream = stream, .offset = message->offset, .session = stream->session};
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		fill_record(item, message);
	else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
		item->kind = TD_KAFKA_ITEM_END;
	else
		fill_error(item, message->err, message->offset, rd_kafka_message_errstr(message));
	return true;
}

/* True if an error of the client concerns this stream: it names its topic, or none of ours. */
static bool concerns(const td_kafka_reader_t *reader, const td_kafka_stream_t *stream)
{
	bool is_named = false;
	for (const td_kafka_stream_t *any = reader->streams; any; any = any->next) {
		const char *topic = rd_kafka_topic_name(any->topic);
		size_t size = strlen(topic);
		if (strncmp(reader->base.why, topic, size) != 0 ||
		    strncmp(reader->base.why + size, " [", 2) != 0)
			continue;
		if (any == stream)
			return true;
		is_named = true;
	}
	return !is_named;
}

/* A topic that is not there and a password that is wrong are told to the client, not the queue. */
static size_t tell_refusal(td_kafka_reader_t *reader, size_t count)
{
	td_kafka_stream_t *stream = reader->streams;
	if (reader->errors_told == reader->base.errors)
		return count;
	reader->errors_told = reader->base.errors;
	if (reader->base.trouble != TD_KAFKA_REFUSED)
		return count;
	for (; stream && count < reader->batch_max; stream = stream->next) {
		if (!stream->open || !concerns(reader, stream))
			continue;
		td_kafka_item_t *item = &reader->items[count++];
		*item = (td_kafka_item_t){.stream = stream, .session = stream->session};
		fill_error(item, reader->base.error, -1, reader->base.why);
	}
	return count;
}

static size_t take_batch(td_kafka_reader_t *reader, size_t have)
{
	ssize_t got = rd_kafka_consume_batch_queue(reader->queue, 0, reader->messages + have,
						   reader->batch_max - have);
	return got > 0 ? have + (size_t)got : have;
}

/* Fills reader->messages; a batch call with a time-out would wait for a full batch. */
static void take_messages(td_kafka_reader_t *reader, int timeout_ms)
{
	(void)rd_kafka_poll(reader->base.client, 0);
	reader->held = take_batch(reader, 0);
	if (reader->held > 0 || timeout_ms <= 0 || reader->errors_told != reader->base.errors)
		return;
	reader->messages[0] = rd_kafka_consume_queue(reader->queue, timeout_ms);
	if (reader->messages[0])
		reader->held = take_batch(reader, 1);
}

size_t td_kafka_reader_read(td_kafka_reader_t *reader, int timeout_ms,
			    const td_kafka_item_t **items)
{
	size_t count = 0;
	give_back(reader);
	*items = reader->items;
	take_messages(reader, timeout_ms);
	for (size_t i = 0; i < reader->held; i++) {
		if (fill_item(&reader->items[count], reader->messages[i]))
			count++;
	}
	return tell_refusal(reader, count);
}

bool td_kafka_reader_bounds(td_kafka_reader_t *reader, const char *topic, int64_t *low,
			    int64_t *high, td_err_t *err)
{
	return td_kafka_ask_bounds(&reader->base, topic, low, high, err);
}

bool td_kafka_reader_offset_at(td_kafka_reader_t *reader, const char *topic, int64_t append_ms,
			       int64_t *offset, td_err_t *err)
{
	return td_kafka_ask_offset_at(&reader->base, topic, append_ms, offset, err);
}
