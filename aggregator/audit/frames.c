#include "aggregator/audit/frames.h"

#include "common/buf.h"
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* zstd's seekable format: a skippable frame with 8 bytes for each frame, and a footer of 9. */
enum {
	LEVEL = 3,
	SKIPPABLE = 0x184D2A5E,
	SEEKABLE_ENTRY = 8,
	SEEKABLE_FOOTER = 9,
	SKIPPABLE_HEAD = 8,
	FRAMES_MAX = 4 * 1024 * 1024,
};
static const uint32_t SEEKABLE_MAGIC = 0x8F92EAB1;

struct td_frames_out {
	int fd;
	char path[PATH_MAX], unfinished[PATH_MAX];
	ZSTD_CCtx *zstd;
	EVP_MD_CTX *sha256;
	uint64_t size;
	td_buf_t content, packed, table;
	uint32_t frames;
};

static bool io_failed(const char *path, const char *doing, td_err_t *err)
{
	return td_err_set(err, TD_EIO, "%s: %s: %s", path, doing, strerror(errno));
}

void td_frames_abandon(td_frames_out_t *out)
{
	if (out == NULL)
		return;
	if (out->fd >= 0) {
		(void)close(out->fd);
		(void)unlink(out->unfinished);
	}
	ZSTD_freeCCtx(out->zstd);
	EVP_MD_CTX_free(out->sha256);
	td_buf_free(&out->content);
	td_buf_free(&out->packed);
	td_buf_free(&out->table);
	free(out);
}

td_frames_out_t *td_frames_create(const char *path, td_err_t *err)
{
	td_frames_out_t *out = calloc(1, sizeof *out);
	if (out == NULL) {
		(void)td_err_set(err, TD_EMEMORY, "no memory to write %s", path);
		return NULL;
	}
	out->fd = -1;
	out->content = td_buf_make(TD_FRAME_MAX);
	out->packed = td_buf_make(ZSTD_compressBound(TD_FRAME_MAX));
	out->table = td_buf_make((size_t)FRAMES_MAX * SEEKABLE_ENTRY + 64);
	out->zstd = ZSTD_createCCtx();
	out->sha256 = EVP_MD_CTX_new();
	(void)snprintf(out->path, sizeof out->path, "%s", path);
	(void)snprintf(out->unfinished, sizeof out->unfinished, "%s.tmp", path);
	if (out->zstd == NULL || out->sha256 == NULL ||
	    EVP_DigestInit_ex(out->sha256, EVP_sha256(), NULL) != 1)
		(void)td_err_set(err, TD_EMEMORY, "no memory to write %s", path);
	else if ((out->fd = open(out->unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) <
		 0)
		(void)io_failed(out->unfinished, "making it", err);
	else
		return out;
	td_frames_abandon(out);
	return NULL;
}

static bool write_all(td_frames_out_t *out, td_slice_t bytes, td_err_t *err)
{
	if (EVP_DigestUpdate(out->sha256, bytes.data, bytes.size) != 1)
		return td_err_set(err, TD_EBUG, "libcrypto cannot hash");
	out->size += bytes.size;
	while (bytes.size > 0) {
		ssize_t wrote = write(out->fd, bytes.data, bytes.size);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return io_failed(out->unfinished, "writing", err);
		bytes.data += wrote;
		bytes.size -= (size_t)wrote;
	}
	return true;
}

/* Writes the content gathered so far as a frame. */
static bool end_frame(td_frames_out_t *out, td_err_t *err)
{
	if (out->content.size == 0)
		return true;
	td_buf_clear(&out->packed);
	uint8_t *room = td_buf_extend(&out->packed, ZSTD_compressBound(out->content.size));
	if (room == NULL || out->frames == FRAMES_MAX)
		return td_err_set(err, TD_EMEMORY, "%s grows too large", out->path);
	size_t size = ZSTD_compressCCtx(out->zstd, room, out->packed.size, out->content.data,
					out->content.size, LEVEL);
	if (ZSTD_isError(size))
		return td_err_set(err, TD_EBUG, "zstd: %s", ZSTD_getErrorName(size));
	td_buf_add_u32(&out->table, (uint32_t)size);
	td_buf_add_u32(&out->table, (uint32_t)out->content.size);
	out->frames++;
	td_buf_clear(&out->content);
	return write_all(out, (td_slice_t){room, size}, err);
}

bool td_frames_add(td_frames_out_t *out, td_slice_t piece, td_err_t *err)
{
	td_buf_add_slice(&out->content, piece);
	if (out->content.failed)
		return td_err_set(err, TD_EBUG, "%s: a piece of %zu bytes is too long", out->path,
				  piece.size);
	return out->content.size < TD_FRAME_BYTES || end_frame(out, err);
}

static bool write_table(td_frames_out_t *out, td_err_t *err)
{
	td_buf_t head = td_buf_make(SKIPPABLE_HEAD);
	td_buf_add_u32(&head, SKIPPABLE);
	td_buf_add_u32(&head, (uint32_t)out->table.size + SEEKABLE_FOOTER);
	td_buf_add_u32(&out->table, out->frames);
	td_buf_add_byte(&out->table, 0); /* no checksums of frames: the file has its own */
	td_buf_add_u32(&out->table, SEEKABLE_MAGIC);
	bool done = !out->table.failed && write_all(out, td_buf_slice(&head), err) &&
		    write_all(out, td_buf_slice(&out->table), err);
	td_buf_free(&head);
	return done;
}

/* The folder that a path lies in, made durable. */
static bool sync_folder(const char *path, td_err_t *err)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	(void)snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : (int)(slash - path),
		       slash == NULL ? "." : path);
	return td_file_sync_folder(folder, err);
}

