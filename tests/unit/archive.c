/* archive: what was written is read again, from anywhere; whatever was altered or cut is noticed.
 */
#include "aggregator/audit/archive_look.h"
#include "aggregator/audit/archive_write.h"
#include "common/file.h"
#include "proto/pb.h"
#include "tests/support/folders.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define TOPIC "thidua.raw.vn-06"

enum {
	ARENA_BYTES = 64 * 1024 * 1024,
	RECORDS = 120,
	VALUE_SIZE = 40 * 1024, /* so that a frame holds some 26 records */
	FIRST = 7,              /* offset of the first */
	END = FIRST + 2 * RECORDS + 5,
};

static td_arena_t *arena;
static char folder[PATH_MAX];

static int set_up(void **state)
{
	(void)state;
	arena = td_arena_new(ARENA_BYTES);
	td_folders_make(folder);
	return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	td_arena_free(arena);
	td_folders_delete(folder);
	return 0;
}

/* Every second offset has a record; each was appended a second after the one before, but for one
 * after a clock that was set back. */
static td_archived_t record(size_t number)
{
	static uint8_t value[VALUE_SIZE];
	memset(value, (int)number, sizeof value);
	return (td_archived_t){.offset = FIRST + 2 * number,
			       .append_ms = 1000 * (int64_t)number - (number == 50 ? 10000 : 0),
			       .value = {value, sizeof value}};
}

/* A manifest of one topic with one file. */
static void write_manifest(const char *name, uint64_t first, Thidua__V1__ArchiveFile *file,
			   Thidua__V1__ArchiveJudged *judged)
{
	td_err_t err;
	Thidua__V1__ArchiveTopic topic = THIDUA__V1__ARCHIVE_TOPIC__INIT, *topics[] = {&topic};
	Thidua__V1__ArchiveManifest manifest = THIDUA__V1__ARCHIVE_MANIFEST__INIT;
	td_buf_t text = td_buf_make(TD_MANIFEST_MAX);
	topic.name = (char *)(uintptr_t)name;
	topic.first_offset = first;
	topic.n_files = 1;
	topic.files = &file;
	topic.n_judged = judged != NULL ? 1 : 0;
	topic.judged = &judged;
	manifest.format = TD_MANIFEST_FORMAT;
	manifest.n_topics = 1;
	manifest.topics = topics;
	assert_true(td_manifest_write(&manifest, &text, &err));
	td_folders_write(folder, TD_MANIFEST_NAME, td_buf_slice(&text));
	td_buf_free(&text);
}

/* A whole archive of one file in the folder. */
static void write_archive(void)
{
	td_err_t err;
	td_archive_writer_t *writer = td_archive_writer_new(folder, TOPIC, FIRST, &err);
	Thidua__V1__ArchiveFile *file;
	assert_non_null(writer);
	for (size_t i = 0; i < RECORDS; i++) {
		td_archived_t archived = record(i);
		assert_true(td_archive_writer_add(writer, &archived, &err));
	}
	assert_true(td_archive_writer_finish(writer, END, arena, &file, &err));
	td_archive_writer_free(writer);
	write_manifest(TOPIC, FIRST, file, NULL);
}

static td_archive_t *open_archive(void)
{
	td_err_t err = {0};
	td_archive_t *archive = td_archive_open(folder, &err);
	if (archive == NULL)
		print_error("%s\n", err.text);
	assert_non_null(archive);
	return archive;
}

static const Thidua__V1__ArchiveTopic *topic_of(const td_archive_t *archive)
{
	const Thidua__V1__ArchiveTopic *topic =
		td_manifest_topic(td_archive_manifest(archive), TOPIC);
	assert_non_null(topic);
	return topic;
}

static bool expect(void *context, const td_archived_t *archived, td_err_t *err)
{
	size_t *number = context;
	td_archived_t expected = record((*number)++);
	(void)err;
	assert_int_equal(archived->offset, expected.offset);
	assert_int_equal(archived->append_ms, expected.append_ms);
	assert_true(td_slice_equal(archived->value, expected.value));
	assert_int_equal(archived->key.size, 0);
	return true;
}

