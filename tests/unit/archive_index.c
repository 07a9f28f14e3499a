/* archive: what it may say of itself: the index of a file, the manifest of all. */
#include "aggregator/audit/archive_manifest.h"

#include "aggregator/audit/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static td_arena_t *arena;

static int make_arena(void **state)
{
	(void)state;
	arena = td_arena_new(1024 * 1024);
	return arena == NULL;
}

static int free_arena(void **state)
{
	(void)state;
	td_arena_free(arena);
	return 0;
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

#define TOPIC "thidua.raw.vn-06"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_covers_its_file_without_gaps),
		cmocka_unit_test(a_manifest_says_nothing_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