bool td_frames_finish(td_frames_out_t *out, uint64_t *size, td_hash_t *sha256, td_err_t *err)
{
	bool done = end_frame(out, err) && write_table(out, err);
	if (done && fsync(out->fd) != 0)
		done = io_failed(out->unfinished, "flushing", err);
	if (done && EVP_DigestFinal_ex(out->sha256, sha256->bytes, NULL) != 1)
		done = td_err_set(err, TD_EBUG, "libcrypto cannot hash");
	*size = out->size;
	if (done) {
		int fd = out->fd;
		out->fd = -1;
		if (close(fd) != 0 || rename(out->unfinished, out->path) != 0)
			done = io_failed(out->path, "naming it", err);
		else
			done = sync_folder(out->path, err);
	}
	td_frames_abandon(out);
	return done;
}

struct td_frames {
	char path[PATH_MAX];
	const uint8_t *bytes; /* the file, mapped */
	size_t size, count;
	uint64_t *begins; /* count + 1: where each frame begins, and the last ends */
	uint32_t *lengths;
	ZSTD_DCtx *zstd;
	uint8_t *content; /* TD_FRAME_MAX */
};

void td_frames_free(td_frames_t *frames)
{
	if (frames == NULL)
		return;
	if (frames->bytes != NULL)
		(void)munmap((void *)frames->bytes, frames->size);
	ZSTD_freeDCtx(frames->zstd);
	free(frames->begins);
	free(frames->lengths);
	free(frames->content);
	free(frames);
}

static uint32_t number_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static bool map(td_frames_t *frames, td_err_t *err)
{
	struct stat stat;
	int fd = open(frames->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat) != 0) {
		(void)td_err_set(err, TD_ENOINPUT, "%s cannot be read: %s", frames->path,
				 strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	frames->size = (size_t)stat.st_size;
	void *bytes = frames->size > 0 ? mmap(NULL, frames->size, PROT_READ, MAP_PRIVATE, fd, 0)
				       : MAP_FAILED;
	(void)close(fd);
	if (bytes == MAP_FAILED)
		return td_err_set(err, TD_EINTEGRITY, "%s cannot be mapped", frames->path);
	frames->bytes = bytes;
	return true;
}

static bool broken(const td_frames_t *frames, td_err_t *err)
{
	return td_err_set(err, TD_EINTEGRITY, "%s is not whole: it has no fitting seek table",
			  frames->path);
}

static bool read_table(td_frames_t *frames, td_err_t *err)
{
	const size_t least = SKIPPABLE_HEAD + SEEKABLE_FOOTER;
	if (frames->size < least)
		return broken(frames, err);
	const uint8_t *end = frames->bytes + frames->size, *footer = end - SEEKABLE_FOOTER;
	frames->count = number_at(footer);
	size_t table = frames->count * SEEKABLE_ENTRY + least;
	if (number_at(end - 4) != SEEKABLE_MAGIC || footer[4] != 0 || frames->count > FRAMES_MAX ||
	    table > frames->size || number_at(end - table) != SKIPPABLE ||
	    number_at(end - table + 4) != table - SKIPPABLE_HEAD)
		return broken(frames, err);
	frames->begins = calloc(frames->count + 1, sizeof *frames->begins);
	frames->lengths = calloc(frames->count + 1, sizeof *frames->lengths);
	if (frames->begins == NULL || frames->lengths == NULL)
		return td_err_set(err, TD_EMEMORY, "no memory to read %s", frames->path);
	const uint8_t *entry = end - table + SKIPPABLE_HEAD;
	for (size_t i = 0; i < frames->count; i++, entry += SEEKABLE_ENTRY) {
		frames->begins[i + 1] = frames->begins[i] + number_at(entry);
		frames->lengths[i] = number_at(entry + 4);
		if (frames->lengths[i] > TD_FRAME_MAX)
			return broken(frames, err);
	}
	return frames->begins[frames->count] == frames->size - table || broken(frames, err);
}

td_frames_t *td_frames_open(const char *path, td_err_t *err)
{
	td_frames_t *frames = calloc(1, sizeof *frames);
	if (frames != NULL) {
		(void)snprintf(frames->path, sizeof frames->path, "%s", path);
		frames->zstd = ZSTD_createDCtx();
		frames->content = malloc(TD_FRAME_MAX);
	}
	if (frames == NULL || frames->zstd == NULL || frames->content == NULL)
		(void)td_err_set(err, TD_EMEMORY, "no memory to read %s", path);
	else if (map(frames, err) && read_table(frames, err))
		return frames;
	td_frames_free(frames);
	return NULL;
}

size_t td_frames_count(const td_frames_t *frames)
{
	return frames->count;
}

bool td_frames_load(td_frames_t *frames, size_t index, td_slice_t *content, td_err_t *err)
{
	const uint8_t *from = frames->bytes + frames->begins[index];
	size_t packed = (size_t)(frames->begins[index + 1] - frames->begins[index]);
	size_t size =
		ZSTD_decompressDCtx(frames->zstd, frames->content, TD_FRAME_MAX, from, packed);
	if (ZSTD_isError(size) || size != frames->lengths[index])
		return td_err_set(err, TD_EINTEGRITY, "%s: frame %zu cannot be read", frames->path,
				  index);
	*content = (td_slice_t){frames->content, size};
	return true;
}