static void what_was_written_is_read(void **state)
{
	(void)state;
	td_err_t err;
	write_archive();
	td_archive_t *archive = open_archive();
	size_t number = 0;
	assert_true(td_archive_look(archive, topic_of(archive), &err));
	assert_true(td_archive_read(archive, topic_of(archive), expect, &number, &err));
	assert_int_equal(number, RECORDS);
	number = RECORDS - 1;
	assert_true(td_archive_read_last(archive, topic_of(archive), expect, &number, &err));
	assert_int_equal(number, RECORDS);
	td_archive_free(archive);
}

/* From every offset on, reading begins in the frame that holds it. */
static void reading_begins_anywhere(void **state)
{
	(void)state;
	td_err_t err;
	write_archive();
	td_archive_t *archive = open_archive();
	for (uint64_t from = 0; from < END + 2; from++) {
		td_archived_t archived;
		td_archive_cursor_t *cursor =
			td_archive_cursor_open(archive, topic_of(archive), from, &err);
		td_archive_step_t step = td_archive_cursor_load(cursor, &err);
		assert_int_equal(step, from < END ? TD_ARCHIVE_FRAME : TD_ARCHIVE_END);
		if (from < END) {
			assert_int_equal(td_archive_cursor_next(cursor, &archived, &err),
					 TD_ARCHIVE_RECORD);
			assert_true(from < FIRST || archived.offset <= from);
			assert_true(from < archived.offset + 80);
		}
		td_archive_cursor_free(cursor);
	}
	td_archive_free(archive);
}

/* As Kafka has it: the first record whose time is later, whatever came before it. */
static void a_moment_leads_to_the_first_later_record(void **state)
{
	(void)state;
	td_err_t err;
	write_archive();
	td_archive_t *archive = open_archive();
	for (int64_t moment = -1; moment < 1000 * RECORDS; moment += 500) {
		uint64_t offset, expected = END;
		for (size_t i = RECORDS; i-- > 0;) {
			td_archived_t archived = record(i);
			if (archived.append_ms > moment)
				expected = archived.offset;
		}
		assert_true(td_archive_after(archive, topic_of(archive), moment, &offset, &err));
		assert_int_equal(offset, expected);
	}
	td_archive_free(archive);
}

/* Reads everything, from a file with that content; it must be noticed and named. */
static void assert_noticed(const char *name, td_slice_t content)
{
	td_err_t err = {0};
	td_folders_write(folder, name, content);
	td_archive_t *archive = open_archive();
	size_t number = 0;
	assert_false(td_archive_read(archive, topic_of(archive), expect, &number, &err));
	assert_int_equal(err.code, TD_EINTEGRITY);
	assert_non_null(strstr(err.text, name));
	td_archive_free(archive);
}

static void every_cut_is_noticed(void **state)
{
	(void)state;
	char name[TD_ARCHIVE_NAME_MAX];
	write_archive();
	td_archive_name(TOPIC, FIRST, name);
	td_buf_t file = td_folders_read(folder, name);
	for (size_t size = 0; size < file.size; size++)
		assert_noticed(name, (td_slice_t){file.data, size});
	td_buf_add_byte(&file, 0);
	assert_noticed(name, td_buf_slice(&file));
	td_buf_free(&file);
}

static void every_flipped_bit_is_noticed(void **state)
{
	(void)state;
	char name[TD_ARCHIVE_NAME_MAX];
	write_archive();
	td_archive_name(TOPIC, FIRST, name);
	td_buf_t file = td_folders_read(folder, name);
	for (size_t i = 0; i < file.size; i++) {
		file.data[i] ^= (uint8_t)(1u << i % 8);
		assert_noticed(name, td_buf_slice(&file));
		file.data[i] ^= (uint8_t)(1u << i % 8);
	}
	td_buf_free(&file);
}

