/*
 * made_archive: an archive of one topic with one file, of records that a test can tell beforehand.
 *
 *	TEST(name) = cmocka_unit_test_setup_teardown(name, td_made_start, td_made_stop)
 *	td_made_write(made);
 *	archive = td_made_open(made);
 */
#ifndef TD_TESTS_SUPPORT_MADE_ARCHIVE_H
#define TD_TESTS_SUPPORT_MADE_ARCHIVE_H

#include <limits.h>

#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/archive_write.h"

#define TD_MADE_TOPIC "thidua.raw.vn-06"

/* The records: every second offset has one, from the first on. */
enum {
	TD_MADE_RECORDS = 120,
	TD_MADE_FIRST = 7,
	TD_MADE_END = TD_MADE_FIRST + 2 * TD_MADE_RECORDS + 5,
};

typedef struct td_made {
	td_arena_t *arena;
	char folder[PATH_MAX];
} td_made_t;

/* For cmocka: *state is a td_made_t with an empty folder. */
int td_made_start(void **state);
int td_made_stop(void **state);

/* The record of that number; its value lives until the next call. Each was appended a second after
 * the one before, but for number 50, which a clock that was set back made earlier. */
td_archived_t td_made_record(size_t number);

/* Writes the archive of all of them. */
void td_made_write(const td_made_t *made);

/* Writes the manifest of a topic with one file and, unless NULL, one run of judged verdicts. */
void td_made_manifest(const td_made_t *made, const char *topic, Thidua__V1__ArchiveFile *file,
		      Thidua__V1__ArchiveJudged *judged);

/* Opens what lies in the folder; caller frees. Fails the test when it cannot. */
td_archive_t *td_made_open(const td_made_t *made);

/* TD_MADE_TOPIC in it. */
const Thidua__V1__ArchiveTopic *td_made_topic(const td_archive_t *archive);

/* For td_archive_read: that each record is the one whose number the context, a size_t, holds, which
 * goes up by one. */
bool td_made_expect(void *context, const td_archived_t *archived, td_err_t *err);

#endif
