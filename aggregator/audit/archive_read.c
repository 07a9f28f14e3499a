#include "aggregator/audit/archive_read.h"

#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

enum {
	MANIFEST_ARENA = 64 * 1024 * 1024,
	INDEX_ARENA = 256 * 1024 * 1024, /* the longest index, its entries, and both again */
};

struct td_archive {
	char folder[PATH_MAX];
	td_arena_t *arena;
	const Thidua__V1__ArchiveManifest *manifest;
	char digest[TD_HASH_TEXT_MAX];
};

/* One file and the frame of it that is loaded. */
struct td_archive_cursor {
	const td_archive_t *archive;
	const Thidua__V1__ArchiveTopic *topic;
	uint64_t from;
	size_t file_at, frame_at; /* to be loaded next */
	const Thidua__V1__ArchiveFile *file;
	const Thidua__V1__ArchiveIndex *index; /* of that file; NULL: it is not open */
	int fd;
	td_arena_t *arena;
	td_hasher_t *hasher;
	ZSTD_DCtx *zstd;
	td_buf_t packed, content;
	const Thidua__V1__ArchiveFrame *frame;
	td_slice_t rest;
	uint64_t next;
	uint32_t records;
};

static bool read_manifest(td_archive_t *archive, td_err_t *err)
{
	char path[PATH_MAX + sizeof TD_MANIFEST_NAME];
	td_buf_t text = td_buf_make(TD_MANIFEST_MAX);
	td_hasher_t *hasher = td_hasher_new();
	(void)snprintf(path, sizeof path, "%s/%s", archive->folder, TD_MANIFEST_NAME);
	bool done = hasher != NULL || td_err_set(err, TD_EMEMORY, "no memory to read an archive");
	done = done && td_file_read(path, &text, err);
	if (done) {
		td_hash_t hash = td_hasher_sum(hasher, td_buf_slice(&text));
		td_hash_print(&hash, archive->digest);
		archive->manifest = td_manifest_read(td_buf_slice(&text), archive->arena, err);
		done = archive->manifest != NULL || td_err_prefix(err, "%s", path);
	}
	td_hasher_free(hasher);
	td_buf_free(&text);
	return done;
}

td_archive_t *td_archive_open(const char *folder, td_err_t *err)
{
	td_archive_t *archive = calloc(1, sizeof *archive);
	if (archive != NULL)
		archive->arena = td_arena_new(MANIFEST_ARENA);
	if (archive == NULL || archive->arena == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read an archive");
		td_archive_free(archive);
		return NULL;
	}
	int size = snprintf(archive->folder, sizeof archive->folder, "%s", folder);
	if (size < 0 || (size_t)size >= sizeof archive->folder - TD_ARCHIVE_NAME_MAX)
		(void)td_err_set(err, TD_ENOINPUT, "%.100s...: the path is too long", folder);
	else if (read_manifest(archive, err))
		return archive;
	td_archive_free(archive);
	return NULL;
}

void td_archive_free(td_archive_t *archive)
{
	if (archive == NULL)
		return;
	td_arena_free(archive->arena);
	free(archive);
}

const Thidua__V1__ArchiveManifest *td_archive_manifest(const td_archive_t *archive)
{
	return archive->manifest;
}

const char *td_archive_digest(const td_archive_t *archive)
{
	return archive->digest;
}

static void path_of(const td_archive_t *archive, const Thidua__V1__ArchiveFile *file,
		    char path[PATH_MAX])
{
	(void)snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX - TD_ARCHIVE_NAME_MAX - 2,
		       archive->folder, file->name);
}

/* Says what is wrong with a file, and which offsets should be in it. */
static bool wrong(const td_archive_t *archive, const Thidua__V1__ArchiveFile *file,
		  const char *what, td_err_t *err)
{
	return td_err_set(
		err, TD_EINTEGRITY, "%s/%s (offsets %" PRIu64 "..%" PRIu64 " of the topic): %s",
		archive->folder, file->name, file->first_offset, file->end_offset - 1, what);
}

static bool check_size(const td_archive_t *archive, const Thidua__V1__ArchiveFile *file,
		       const struct stat *status, td_err_t *err)
{
	char what[128];
	if (S_ISREG(status->st_mode) && (uint64_t)status->st_size == file->bytes)
		return true;
	(void)snprintf(what, sizeof what, "it has %jd bytes, the manifest says %" PRIu64,
		       (intmax_t)status->st_size, file->bytes);
	return wrong(archive, file, what, err);
}

