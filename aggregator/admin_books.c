/* Reads the topics of reference data and decisions from their beginning to their present end. */
#include "aggregator/admin.h"
#include "common/kafka_topic.h"
#include "workers/topics.h"

static bool take_version(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	td_admin_books_t *books = context;
	return record->value.data == NULL || td_versions_add(books->versions, record->value, err);
}

/* A decision that says nothing is left out, as the workers do. */
static bool take_decision(void *context, const td_kafka_item_t *record, td_err_t *err)
{
	td_admin_books_t *books = context;
	td_err_t ignored;
	(void)err;
	if (record->value.data != NULL)
		(void)!td_decisions_take(books->decisions, record->key, record->value, &ignored);
	return true;
}

bool td_admin_books_read(const td_admin_t *admin, td_admin_books_t *books, td_err_t *err)
{
	*books = (td_admin_books_t){td_versions_new(), td_decisions_new()};
	if (!books->versions || !books->decisions)
		return td_err_set(err, TD_EMEMORY, "no memory for the reference data");
	td_kafka_reader_t *reader =
		td_kafka_topic_reader(&admin->settings->kafka, "thidua-admin", err);
	bool fine = reader &&
		    td_kafka_topic_read_all(reader, TD_TOPIC_REFERENCE, NULL, take_version, books,
					    err) &&
		    td_kafka_topic_read_all(reader, TD_TOPIC_DECISIONS, NULL, take_decision, books,
					    err);
	if (reader && !fine && err->code == TD_ECONFIG)
		(void)td_err_prefix(err, "has thidua-admin init been run?");
	td_kafka_reader_free(reader);
	return fine;
}

void td_admin_books_free(td_admin_books_t *books)
{
	td_versions_free(books->versions);
	td_decisions_free(books->decisions);
	*books = (td_admin_books_t){0};
}
