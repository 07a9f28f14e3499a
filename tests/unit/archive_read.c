/* archive: what was written is read again, from any offset, moment or manifest on. */
#include "aggregator/audit/archive_look.h"

#include "common/file.h"
#include "tests/support/made_archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static void what_was_written_is_read(void **state)
{
	td_made_t *made = *state;
	td_err_t err;
	td_made_write(made);
	td_archive_t *archive = td_made_open(made);
	size_t number = 0;
	assert_true(td_archive_look(archive, td_made_topic(archive), &err));
	assert_true(
		td_archive_read(archive, td_made_topic(archive), td_made_expect, &number, &err));
	assert_int_equal(number, TD_MADE_RECORDS);
	number = TD_MADE_RECORDS - 1;
	assert_true(td_archive_read_last(archive, td_made_topic(archive), td_made_expect, &number,
					 &err));
	assert_int_equal(number, TD_MADE_RECORDS);
	td_archive_free(archive);
}

/* From every offset on, reading begins in the frame that holds it. */
static void reading_begins_anywhere(void **state)
{
	td_made_t *made = *state;
	td_err_t err;
	td_made_write(made);
	td_archive_t *archive = td_made_open(made);
	for (uint64_t from = 0; from < TD_MADE_END + 2; from++) {
		td_archived_t archived;
		td_archive_cursor_t *cursor =
			td_archive_cursor_open(archive, td_made_topic(archive), from, &err);
		td_archive_step_t step = td_archive_cursor_load(cursor, &err);
		assert_int_equal(step, from < TD_MADE_END ? TD_ARCHIVE_FRAME : TD_ARCHIVE_END);
		if (from < TD_MADE_END) {
			assert_int_equal(td_archive_cursor_next(cursor, &archived, &err),
					 TD_ARCHIVE_RECORD);
			assert_true(from < TD_MADE_FIRST || archived.offset <= from);
			assert_true(from < archived.offset + 80);
		}
		td_archive_cursor_free(cursor);
	}
	td_archive_free(archive);
}

/* As Kafka has it: the first record whose time is later, whatever came before it. */
static void a_moment_leads_to_the_first_later_record(void **state)
{
	td_made_t *made = *state;
	td_err_t err;
	td_made_write(made);
	td_archive_t *archive = td_made_open(made);
	for (int64_t moment = -1; moment < 1000 * TD_MADE_RECORDS; moment += 500) {
		uint64_t offset, expected = TD_MADE_END;
		for (size_t i = TD_MADE_RECORDS; i-- > 0;) {
			td_archived_t archived = td_made_record(i);
			if (archived.append_ms > moment)
				expected = archived.offset;
		}
		assert_true(
			td_archive_after(archive, td_made_topic(archive), moment, &offset, &err));
		assert_int_equal(offset, expected);
	}
	td_archive_free(archive);
}

/* A file that is not finished leaves nothing, under its own name or the one that it grew under. */
static void an_unfinished_file_is_gone(void **state)
{
	td_made_t *made = *state;
	td_err_t err;
	char name[TD_ARCHIVE_NAME_MAX], path[PATH_MAX + TD_ARCHIVE_NAME_MAX + 8];
	td_archive_name(TD_MADE_TOPIC, 0, name);
	td_archive_writer_t *writer = td_archive_writer_new(made->folder, TD_MADE_TOPIC, 0, &err);
	td_archived_t archived = td_made_record(0);
	assert_true(td_archive_writer_add(writer, &archived, &err));
	assert_false(td_archive_writer_add(writer, &archived, &err));
	(void)snprintf(path, sizeof path, "%s/%s.tmp", made->folder, name);
	assert_true(td_file_exists(path));
	td_archive_writer_free(writer);
	assert_false(td_file_exists(path));
	(void)snprintf(path, sizeof path, "%s/%s", made->folder, name);
	assert_false(td_file_exists(path));
}

#define VERDICTS "thidua.verdicts.vn-06"

/* Four verdicts: raw offset, version, an outcome. */
static Thidua__V1__ArchiveFile *write_verdicts(const td_made_t *made)
{
	static const uint8_t verdicts[][6] = {{0x08, 0, 0x18, 1, 0x2a, 0},
					      {0x08, 1, 0x18, 1, 0x2a, 0},
					      {0x08, 1, 0x18, 2, 0x2a, 0}, /* a repeat */
					      {0x08, 2, 0x18, 2, 0x2a, 0}};
	td_err_t err;
	Thidua__V1__ArchiveFile *file;
	td_archive_writer_t *writer = td_archive_writer_new(made->folder, VERDICTS, 0, &err);
	assert_non_null(writer);
	for (size_t i = 0; i < TD_COUNT(verdicts); i++) {
		const td_archived_t verdict = {.offset = i,
					       .value = {verdicts[i], sizeof verdicts[i]}};
		assert_true(td_archive_writer_add(writer, &verdict, &err));
	}
	assert_true(td_archive_writer_finish(writer, TD_COUNT(verdicts), made->arena, &file, &err));
	td_archive_writer_free(writer);
	return file;
}

static td_naming_t *name_verdicts(const td_made_t *made)
{
	td_err_t err;
	td_archive_t *archive = td_made_open(made);
	td_naming_t *naming = td_naming_new();
	assert_non_null(naming);
	assert_true(td_archive_naming(
		archive, td_manifest_topic(td_archive_manifest(archive), VERDICTS), naming, &err));
	td_archive_free(archive);
	return naming;
}

/* The manifest is believed; what it leaves out is read. */
static void the_versions_of_verdicts_are_known_with_and_without_the_manifest(void **state)
{
	td_made_t *made = *state;
	Thidua__V1__ArchiveFile *file = write_verdicts(made);
	Thidua__V1__ArchiveJudged judged = THIDUA__V1__ARCHIVE_JUDGED__INIT;
	judged.first_offset = 1;
	judged.end_offset = 3;
	judged.reference_version = 7;
	td_made_manifest(made, VERDICTS, file, NULL);
	td_naming_t *read = name_verdicts(made);
	td_made_manifest(made, VERDICTS, file, &judged);
	td_naming_t *said = name_verdicts(made);
	static const uint32_t expected[][2] = {{1, 0}, {1, 7}, {2, 7}, {0, 0}};
	for (uint64_t offset = 0; offset < TD_COUNT(expected); offset++) {
		assert_int_equal(td_naming_find(read, offset), expected[offset][0]);
		assert_int_equal(td_naming_find(said, offset), expected[offset][1]);
	}
	td_naming_free(read);
	td_naming_free(said);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, td_made_start, td_made_stop)
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_read),
		TEST(reading_begins_anywhere),
		TEST(a_moment_leads_to_the_first_later_record),
		TEST(an_unfinished_file_is_gone),
		TEST(the_versions_of_verdicts_are_known_with_and_without_the_manifest),
	};
#undef TEST
	return cmocka_run_group_tests(tests, NULL, NULL);
}