/* Records of every shape. */
static const td_archived_t shapes[] = {
	{0},
	{.offset = 1},
	{.offset = INT64_MAX, .append_ms = INT64_MAX},
	{.offset = 300, .append_ms = -1},
	{.offset = 5, .append_ms = 6, .key = {(const uint8_t *)"1", 1}},
	{.offset = 127, .append_ms = 128, .value = {(const uint8_t *)"\0\377", 2}},
	{.offset = 5,
	 .append_ms = 1630000000000,
	 .key = {(const uint8_t *)"thidua", 6},
	 .value = {(const uint8_t *)"event", 5}},
	{.offset = 0, .absent = 1},
	{.offset = 77, .absent = 1000000},
};

static void assert_same(const td_archived_t *a, const td_archived_t *b)
{
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->append_ms, b->append_ms);
	assert_int_equal(a->absent, b->absent);
	assert_true(td_slice_equal(a->key, b->key) && td_slice_equal(a->value, b->value));
}

static void a_record_is_the_message_behind_its_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(shapes); i++) {
		Thidua__V1__ArchiveRecord message = THIDUA__V1__ARCHIVE_RECORD__INIT;
		td_buf_t out = td_buf_make(1024), expected = td_buf_make(1024);
		td_slice_t packed, rest;
		td_archived_t again;
		message.offset = shapes[i].offset;
		message.append_ms = shapes[i].append_ms;
		message.absent = shapes[i].absent;
		message.key.len = shapes[i].key.size;
		message.key.data = (uint8_t *)shapes[i].key.data;
		message.value.len = shapes[i].value.size;
		message.value.data = (uint8_t *)shapes[i].value.data;
		assert_true(td_pb_pack(&message.base, arena, &packed));
		td_buf_add_varint(&expected, packed.size);
		td_buf_add_slice(&expected, packed);
		td_archive_add(&out, &shapes[i]);
		assert_true(td_slice_equal(td_buf_slice(&out), td_buf_slice(&expected)));
		rest = td_buf_slice(&out);
		assert_true(td_archive_take(&rest, &again));
		assert_int_equal(rest.size, 0);
		assert_same(&again, &shapes[i]);
		td_buf_free(&out);
		td_buf_free(&expected);
	}
}

/* Nothing is taken from a part; and what is taken from altered bytes has these bytes as its form.
 */
static void a_record_has_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < TD_COUNT(shapes); i++) {
		td_buf_t out = td_buf_make(1024), again = td_buf_make(1024);
		td_archived_t archived;
		td_archive_add(&out, &shapes[i]);
		for (size_t size = 0; size < out.size; size++) {
			td_slice_t rest = {out.data, size};
			assert_false(td_archive_take(&rest, &archived));
			assert_int_equal(rest.size, size);
		}
		for (size_t bit = 0; bit < 8 * out.size; bit++) {
			out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			td_slice_t rest = td_buf_slice(&out);
			if (td_archive_take(&rest, &archived)) {
				td_buf_clear(&again);
				td_archive_add(&again, &archived);
				assert_int_equal(again.size, out.size - rest.size);
				assert_memory_equal(again.data, out.data, again.size);
			}
			out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		td_buf_free(&out);
		td_buf_free(&again);
	}
}

/* An index of two frames that is right, for what alters it. */
static const td_archive_extent_t extent = {10, 40, 300};

static Thidua__V1__ArchiveIndex *make_index(void)
{
	static uint8_t hash[TD_HASH_SIZE];
	Thidua__V1__ArchiveIndex *index = td_arena_take(arena, sizeof *index);
	Thidua__V1__ArchiveFrame *frames = td_arena_take(arena, 2 * sizeof *frames);
	Thidua__V1__ArchiveFrame **list = td_arena_take(arena, 2 * sizeof *list);
	assert_true(index != NULL && frames != NULL && list != NULL);
	thidua__v1__archive_index__init(index);
	for (size_t i = 0; i < 2; i++) {
		thidua__v1__archive_frame__init(&frames[i]);
		frames[i].position = i * 100;
		frames[i].bytes = i == 0 ? 100 : 200;
		frames[i].content_bytes = 500;
		frames[i].first_offset = 10 + i * 10;
		frames[i].end_offset = i == 0 ? 20 : 40;
		frames[i].records = 10;
		frames[i].sha256 = (ProtobufCBinaryData){sizeof hash, hash};
		list[i] = &frames[i];
	}
	index->n_frames = 2;
	index->frames = list;
	return index;
}

