#include "workers/books.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/kafka_reader.h"
#include "common/log.h"
#include "workers/topics.h"

enum { ASK_EVERY_MS = 2000, SAY_EVERY_MS = 10000 };

/* One topic that is followed from its beginning. */
typedef struct td_book {
	const char *topic;
	td_kafka_stream_t *stream;
	int64_t next;       /* offset behind what was read */
	int64_t latest;     /* of the record that was appended last, or the first of these; -1: none
			     */
	int64_t latest_ms;  /* and when */
	int64_t current_ms; /* monotonic: when it was read to its end for sure; -1: never */
	bool missing;       /* there is no such topic */
	td_log_limit_t limit;
} td_book_t;

struct td_books {
	td_kafka_reader_t *reader;
	td_book_t reference, decisions;
	td_versions_t *versions;
	td_decisions_t *decided;
	int64_t ask_ms; /* when the ends are asked for next */
	uint32_t generation;
};

static bool open_book(td_books_t *books, td_book_t *book, const char *topic, td_err_t *err)
{
	*book = (td_book_t){.topic = topic, .latest = -1, .current_ms = -1};
	book->stream = td_kafka_reader_open(
		books->reader, topic, (td_kafka_start_t){TD_KAFKA_FROM_BEGINNING, 0}, book, err);
	return book->stream != NULL;
}

td_books_t *td_books_new(const td_kafka_settings_t *cluster, uint32_t generation, int wake_fd,
			 td_err_t *err)
{
	td_books_t *books = calloc(1, sizeof(*books));

	if (!books) {
		(void)td_err_set(err, TD_EMEMORY, "no memory for the reference data");
		return NULL;
	}
	books->generation = generation;
	books->versions = td_versions_new();
	books->decided = td_decisions_new();
	books->reader = td_kafka_reader_new(
		&(td_kafka_reader_settings_t){
			.cluster = cluster,
			.client_id = "thidua-books",
			.queue_bytes = 16 * 1024 * 1024,
			.wake_fd = wake_fd,
		},
		err);
	if (books->reader && (!books->versions || !books->decided))
		(void)td_err_set(err, TD_EMEMORY, "no memory for the reference data");
	else if (books->reader && open_book(books, &books->reference, TD_TOPIC_REFERENCE, err) &&
		 open_book(books, &books->decisions, TD_TOPIC_DECISIONS, err))
		return books;
	td_books_free(books);
	return NULL;
}

void td_books_free(td_books_t *books)
{
	if (!books)
		return;
	td_kafka_reader_free(books->reader);
	td_versions_free(books->versions);
	td_decisions_free(books->decided);
	free(books);
}

/*
 * Forgets what was read of a topic that is not the one that it was read of, and reads it from its
 * beginning, as a worker that starts now would.
 */
static bool read_anew(td_books_t *books, td_book_t *book, td_err_t *err)
{
	td_log(TD_LOG_ERROR, "read_anew", td_log_text("topic", book->topic),
	       td_log_text("why", "the topic was cut, or deleted and created again"));
	if (book == &books->reference) {
		td_versions_free(books->versions);
		books->versions = td_versions_new();
	} else {
		td_decisions_free(books->decided);
		books->decided = td_decisions_new();
	}
	if (!books->versions || !books->decided)
		return td_err_set(err, TD_EMEMORY, "no memory for the reference data");
	td_kafka_stream_close(book->stream);
	return open_book(books, book, book->topic, err);
}

/* A record of either topic. A decision that says nothing is somebody's slip: said and left out. */
static bool take_record(td_books_t *books, td_book_t *book, const td_kafka_item_t *item,
			td_err_t *err)
{
	td_err_t why;

	book->next = item->offset + 1;
	if (book->latest < 0 || item->append_ms > book->latest_ms) {
		book->latest = item->offset;
		book->latest_ms = item->append_ms;
	}
	if (!item->value.data)
		return true;
	if (book == &books->reference) {
		size_t before = td_versions_count(books->versions);

		if (!td_versions_add(books->versions, item->value, err))
			return false;
		if (td_versions_count(books->versions) > before)
			td_log(TD_LOG_INFO, "reference_version", td_log_slice("version", item->key),
			       td_log_int("versions", (int64_t)before + 1));
		return true;
	}
	if (!td_decisions_take(books->decided, item->key, item->value, &why))
		td_log(TD_LOG_ERROR, "decision_ignored", td_log_slice("key", item->key),
		       td_log_err(&why));
	return true;
}

