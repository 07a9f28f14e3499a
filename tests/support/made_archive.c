#include "tests/support/made_archive.h"

#include "tests/support/folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
	ARENA_BYTES = 64 * 1024 * 1024,
	VALUE_SIZE = 40 * 1024, /* so that a frame holds some 26 records */
};

int td_made_start(void **state)
{
	td_made_t *made = calloc(1, sizeof *made);
	assert_non_null(made);
	made->arena = td_arena_new(ARENA_BYTES);
	assert_non_null(made->arena);
	td_folders_make(made->folder);
	*state = made;
	return 0;
}

int td_made_stop(void **state)
{
	td_made_t *made = *state;
	td_arena_free(made->arena);
	td_folders_delete(made->folder);
	free(made);
	return 0;
}

td_archived_t td_made_record(size_t number)
{
	static uint8_t value[VALUE_SIZE];
	memset(value, (int)number, sizeof value);
	return (td_archived_t){.offset = TD_MADE_FIRST + 2 * number,
			       .append_ms = 1000 * (int64_t)number - (number == 50 ? 10000 : 0),
			       .value = {value, sizeof value}};
}

void td_made_manifest(const td_made_t *made, const char *name, Thidua__V1__ArchiveFile *file,
		      Thidua__V1__ArchiveJudged *judged)
{
	td_err_t err;
	Thidua__V1__ArchiveTopic topic = THIDUA__V1__ARCHIVE_TOPIC__INIT, *topics[] = {&topic};
	Thidua__V1__ArchiveManifest manifest = THIDUA__V1__ARCHIVE_MANIFEST__INIT;
	td_buf_t text = td_buf_make(TD_MANIFEST_MAX);
	topic.name = (char *)(uintptr_t)name;
	topic.first_offset = file->first_offset;
	topic.n_files = 1;
	topic.files = &file;
	topic.n_judged = judged != NULL ? 1 : 0;
	topic.judged = &judged;
	manifest.format = TD_MANIFEST_FORMAT;
	manifest.n_topics = 1;
	manifest.topics = topics;
	assert_true(td_manifest_write(&manifest, &text, &err));
	td_folders_write(made->folder, TD_MANIFEST_NAME, td_buf_slice(&text));
	td_buf_free(&text);
}

void td_made_write(const td_made_t *made)
{
	td_err_t err;
	td_archive_writer_t *writer =
		td_archive_writer_new(made->folder, TD_MADE_TOPIC, TD_MADE_FIRST, &err);
	Thidua__V1__ArchiveFile *file;
	assert_non_null(writer);
	for (size_t i = 0; i < TD_MADE_RECORDS; i++) {
		td_archived_t archived = td_made_record(i);
		assert_true(td_archive_writer_add(writer, &archived, &err));
	}
	assert_true(td_archive_writer_finish(writer, TD_MADE_END, made->arena, &file, &err));
	td_archive_writer_free(writer);
	td_made_manifest(made, TD_MADE_TOPIC, file, NULL);
}

td_archive_t *td_made_open(const td_made_t *made)
{
	td_err_t err = {0};
	td_archive_t *archive = td_archive_open(made->folder, &err);
	if (archive == NULL)
		print_error("%s\n", err.text);
	assert_non_null(archive);
	return archive;
}

const Thidua__V1__ArchiveTopic *td_made_topic(const td_archive_t *archive)
{
	const Thidua__V1__ArchiveTopic *topic =
		td_manifest_topic(td_archive_manifest(archive), TD_MADE_TOPIC);
	assert_non_null(topic);
	return topic;
}

bool td_made_expect(void *context, const td_archived_t *archived, td_err_t *err)
{
	size_t *number = context;
	td_archived_t expected = td_made_record((*number)++);
	(void)err;
	assert_int_equal(archived->offset, expected.offset);
	assert_int_equal(archived->append_ms, expected.append_ms);
	assert_true(td_slice_equal(archived->value, expected.value));
	assert_int_equal(archived->key.size, 0);
	return true;
}