bool td_archive_look(const td_archive_t *archive, const Thidua__V1__ArchiveTopic *topic,
		     td_err_t *err)
{
	for (size_t i = 0; i < topic->n_files; i++) {
		char path[PATH_MAX];
		struct stat status;
		path_of(archive, topic->files[i], path);
		if (stat(path, &status) != 0)
			return wrong(archive, topic->files[i], strerror(errno), err);
		if (!check_size(archive, topic->files[i], &status, err))
			return false;
	}
	return true;
}

/* Exactly `size` bytes at `position`. */
static bool read_at(const td_archive_cursor_t *cursor, uint64_t position, size_t size,
		    td_buf_t *out, td_err_t *err)
{
	td_buf_clear(out);
	uint8_t *bytes = td_buf_extend(out, size);
	size_t done = 0;
	if (bytes == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to read %s", cursor->file->name);
	while (done < size) {
		ssize_t got =
			pread(cursor->fd, bytes + done, size - done, (off_t)(position + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return wrong(cursor->archive, cursor->file, strerror(errno), err);
		if (got == 0)
			return wrong(cursor->archive, cursor->file, "it ends too early", err);
		done += (size_t)got;
	}
	return true;
}

static bool read_index(td_archive_cursor_t *cursor, td_err_t *err)
{
	const Thidua__V1__ArchiveFile *file = cursor->file;
	const td_archive_extent_t extent = {file->first_offset, file->end_offset,
					    file->bytes - file->index_bytes};
	char digest[TD_HASH_TEXT_MAX];
	td_err_t why;
	if (file->index_bytes > TD_ARCHIVE_TAIL_MAX)
		return wrong(cursor->archive, file, "its index is too long", err);
	if (!read_at(cursor, extent.position, (size_t)file->index_bytes, &cursor->packed, err))
		return false;
	td_hash_t hash = td_hasher_sum(cursor->hasher, td_buf_slice(&cursor->packed));
	td_hash_print(&hash, digest);
	if (strcmp(digest, file->index_sha256) != 0)
		return wrong(cursor->archive, file,
			     "its index is not the one that the manifest names: the file was "
			     "altered or is another",
			     err);
	td_arena_reset(cursor->arena);
	cursor->index =
		td_archive_read_tail(td_buf_slice(&cursor->packed), &extent, cursor->arena, &why);
	return cursor->index != NULL || wrong(cursor->archive, file, why.text, err);
}

static void close_file(td_archive_cursor_t *cursor)
{
	if (cursor->fd >= 0)
		(void)close(cursor->fd); /* nothing was written */
	cursor->fd = -1;
	cursor->index = NULL;
}

/* Opens the next file, at the frame that holds the offset to begin with. */
static bool open_file(td_archive_cursor_t *cursor, td_err_t *err)
{
	char path[PATH_MAX];
	struct stat status;
	close_file(cursor);
	cursor->file = cursor->topic->files[cursor->file_at++];
	cursor->frame_at = 0;
	path_of(cursor->archive, cursor->file, path);
	cursor->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (cursor->fd < 0 || fstat(cursor->fd, &status) != 0)
		return wrong(cursor->archive, cursor->file, strerror(errno), err);
	if (!check_size(cursor->archive, cursor->file, &status, err) || !read_index(cursor, err))
		return false;
	while (cursor->frame_at < cursor->index->n_frames &&
	       cursor->index->frames[cursor->frame_at]->end_offset <= cursor->from)
		cursor->frame_at++;
	return true;
}

td_archive_cursor_t *td_archive_cursor_open(const td_archive_t *archive,
					    const Thidua__V1__ArchiveTopic *topic, uint64_t from,
					    td_err_t *err)
{
	td_archive_cursor_t *cursor = calloc(1, sizeof *cursor);
	if (cursor != NULL) {
		cursor->archive = archive;
		cursor->topic = topic;
		cursor->from = from;
		cursor->fd = -1;
		cursor->arena = td_arena_new(INDEX_ARENA);
		cursor->hasher = td_hasher_new();
		cursor->zstd = ZSTD_createDCtx();
		cursor->packed = td_buf_make(TD_ARCHIVE_TAIL_MAX);
		cursor->content = td_buf_make(TD_ARCHIVE_CONTENT_MAX);
	}
	if (cursor == NULL || cursor->arena == NULL || cursor->hasher == NULL ||
	    cursor->zstd == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", topic->name);
		td_archive_cursor_free(cursor);
		return NULL;
	}
	while (cursor->file_at < topic->n_files &&
	       topic->files[cursor->file_at]->end_offset <= from)
		cursor->file_at++;
	return cursor;
}

void td_archive_cursor_free(td_archive_cursor_t *cursor)
{
	if (cursor == NULL)
		return;
	close_file(cursor);
	td_arena_free(cursor->arena);
	td_hasher_free(cursor->hasher);
	ZSTD_freeDCtx(cursor->zstd);
	td_buf_free(&cursor->packed);
	td_buf_free(&cursor->content);
	free(cursor);
}

/* Says what is wrong with a frame, and which offsets lie in it. */
static td_archive_step_t wrong_frame(const td_archive_cursor_t *cursor, const char *what,
				     td_err_t *err)
{
	(void)td_err_set(err, TD_EINTEGRITY,
			 "%s/%s: the frame at byte %" PRIu64 ", offsets %" PRIu64 "..%" PRIu64
			 " of the topic, %s",
			 cursor->archive->folder, cursor->file->name, cursor->frame->position,
			 cursor->frame->first_offset, cursor->frame->end_offset - 1, what);
	return TD_ARCHIVE_FAILED;
}

/* The next frame that has something newer than the moment. */
static td_archive_step_t next_frame(td_archive_cursor_t *cursor, int64_t moment_ms, td_err_t *err)
{
	for (;;) {
		while (cursor->index != NULL && cursor->frame_at < cursor->index->n_frames) {
			cursor->frame = cursor->index->frames[cursor->frame_at++];
			if (cursor->frame->newest_append_ms > moment_ms)
				return TD_ARCHIVE_FRAME;
		}
		if (cursor->file_at == cursor->topic->n_files)
			return TD_ARCHIVE_END;
		if (!open_file(cursor, err))
			return TD_ARCHIVE_FAILED;
	}
}

/* Its bytes, if they are those that were noted. */
static td_archive_step_t load_frame(td_archive_cursor_t *cursor, td_err_t *err)
{
	const Thidua__V1__ArchiveFrame *frame = cursor->frame;
	if (!read_at(cursor, frame->position, frame->bytes, &cursor->packed, err))
		return TD_ARCHIVE_FAILED;
	td_hash_t hash = td_hasher_sum(cursor->hasher, td_buf_slice(&cursor->packed));
	if (td_hasher_failed(cursor->hasher) ||
	    memcmp(hash.bytes, frame->sha256.data, TD_HASH_SIZE) != 0)
		return wrong_frame(cursor, "was altered: its SHA-256 is not the one noted", err);
	td_buf_clear(&cursor->content);
	uint8_t *content = td_buf_extend(&cursor->content, frame->content_bytes);
	if (content == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", cursor->file->name);
		return TD_ARCHIVE_FAILED;
	}
	size_t size = ZSTD_decompressDCtx(cursor->zstd, content, frame->content_bytes,
					  cursor->packed.data, cursor->packed.size);
	if (ZSTD_isError(size) || size != frame->content_bytes)
		return wrong_frame(cursor, "cannot be unpacked", err);
	cursor->rest = td_buf_slice(&cursor->content);
	cursor->next = frame->first_offset;
	cursor->records = 0;
	return TD_ARCHIVE_FRAME;
}

td_archive_step_t td_archive_cursor_load_after(td_archive_cursor_t *cursor, int64_t moment_ms,
					       td_err_t *err)
{
	td_archive_step_t step = next_frame(cursor, moment_ms, err);
	return step == TD_ARCHIVE_FRAME ? load_frame(cursor, err) : step;
}

td_archive_step_t td_archive_cursor_load(td_archive_cursor_t *cursor, td_err_t *err)
{
	return td_archive_cursor_load_after(cursor, INT64_MIN, err);
}

td_archive_step_t td_archive_cursor_next(td_archive_cursor_t *cursor, td_archived_t *archived,
					 td_err_t *err)
{
	if (cursor->rest.size == 0) {
		if (cursor->frame != NULL && (cursor->next != cursor->frame->end_offset ||
					      cursor->records != cursor->frame->records))
			return wrong_frame(cursor, "does not hold what the index says", err);
		return TD_ARCHIVE_FRAME;
	}
	if (!td_archive_take(&cursor->rest, archived) || archived->offset != cursor->next)
		return wrong_frame(cursor, "has something that is not the next record", err);
	cursor->next = td_archived_end(archived);
	cursor->records++;
	return TD_ARCHIVE_RECORD;
}
