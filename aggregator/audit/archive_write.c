#include "aggregator/audit/archive_write.h"

#include "aggregator/audit/archive_manifest.h"
#include "common/file.h"
#include "common/room.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <zstd.h>

enum {
	LEVEL = 3,                       /* zstd's own standard */
	ARENA_BYTES = 192 * 1024 * 1024, /* the index of the largest file, twice */
};

struct td_archive_writer {
	char path[PATH_MAX], beside[PATH_MAX], name[TD_ARCHIVE_NAME_MAX];
	FILE *file;
	ZSTD_CCtx *zstd;
	td_hasher_t *pieces, *whole; /* of a frame, and of the file */
	td_arena_t *arena;           /* of the index */
	td_buf_t content, packed;    /* of the frame under way */
	Thidua__V1__ArchiveFrame open;
	Thidua__V1__ArchiveIndex index;
	size_t frames_room;
	uint64_t first, next, records, bytes;
	bool finished;
};

static bool fail(const td_archive_writer_t *writer, const char *what, td_err_t *err)
{
	return td_err_set(err, TD_EIO, "%s: cannot %s: %s", writer->beside, what, strerror(errno));
}

static bool make(td_archive_writer_t *writer, const char *folder, td_err_t *err)
{
	int size = snprintf(writer->path, sizeof writer->path, "%s/%s", folder, writer->name);
	if (size < 0 || (size_t)size + sizeof ".tmp" > sizeof writer->beside)
		return td_err_set(err, TD_EIO, "%.100s...: the path is too long", folder);
	(void)snprintf(writer->beside, sizeof writer->beside, "%.*s.tmp", PATH_MAX - 8,
		       writer->path);
	writer->zstd = ZSTD_createCCtx();
	writer->pieces = td_hasher_new();
	writer->whole = td_hasher_new();
	writer->arena = td_arena_new(ARENA_BYTES);
	if (writer->zstd == NULL || writer->pieces == NULL || writer->whole == NULL ||
	    writer->arena == NULL ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(writer->zstd, ZSTD_c_checksumFlag, 1)))
		return td_err_set(err, TD_EMEMORY, "no memory to write %s", writer->path);
	td_hasher_begin(writer->whole);
	writer->file = fopen(writer->beside, "we");
	return writer->file != NULL || fail(writer, "write", err);
}

td_archive_writer_t *td_archive_writer_new(const char *folder, const char *topic, uint64_t first,
					   td_err_t *err)
{
	td_archive_writer_t *writer = calloc(1, sizeof *writer);
	if (writer == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to write an archive");
		return NULL;
	}
	td_archive_name(topic, first, writer->name);
	thidua__v1__archive_index__init(&writer->index);
	thidua__v1__archive_frame__init(&writer->open);
	writer->content = td_buf_make(TD_ARCHIVE_CONTENT_MAX);
	writer->packed = td_buf_make(ZSTD_COMPRESSBOUND((size_t)TD_ARCHIVE_CONTENT_MAX));
	writer->first = writer->next = writer->open.first_offset = first;
	if (make(writer, folder, err))
		return writer;
	td_archive_writer_free(writer);
	return NULL;
}

void td_archive_writer_free(td_archive_writer_t *writer)
{
	if (writer == NULL)
		return;
	if (writer->file != NULL)
		(void)fclose(writer->file); /* a finished file was closed and checked */
	if (!writer->finished)
		(void)unlink(writer->beside);
	ZSTD_freeCCtx(writer->zstd);
	td_hasher_free(writer->pieces);
	td_hasher_free(writer->whole);
	td_arena_free(writer->arena);
	td_buf_free(&writer->content);
	td_buf_free(&writer->packed);
	free(writer->index.frames);
	free(writer);
}

static bool put(td_archive_writer_t *writer, td_slice_t bytes, td_err_t *err)
{
	if (fwrite(bytes.data, 1, bytes.size, writer->file) != bytes.size)
		return fail(writer, "write", err);
	td_hasher_add(writer->whole, bytes);
	writer->bytes += bytes.size;
	return true;
}