static bool take(td_books_t *books, const td_kafka_item_t *item, int64_t now_ms, td_err_t *err)
{
	td_book_t *book = td_kafka_stream_context(item->stream);
	int64_t held = 0;

	switch (item->kind) {
	case TD_KAFKA_ITEM_RECORD:
		return take_record(books, book, item, err);
	case TD_KAFKA_ITEM_END:
		book->next = item->offset;
		book->missing = false;
		books->ask_ms = 0;
		return true;
	case TD_KAFKA_ITEM_ERROR:
		break;
	}
	if (item->error == TD_KAFKA_LOST)
		return read_anew(books, book, err);
	book->missing = item->error == TD_KAFKA_REFUSED;
	if (td_log_allowed(&book->limit, now_ms, SAY_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "cannot_read", td_log_text("topic", book->topic),
		       td_log_text("error", item->why), td_log_int("held_back", held));
	return true;
}

/* Asks for the topic's end, and whether it still is the topic that was read: it was not made
 * shorter, and what was appended last is where it was. */
static bool look(td_books_t *books, const td_book_t *book, int64_t *end, bool *same, td_err_t *why)
{
	int64_t low = 0, latest = book->latest;

	if (!td_kafka_reader_bounds(books->reader, book->topic, &low, end, why))
		return false;
	*same = *end >= book->next;
	if (!*same || latest < 0)
		return true;
	if (!td_kafka_reader_offset_at(books->reader, book->topic, book->latest_ms, &latest, why))
		return false;
	*same = latest == book->latest;
	return true;
}

/* Asks whether all that is in the topic has been read; `answered` is whether the broker says so. */
static bool ask(td_books_t *books, td_book_t *book, int64_t now_ms, bool *answered, td_err_t *err)
{
	int64_t end = 0, held = 0;
	bool same = true;
	td_err_t why;

	*answered = look(books, book, &end, &same, &why);
	book->missing = !*answered && why.code == TD_ECONFIG;
	if (!*answered && td_log_allowed(&book->limit, now_ms, SAY_EVERY_MS, &held))
		td_log(TD_LOG_WARN, "cannot_read", td_log_text("topic", book->topic),
		       td_log_err(&why), td_log_int("held_back", held));
	if (!same)
		return read_anew(books, book, err);
	if (*answered && end == book->next)
		book->current_ms = now_ms;
	return true;
}

bool td_books_turn(td_books_t *books, int timeout_ms, int64_t now_ms, td_err_t *err)
{
	const td_kafka_item_t *items = NULL;
	size_t count = td_kafka_reader_read(books->reader, timeout_ms, &items);
	bool answered = true;

	for (size_t i = 0; i < count; i++)
		if (!td_kafka_item_is_old(&items[i]) && !take(books, &items[i], now_ms, err))
			return false;
	if (now_ms < books->ask_ms)
		return true;
	/* A question waits for its answer, so one that fails is enough for a turn. */
	if (!ask(books, &books->reference, now_ms, &answered, err) ||
	    (answered && !ask(books, &books->decisions, now_ms, &answered, err)))
		return false;
	books->ask_ms = td_clock_mono_ms() + ASK_EVERY_MS;
	return true;
}

static bool fresh(const td_book_t *book, int64_t now_ms)
{
	return book->current_ms >= 0 && now_ms - book->current_ms <= TD_BOOKS_STALE_MS;
}

/* The decision by which a generation judges; the first judgement needs none. */
static bool judges(const td_books_t *books)
{
	return books->generation == 0 ||
	       td_decisions_generation(books->decided, books->generation) != NULL;
}

bool td_books_current(const td_books_t *books, int64_t now_ms, const char **why)
{
	*why = NULL;
	if (books->reference.missing || books->decisions.missing)
		*why = "thidua.reference or thidua.decisions may not be read, for want of rights, "
		       "or does not exist: run thidua-admin init";
	else if (!fresh(&books->reference, now_ms) || !fresh(&books->decisions, now_ms))
		*why = "thidua.reference and thidua.decisions are being read";
	else if (td_versions_count(books->versions) == 0)
		*why = "there is no reference data: run thidua-admin reference publish";
	else if (!judges(books))
		*why = "nobody has decided on this generation: run thidua-admin generation start";
	return *why == NULL;
}

bool td_books_wait(td_books_t *books, int timeout_ms, bool may_be_empty, td_err_t *err)
{
	int64_t now_ms = td_clock_mono_ms(), end_ms = now_ms + timeout_ms;
	const char *why = NULL;

	for (; now_ms < end_ms; now_ms = td_clock_mono_ms()) {
		if (!td_books_turn(books, 50, now_ms, err))
			return false;
		bool read = fresh(&books->reference, now_ms) && fresh(&books->decisions, now_ms);

		if (td_books_current(books, now_ms, &why) || (may_be_empty && read))
			return true;
		if (read)
			break;
	}
	bool config = books->reference.missing || books->decisions.missing ||
		      fresh(&books->reference, now_ms);

	return td_err_set(err, config ? TD_ECONFIG : TD_EUNAVAILABLE, "%s", why ? why : "no time");
}

const td_version_t *td_books_version(const td_books_t *books, int64_t append_ms)
{
	return td_decisions_version(books->decided, books->versions, books->generation, append_ms);
}

const td_decisions_t *td_books_decisions(const td_books_t *books)
{
	return books->decided;
}