static bool reads_back(const Thidua__V1__ArchiveIndex *index)
{
	td_err_t err = {0};
	td_buf_t tail = td_buf_make(TD_ARCHIVE_TAIL_MAX);
	assert_true(td_archive_add_tail(index, arena, &tail));
	bool read = td_archive_read_tail(td_buf_slice(&tail), &extent, arena, &err) != NULL;
	assert_int_equal(err.code, read ? TD_OK : TD_EINTEGRITY);
	td_buf_free(&tail);
	return read;
}

static void an_index_covers_its_file_without_gaps(void **state)
{
	(void)state;
	assert_true(reads_back(make_index()));
	for (int alteration = 0; alteration < 10; alteration++) {
		Thidua__V1__ArchiveIndex *index = make_index();
		Thidua__V1__ArchiveFrame *first = index->frames[0], *second = index->frames[1];
		switch (alteration) {
		case 0:
			first->position = 1;
			break;
		case 1:
			second->position = 99;
			break;
		case 2:
			second->bytes = 201;
			break;
		case 3:
			first->first_offset = 9;
			break;
		case 4:
			second->first_offset = 21;
			break;
		case 5:
			second->end_offset = 41;
			break;
		case 6:
			first->records = 0;
			break;
		case 7:
			first->sha256.len = 31;
			break;
		case 8:
			second->content_bytes = TD_ARCHIVE_CONTENT_MAX + 1;
			break;
		case 9:
			index->n_frames = 1;
			break;
		}
		assert_false(reads_back(index));
	}
}

#define FILE_AT(first, name, end)                                                                  \
	"{\"name\":\"" TOPIC "." name ".zst\",\"firstOffset\":\"" first "\",\"endOffset\":\"" end  \
	"\",\"bytes\":\"9\"}"
#define MANIFEST(format, name, files)                                                              \
	"{\"format\":" format ",\"topics\":[{\"name\":\"" name "\",\"files\":[" files "]}]}"
#define JUDGED(runs)                                                                               \
	"{\"format\":1,\"topics\":[{\"name\":\"thidua.verdicts.vn-06\",\"judged\":[" runs "]}]}"
#define RUN(first, end)                                                                            \
	"{\"firstOffset\":\"" first "\",\"endOffset\":\"" end "\",\"referenceVersion\":1}"
#define ZERO "00000000000000000000"
#define FIVE "00000000000000000005"

static void a_manifest_says_nothing_that_cannot_be(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why; /* NULL: nothing is wrong */
	} cases[] = {
		{MANIFEST("1", TOPIC, FILE_AT("0", ZERO, "5") "," FILE_AT("5", FIVE, "9")), NULL},
		{MANIFEST("1", TOPIC, ""), NULL},
		{"{\"format\":1}", NULL},
		{"", "no manifest"},
		{"{\"format\":1,\"more\":2}", "more"},
		{MANIFEST("2", TOPIC, ""), "form 2"},
		{MANIFEST("1", "../x", ""), "no topic"},
		{MANIFEST("1", "..", ""), "no topic"},
		{MANIFEST("1", "", ""), "no topic"},
		{MANIFEST("1", "thidua.raw.vn-07", FILE_AT("0", ZERO, "5")), "should follow"},
		{MANIFEST("1", TOPIC, FILE_AT("5", FIVE, "9")), "at offset 0 "},
		{MANIFEST("1", TOPIC, FILE_AT("0", ZERO, "4") "," FILE_AT("5", FIVE, "9")),
		 "at offset 4 "},
		{MANIFEST("1", TOPIC, FILE_AT("0", ZERO, "0")), "cannot be"},
		{MANIFEST("1", TOPIC, FILE_AT("0", ZERO, "9223372036854775808")), "cannot be"},
		{JUDGED(RUN("0", "5") "," RUN("5", "6") "," RUN("8", "9")), NULL},
		{JUDGED(RUN("0", "5") "," RUN("4", "6")), "versions cannot be"},
		{JUDGED(RUN("5", "5")), "versions cannot be"},
		{JUDGED(RUN("0", "9223372036854775808")), "versions cannot be"},
	};
	for (size_t i = 0; i < TD_COUNT(cases); i++) {
		td_err_t err = {0};
		const Thidua__V1__ArchiveManifest *manifest =
			td_manifest_read(td_slice_text(cases[i].text), arena, &err);
		assert_true((manifest != NULL) == (cases[i].why == NULL));
		if (cases[i].why != NULL)
			assert_non_null(strstr(err.text, cases[i].why));
	}
}

