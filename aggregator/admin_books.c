/* Reads the topics of reference data and decisions from their beginning to their present end. */
#include "aggregator/admin.h"
#include "common/clock.h"
#include "common/kafka_reader.h"
#include "workers/topics.h"

enum { POLL_MS = 200, QUEUE_BYTES = 16 * 1024 * 1024 };

/* One topic under way. */
typedef struct reading {
	td_admin_books_t *books;
	bool is_reference;
	int64_t end; /* all before it is to be read */
	bool done;
} reading_t;

static bool take(reading_t *reading, const td_kafka_item_t *item, td_err_t *err)
{
	td_err_t ignored;
	if (item->kind == TD_KAFKA_ITEM_ERROR)
		return item->error == TD_KAFKA_RETRY ||
		       td_err_set(err, td_kafka_class_code(item->error), "%s at offset %lld: %s",
				  td_kafka_stream_topic(item->stream), (long long)item->offset,
				  item->why);
	reading->done = item->offset + (item->kind == TD_KAFKA_ITEM_RECORD) >= reading->end;
	if (item->kind == TD_KAFKA_ITEM_END || !item->value.data)
		return true;
	if (reading->is_reference)
		return td_versions_add(reading->books->versions, item->value, err);
	/* A decision that says nothing is left out, as the workers do. */
	(void)!td_decisions_take(reading->books->decisions, item->key, item->value, &ignored);
	return true;
}

static bool read_topic(td_kafka_reader_t *reader, const char *topic, reading_t *reading,
		       td_err_t *err)
{
	int64_t low, give_up_ms = td_clock_mono_ms() + TD_ADMIN_TIMEOUT_MS;
	if (!td_kafka_reader_bounds(reader, topic, &low, &reading->end, err)) {
		if (err->code == TD_ECONFIG)
			(void)td_err_prefix(err, "has thidua-admin init been run?");
		return false;
	}
	td_kafka_stream_t *stream = td_kafka_reader_open(
		reader, topic, (td_kafka_start_t){.from = TD_KAFKA_FROM_BEGINNING}, NULL, err);
	bool fine = stream != NULL;
	reading->done = low == reading->end;
	while (fine && !reading->done) {
		const td_kafka_item_t *items;
		size_t count = td_kafka_reader_read(reader, POLL_MS, &items);
		for (size_t i = 0; fine && i < count; i++)
			fine = items[i].stream != stream || take(reading, &items[i], err);
		if (fine && !reading->done && td_clock_mono_ms() > give_up_ms)
			fine = td_err_set(err, TD_EUNAVAILABLE,
					  "%s was not read to its end within %d s", topic,
					  TD_ADMIN_TIMEOUT_MS / 1000);
	}
	td_kafka_stream_close(stream);
	return fine;
}

bool td_admin_books_read(const td_admin_t *admin, td_admin_books_t *books, td_err_t *err)
{
	*books = (td_admin_books_t){td_versions_new(), td_decisions_new()};
	if (!books->versions || !books->decisions)
		return td_err_set(err, TD_EMEMORY, "no memory for the reference data");
	td_kafka_reader_t *reader = td_kafka_reader_new(
		&(td_kafka_reader_settings_t){
			.cluster = &admin->settings->kafka,
			.client_id = "thidua-admin",
			.queue_bytes = QUEUE_BYTES,
			.wake_fd = -1,
		},
		err);
	bool fine = reader &&
		    read_topic(reader, TD_TOPIC_REFERENCE,
			       &(reading_t){.books = books, .is_reference = true}, err) &&
		    read_topic(reader, TD_TOPIC_DECISIONS, &(reading_t){.books = books}, err);
	td_kafka_reader_free(reader);
	return fine;
}

void td_admin_books_free(td_admin_books_t *books)
{
	td_versions_free(books->versions);
	td_decisions_free(books->decisions);
	*books = (td_admin_books_t){0};
}