/* Adds the frame under way to the index. */
static bool note_frame(td_archive_writer_t *writer, td_slice_t packed, td_err_t *err)
{
	Thidua__V1__ArchiveIndex *index = &writer->index;
	if (index->n_frames == TD_ARCHIVE_FRAMES_MAX)
		return td_err_set(err, TD_EMEMORY, "%s: more than %d frames", writer->path,
				  TD_ARCHIVE_FRAMES_MAX);
	if (!td_room(&index->frames, sizeof(void *), index->n_frames, &writer->frames_room))
		return td_err_set(err, TD_EMEMORY, "no memory for an index");
	Thidua__V1__ArchiveFrame *frame = td_arena_take(writer->arena, sizeof *frame);
	td_hash_t *hash = td_arena_take(writer->arena, sizeof *hash);
	if (frame == NULL || hash == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for an index");
	*hash = td_hasher_sum(writer->pieces, packed);
	*frame = writer->open;
	frame->position = writer->bytes;
	frame->bytes = (uint32_t)packed.size;
	frame->content_bytes = (uint32_t)writer->content.size;
	frame->end_offset = writer->next;
	frame->sha256 = (ProtobufCBinaryData){TD_HASH_SIZE, hash->bytes};
	index->frames[index->n_frames++] = frame;
	return true;
}

static bool close_frame(td_archive_writer_t *writer, td_err_t *err)
{
	if (writer->content.size == 0)
		return true;
	td_buf_clear(&writer->packed);
	size_t room = ZSTD_compressBound(writer->content.size);
	uint8_t *packed = td_buf_extend(&writer->packed, room);
	if (packed == NULL || writer->content.failed)
		return td_err_set(err, TD_EMEMORY, "no memory to write %s", writer->path);
	size_t size = ZSTD_compress2(writer->zstd, packed, room, writer->content.data,
				     writer->content.size);
	if (ZSTD_isError(size))
		return td_err_set(err, TD_EMEMORY, "%s: %s", writer->path, ZSTD_getErrorName(size));
	const td_slice_t bytes = {packed, size};
	if (!note_frame(writer, bytes, err) || !put(writer, bytes, err))
		return false;
	thidua__v1__archive_frame__init(&writer->open);
	writer->open.first_offset = writer->next;
	td_buf_clear(&writer->content);
	return true;
}

static bool add(td_archive_writer_t *writer, const td_archived_t *archived, td_err_t *err)
{
	td_archive_add(&writer->content, archived);
	writer->open.records++;
	writer->next = td_archived_end(archived);
	if (archived->absent == 0) {
		writer->records++;
		if (archived->append_ms > writer->open.newest_append_ms)
			writer->open.newest_append_ms = archived->append_ms;
	}
	return writer->content.size < TD_ARCHIVE_FRAME_FULL || close_frame(writer, err);
}

/* Up to `offset` the topic has nothing more. */
static bool jump(td_archive_writer_t *writer, uint64_t offset, td_err_t *err)
{
	const td_archived_t absent = {.offset = writer->next, .absent = offset - writer->next};
	return offset == writer->next || add(writer, &absent, err);
}

bool td_archive_writer_add(td_archive_writer_t *writer, const td_archived_t *record, td_err_t *err)
{
	if (record->offset < writer->next)
		return td_err_set(err, TD_EBUG,
				  "%s: offset %" PRIu64 " after %" PRIu64 " was written",
				  writer->path, record->offset, writer->next);
	if (record->key.size + record->value.size > TD_ARCHIVE_RECORD_MAX / 2)
		return td_err_set(err, TD_EDATA, "%s: offset %" PRIu64 " has more than %d bytes",
				  writer->path, record->offset, TD_ARCHIVE_RECORD_MAX / 2);
	return jump(writer, record->offset, err) && add(writer, record, err);
}

static bool describe(td_archive_writer_t *writer, td_slice_t tail, td_arena_t *arena,
		     Thidua__V1__ArchiveFile **file, td_err_t *err)
{
	char *texts = td_arena_take(arena, 2 * TD_HASH_TEXT_MAX + TD_ARCHIVE_NAME_MAX);
	*file = td_arena_take(arena, sizeof **file);
	if (texts == NULL || *file == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory for a manifest");
	td_hash_t whole = td_hasher_end(writer->whole);
	td_hash_t index = td_hasher_sum(writer->pieces, tail);
	if (td_hasher_failed(writer->whole) || td_hasher_failed(writer->pieces))
		return td_err_set(err, TD_EBUG, "SHA-256 cannot be computed");
	thidua__v1__archive_file__init(*file);
	(*file)->first_offset = writer->first;
	(*file)->end_offset = writer->next;
	(*file)->records = writer->records;
	(*file)->bytes = writer->bytes;
	(*file)->index_bytes = tail.size;
	(*file)->sha256 = texts;
	(*file)->index_sha256 = texts + TD_HASH_TEXT_MAX;
	(*file)->name = texts + 2 * TD_HASH_TEXT_MAX;
	td_hash_print(&whole, (*file)->sha256);
	td_hash_print(&index, (*file)->index_sha256);
	memcpy((*file)->name, writer->name, TD_ARCHIVE_NAME_MAX);
	return true;
}

/* On disk under its own name; the folder itself is flushed when the manifest is written. */
static bool settle(td_archive_writer_t *writer, td_err_t *err)
{
	if (fflush(writer->file) != 0 || fsync(fileno(writer->file)) != 0)
		return fail(writer, "flush", err);
	FILE *file = writer->file;
	writer->file = NULL;
	if (fclose(file) != 0)
		return fail(writer, "close", err);
	if (rename(writer->beside, writer->path) != 0)
		return fail(writer, "rename", err);
	writer->finished = true;
	return true;
}

bool td_archive_writer_finish(td_archive_writer_t *writer, uint64_t end, td_arena_t *arena,
			      Thidua__V1__ArchiveFile **file, td_err_t *err)
{
	td_buf_t tail = td_buf_make(TD_ARCHIVE_TAIL_MAX);
	bool done = jump(writer, end, err) && close_frame(writer, err);
	if (done && !td_archive_add_tail(&writer->index, writer->arena, &tail))
		done = td_err_set(err, TD_EMEMORY, "%s: its index is too long", writer->path);
	done = done && put(writer, td_buf_slice(&tail), err) &&
	       describe(writer, td_buf_slice(&tail), arena, file, err) && settle(writer, err);
	td_buf_free(&tail);
	return done;
}
