/*
 * The topics of reference data, decisions and seals, as the archive has them: the same records at
 * the same offsets. Nothing hangs on when they were appended: each says its own time.
 */
#include "aggregator/audit/refill.h"
#include "aggregator/audit/restore.h"
#include "common/kafka_topic.h"
#include "aggregator/put.h"

#include <inttypes.h>

/* One topic, held against the archive or filled from it. */
typedef struct book {
	const char *name;
	td_archive_cursor_t *cursor;
	td_archived_t record; /* under the cursor */
	bool ended;
	int64_t low, high; /* of the topic in Kafka */
	uint64_t end;      /* of the archive's */
} book_t;

/* The next of the archive, whatever frame it lies in. */
static bool advance(book_t *book, td_err_t *err)
{
	td_archive_step_t step = td_archive_cursor_next(book->cursor, &book->record, err);
	while (step == TD_ARCHIVE_FRAME) {
		step = td_archive_cursor_load(book->cursor, err);
		if (step == TD_ARCHIVE_FRAME)
			step = td_archive_cursor_next(book->cursor, &book->record, err);
	}
	book->ended = step == TD_ARCHIVE_END;
	return step != TD_ARCHIVE_FAILED;
}

static bool open_book(const td_restore_t *restore, const char *name, book_t *book, td_err_t *err)
{
	const Thidua__V1__ArchiveTopic *topic =
		td_manifest_topic(td_archive_manifest(restore->archive), name);
	*book = (book_t){.name = name, .ended = topic == NULL};
	if (!td_restore_bounds(restore, name, &book->low, &book->high, err))
		return false;
	if (topic == NULL)
		return true;
	book->end = td_manifest_end(topic);
	book->cursor = td_archive_cursor_open(restore->archive, topic, 0, err);
	return book->cursor != NULL && advance(book, err);
}

/* Whether the archive has the record there, or, where it has nothing, a filler lies there. What was
 * said anew since may be gone. */
static bool is_archived(void *context, const td_kafka_item_t *item, td_err_t *err)
{
	book_t *book = context;
	uint64_t offset = (uint64_t)item->offset;
	while (!book->ended && td_archived_end(&book->record) <= offset)
		if (!advance(book, err))
			return false;
	bool lies_there = !book->ended && book->record.absent == 0 && book->record.offset <= offset;
	bool same = lies_there ? td_slice_equal(book->record.key, item->key) &&
					 td_slice_equal(book->record.value, item->value)
			       : td_refill_is_filler(item->key, item->value);
	return same || td_err_set(err, TD_EINTEGRITY,
				  "%s does not have at offset %" PRIu64
				  " what the archive has: this cluster is not empty, and not one "
				  "that begins with this archive",
				  book->name, offset);
}

static bool look(const td_restore_t *restore, td_kafka_reader_t *reader, const char *name,
		 td_err_t *err)
{
	book_t book;
	bool done = open_book(restore, name, &book, err);
	if (done && restore->is_new && book.high > (int64_t)book.end)
		done = td_err_set(err, TD_EINTEGRITY,
				  "%s has records that the archive does not have: this cluster is "
				  "not empty; after a loss, restore comes before all else",
				  name);
	int64_t end = book.high < (int64_t)book.end ? book.high : (int64_t)book.end;
	done = done && td_kafka_topic_read(reader, name, book.low, end, is_archived, &book, err);
	td_archive_cursor_free(book.cursor);
	return done;
}

bool td_restore_books_look(const td_restore_t *restore, td_err_t *err)
{
	static const char *const names[] = {TD_TOPIC_DECISIONS, TD_TOPIC_REFERENCE, TD_TOPIC_SEALS};
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&restore->audit->settings->kafka, "thidua-audit", err);
	bool done = reader != NULL;
	for (size_t i = 0; done && i < TD_COUNT(names); i++)
		done = look(restore, reader, names[i], err);
	td_kafka_reader_free(reader);
	return done;
}

/* Writes what stands in the archive from `next` on. */
static bool write(book_t *book, td_refill_t *refill, uint64_t next, td_err_t *err)
{
	while (!book->ended) {
		const td_archived_t *record = &book->record;
		uint64_t end = td_archived_end(record);
		bool done = true;
		if (end > next && record->absent > 0)
			done = td_refill_skip(refill, end - next, err);
		else if (end > next) /* what lies before the first offset is filled, too */
			done = td_refill_skip(refill, record->offset - next, err) &&
			       td_refill_add(refill, record->key, record->value, err);
		next = end > next ? end : next;
		if (!done || !advance(book, err))
			return false;
	}
	return true;
}

bool td_restore_book(const td_restore_t *restore, const char *topic, td_err_t *err)
{
	book_t book;
	td_refill_t *refill = NULL;
	bool done = open_book(restore, topic, &book, err);
	if (done && book.high < (int64_t)book.end) {
		refill = td_refill_new(
			&(td_refill_settings_t){.kafka = &restore->audit->settings->kafka,
						.topic = topic,
						.codec = "zstd",
						.message_bytes = TD_PUT_MAX,
						.next = book.high},
			err);
		done = refill != NULL && write(&book, refill, (uint64_t)book.high, err) &&
		       td_refill_finish(refill, err);
	}
	td_refill_free(refill);
	td_archive_cursor_free(book.cursor);
	return done;
}