#define VERDICTS "thidua.verdicts.vn-06"

/* Four verdicts: raw offset, version, an outcome. */
static Thidua__V1__ArchiveFile *write_verdicts(void)
{
	static const uint8_t verdicts[][6] = {{0x08, 0, 0x18, 1, 0x2a, 0},
					      {0x08, 1, 0x18, 1, 0x2a, 0},
					      {0x08, 1, 0x18, 2, 0x2a, 0}, /* a repeat */
					      {0x08, 2, 0x18, 2, 0x2a, 0}};
	td_err_t err;
	Thidua__V1__ArchiveFile *file;
	td_archive_writer_t *writer = td_archive_writer_new(folder, VERDICTS, 0, &err);
	assert_non_null(writer);
	for (size_t i = 0; i < TD_COUNT(verdicts); i++) {
		const td_archived_t verdict = {.offset = i,
					       .value = {verdicts[i], sizeof verdicts[i]}};
		assert_true(td_archive_writer_add(writer, &verdict, &err));
	}
	assert_true(td_archive_writer_finish(writer, TD_COUNT(verdicts), arena, &file, &err));
	td_archive_writer_free(writer);
	return file;
}

static td_naming_t *name_verdicts(void)
{
	td_err_t err;
	td_archive_t *archive = open_archive();
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
	(void)state;
	Thidua__V1__ArchiveFile *file = write_verdicts();
	Thidua__V1__ArchiveJudged judged = THIDUA__V1__ARCHIVE_JUDGED__INIT;
	judged.first_offset = 1;
	judged.end_offset = 3;
	judged.reference_version = 7;
	write_manifest(VERDICTS, 0, file, NULL);
	td_naming_t *read = name_verdicts();
	write_manifest(VERDICTS, 0, file, &judged);
	td_naming_t *said = name_verdicts();
	static const uint32_t expected[][2] = {{1, 0}, {1, 7}, {2, 7}, {0, 0}};
	for (uint64_t offset = 0; offset < TD_COUNT(expected); offset++) {
		assert_int_equal(td_naming_find(read, offset), expected[offset][0]);
		assert_int_equal(td_naming_find(said, offset), expected[offset][1]);
	}
	td_naming_free(read);
	td_naming_free(said);
}

/* A file that is not finished leaves nothing. */
static void an_unfinished_file_is_gone(void **state)
{
	(void)state;
	td_err_t err;
	char name[TD_ARCHIVE_NAME_MAX + 4], path[PATH_MAX + TD_ARCHIVE_NAME_MAX + 8];
	td_archive_name(TOPIC, 0, name);
	td_archive_writer_t *writer = td_archive_writer_new(folder, TOPIC, 0, &err);
	td_archived_t archived = record(0);
	assert_true(td_archive_writer_add(writer, &archived, &err));
	assert_false(td_archive_writer_add(writer, &archived, &err));
	td_archive_writer_free(writer);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_false(td_file_exists(path));
	(void)snprintf(path, sizeof path, "%s/%s.tmp", folder, name);
	assert_false(td_file_exists(path));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reading_begins_anywhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_moment_leads_to_the_first_later_record, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(every_cut_is_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_flipped_bit_is_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_record_is_the_message_behind_its_length, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_record_has_one_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_index_covers_its_file_without_gaps, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_manifest_says_nothing_that_cannot_be, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			the_versions_of_verdicts_are_known_with_and_without_the_manifest, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(an_unfinished_file_is_gone, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
